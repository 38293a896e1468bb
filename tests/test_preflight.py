"""What the tenant says of a plan is heard before anything is created: its policies, and other stacks' applications."""

from typing import Any

import pytest

from tests.worlds import OfflineTenant, Project

pytestmark = pytest.mark.engine

POLICY = "/v1.0/policies/defaultAppManagementPolicy"
NO_SECRETS = {
    "isEnabled": True,
    "applicationRestrictions": {
        "passwordCredentials": [
            {
                "restrictionType": "passwordAddition",
                "state": "enabled",
                "maxLifetime": None,
                "restrictForAppsCreatedAfterDateTime": "2020-01-01T00:00:00Z",
            }
        ]
    },
}
PLACE = "mailgrant:clients.invoice-poller.credentials.poller-vm"
SECRET = "poller-vm: {type: secret, lifetime: 180d, rotate: 90d}"


def graph_writes(offline: OfflineTenant) -> dict[str, Any]:
    found = offline.stats(reset=True)["graph"]
    return {name: count for name, count in found.items() if not name.startswith("GET ")}


def test_a_secret_that_the_tenant_forbids_stops_the_update_before_anything_is_made(
    project: Project, offline: OfflineTenant
) -> None:
    offline.consent("Policy.ReadWrite.ApplicationConfiguration")
    offline.graph("PATCH", POLICY, NO_SECRETS)
    offline.stats(reset=True)

    said = project.pulumi("up", "--yes", "--skip-preview", expect=1)

    assert f"{PLACE}: " in said
    assert "use a certificate or a federated credential" in said
    assert "Traceback" not in said
    assert graph_writes(offline) == {}

    project.edit(SECRET, "poller-vm: {type: certificate}")
    project.pulumi("up", "--yes", "--skip-preview")


def test_a_policy_does_not_touch_what_is_there_already(project: Project, offline: OfflineTenant) -> None:
    project.pulumi("up", "--yes", "--skip-preview")
    offline.consent("Policy.ReadWrite.ApplicationConfiguration")
    offline.graph("PATCH", POLICY, NO_SECRETS)

    project.pulumi("up", "--yes", "--expect-no-changes")

    project.edit(SECRET, f"{SECRET}\n        second: {{type: secret}}")
    said = project.pulumi("preview", expect=1)
    assert "credentials.second: " in said
    assert f"{PLACE}: " not in said


def test_two_stacks_cannot_point_at_one_application(project: Project, offline: OfflineTenant) -> None:
    project.pulumi("up", "--yes", "--skip-preview")
    before = offline.control("GET", "objects")
    stacks = project.folder / "stacks"
    (stacks / "Pulumi.other.yaml").write_text((stacks / "Pulumi.offline.yaml").read_text())
    project.pulumi("stack", "init", "other")

    said = project.pulumi("up", "--yes", "--skip-preview", expect=1)

    assert (
        "mailgrant:clients.invoice-poller: the application invoice-poller of this tenant belongs to" in said
    )
    assert "organization/mailgrant/offline" in said
    assert offline.control("GET", "objects") == before

    project.pulumi("config", "set", "mailgrant:suffix", "other")
    project.pulumi("up", "--yes", "--skip-preview")
    project.pulumi("destroy", "--yes", "--skip-preview")
    assert offline.control("GET", "objects") == before
