"""One tenant for all that try to sign in, and what an automation application has there."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from mailgrant.identities.identity import Identity, TokenSource, find_identity
from offline_tenant import process, seed
from offline_tenant.home import Home
from tests.identities.stand_ins import AUDIENCE, ISSUER, SUBJECT, Keys, make_keys
from tests.worlds import OfflineTenant

SCOPE = "https://outlook.office365.com/.default"


@dataclass(frozen=True)
class Entra:
    """An offline tenant, and its automation application with a certificate and a federated credential."""

    offline: OfflineTenant

    @property
    def who(self) -> dict[str, str]:
        """The environment without any proof."""
        return {"ARM_TENANT_ID": seed.TENANT_ID, "ARM_CLIENT_ID": seed.AUTOMATION_CLIENT_ID, "PATH": ""}

    def tokens(self, identity: Identity) -> TokenSource:
        return TokenSource(identity, f"https://localhost:{self.offline.ports['https']}/{identity.tenant_id}")

    def sign_in(self, **environment: str) -> str:
        """A token for Exchange, as a run with these variables would get it."""
        return self.tokens(find_identity(nothing, {**self.who, **environment})).token(SCOPE)


def nothing(_key: str) -> None:
    """A stack that says nothing."""


@pytest.fixture(scope="session")
def keys() -> Keys:
    return make_keys("automation")


@pytest.fixture(scope="session")
def strangers_keys() -> Keys:
    return make_keys("stranger")


@pytest.fixture(scope="session")
def _entra(tmp_path_factory: pytest.TempPathFactory, keys: Keys) -> Iterator[Entra]:
    home = Home(tmp_path_factory.mktemp("offline"))
    offline = OfflineTenant(home, process.start(home))
    try:
        trust(offline, keys)
        yield Entra(offline)
    finally:
        process.stop(home)


def trust(offline: OfflineTenant, keys: Keys) -> None:
    """Give the automation application a certificate and a federated credential."""
    filter_ = f"$filter=appId eq '{seed.AUTOMATION_CLIENT_ID}'"
    [application] = offline.graph("GET", f"/v1.0/applications?{filter_}")["value"]
    path = f"/v1.0/applications/{application['id']}"
    offline.graph("PATCH", path, {"keyCredentials": [keys.credential()]})
    federated = {"name": "ci", "issuer": ISSUER, "subject": SUBJECT, "audiences": [AUDIENCE]}
    offline.graph("POST", f"{path}/federatedIdentityCredentials", federated)
    offline.control("POST", "issuers", {"issuer": ISSUER, "keys": [keys.jwk()]})


@pytest.fixture
def entra(_entra: Entra, monkeypatch: pytest.MonkeyPatch) -> Entra:
    """The tenant, trusted by this very process, which has no identity of its own."""
    for name, value in _entra.offline.environment.items():
        if not name.startswith("ARM_"):
            monkeypatch.setenv(name, value)
    return _entra


@pytest.fixture
def without_machine(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Any]:
    """MSAL reads this process' environment to find the machine that it runs on."""
    for name in ("IDENTITY_ENDPOINT", "IDENTITY_HEADER", "MSI_ENDPOINT", "MSI_SECRET"):
        monkeypatch.delenv(name, raising=False)
    return nothing
