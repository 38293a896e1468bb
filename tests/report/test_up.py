"""``mailgrant up``: what was reviewed is what is applied, and at night only what needs no review."""

import json

import pytest

from tests.worlds import OfflineTenant, Project

pytestmark = pytest.mark.engine

TWO = "        billing@contoso.com: full-access\n"
THREE = f"{TWO}        support@contoso.com: full-access\n"
FOUR = f"{THREE}        legal@contoso.com: full-access\n"
GUARDRAIL = "  mailgrant:guardrails: {forbidden_mailboxes: {addresses: [support@contoso.com]}}\n  mailgrant:clients:\n"
BESIDE = """
from mailgrant.exchange.resources import MailboxAccess
someone = "0ff11ce0-7e4a-4b1d-9c3e-c0a750000009"
MailboxAccess("sneaky", app_id=someone, principal=someone, access={"support@contoso.com": "full-access"})
"""


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

    # Nor does it help to write it into the program, where the stack's file does not show it.
    project.edit(FOUR, TWO)
    with (project.folder / "__main__.py").open("a") as program:
        program.write(BESIDE)
    told = project.mailgrant_error("up", "--approved", reviewed, expect=5)
    assert 'mailgrant:clients.sneaky.mailboxes["support@contoso.com"]' in "".join(told.split())
    assert writes(offline) == {}


def test_at_night_secrets_rotate_and_nothing_else_happens(project: Project, offline: OfflineTenant) -> None:
    project.pulumi("up", "--yes", "--skip-preview")
    later = Project(project.folder, {**project.environment, "MAILGRANT_NOW": "2027-06-01T00:00:00Z"})
    before = secrets(offline)
    writes(offline)

    # What was merged, and waits for its approval, is not made on the quiet.
    later.edit(TWO, THREE)
    told = later.mailgrant_error("up", "--if-neutral", expect=7)
    assert "This needs somebody's approval; nothing was changed." in told
    assert secrets(offline) == before

    later.edit(THREE, TWO)
    later.mailgrant("up", "--if-neutral")
    assert secrets(offline) - before
    assert writes(offline) == {}

    # Nothing is due: nothing happens, and that is no error.
    after = secrets(offline)
    later.mailgrant("up", "--if-neutral", "--stack", "offline")
    assert secrets(offline) == after


def secrets(offline: OfflineTenant) -> set[str]:
    applications = offline.graph("GET", "/v1.0/applications")["value"]
    return {str(one["keyId"]) for application in applications for one in application["passwordCredentials"]}


@pytest.mark.parametrize("arguments", [(), ("--approved", "0" * 64, "--if-neutral")])
def test_it_wants_to_be_told_what_may_happen(project: Project, arguments: tuple[str, ...]) -> None:
    assert "give either --approved HASH or --if-neutral" in project.mailgrant_error("up", *arguments)
