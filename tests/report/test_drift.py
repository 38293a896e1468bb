"""``mailgrant drift``: what others have changed since the last update, in the same table."""

import json
import random
from pathlib import Path
from typing import Any

import pytest

from mailgrant.report.difference import NOT_UNDERSTOOD
from mailgrant.report.formats import document, text
from mailgrant.report.formats.markdown import LIMITS, markdown
from mailgrant.report.preview import PreviewError
from mailgrant.report.refresh import parse
from mailgrant.report.report import report
from tests.report.readings import BY_HAND, DRIFTS, GOLDEN_DRIFTS, drifted, recorded
from tests.worlds import OfflineTenant, Project

WIDENED = (DRIFTS / "widened.jsonl").read_text()


@pytest.mark.parametrize("name", BY_HAND)
def test_the_report_is_the_one_that_was_read_by_a_person(name: str) -> None:
    assert markdown(drifted(name), LIMITS["markdown"]) == (GOLDEN_DRIFTS / f"{name}.md").read_text()


@pytest.mark.parametrize("name", BY_HAND)
def test_all_that_others_do_to_our_own_resources_is_understood(name: str) -> None:
    assert NOT_UNDERSTOOD not in {change.right for change in drifted(name).changes}


@pytest.mark.parametrize("name", BY_HAND)
def test_the_order_of_events_is_nobodys_business(name: str) -> None:
    lines = (DRIFTS / f"{name}.jsonl").read_text().splitlines()
    random.Random(name).shuffle(lines)  # noqa: S311 - no secret

    assert report([parse("\n".join(lines), name)]).stacks == drifted(name).stacks


@pytest.mark.parametrize("name", BY_HAND)
def test_all_formats_tell_the_same(name: str) -> None:
    found = drifted(name)

    told = document.document(found)
    assert (told["occasion"], told["verdict"], told["hash"]) == ("drift", found.verdict, found.hash)
    assert len(told["changes"]) == len(found.changes)
    marker = json.loads(markdown(found, LIMITS["markdown"]).partition("drift ")[2].partition(" -->")[0])
    assert marker == {
        "stack": "mailgrant/offline",
        "hash": found.hash,
        "verdict": found.verdict,
        "complete": True,
        "changes": len(found.changes),
    }
    assert str(found.hash) in text.plain(found, 200)


def test_an_owner_that_updates_leave_alone_is_told_all_the_same() -> None:
    """The engine calls an application unchanged where only its owners differ, because updates ignore them."""
    events = [json.loads(line) for line in WIDENED.splitlines()]
    for event in events:
        step = event.get("resOutputsEvent", {}).get("metadata", {})
        if step.get("op") == "update" and step["urn"].endswith("application:Application::support-portal"):
            owners = step["new"]["inputs"]["owners"]
            step |= {"op": "same", "diffs": None, "detailedDiff": None}
            step["new"] = {**step["old"], "inputs": {**step["old"]["inputs"], "owners": owners}}
            step["new"]["outputs"] = {**step["old"]["outputs"], "owners": owners}
        if "summaryEvent" in event:
            event["summaryEvent"]["resourceChanges"]["update"] -= 1

    [stack] = report([parse("\n".join(map(json.dumps, events)), "same")]).stacks

    mine = [change for change in stack.changes if change.client == "support-portal"]
    assert [(change.op, change.right, change.effect) for change in mine] == [("add", "owner", "broadening")]


def test_a_drift_is_nothing_that_could_be_approved() -> None:
    """Its hash is another one than that of an update that changes the same rights."""
    as_update = report([parse(WIDENED, "widened")]).stacks[0]

    assert as_update.hash != type(as_update)(as_update.place, as_update.changes).hash


@pytest.mark.parametrize("letter", ["\x85", "\u2028", "\u2029"])
def test_a_letter_that_ends_a_line_elsewhere_ends_no_event(letter: str) -> None:
    there = WIDENED.replace("portal.example.com/signed-in", f"portal.example.com/{letter}signed-in")

    [stack] = report([parse(there, "widened")]).stacks

    assert f"https://portal.example.com/{letter}signed-in" in {change.object for change in stack.changes}


SECRET = "-----BEGIN PRIVATE KEY-----"
BAD = {
    "": "mails wrote nothing",
    WIDENED[: len(WIDENED) // 2]: "is no JSON, or was cut off",
    "".join(WIDENED.splitlines(keepends=True)[:-1]): "has no summary",
    "".join(
        line for line in WIDENED.splitlines(keepends=True) if '"op": "update"' not in line
    ): "steps are missing",
    WIDENED.replace('"op": "update"', '"op": "renew"'): "what this version of mailgrant does not know: renew",
    f'{{"resOutputsEvent": "{SECRET}"}}\n': "line 1 is no event of Pulumi: resOutputsEvent: ",
    f'{{"diagnosticEvent": {{"message": "{SECRET}", "severity": "debug"}}\n': "line 1 is no JSON",
    WIDENED + '{"diagnosticEvent": {"message": "error: no token", "severity": "error"}}\n': "error: no token",
    WIDENED.replace("urn:pulumi:offline::", "urn:pulumi:prod::", 1): "is of several stacks",
    '{"summaryEvent": {"resourceChanges": {}}}\n': "the stack holds nothing yet",
}


@pytest.mark.parametrize("written", BAD, ids=BAD.values())
def test_what_is_not_whole_is_an_error_without_a_secret_in_it(written: str) -> None:
    with pytest.raises(PreviewError) as refused:
        parse(written, "mails")

    assert BAD[written] in str(refused.value)
    assert SECRET not in str(refused.value)


def test_a_preview_with_a_refresh_tells_what_the_update_would_do() -> None:
    assert {change.op for change in recorded("drift").changes} == {"add"}  # it would put back what was taken


@pytest.mark.engine
def test_others_take_something_away_and_an_update_puts_it_back(
    project: Project, offline: OfflineTenant, tmp_path: Path
) -> None:
    def drift(expect: int) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(
            project.mailgrant("drift", "--stack", "offline", "--format", "json", expect=expect)
        )
        return told

    project.pulumi("up", "--yes", "--skip-preview")
    state = project.pulumi("stack", "export")
    writes = {
        name: count for name, count in offline.stats()["exchange"].items() if not name.startswith("Get-")
    }
    assert drift(expect=0)["changes"] == []

    principal = json.loads(project.pulumi("stack", "output", "--json"))["clients"]["invoice-poller"]
    offline.cmdlet(
        "Remove-MailboxPermission",
        Identity="billing@contoso.com",
        User=principal["service_principal_object_id"],
        AccessRights=["FullAccess"],
        Confirm=False,
    )

    # The same each time it is asked; neither the tenant nor the state is touched.
    once, again = drift(expect=7), drift(expect=7)
    assert once == again
    assert [(one["op"], one["right"], one["object"]) for one in once["changes"]] == [
        ("remove", "full-access", "billing@contoso.com")
    ]
    by_hand = {"Remove-MailboxPermission": 1}
    now = {name: count for name, count in offline.stats()["exchange"].items() if not name.startswith("Get-")}
    assert now == {**writes, **by_hand}
    assert json.loads(project.pulumi("stack", "export"))["deployment"] == json.loads(state)["deployment"]

    # As the report says.
    project.pulumi("up", "--refresh", "--yes", "--skip-preview")
    assert drift(expect=0)["changes"] == []

    # A tenant that cannot be looked at is no tenant without drift, and stands where its report would.
    stranger = Project(project.folder, {**project.environment, "ARM_CLIENT_SECRET": "somebody-elses"})
    shown = tmp_path / "drift.md"
    told = stranger.mailgrant_error("drift", "--stack", "offline", "--write", f"markdown={shown}", expect=1)
    assert "AADSTS7000215" in told
    assert "somebody-elses" not in told + shown.read_text()
    first, headline = shown.read_text().splitlines()[:2]
    assert '"hash": null, "verdict": "failed", "complete": false' in first
    assert headline == "### mailgrant drift: failed, stack `mailgrant/offline`"
