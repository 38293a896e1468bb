"""Ctrl-C in the middle of an update of all Exchange resources, on the real engine."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.kills import interrupted_up, taken_up_again
from tests.somebody import project as somebodys
from tests.somebody import settings
from tests.worlds import OfflineTenant, Project

pytestmark = pytest.mark.engine


def outputs(project: Project, kind: str) -> dict[str, Any]:
    resources = json.loads(project.pulumi("stack", "export"))["deployment"]["resources"]
    [found] = [resource["outputs"] for resource in resources if resource["type"].endswith(f":{kind}")]
    return dict(found)


def test_ctrl_c_stops_what_runs_and_the_next_update_finishes_it(
    tmp_path: Path, offline: OfflineTenant
) -> None:
    before = settings(offline)
    somebody = somebodys(tmp_path / "somebody", offline.environment)

    interrupted_up(somebody, offline, "Add-MailboxPermission")
    assert "Add-RecipientPermission" not in offline.stats()["exchange"]
    access = outputs(somebody, "MailboxAccess")
    assert access["granted"] == {}
    assert all("cancelled" in reason for reason in access["failed"].values())

    said = interrupted_up(somebody, offline, "Add-MailboxPermission", times=2)  # whoever does not wait
    assert "pending operation" not in said

    taken_up_again(somebody)
    assert "pending operation" not in somebody.pulumi("refresh", "--yes", "--expect-no-changes")
    somebody.pulumi("destroy", "--yes", "--skip-preview")
    assert settings(offline) == before
