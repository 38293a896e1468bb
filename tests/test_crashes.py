"""Something is killed in the middle of an update: the next one finishes it, and destroy leaves nothing."""

import json
from pathlib import Path

import pytest

from tests.kills import (
    Kill,
    kill_engine,
    kill_provider,
    kill_pwsh,
    kill_tenant,
    killed_at_one,
    killed_up,
    pwsh_killed_at_each,
    taken_up_again,
)
from tests.somebody import FIRST, settings
from tests.somebody import project as somebodys
from tests.worlds import OfflineTenant, Project

pytestmark = pytest.mark.engine


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


@pytest.mark.parametrize("kill", [kill_engine, kill_provider, kill_tenant])
def test_killed_at_one_cmdlet_after_the_other_nothing_is_forgotten(
    kill: Kill, tmp_path: Path, offline: OfflineTenant
) -> None:
    before = settings(offline)
    somebody = somebodys(tmp_path / "somebody", offline.environment)

    left = set(FIRST)
    while (
        left
    ):  # each update goes on where the one before was killed, and is killed at a cmdlet that none was before
        left.remove(killed_at_one(somebody, offline, left, kill))
        if kill is kill_engine:
            somebody.pulumi("cancel", "--yes")

    taken_up_again(somebody)
    converged(somebody)
    somebody.pulumi("destroy", "--yes", "--skip-preview")
    assert settings(offline) == before


def test_a_powershell_that_dies_at_every_cmdlet_is_replaced_within_the_update(
    tmp_path: Path, offline: OfflineTenant
) -> None:
    before = settings(offline)
    somebody = somebodys(tmp_path / "somebody", offline.environment)

    pwsh_killed_at_each(somebody, offline, FIRST)

    converged(somebody)
    somebody.pulumi("destroy", "--yes", "--skip-preview")
    assert settings(offline) == before


def converged(somebody: Project) -> None:
    assert "pending operation" not in somebody.pulumi("refresh", "--yes", "--expect-no-changes")


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
