"""The identity that runs mailgrant is a stack of its own: an administrator sets it up, and its permissions are enough."""

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.worlds import OfflineTenant, Project

pytestmark = pytest.mark.engine

AUTOMATION = """\
config:
  mailgrant:organization: contoso.onmicrosoft.com
  mailgrant:cloud: custom
  mailgrant:automation:
    name: deployer
    credentials:
      pipeline: {type: secret, lifetime: 30d, rotate: 15d}
      github: {type: federated, github: {repository: contoso/mail, environment: production}}
"""
PEOPLE = """
    portal:
      kind: delegated
      protocols: [imap]
      device_code: true
      consent: [adele@contoso.com]
"""


def automation(project: Project) -> dict[str, Any]:
    outputs = json.loads(
        project.pulumi("stack", "output", "--stack", "automation", "--json", "--show-secrets")
    )
    found: dict[str, Any] = outputs["automation"]
    return found


def test_what_it_sets_up_is_enough_to_run_the_other_stacks(project: Project, offline: OfflineTenant) -> None:
    (project.folder / "stacks" / "Pulumi.automation.yaml").write_text(AUTOMATION)
    project.pulumi("stack", "init", "automation")
    # What the administrator has who runs it.
    for permission in ("RoleManagement.ReadWrite.Directory", "Application.Read.All"):
        offline.consent(permission)
    before = offline.control("GET", "objects")
    offline.stats(reset=True)

    project.pulumi("up", "--stack", "automation", "--yes", "--skip-preview")
    project.pulumi("up", "--stack", "automation", "--yes", "--expect-no-changes")
    assert offline.stats(reset=True)["exchange"] == {}

    # From here on nobody but the new identity does anything.
    made = automation(project)
    who = {
        "ARM_CLIENT_ID": made["client_id"],
        "ARM_CLIENT_SECRET": made["credentials"]["pipeline"]["value"],
    }
    pipeline = replace(project, environment={**project.environment, **who})
    pipeline.edit("  mailgrant:clients:\n", f"  mailgrant:clients:{PEOPLE}")
    pipeline.pulumi("stack", "select", "offline")
    pipeline.pulumi("up", "--yes", "--skip-preview")
    assert json.loads(pipeline.mailgrant("verify", "--json"))["ok"]
    pipeline.pulumi("up", "--yes", "--expect-no-changes")
    pipeline.pulumi("destroy", "--yes", "--skip-preview")

    project.pulumi("destroy", "--stack", "automation", "--yes", "--skip-preview")
    assert offline.control("GET", "objects") == before
