"""The whole job without a secret: the provider and mailgrant sign in with a certificate, or by OIDC."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from offline_tenant import seed
from tests.identities.conftest import trust
from tests.identities.stand_ins import Keys
from tests.worlds import OfflineTenant, Project

pytestmark = pytest.mark.engine
PASSWORD = "the-pfx-password"


def by_certificate(keys: Keys, folder: Path) -> dict[str, str]:
    path = folder / "client.pfx"
    path.write_bytes(keys.pfx(PASSWORD))
    return {"ARM_CLIENT_CERTIFICATE_PATH": str(path), "ARM_CLIENT_CERTIFICATE_PASSWORD": PASSWORD}


def by_oidc(keys: Keys, folder: Path) -> dict[str, str]:
    path = folder / "token"
    path.write_text(keys.assertion())
    return {"ARM_USE_OIDC": "true", "ARM_OIDC_TOKEN_FILE_PATH": str(path)}


@pytest.mark.parametrize("way", [by_certificate, by_oidc])
def test_up_and_down_without_a_secret(
    way: Callable[[Keys, Path], dict[str, str]],
    project: Project,
    offline: OfflineTenant,
    keys: Keys,
    tmp_path: Path,
) -> None:
    trust(offline, keys)
    proof = way(keys, tmp_path)
    without = {name: value for name, value in project.environment.items() if name != "ARM_CLIENT_SECRET"}
    mine = replace(project, environment=without | proof)

    offline.stats(reset=True)
    mine.pulumi("up", "--yes")
    assert offline.stats(reset=True)["exchange"] == {
        "New-ServicePrincipal": 1,
        "Add-MailboxPermission": 2,
        "Get-CASMailbox": 4,  # SMTP AUTH is on in both, and is looked at again before that is believed
    }
    assert "6 of 6 logins verified" in mine.mailgrant("verify")
    mine.pulumi("up", "--yes", "--expect-no-changes")

    state = mine.pulumi("stack", "export")
    key = keys.key_pem().decode().splitlines()[3]
    assert [
        one
        for one in (seed.AUTOMATION_SECRET, PASSWORD, key, *proof.values())
        if one in state and one != "true"
    ] == []
    mine.pulumi("destroy", "--yes")
