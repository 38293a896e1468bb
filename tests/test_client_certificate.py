"""A certificate that a stack makes, on the real engine: secret where it must be, and good to sign in with."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jwt
import pytest

from mailgrant.errors import SignInError
from mailgrant.identities.identity import Identity, TokenSource
from mailgrant.identities.proofs import Certificate
from offline_tenant import seed
from tests.somebody import Somebody, project
from tests.worlds import OfflineTenant

pytestmark = pytest.mark.engine

SCOPE = "https://outlook.office365.com/.default"
SECRET = "PRIVATE KEY"
UP = ("up", "--yes", "--skip-preview")


@pytest.fixture
def somebody(tmp_path: Path, at_offline: OfflineTenant) -> Somebody:
    return project(tmp_path / "somebody", at_offline.environment, "client_certificate.py")


def outputs(somebody: Somebody, *options: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(somebody.pulumi("stack", "output", "--json", *options))
    return found


def stored(somebody: Somebody) -> str:
    """Every file that the engine keeps of the stack."""
    folder = Path(urlsplit(somebody.environment["PULUMI_BACKEND_URL"]).path)
    return "".join(path.read_text() for path in folder.rglob("*") if path.is_file())


def sign_in(offline: OfflineTenant, found: dict[str, Any]) -> Any:
    """The claims of a token for the application."""
    proof = Certificate(found["private_key"], found["certificate"])
    authority = f"https://localhost:{offline.ports['https']}/{seed.TENANT_ID}"
    tokens = TokenSource(Identity(seed.TENANT_ID, found["client_id"], proof), authority)
    return jwt.decode(tokens.token(SCOPE), options={"verify_signature": False})


def keys_of(offline: OfflineTenant, found: dict[str, Any]) -> list[str]:
    application = offline.graph("GET", f"/v1.0/applications/{found['application']}")
    return [key["customKeyIdentifier"] for key in application["keyCredentials"]]


def test_it_signs_in_stays_secret_and_is_replaced_without_a_gap(
    somebody: Somebody, at_offline: OfflineTenant
) -> None:
    said = somebody.pulumi("preview", "--diff") + somebody.pulumi(*UP, "--diff")
    found = outputs(somebody, "--show-secrets")
    assert sign_in(at_offline, found)["appidacr"] == "2"
    assert keys_of(at_offline, found) == [found["thumbprint"]]

    said += somebody.pulumi("up", "--yes", "--expect-no-changes")
    said += somebody.pulumi("refresh", "--yes", "--skip-preview", "--expect-no-changes", "--diff")
    assert outputs(somebody, "--show-secrets") == found

    somebody.edit("2049-12-31", "2048-12-31")
    preview = somebody.pulumi("preview", "--diff")
    assert "+-pulumi-python:dynamic/credentials:ClientCertificate: (replace)" in preview
    said += preview + somebody.pulumi(*UP, "--diff")
    successor = outputs(somebody, "--show-secrets")
    assert successor["thumbprint"] != found["thumbprint"]
    assert keys_of(at_offline, found) == [successor["thumbprint"]]
    sign_in(at_offline, successor)
    with pytest.raises(SignInError, match="AADSTS700027"):
        sign_in(at_offline, found)

    assert SECRET in found["private_key"]
    assert outputs(somebody)["private_key"] == "[secret]"
    for text in (said, stored(somebody), somebody.pulumi("stack", "export")):
        assert "ClientCertificate" in text
        assert SECRET not in text
        for one in (found, successor):
            # Anywhere, even as base64 of a file or a line of it.
            assert not any(line in text for line in one["private_key"].splitlines()[1:-1])
    said = somebody.pulumi("destroy", "--yes", "--skip-preview")
    assert SECRET not in said


def test_what_is_wrong_is_told_at_once_before_anything_is_made(
    somebody: Somebody, at_offline: OfflineTenant
) -> None:
    somebody.edit("poller.appliance", "x" * 65)
    somebody.edit("2049-12-31T23:59:59Z", "2019-12-31T23:59:59Z")

    said = somebody.pulumi("up", "--yes", expect=1)

    assert "not a common name; use up to 64 printable letters" in said
    assert "must be after not_before" in said
    assert "Traceback" not in said
    assert at_offline.stats()["graph"] == {}
