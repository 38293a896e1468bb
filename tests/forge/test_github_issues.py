"""One issue for each stack at GitHub: opened, edited, closed, opened again, and never there twice."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from mailgrant.forge.findings import read
from mailgrant.forge.github_issues import GitHubIssues
from mailgrant.forge.issue_pages import page
from mailgrant.forge.issues import Outcome, keep
from mailgrant.forge.projects import GitHubProject
from tests.forge.conftest import Job, drift, no_drift
from tests.forge.issue_stand_ins import IssuesStandIn
from tests.forge.stand_ins import ACTIONS, LOST, TOKEN, Asked, Reply


def outcome(job: Job, text: str | None, *options: str, problems: tuple[str, ...] = ()) -> str:
    done = job.issue(text, "--json", *options, problems=problems)
    assert done.code == 0, done.error
    return str(done.told["outcome"])


def test_a_night_after_the_other(issues: IssuesStandIn, at_night: Job) -> None:
    assert outcome(at_night, no_drift()) == "nothing"
    assert issues.written == ["POST"]  # who we are, which changes nothing

    first = at_night.issue(drift("12 mailboxes"), "--json").told
    assert first == {
        "forge": "github",
        "stack": "mail/prod",
        "outcome": "opened",
        "url": "https://github.com/contoso/mail/issues/1",
        "author": ACTIONS,
        "open": True,
        "duplicates": 0,
        "warnings": [],
    }
    assert issues.found[1]["title"] == "mailgrant: mail/prod needs a look"
    assert "### mailgrant drift: 12 mailboxes" in issues.found[1]["body"]
    assert "<!-- mailgrant:drift" not in issues.found[1]["body"]

    issues.asked.clear()
    assert outcome(at_night, drift("12 mailboxes")) == "unchanged"
    assert "PATCH" not in issues.written

    assert outcome(at_night, drift("14 mailboxes", hash="cd34")) == "edited"
    assert "14 mailboxes" in issues.found[1]["body"]
    assert issues.states == ["open"]

    assert outcome(at_night, no_drift()) == "closed"
    assert (issues.states, issues.found[1]["state_reason"]) == (["closed"], "completed")
    assert "All is well with `mail/prod`" in issues.found[1]["body"]
    assert "14 mailboxes" not in issues.found[1]["body"]

    issues.asked.clear()
    assert outcome(at_night, no_drift()) == "unchanged"
    assert "PATCH" not in issues.written

    assert outcome(at_night, drift("14 mailboxes", hash="cd34")) == "reopened"
    assert (issues.states, issues.found[1]["state_reason"]) == (["open"], "reopened")


def test_what_other_steps_say_opens_it_too(issues: IssuesStandIn, at_night: Job) -> None:
    assert outcome(at_night, no_drift(), problems=("", " \n\t\r\n")) == "nothing"
    assert outcome(at_night, no_drift(), problems=("", "error: rotation of poller failed")) == "opened"
    assert "### `step-1.txt`\n\n```text\nerror: rotation of poller failed\n```\n" in issues.found[1]["body"]
    assert outcome(at_night, no_drift(), problems=("poller ends in 13 days", "")) == "edited"
    assert outcome(at_night, no_drift(), problems=("", "")) == "closed"


@pytest.mark.parametrize(
    "report",
    [
        drift("failed", hash=None, verdict="failed", complete=False, changes=None),
        no_drift(hash=None),
        no_drift(complete=False),
        no_drift(verdict="broadening"),
        no_drift(changes=False),
        no_drift(changes=None),
        drift(verdict="neutral"),  # something differs, and nobody can do more for it
    ],
)
def test_what_is_not_known_to_be_well_is_open(issues: IssuesStandIn, at_night: Job, report: str) -> None:
    assert outcome(at_night, report) == "opened"
    assert outcome(at_night, report) == "unchanged"
    assert issues.states == ["open"]


def test_without_a_report_the_issue_of_the_stack_says_so(issues: IssuesStandIn, at_night: Job) -> None:
    done = at_night.issue(None)
    assert (done.code, issues.asked) == (2, [])
    assert "drift.md: cannot be read" in done.error
    assert "--stack PROJECT/STACK" in done.error

    assert outcome(at_night, None, "--stack", "mail/prod") == "opened"
    assert "drift.md: cannot be read: No such file or directory" in issues.found[1]["body"]
    assert outcome(at_night, "Traceback", "--stack", "mail/prod") == "edited"
    assert "is not the marker of a drift report" in issues.found[1]["body"]
    assert outcome(at_night, no_drift(), "--stack", "mail/prod") == "closed"

    other = at_night.issue(no_drift(), "--stack", "mail/dev")
    assert (other.code, "is of mail/prod, and not of mail/dev" in other.error) == (2, True)


def test_a_step_that_did_not_write_its_file_is_a_problem(
    issues: IssuesStandIn, at_night: Job, tmp_path: Path
) -> None:
    assert outcome(at_night, no_drift(), "--problem", str(tmp_path / "rotation.txt")) == "opened"
    assert "rotation.txt: cannot be read: No such file" in issues.found[1]["body"]


def test_who_closes_it_has_seen_it(issues: IssuesStandIn, at_night: Job) -> None:
    outcome(at_night, drift(hash="ab12"), problems=("ends in 13 days",))
    issues.found[1] |= {"state": "closed", "state_reason": "not_planned"}
    same = at_night.issue(drift(hash="ab12"), problems=("ends in 13 days",))
    assert "says so already, and is closed" in same.out
    assert (issues.states, issues.found[1]["state_reason"]) == (["closed"], "not_planned")

    # In other words it is still the same.
    assert outcome(at_night, drift("put otherwise", hash="ab12"), problems=("ends in 13 days",)) == "edited"
    assert issues.states == ["closed"]

    assert outcome(at_night, drift(hash="ab12"), problems=("ends in 12 days",)) == "reopened"
    issues.found[1]["state"] = "closed"
    assert outcome(at_night, drift(hash="cd34"), problems=("ends in 12 days",)) == "reopened"


def test_what_was_seen_is_new_again_after_all_was_well(issues: IssuesStandIn, at_night: Job) -> None:
    outcome(at_night, drift())
    issues.found[1]["state"] = "closed"
    assert outcome(at_night, no_drift()) == "edited"
    assert issues.states == ["closed"]
    assert outcome(at_night, drift()) == "reopened"


@pytest.mark.parametrize(
    ("report", "options"),
    [
        (drift("failed", hash=None, verdict="failed", complete=False), ()),
        (None, ("--stack", "mail/prod")),
    ],
)
def test_nobody_can_have_seen_what_could_not_be_looked_at(
    issues: IssuesStandIn, at_night: Job, report: str | None, options: tuple[str, ...]
) -> None:
    outcome(at_night, report, *options)
    issues.found[1]["state"] = "closed"
    assert outcome(at_night, report, *options) == "reopened"
    assert issues.states == ["open"]


def test_an_issue_that_somebody_opens_again_although_all_is_well_stays_open(
    issues: IssuesStandIn, at_night: Job
) -> None:
    outcome(at_night, drift())
    outcome(at_night, no_drift())
    issues.found[1]["state"] = "open"
    assert outcome(at_night, no_drift()) == "unchanged"
    assert issues.states == ["open"]
    outcome(at_night, drift())
    assert outcome(at_night, no_drift()) == "closed"


def test_each_stack_has_its_own(issues: IssuesStandIn, at_night: Job) -> None:
    for stack in ("mail/prod", "mail/dev", "mail/prod-2"):
        outcome(at_night, drift(stack=stack))
    assert outcome(at_night, no_drift(stack="mail/dev")) == "closed"
    assert issues.states == ["open", "closed", "open"]


@pytest.mark.parametrize("minds", [True, False])
def test_it_is_found_on_the_third_page_among_pull_requests_and_closed_ones(
    issues: IssuesStandIn,
    at_night: Job,
    minds: bool,  # noqa: FBT001
) -> None:
    issues.minds_creator = minds
    outcome(at_night, drift("ours"))
    ours = issues.found.pop(1)
    issues.say("mallory", ours["body"])  # forged
    issues.say(None, ours["body"])  # whose author has left
    for number in range(250):
        pull_request = {"pull_request": {"url": "x"}} if number % 2 else {}
        text = ours["body"] if number % 2 else (f"> {ours['body']}", None, "")[number % 3]
        issues.say(ACTIONS, text, state="closed" if number % 5 else "open", **pull_request)
    before = {number: dict(one) for number, one in issues.found.items()}
    issues.found[900] = ours | {"number": 900, "state": "closed"}

    assert outcome(at_night, drift("other", hash="cd34")) == "reopened"

    assert {number: issues.found[number] for number in before} == before
    assert "### mailgrant drift: other" in issues.found[900]["body"]
    assert len(issues.found) == len(before) + 1
    pages = [asked.query for asked in issues.asked if asked.method == "GET"][-3:]
    assert [query.get("page") for query in pages] == [None, ["2"], ["3"]]
    assert all(query["state"] == ["all"] and query["per_page"] == ["100"] for query in pages)


@pytest.mark.parametrize("edited", ["nothing to see here", "- [x] approved\n"])
def test_what_a_person_wrote_into_it_is_replaced_and_the_title_is_theirs(
    issues: IssuesStandIn, at_night: Job, edited: str
) -> None:
    outcome(at_night, drift())
    written = issues.found[1]["body"]
    issues.found[1] |= {"body": written.partition("\n")[0] + "\n" + edited, "title": "OPS-12"}
    assert outcome(at_night, drift()) == "edited"
    assert (issues.found[1]["body"], issues.found[1]["title"]) == (written, "OPS-12")


def test_line_ends_that_a_forge_changes_are_no_change(issues: IssuesStandIn, at_night: Job) -> None:
    outcome(at_night, drift())
    issues.found[1]["body"] = issues.found[1]["body"].replace("\n", "\r\n").rstrip()
    assert outcome(at_night, drift()) == "unchanged"


@pytest.mark.parametrize("lost", [LOST, Reply(502, "<html>Bad Gateway</html>")])
def test_after_a_lost_answer_it_is_looked_for_before_it_is_opened_again(
    issues: IssuesStandIn, at_night: Job, lost: Reply
) -> None:
    issues.after = lambda asked: lost if asked.key == "POST issues" else None  # done, and not told
    assert outcome(at_night, drift()) == "opened"
    assert issues.states == ["open"]


def test_what_was_lost_before_it_was_done_is_opened_a_second_time(
    issues: IssuesStandIn, at_night: Job
) -> None:
    faults = iter([LOST])
    issues.before = lambda asked: next(faults, None) if asked.key == "POST issues" else None
    assert outcome(at_night, drift()) == "opened"
    assert issues.states == ["open"]


def test_two_jobs_at_once_leave_one_open(issues: IssuesStandIn, tmp_path: Path) -> None:
    file = tmp_path / "drift.md"
    file.write_text(drift())
    wanted = page(read(file, (), None), 60_000)
    both = Barrier(2, timeout=20)

    def together(asked: Asked) -> None:
        if asked.key == "POST issues":
            both.wait()  # each has looked, and found nothing

    issues.before = together
    place = GitHubProject(issues.url, "", "contoso/mail", ACTIONS, TOKEN)
    with ThreadPoolExecutor(2) as jobs:
        done = list(jobs.map(lambda _: keep(GitHubIssues(place), wanted), range(2)))

    assert {one.outcome for one in done} == {Outcome.OPENED}
    assert sorted(issues.states) == ["closed", "open"]
    assert {one.issue and one.issue.id for one in done} == {1}
    assert issues.found[2]["body"] == "#1 says the same, and is older.\n"
    assert issues.found[2]["state_reason"] == "not_planned"

    issues.asked.clear()
    assert keep(GitHubIssues(place), wanted).outcome == Outcome.UNCHANGED
    assert issues.written == []


def test_several_of_ours_become_one(issues: IssuesStandIn, at_night: Job) -> None:
    outcome(at_night, drift("old"))
    for _ in range(2):
        issues.say(ACTIONS, issues.found[1]["body"])
    assert at_night.issue(drift("new", hash="cd34"), "--json").told["duplicates"] == 2
    assert issues.states == ["open", "closed", "closed"]
    assert at_night.issue(no_drift(), "--json").told["duplicates"] == 0


@pytest.mark.parametrize("status", [404, 410])
def test_an_issue_that_somebody_deletes_meanwhile_is_opened_anew(
    issues: IssuesStandIn, at_night: Job, status: int
) -> None:
    outcome(at_night, drift("old"))

    def vanish(asked: Asked) -> Reply | None:
        gone = issues.found.pop(1, None) if asked.method == "PATCH" else None
        return Reply(status, {"message": "This issue was deleted"}) if gone else None

    issues.before = vanish
    assert outcome(at_night, drift("new", hash="cd34")) == "opened"
    assert (list(issues.found), issues.states) == ([2], ["open"])


@pytest.mark.parametrize("options", [(), ("--author", "mail-app[bot]")])
def test_a_token_of_another_application_finds_its_own(
    issues: IssuesStandIn, at_night: Job, options: tuple[str, ...]
) -> None:
    issues.author = issues.viewer = "mail-app[bot]"
    assert outcome(at_night, drift("one"), *options) == "opened"
    assert outcome(at_night, drift("two", hash="cd34"), *options) == "edited"
    assert outcome(at_night, no_drift(), *options) == "closed"
    assert issues.states == ["closed"]


@pytest.mark.parametrize("viewer", ["", "github-actions"])
def test_a_forge_that_does_not_say_who_we_are(issues: IssuesStandIn, at_night: Job, viewer: str) -> None:
    issues.viewer = viewer
    assert outcome(at_night, drift()) == "opened"
    assert outcome(at_night, drift()) == "unchanged"
    issues.before = lambda asked: Reply(403, {"message": "no"}) if asked.path == "/graphql" else None
    assert outcome(at_night, drift()) == "unchanged"
    assert at_night.issue(drift(), GITHUB_GRAPHQL_URL=None).code == 0
    assert len(issues.found) == 1


def test_of_an_application_that_nobody_names_one_is_left_and_it_is_told(
    issues: IssuesStandIn, at_night: Job
) -> None:
    issues.author, issues.viewer = "mail-app[bot]", ""
    outcome(at_night, drift("one"))
    done = at_night.issue(drift("two", hash="cd34"))
    assert "::warning title=mailgrant::the token posts as mail-app[bot]: give --author" in done.out
    assert issues.states == ["open", "closed"]
    assert "### mailgrant drift: two" in issues.found[1]["body"]


def test_a_pull_request_from_a_fork_is_left_alone(
    issues: IssuesStandIn, at_night: Job, tmp_path: Path
) -> None:
    file = tmp_path / "event.json"
    file.write_text(
        '{"pull_request": {"head": {"repo": null}, "base": {"repo": {"full_name": "contoso/mail"}}}}'
    )
    done = at_night.issue(None, "--json", GITHUB_EVENT_PATH=str(file), GITHUB_TOKEN=None)
    assert (done.code, done.told["outcome"], issues.asked) == (0, "skipped", [])
    assert "nothing was done" in at_night.issue(None, GITHUB_EVENT_PATH=str(file)).out
