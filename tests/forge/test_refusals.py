"""What forges say instead of an answer: a clear error with a remedy and exit code 2, never a silent pass."""

import os
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from requests.structures import CaseInsensitiveDict

from mailgrant.errors import ForgeError
from mailgrant.forge.github import GitHub
from mailgrant.forge.pace import delay
from mailgrant.forge.settings import GitHubPlace
from tests.forge.conftest import Job, report
from tests.forge.stand_ins import ACTIONS, LOST, TOKEN, Asked, AzureStandIn, GitHubStandIn, Reply

HTML = "<!DOCTYPE html><html><script>alert(1)</script></html>"
NOW = datetime(2027, 1, 1, tzinfo=UTC)


REFUSALS: list[tuple[Reply, list[str]]] = [
    (Reply(401, {"message": "Bad credentials"}), ["HTTP 401): Bad credentials", "${{ github.token }}"]),
    (
        Reply(403, {"message": "Resource not accessible by integration"}),
        ["Resource not accessible by integration", "permissions: pull-requests: write", "forks"],
    ),
    (Reply(404, {"message": "Not Found"}), ["HTTP 404", "Is there such a pull request"]),
    (Reply(422, {"message": "Validation Failed"}), ["Validation Failed", "locked"]),
    (Reply(500, HTML), ["HTTP 500): without a reason", "Run the job again"]),
    (
        Reply(429, {"message": "slow"}, {"Retry-After": "7200"}),
        ["left alone for 7200 seconds", "after that"],
    ),
    (
        Reply(
            403,
            {"message": "API rate limit exceeded"},
            {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "4102444800"},
        ),
        ["left alone for", "API rate limit exceeded"],
    ),
    (
        Reply(301, {"message": "Moved Permanently"}, {"Location": "https://elsewhere.invalid/"}),
        ["HTTP 301"],
    ),
    (Reply(200, HTML), ["gave no JSON (HTTP 200)", "page to sign in"]),
    (Reply(401, {"message": f"no such token: {TOKEN}\n::error::x"}), ["no such token: …"]),
    (LOST, ["does not answer (ConnectionError)", "status page"]),
]
# What nothing is read of when it answers an edit.
ODD: list[tuple[Reply, list[str]]] = [
    (Reply(200, {"message": "odd"}), ["not what it documents"]),
    (Reply(200, [{"id": "x", "user": {"login": "y"}}]), ["not what it documents"]),
    (Reply(200, [17]), ["not what it documents"]),
]


@pytest.mark.parametrize(
    ("method", "reply", "said"),
    [*(("GET", *case) for case in [*REFUSALS, *ODD]), *(("PATCH", *case) for case in REFUSALS)],
)
def test_github_refuses(
    github: GitHubStandIn, on_github: Job, method: str, reply: Reply, said: list[str]
) -> None:
    github.say(ACTIONS, report("old"))
    github.before = lambda asked: reply if asked.method == method else None
    done = on_github.comment(report("new"))
    assert done.code == 2
    for part in said:
        assert part in done.error
    assert "<" not in done.error
    assert done.out.startswith("::error title=mailgrant::")
    assert len(done.out.splitlines()) == 1
    assert github.texts() == [report("old")]


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (Reply(203, HTML), ["HTTP 203", "SYSTEM_ACCESSTOKEN: $(System.AccessToken)"]),
        (
            Reply(302, HTML, {"Location": "https://spsprodweu.invalid/_signin"}),
            ["HTTP 302", "SYSTEM_ACCESSTOKEN"],
        ),
        (Reply(401, ""), ["HTTP 401"]),
        (
            Reply(403, {"message": "TF401027: You need the Git 'PullRequestContribute' permission"}),
            ["TF401027", '"Contribute to pull requests"', "Build Service"],
        ),
        (Reply(404, {"message": "TF401180"}), ["TF401180", "Is there such a pull request"]),
        (Reply(429, {"message": "TF400733"}, {"Retry-After": "300"}), ["left alone for 300 seconds"]),
        (Reply(503, HTML), ["HTTP 503"]),
        (Reply(200, []), ["not what it documents"]),
        (Reply(200, {"value": [{"id": 1}]}), ["not what it documents"]),
    ],
)
def test_azure_devops_refuses(azure: AzureStandIn, on_azure: Job, reply: Reply, said: list[str]) -> None:
    azure.before = lambda asked: reply if asked.key == "GET threads" else None
    done = on_azure.comment(report())
    assert done.code == 2
    for part in said:
        assert part in done.error
    assert done.out.startswith("##vso[task.logissue type=error]mailgrant: Azure DevOps")
    assert azure.written == []


def test_who_asks_is_refused(azure: AzureStandIn, on_azure: Job) -> None:
    azure.before = lambda _: Reply(200, {"authenticatedUser": None})
    assert "not what it documents" in on_azure.comment(report()).error
    assert len(azure.asked) == 1


@pytest.mark.parametrize("status", [429, 403])
def test_a_short_wait_is_waited_for(github: GitHubStandIn, on_github: Job, status: int) -> None:
    waits = [Reply(status, {"message": "wait"}, {"retry-after": "0"}) for _ in range(2)]
    github.before = lambda asked: waits.pop() if waits and asked.method == "POST" else None
    assert on_github.comment(report()).code == 0
    assert github.written == ["POST"] * 3
    assert github.texts() == [report()]


def test_what_passes_is_asked_again(github: GitHubStandIn, on_github: Job) -> None:
    github.say(ACTIONS, report("old"))
    faults = [Reply(502, HTML), LOST]
    github.before = lambda asked: faults.pop() if faults and asked.method == "PATCH" else None
    assert on_github.comment(report("new")).code == 0
    assert github.texts() == [report("new")]


def test_a_forge_that_is_silent(github: GitHubStandIn) -> None:
    ended = threading.Event()

    def silent(_: Asked) -> None:
        ended.wait(20)

    github.before = silent
    slow = GitHub(GitHubPlace(github.url, "contoso/mail", 7, ACTIONS, TOKEN), timeout=(1, 0.1))
    with pytest.raises(ForgeError, match=r"does not answer \(ReadTimeout\)") as caught:
        list(slow.comments())
    ended.set()
    assert caught.value.answer_lost


def test_the_token_goes_to_no_other_host(github: GitHubStandIn, on_github: Job) -> None:
    for _ in range(101):
        github.say("somebody", "hello")
    github.pages_at = "http://127.0.0.2:9"
    done = on_github.comment(report())
    assert "an address is at another host than" in done.error
    assert len(github.asked) == 1


def test_pages_that_go_round_in_a_circle_end(github: GitHubStandIn, on_github: Job) -> None:
    link = f'<{github.url}/repos/contoso/mail/issues/7/comments?per_page=100>; rel="next"'
    github.before = lambda _: Reply(200, [], {"Link": link})
    assert "in a circle" in on_github.comment(report()).error
    assert len(github.asked) == 2


@pytest.mark.parametrize(
    ("status", "headers", "said", "seconds"),
    [
        (200, {"retry-after": "5"}, "", None),
        (403, {}, "Resource not accessible by integration", None),
        (403, {"X-RateLimit-Remaining": "12"}, "Forbidden", None),
        (403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(NOW.timestamp()) + 90)}, "", 90),
        (403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1"}, "", 0),
        (429, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "soon"}, "", 60),
        (403, {}, "You have exceeded a secondary rate limit.", 60),
        (429, {}, "", 60),
        (429, {"Retry-After": "12"}, "", 12),
        (429, {"Retry-After": "Fri, 01 Jan 2027 00:01:30 GMT"}, "", 90),
        (429, {"Retry-After": "Thu, 31 Dec 2026 00:01:30 GMT"}, "", 0),
        (429, {"Retry-After": "tomorrow"}, "", 60),
    ],
)
def test_how_long_a_forge_wants_to_be_left_alone(
    status: int, headers: dict[str, str], said: str, seconds: float | None
) -> None:
    assert delay(status, CaseInsensitiveDict(headers), said, NOW) == seconds


def test_the_command_ends_with_2_and_no_traceback(
    github: GitHubStandIn, on_github: Job, tmp_path: Path
) -> None:
    file = tmp_path / "report.md"
    file.write_text(report())
    github.before = lambda _: Reply(403, {"message": "Resource not accessible by integration"})
    done = subprocess.run(
        [sys.executable, "-m", "mailgrant.cli", "comment", "--report", str(file)],
        env={"PATH": os.environ["PATH"], **on_github.environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "error: GitHub refused (HTTP 403)" in done.stderr
    assert "Traceback" not in done.stderr
    assert TOKEN not in done.stdout + done.stderr
