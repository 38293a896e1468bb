"""One comment for each stack at GitHub, whoever else writes there, and whatever is lost on the way."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from mailgrant.forge.comments import Outcome, show
from mailgrant.forge.github import GitHub
from mailgrant.forge.reports import read
from mailgrant.forge.settings import GitHubPlace
from tests.forge.conftest import Job, report
from tests.forge.stand_ins import ACTIONS, LOST, TOKEN, Asked, GitHubStandIn, Reply


def test_a_report_is_posted_then_edited_in_place_then_left_alone(
    github: GitHubStandIn, on_github: Job
) -> None:
    first = on_github.comment(report("12 mailboxes"), "--json")
    assert (first.code, first.told["outcome"], first.told["stack"]) == (0, "posted", "mail/prod")
    assert first.told["url"] == "https://github.com/contoso/mail/pull/7#issuecomment-1"

    second = on_github.comment(report("14 mailboxes", hash="cd34", verdict="narrowing"))
    assert "brought up to date" in second.out
    assert list(github.found) == [1]
    assert "14 mailboxes" in github.found[1]["body"]

    github.asked.clear()
    assert (
        "says so already" in on_github.comment(report("14 mailboxes", hash="cd34", verdict="narrowing")).out
    )
    assert github.written == []
    assert github.asked[0].headers["X-GitHub-Api-Version"] == "2022-11-28"


def test_each_stack_has_its_own(github: GitHubStandIn, on_github: Job) -> None:
    for stack in ("mail/prod", "mail/dev", "mail/prod-2"):
        on_github.comment(report(stack, stack=stack))
    on_github.comment(report("again", stack="mail/dev"))
    assert [text.split()[-1] for text in github.texts()] == ["mail/prod", "again", "mail/prod-2"]


def test_it_is_found_on_the_third_page_behind_what_others_say(github: GitHubStandIn, on_github: Job) -> None:
    others = [report("forged"), "LGTM", f"> {report()}", "", report().replace("-->", "")]
    for number in range(250):
        github.say("mallory", others[number % len(others)])
    github.say(ACTIONS, f"coverage: 80 %\n{report('quoted below the first line')}")
    github.found[3]["user"] = None  # whose author has left
    github.found[4]["body"] = None
    before = {number: dict(one) for number, one in github.found.items()}

    on_github.comment(report("one"))
    on_github.comment(report("two"))

    assert {number: github.found[number] for number in before} == before
    assert github.texts()[1:] == [report("two")]
    pages = [asked.query["per_page"] for asked in github.asked if asked.method == "GET"]
    assert set(map(tuple, pages)) == {("100",)}
    assert len(pages) == 3 + 3 + 3  # before and after it was posted; before it was edited


@pytest.mark.parametrize(
    "edited",
    [report("nothing changes here", verdict="neutral"), report().replace("\n", "\n\n- [x] approved\n", 1)],
)
def test_what_a_person_wrote_into_it_is_replaced(github: GitHubStandIn, on_github: Job, edited: str) -> None:
    on_github.comment(report())
    github.found[1]["body"] = edited
    assert on_github.comment(report(), "--json").told["outcome"] == "edited"
    assert github.texts() == [report()]


def test_line_ends_that_a_forge_changes_are_no_change(github: GitHubStandIn, on_github: Job) -> None:
    on_github.comment(report())
    github.found[1]["body"] = report().replace("\n", "\r\n").rstrip()
    assert on_github.comment(report(), "--json").told["outcome"] == "unchanged"


@pytest.mark.parametrize("lost", [LOST, Reply(502, "<html>Bad Gateway</html>")])
def test_after_a_lost_answer_it_is_looked_for_before_it_is_posted_again(
    github: GitHubStandIn, on_github: Job, lost: Reply
) -> None:
    github.after = lambda asked: lost if asked.method == "POST" else None  # done, and not told
    done = on_github.comment(report(), "--json")
    assert (done.code, done.told["outcome"]) == (0, "posted")
    assert github.texts() == [report()]
    assert github.written == ["POST"]


def test_what_was_lost_before_it_was_done_is_posted_a_second_time(
    github: GitHubStandIn, on_github: Job
) -> None:
    faults = iter([LOST])
    github.before = lambda asked: next(faults, None) if asked.method == "POST" else None
    assert on_github.comment(report()).code == 0
    assert github.texts() == [report()]
    assert github.written == ["POST", "POST"]


def test_what_cannot_be_posted_is_an_error_and_nothing_is_tried_for_ever(
    github: GitHubStandIn, on_github: Job
) -> None:
    github.before = lambda asked: Reply(503, {"message": "Unavailable"}) if asked.method == "POST" else None
    done = on_github.comment(report())
    assert done.code == 2
    assert "GitHub refused (HTTP 503): Unavailable" in done.error
    assert "status page" in done.error
    assert github.written == ["POST", "POST"]


def test_two_jobs_at_once_leave_one_comment(github: GitHubStandIn, tmp_path: Path) -> None:
    file = tmp_path / "report.md"
    file.write_text(report())
    both = Barrier(2, timeout=20)

    def together(asked: Asked) -> None:
        if asked.method == "POST":
            both.wait()  # each has looked, and found nothing

    github.before = together
    place = GitHubPlace(github.url, "contoso/mail", 7, ACTIONS, TOKEN)

    with ThreadPoolExecutor(2) as jobs:
        done = list(jobs.map(lambda _: show(GitHub(place), read(file, "markdown")), range(2)))

    assert {one.outcome for one in done} == {Outcome.POSTED}
    assert github.texts() == [report()]
    assert github.written.count("POST") == 2


def test_a_comment_that_somebody_deletes_meanwhile_is_posted_anew(
    github: GitHubStandIn, on_github: Job
) -> None:
    number = github.say(ACTIONS, report("old"))

    def vanish(asked: Asked) -> None:
        if asked.method == "PATCH":
            github.found.pop(number, None)

    github.before = vanish
    assert on_github.comment(report("new")).code == 0
    assert github.texts() == [report("new")]


@pytest.mark.parametrize("options", [(), ("--author", "mail-app[bot]")])
def test_a_token_of_another_application_leaves_one_comment_and_is_told_its_name(
    github: GitHubStandIn, on_github: Job, options: tuple[str, ...]
) -> None:
    github.author = "mail-app[bot]"
    for text in ("one", "two", "three"):
        assert on_github.comment(report(text), *options).code == 0
    assert github.texts("mail-app[bot]") == [report("three")]
    assert list(github.found) == [1]
    assert github.written == (
        ["POST", "PATCH", "PATCH"]
        if options
        else ["POST", "POST", "PATCH", "DELETE", "POST", "PATCH", "DELETE"]
    )


def test_an_answer_to_a_token_of_another_application_is_lost(github: GitHubStandIn, on_github: Job) -> None:
    github.author = "mail-app[bot]"
    faults = [LOST]
    github.after = lambda asked: faults.pop() if faults and asked.method == "POST" else None
    done = on_github.comment(report())
    assert (
        "::warning title=mailgrant::the token posts as mail-app[bot]: give --author 'mail-app[bot]'"
        in done.out
    )
    assert github.texts("mail-app[bot]") == [report()]


def test_a_report_that_no_comment_can_hold_is_refused_before_anything_is_asked(
    github: GitHubStandIn, on_github: Job
) -> None:
    longest = report("x" * (65_535 - len(report(""))))
    assert on_github.comment(longest).code == 0
    github.asked.clear()

    done = on_github.comment(longest + "x")
    assert done.code == 2
    assert "65,536 letters are more than the 65,535" in done.error
    assert "preview-report --stack NAME --format markdown" in done.error
    assert on_github.comment(report("🦉" * 40_000)).code == 2  # two units each, as browsers count
    assert github.asked == []
