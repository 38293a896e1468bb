"""One work item for each stack in Azure DevOps, in any process, and however the server keeps its text."""

import html
import json
import re
from typing import Any

import pytest

from tests.forge.conftest import Job, drift, no_drift
from tests.forge.issue_stand_ins import AGILE, BoardsStandIn
from tests.forge.stand_ins import BUILD_SERVICE, LOST, PERSON, Asked, Reply

BASIC = {"To Do": "Proposed", "Doing": "InProgress", "Done": "Completed"}


def outcome(job: Job, text: str | None, *options: str, problems: tuple[str, ...] = ()) -> str:
    done = job.issue(text, "--json", *options, problems=problems)
    assert done.code == 0, done.error
    return str(done.told["outcome"])


def patches(boards: BoardsStandIn) -> list[Any]:
    return [asked.body for asked in boards.asked if asked.method == "PATCH"]


@pytest.mark.parametrize("states", [AGILE, BASIC], ids=["Agile", "Basic"])
def test_a_night_after_the_other(boards: BoardsStandIn, night_on_azure: Job, states: dict[str, str]) -> None:
    boards.kinds["Task"] = states
    new, _, closed = list(states)[:3]
    assert outcome(night_on_azure, no_drift()) == "nothing"
    assert boards.items == {}

    first = night_on_azure.issue(drift("12 mailboxes"), "--json").told
    assert (first["outcome"], first["author"], first["open"]) == ("opened", BUILD_SERVICE, True)
    assert first["url"] == f"{boards.url}/contoso/Mail%20Access/_workitems/edit/1"
    assert boards.fields("Title") == ["mailgrant: mail/prod needs a look"]
    assert boards.items[1]["formats"] == {"System.Description": "Markdown"}
    assert "### mailgrant drift: 12 mailboxes" in boards.fields("Description")[0]

    boards.asked.clear()
    assert outcome(night_on_azure, drift("12 mailboxes")) == "unchanged"
    assert patches(boards) == []

    assert outcome(night_on_azure, drift("14 mailboxes", hash="cd34")) == "edited"
    assert boards.fields("State") == [new]

    assert outcome(night_on_azure, no_drift()) == "closed"
    assert boards.fields("State") == [closed]
    assert "All is well with `mail/prod`" in boards.fields("Description")[0]

    assert outcome(night_on_azure, drift("14 mailboxes", hash="cd34")) == "reopened"
    assert boards.fields("State") == [new]
    assert len(boards.items) == 1


@pytest.mark.parametrize(
    "stores",
    [
        lambda text: text.replace("<", "&lt;").replace(">", "&gt;"),
        lambda text: re.sub(r"<!--.*?-->|</?\w+>", "", text),
        html.escape,
        lambda text: text.replace("\n", "\r\n").strip(),
        lambda text: f"<div>{html.escape(text)}</div>",
    ],
)
def test_however_the_server_keeps_the_text_it_is_found_and_left_alone(
    boards: BoardsStandIn, night_on_azure: Job, stores: Any
) -> None:
    boards.stores = stores
    report = drift("a<b & c", stack="mail/prod & <dev>")
    assert outcome(night_on_azure, report, problems=("<script>mailgrant:issue {}",)) == "opened"
    assert outcome(night_on_azure, report, problems=("<script>mailgrant:issue {}",)) == "unchanged"
    assert outcome(night_on_azure, no_drift(stack="mail/prod & <dev>")) == "closed"
    assert len(boards.items) == 1


def test_a_server_of_ones_own_gets_the_text_as_it_is(boards: BoardsStandIn, night_on_azure: Job) -> None:
    boards.server = "onPremises"
    assert outcome(night_on_azure, drift(), problems=("</pre><script>alert(1)</script>",)) == "opened"
    [text] = boards.fields("Description")
    assert re.findall(r"<[^>]*>", text) == ["<pre>", "</pre>"]
    assert "&lt;/pre&gt;&lt;script&gt;" in text
    assert boards.items[1]["formats"] == {}
    assert outcome(night_on_azure, no_drift()) == "closed"


@pytest.mark.parametrize("closed", ["Closed", "Removed"])
def test_who_closes_it_has_seen_it(boards: BoardsStandIn, night_on_azure: Job, closed: str) -> None:
    outcome(night_on_azure, drift())
    boards.items[1]["fields"]["System.State"] = closed
    assert outcome(night_on_azure, drift()) == "unchanged"
    assert boards.fields("State") == [closed]
    assert outcome(night_on_azure, drift(hash="cd34")) == "reopened"
    assert boards.fields("State") == ["New"]


def test_what_says_so_already_is_opened_again_without_its_text(
    boards: BoardsStandIn, night_on_azure: Job
) -> None:
    failed = drift("failed", hash=None, verdict="failed", complete=False)
    outcome(night_on_azure, failed)
    boards.items[1]["fields"]["System.State"] = "Closed"
    boards.asked.clear()
    assert outcome(night_on_azure, failed) == "reopened"
    assert [[operation["path"] for operation in patch] for patch in patches(boards)] == [
        ["/rev", "/fields/System.State"]
    ]


def test_what_others_made_or_changed_is_theirs(boards: BoardsStandIn, night_on_azure: Job) -> None:
    outcome(night_on_azure, drift())
    text = boards.fields("Description")[0]
    boards.say(PERSON, text)
    boards.say(BUILD_SERVICE, None)
    boards.say(BUILD_SERVICE, text, **{"System.Tags": "other"})
    boards.items[1]["fields"] |= {"System.Tags": "OPS; mailgrant", "System.Title": "OPS-12"}
    before = {number: json.dumps(one) for number, one in boards.items.items() if number > 1}

    assert outcome(night_on_azure, drift("new", hash="cd34")) == "edited"
    assert {number: json.dumps(boards.items[number]) for number in before} == before
    assert boards.fields("Title")[0] == "OPS-12"
    assert boards.fields("Tags")[0] == "OPS; mailgrant"


def test_it_is_found_behind_hundreds_and_what_vanishes_meanwhile_is_no_fault(
    boards: BoardsStandIn, night_on_azure: Job
) -> None:
    for _ in range(450):
        boards.say(PERSON, "?")
    outcome(night_on_azure, drift())

    def vanish(asked: Asked) -> None:
        if asked.key == "GET workitems":
            boards.items.pop(7, None)

    boards.before = vanish
    boards.asked.clear()
    assert outcome(night_on_azure, drift()) == "unchanged"
    assert len([asked for asked in boards.asked if asked.key == "GET workitems"]) == 3


def test_a_change_that_somebody_makes_meanwhile_is_not_overwritten(
    boards: BoardsStandIn, night_on_azure: Job
) -> None:
    outcome(night_on_azure, drift())
    meanwhile = iter([drift("other", hash="cd34")])

    def change(asked: Asked) -> None:
        """A person assigns it to somebody, between our looking and our writing."""
        if asked.method == "PATCH" and next(meanwhile, None):
            boards.items[1]["rev"] += 1
            boards.items[1]["fields"]["System.AssignedTo"] = "Ada"

    boards.before = change
    assert outcome(night_on_azure, drift("new", hash="ef56")) == "edited"
    assert len(patches(boards)) == 2
    assert boards.fields("AssignedTo") == ["Ada"]
    assert "### mailgrant drift: new" in boards.fields("Description")[0]


@pytest.mark.parametrize(("status", "message"), [(400, "TF26071: changed"), (409, "no"), (412, "no")])
def test_a_work_item_that_never_holds_still_is_an_error(
    boards: BoardsStandIn, night_on_azure: Job, status: int, message: str
) -> None:
    outcome(night_on_azure, drift())
    said = Reply(status, {"message": message})
    boards.before = lambda asked: said if asked.method == "PATCH" else None
    done = night_on_azure.issue(no_drift())
    assert (done.code, message in done.error, len(patches(boards))) == (2, True, 2)


@pytest.mark.parametrize("fault", [LOST, Reply(503, "<html>")])
def test_lost_answers_leave_one_work_item(boards: BoardsStandIn, night_on_azure: Job, fault: Reply) -> None:
    lost = {"POST $Task", "POST wiql", "GET workitems", "GET states", "PATCH 1"}

    def once(asked: Asked) -> Reply | None:
        if asked.key in lost:
            lost.remove(asked.key)
            return fault
        return None

    boards.after = once
    assert outcome(night_on_azure, drift()) == "opened"
    # It was closed, the answer was lost, and the second look finds that it is so.
    assert outcome(night_on_azure, no_drift()) == "unchanged"
    assert (lost, boards.fields("State")) == (set(), ["Closed"])


def test_several_of_ours_become_one(boards: BoardsStandIn, night_on_azure: Job) -> None:
    outcome(night_on_azure, drift())
    boards.say(BUILD_SERVICE, boards.fields("Description")[0])
    assert night_on_azure.issue(drift(), "--json").told["duplicates"] == 1
    assert boards.fields("State") == ["New", "Closed"]
    assert boards.fields("Description")[1] == "Work item 1 says the same, and is older."
    assert night_on_azure.issue(drift(), "--json").told["duplicates"] == 0


def test_another_type_of_work_item(boards: BoardsStandIn, night_on_azure: Job) -> None:
    boards.kinds["Product Backlog Item"] = {"New": "Proposed", "Done": "Completed"}
    assert outcome(night_on_azure, drift(), "--work-item-type", "Product Backlog Item") == "opened"
    # One that exists already keeps its type.
    assert outcome(night_on_azure, no_drift()) == "closed"
    assert boards.fields("WorkItemType") == ["Product Backlog Item"]
    assert boards.fields("State") == ["Done"]


def test_a_type_that_cannot_be_closed(boards: BoardsStandIn, night_on_azure: Job) -> None:
    boards.kinds["Task"] = {"New": "Proposed"}
    outcome(night_on_azure, drift())
    done = night_on_azure.issue(no_drift())
    assert (done.code, "no state of a Task is of the category Completed" in done.error) == (2, True)
    assert "--work-item-type" in done.error
