"""``mailgrant up --approved``: what was reviewed is what is applied."""

import json

import pytest

from tests.worlds import OfflineTenant, Project

pytestmark = pytest.mark.engine

TWO = "        billing@contoso.com: full-access\n"
THREE = f"{TWO}        support@contoso.com: full-access\n"
FOUR = f"{THREE}        legal@contoso.com: full-access\n"
GUARDRAIL = "  mailgrant:guardrails: {forbidden_mailboxes: {addresses: [support@contoso.com]}}\n  mailgrant:clients:\n"


def approved(project: Project) -> str:
    report = json.loads(project.mailgrant("preview-report", "--format", "json"))
    assert report["verdict"] == "broadening"
    return str(report["hash"])


def writes(offline: OfflineTenant) -> dict[str, int]:
    found: dict[str, int] = offline.stats(reset=True)["exchange"]
    return {name: count for name, count in found.items() if not name.startswith("Get-")}


def test_only_what_was_approved_is_made(project: Project, offline: OfflineTenant) -> None:
    project.pulumi("up", "--yes", "--skip-preview")
    project.edit(TWO, THREE)
    reviewed = approved(project)
    writes(offline)

    # Somebody adds a mailbox after the review.
    project.edit(THREE, FOUR)
    project.mailgrant("up", "--approved", reviewed, expect=7)
    assert writes(offline) == {}

    project.edit(FOUR, THREE)
    project.mailgrant("up", "--approved", reviewed)
    assert writes(offline) == {"Add-MailboxPermission": 1, "Set-CASMailbox": 1}

    # Once it is made, the same hash lets nothing else pass.
    project.edit(THREE, FOUR)
    project.mailgrant("up", "--approved", reviewed, "--stack", "offline", expect=7)

    # No approval lifts a guardrail.
    project.edit("  mailgrant:clients:\n", GUARDRAIL)
    project.mailgrant("up", "--approved", reviewed, expect=5)
    assert writes(offline) == {}
