"""One thread for each stack in Azure DevOps: open while somebody has to look at it."""

from typing import Any

import pytest

from tests.forge.conftest import Job, report
from tests.forge.stand_ins import BUILD_SERVICE, LOST, PERSON, Asked, AzureStandIn, Reply


def test_a_thread_is_begun_edited_closed_and_opened_again(azure: AzureStandIn, on_azure: Job) -> None:
    first = on_azure.comment(report("12"), "--json").told
    assert (first["outcome"], first["author"]) == ("posted", BUILD_SERVICE)
    assert first["url"] == f"{azure.url}/contoso/Mail%20Access/_git/1f/pullrequest/7?discussionId=1"
    assert azure.threads[1]["status"] == "active"

    neutral = report("nothing", verdict="neutral")
    assert on_azure.comment(neutral, "--json").told["outcome"] == "edited"
    assert azure.threads[1]["status"] == "closed"
    assert azure.texts() == [neutral]

    on_azure.comment(report("13"))
    assert (len(azure.threads), azure.threads[1]["status"]) == (1, "active")

    azure.asked.clear()
    assert "says so already" in on_azure.comment(report("13")).out
    assert azure.written == []


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ({"verdict": "neutral"}, "closed"),
        ({"verdict": "narrowing"}, "active"),
        ({"verdict": "neutral", "complete": False}, "active"),
        ({"verdict": None}, "active"),
    ],
)
def test_only_a_whole_and_neutral_report_needs_nobody(
    azure: AzureStandIn, on_azure: Job, told: dict[str, Any], status: str
) -> None:
    on_azure.comment(report(**told))
    assert [thread["status"] for thread in azure.threads.values()] == [status]


def test_threads_of_others_and_answers_in_ours_stay_as_they_are(azure: AzureStandIn, on_azure: Job) -> None:
    azure.say(PERSON, report("forged"))
    system = azure.say(BUILD_SERVICE, report("a vote"))
    azure.threads[system]["comments"][0]["commentType"] = "system"
    deleted = azure.say(BUILD_SERVICE, report("deleted"))
    azure.threads[deleted]["comments"][0]["isDeleted"] = True
    on_azure.comment(report("one"))
    azure.threads[4]["comments"].append({"id": 2, "author": {"id": PERSON}, "content": report("me, too")})

    on_azure.comment(report("two"))

    assert azure.texts(PERSON) == [report("forged"), report("me, too")]
    assert azure.texts() == [report("a vote"), report("two")]


def test_one_that_a_person_resolved_stays_so_until_the_report_changes(
    azure: AzureStandIn, on_azure: Job
) -> None:
    on_azure.comment(report("one"))
    azure.threads[1]["status"] = "fixed"
    on_azure.comment(report("one"))
    assert azure.threads[1]["status"] == "fixed"
    on_azure.comment(report("two"))
    assert azure.threads[1]["status"] == "active"


@pytest.mark.parametrize("refused", ["threads/1", "threads/1/comments/1"])
def test_what_was_half_done_is_done_by_the_next_run(azure: AzureStandIn, on_azure: Job, refused: str) -> None:
    on_azure.comment(report("one"))

    def fault(asked: Asked) -> Reply | None:
        half = asked.method == "PATCH" and asked.path.endswith(refused)
        return Reply(400, {"message": "no"}) if half else None

    azure.before = fault
    assert on_azure.comment(report("none", verdict="neutral")).code == 2
    azure.before = lambda _: None
    on_azure.comment(report("none", verdict="neutral"))
    assert (azure.texts(), azure.threads[1]["status"]) == ([report("none", verdict="neutral")], "closed")


def test_lost_answers_leave_one_thread(azure: AzureStandIn, on_azure: Job) -> None:
    faults = {"POST threads": LOST, "GET threads": None, "GET connectionData": None}
    azure.after = lambda asked: faults.pop(asked.key, None)
    assert on_azure.comment(report()).code == 0
    assert azure.texts() == [report()]


def test_several_of_ours_become_one(azure: AzureStandIn, on_azure: Job) -> None:
    for text in ("one", "two", "three"):
        azure.say(BUILD_SERVICE, report(text))
    assert on_azure.comment(report("four"), "--json").told["removed"] == 2
    assert azure.texts() == [report("four")]


def test_a_list_that_goes_on_is_read_to_its_end(azure: AzureStandIn, on_azure: Job) -> None:
    azure.say(BUILD_SERVICE, report("one"))

    def first_page(asked: Asked) -> Reply | None:
        if asked.key != "GET threads" or "continuationToken" in asked.query:
            return None
        return Reply(200, {"value": []}, {"x-ms-continuationtoken": "2 &"})

    azure.before = first_page
    assert on_azure.comment(report("two"), "--json").told["outcome"] == "edited"
    assert azure.asked[-1].method == "PATCH"


def test_a_report_may_be_longer_here(on_azure: Job) -> None:
    assert on_azure.comment(report("x" * 140_000)).code == 0
    done = on_azure.comment(report("x" * 150_000))
    assert (done.code, "--format azure-comment" in done.error) == (2, True)
