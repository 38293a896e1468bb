"""What mailgrant predicts of a policy, and what the offline tenant's Graph then does with the same credential."""

from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_pem_x509_certificate

from mailgrant.certificates.keys import generate
from mailgrant.configuration import clouds
from mailgrant.directory.app_management import Verdict, judge
from mailgrant.directory.graph import Graph
from mailgrant.directory.restrictions import Wanted
from mailgrant.identities.identity import TokenSource, find_identity
from offline_tenant import process
from offline_tenant.home import Home
from tests.worlds import OfflineTenant

DAY = timedelta(days=1)
POLICY = "/v1.0/policies/defaultAppManagementPolicy"
FORBIDDEN = "CredentialTypeNotAllowedAsPerAppPolicy"
TOO_LONG = "CredentialInvalidLifetimeAsPerAppPolicy"
ADDITION = {"restrictionType": "passwordAddition", "state": "enabled"}
HALF_A_YEAR = {"restrictionType": "passwordLifetime", "maxLifetime": "P180D"}
QUARTER = {"restrictionType": "asymmetricKeyLifetime", "maxLifetime": "P90D"}


def verdict_of(offline: OfflineTenant, wanted: Wanted, monkeypatch: pytest.MonkeyPatch) -> Verdict:
    """As a run of mailgrant would judge it."""
    environment = offline.environment
    for name in ("MAILGRANT_CLOUD_FILE", "REQUESTS_CA_BUNDLE"):
        monkeypatch.setenv(name, environment[name])
    cloud, identity = clouds.cloud("custom"), find_identity(lambda _: None, environment)
    graph = Graph(TokenSource(identity, f"{cloud.authority}/{identity.tenant_id}"), cloud)
    return judge(graph, [wanted], datetime.now(UTC))


@pytest.fixture(scope="module")
def tenant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OfflineTenant]:
    """A tenant whose automation identity may also write policies, so that this test can set them."""
    home = Home(tmp_path_factory.mktemp("offline"))
    offline = OfflineTenant(home, process.start(home))
    try:
        offline.consent("Policy.ReadWrite.ApplicationConfiguration")
        yield offline
    finally:
        process.stop(home)


def since(days: int) -> dict[str, str]:
    return {"restrictForAppsCreatedAfterDateTime": f"{datetime.now(UTC) + days * DAY:%Y-%m-%dT%H:%M:%SZ}"}


def on(
    *passwords: dict[str, Any],
    keys: tuple[dict[str, Any], ...] = (),
    holders: str = "applicationRestrictions",
) -> dict[str, Any]:
    return {holders: {"passwordCredentials": list(passwords), "keyCredentials": list(keys)}}


NOTHING = {**on(), **on(holders="servicePrincipalRestrictions")}


def made(offline: OfflineTenant, application: str, kind: str, lifetime: timedelta) -> str:
    """The code with which Graph refuses such a credential; empty if it takes it."""
    starts = datetime.now(UTC).replace(microsecond=0)
    path = f"/v1.0/applications/{application}"
    try:
        if kind == "secret":
            times = {"startDateTime": starts.isoformat(), "endDateTime": (starts + lifetime).isoformat()}
            offline.graph("POST", f"{path}/addPassword", {"passwordCredential": times})
        else:
            pem = generate("poller", starts, starts + lifetime, 2048).public.pem
            key = b64encode(load_pem_x509_certificate(pem.encode()).public_bytes(Encoding.DER)).decode()
            credential = {"type": "AsymmetricX509Cert", "usage": "Verify", "key": key}
            offline.graph("PATCH", path, {"keyCredentials": [credential]})
    except httpx.HTTPStatusError as error:
        return str(error.response.json()["error"]["code"])
    return ""


@pytest.mark.parametrize(
    ("policy", "kind", "days", "expected"),
    [
        (on(ADDITION), "secret", 1, FORBIDDEN),
        (on(ADDITION), "certificate", 700, ""),
        (on(ADDITION | {"state": "disabled"}), "secret", 700, ""),
        (on(ADDITION | since(-1)), "secret", 1, FORBIDDEN),
        (on(ADDITION | since(1)), "secret", 700, ""),
        (on(HALF_A_YEAR), "secret", 181, TOO_LONG),
        (on(HALF_A_YEAR), "secret", 180, ""),
        (on(HALF_A_YEAR, ADDITION), "secret", 1, FORBIDDEN),
        (on(keys=(QUARTER,)), "certificate", 91, TOO_LONG),
        (on(keys=(QUARTER,)), "certificate", 90, ""),
        (on(keys=(QUARTER,)), "secret", 700, ""),
        (
            on(ADDITION, HALF_A_YEAR, keys=(QUARTER,), holders="servicePrincipalRestrictions"),
            "secret",
            700,
            "",
        ),
        (
            on(ADDITION, HALF_A_YEAR, keys=(QUARTER,), holders="servicePrincipalRestrictions"),
            "certificate",
            700,
            "",
        ),
    ],
)
def test_what_is_predicted_is_what_graph_does(
    tenant: OfflineTenant,
    policy: dict[str, Any],
    kind: Any,
    days: int,
    expected: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tenant.graph("PATCH", POLICY, {"isEnabled": True, **NOTHING, **policy})

    new = verdict_of(tenant, Wanted("poller", "vm", kind, days * DAY), monkeypatch)
    application = tenant.graph("POST", "/v1.0/applications", {"displayName": "poller"})
    created = datetime.fromisoformat(application["createdDateTime"])
    wanted = Wanted("poller", "vm", kind, days * DAY, created, application["id"])
    there = verdict_of(tenant, wanted, monkeypatch)

    assert made(tenant, application["id"], kind, days * DAY) == expected
    assert [bool(new.violations), bool(there.violations)] == [bool(expected)] * 2
    assert ("live" in "".join(one.problem for one in new.violations)) is (expected == TOO_LONG)
    assert (new.note, there.note) == ("", "")


def test_an_identity_that_may_not_read_policies_goes_on_with_a_note(
    offline: OfflineTenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    offline.withdraw("Policy.Read.All")

    verdict = verdict_of(offline, Wanted("poller", "vm", "secret", 900 * DAY), monkeypatch)

    assert verdict.violations == ()
    assert "lacks the Graph permission Policy.Read.All" in verdict.note
