"""Something is killed in the middle of an update: the next one finishes it, and destroy leaves nothing."""

import json
from pathlib import Path

import pytest

from tests.kills import Kill, kill_engine, kill_provider, kill_pwsh, kill_tenant, killed_up, taken_up_again
from tests.somebody import FIRST, settings
from tests.somebody import project as somebodys
from tests.worlds import OfflineTenant, Project

pytestmark = pytest.mark.engine

# Every cmdlet of the first update of somebody's program; one boundary each for what is killed beside the engine.
BOUNDARIES = (
    *((cmdlet, kill_engine) for cmdlet in FIRST),
    ("Set-CASMailbox", kill_provider),
    ("Set-User", kill_pwsh),
    ("New-ManagementScope", kill_tenant),
)


@pytest.mark.parametrize("kill", [kill_engine, kill_provider, kill_pwsh, kill_tenant])
def test_whatever_is_killed_the_next_update_converges(
    kill: Kill, project: Project, offline: OfflineTenant
) -> None:
    before = offline.control("GET", "objects")

    killed_up(project, offline, "Add-MailboxPermission", kill)

    taken_up_again(project, kill)
    assert json.loads(project.mailgrant("verify", "--json"))["ok"]
    assert "pending operation" not in project.pulumi("up", "--yes", "--skip-preview", "--expect-no-changes")
    project.pulumi("destroy", "--yes", "--skip-preview")
    assert offline.control("GET", "objects") == before


@pytest.mark.parametrize(("cmdlet", "kill"), BOUNDARIES)
def test_at_whichever_cmdlet_it_is_killed_nothing_is_forgotten(
    cmdlet: str, kill: Kill, tmp_path: Path, offline: OfflineTenant
) -> None:
    before = settings(offline)
    somebody = somebodys(tmp_path / "somebody", offline.environment)

    killed_up(somebody, offline, cmdlet, kill)

    taken_up_again(somebody, kill)
    assert "pending operation" not in somebody.pulumi("refresh", "--yes", "--expect-no-changes")
    somebody.pulumi("destroy", "--yes", "--skip-preview")
    assert settings(offline) == before


def test_an_application_that_a_broken_run_left_is_named_and_not_made_twice(
    project: Project, offline: OfflineTenant
) -> None:
    before = offline.control("GET", "objects")
    # Entra makes the application, and the connection breaks before anybody hears of it.
    offline.control("POST", "faults", {"match": "graph POST /v1.0/applications", "effect": "lose"})
    project.pulumi("up", "--yes", "--skip-preview", expect=1)
    applications = offline.graph("GET", "/v1.0/applications")["value"]
    [orphan] = [application for application in applications if application["displayName"] == "invoice-poller"]

    said = project.pulumi("up", "--yes", "--skip-preview", expect=1)
    assert orphan["id"] in said
    assert "invoice-poller" in said

    offline.graph("DELETE", f"/v1.0/applications/{orphan['id']}")
    project.pulumi("up", "--yes", "--skip-preview")
    assert json.loads(project.mailgrant("verify", "--json"))["ok"]
    project.pulumi("destroy", "--yes", "--skip-preview")
    assert offline.control("GET", "objects") == before
