"""Where a report goes: read from the job, and what is not there is told with the way to set it."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.forge.conftest import Job, report
from tests.forge.stand_ins import AzureStandIn, GitHubStandIn


def event(folder: Path, told: Any) -> str:
    file = folder / "event.json"
    file.write_text(told if isinstance(told, str) else json.dumps(told))
    return str(file)


def pull_request(head: Any, number: int = 7, *, fork: bool = False) -> dict[str, Any]:
    base = {"repo": {"full_name": "contoso/mail", "fork": fork}}
    return {"pull_request": {"number": number, "head": {"repo": head}, "base": base}}


SAME: dict[str, Any] = {"full_name": "contoso/mail", "fork": True}  # of a repository that was forked itself


@pytest.mark.parametrize(
    ("told", "ref", "options"),
    [
        (pull_request(SAME, fork=True), "refs/heads/main", ()),
        ({"issue": {"number": 7, "pull_request": {}}}, "refs/pull/7/merge", ()),
        ({"issue": {"number": 7, "pull_request": {"url": "x"}}}, "refs/heads/main", ()),
        ({}, "refs/pull/7/merge", ()),
        ({}, "refs/heads/main", ("--pull-request", "7")),
        (pull_request(SAME, number=8), "refs/pull/9/merge", ("--pull-request", "7")),
    ],
)
def test_the_number_of_the_pull_request(
    github: GitHubStandIn, on_github: Job, tmp_path: Path, told: Any, ref: str, options: tuple[str, ...]
) -> None:
    done = on_github.comment(report(), *options, GITHUB_EVENT_PATH=event(tmp_path, told), GITHUB_REF=ref)
    assert done.code == 0
    assert github.texts() == [report()]


@pytest.mark.parametrize("head", [{"full_name": "mallory/mail", "fork": True}, None, {}])
def test_a_pull_request_from_a_fork_gets_no_comment_and_the_job_does_not_fail(
    github: GitHubStandIn, on_github: Job, tmp_path: Path, head: Any
) -> None:
    path = event(tmp_path, pull_request(head))
    nothing = ("--report", str(tmp_path / "nowhere"), "--summary", str(tmp_path / "nowhere"))
    done = on_github.comment(report(), *nothing, "--json", GITHUB_EVENT_PATH=path, GITHUB_TOKEN=None)
    assert (done.code, done.told["outcome"], done.told["url"]) == (0, "skipped", None)
    assert "another repository" in done.told["warnings"][0]
    line, said = on_github.comment(report(), GITHUB_EVENT_PATH=path).out.splitlines()
    assert said == "nothing was posted"
    assert line.startswith(
        "::warning title=mailgrant::no comment: the pull request comes from another repository"
    )
    assert github.asked == []


def test_a_fork_in_azure_devops(azure: AzureStandIn, on_azure: Job) -> None:
    done = on_azure.comment(report(), "--json", SYSTEM_PULLREQUEST_ISFORK="True", SYSTEM_ACCESSTOKEN=None)
    assert (done.code, done.told["outcome"]) == (0, "skipped")
    assert azure.asked == []


def test_a_repository_at_github_with_its_pipeline_in_azure(github: GitHubStandIn, on_github: Job) -> None:
    there = {
        "GITHUB_ACTIONS": None,
        "GITHUB_REF": None,
        "TF_BUILD": "True",
        "BUILD_REPOSITORY_PROVIDER": "GitHub",
    }
    options = ("--forge", "github", "--pull-request", "7")
    fork = on_github.comment(report(), *options, "--json", **there, SYSTEM_PULLREQUEST_ISFORK="True")
    assert (fork.told["outcome"], github.asked) == ("skipped", [])
    assert on_github.comment(report(), *options, **there, SYSTEM_PULLREQUEST_ISFORK="False").code == 0
    assert github.texts() == [report()]


def test_all_that_is_missing_is_told_at_once(on_github: Job, on_azure: Job) -> None:
    done = on_github.comment(report(), GITHUB_TOKEN="", GITHUB_REPOSITORY=None)
    assert done.code == 2
    assert "GITHUB_TOKEN: env: GITHUB_TOKEN: ${{ github.token }}" in done.error
    assert "pull-requests: write" in done.error
    assert "GITHUB_REPOSITORY: " in done.error

    names = ("SYSTEM_ACCESSTOKEN", "SYSTEM_COLLECTIONURI", "SYSTEM_TEAMPROJECT", "BUILD_REPOSITORY_ID")
    said = on_azure.comment(report(), **dict.fromkeys(names)).error
    for name in names:
        assert f"\n    {name}: " in said


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"GITHUB_REF": "refs/heads/main"}, "of no pull request"),
        ({"GITHUB_REF": "refs/pull/0/merge"}, "on: pull_request"),
        ({"GITHUB_ACTIONS": None}, "--forge github or --forge azure-devops"),
        ({"GITHUB_REPOSITORY": "contoso/mail/../../user"}, "GITHUB_REPOSITORY: is not OWNER/NAME"),
        ({"GITHUB_API_URL": "http://api.github.com"}, "GITHUB_API_URL: is no https address"),
        ({"GITHUB_API_URL": "https://[x"}, "GITHUB_API_URL: is no https address"),
        ({"GITHUB_API_URL": "https://me:pw@api.github.com"}, "GITHUB_API_URL: is no https address"),
        ({"GITHUB_TOKEN": "two\nlines"}, "GITHUB_TOKEN: holds letters that no token has"),
        (
            {"GITHUB_EVENT_PATH": "/nowhere/event.json"},
            "GITHUB_EVENT_PATH: the event of this job cannot be read",
        ),
    ],
)
def test_settings_of_github_that_cannot_be(on_github: Job, changes: dict[str, str | None], said: str) -> None:
    done = on_github.comment(report(), **changes)
    assert done.code == 2
    assert said in done.error


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"SYSTEM_PULLREQUEST_PULLREQUESTID": "$(System.PullRequest.PullRequestId)"}, "of no pull request"),
        ({"SYSTEM_PULLREQUEST_PULLREQUESTID": None}, "build validation"),
        ({"BUILD_REPOSITORY_PROVIDER": "GitHub"}, "--forge github"),
        ({"SYSTEM_COLLECTIONURI": "dev.azure.com/contoso"}, "SYSTEM_COLLECTIONURI: is no https address"),
        ({"SYSTEM_ACCESSTOKEN": "$(System.AccessToken) "}, "HTTP 203"),
    ],
)
def test_settings_of_azure_pipelines_that_cannot_be(
    on_azure: Job, changes: dict[str, str | None], said: str
) -> None:
    done = on_azure.comment(report(), **changes)
    assert done.code == 2
    assert said in done.error


def test_a_damaged_event_is_no_pull_request_from_here(on_github: Job, tmp_path: Path) -> None:
    for told in ("{", "[" * 100_000):
        assert on_github.comment(report(), GITHUB_EVENT_PATH=event(tmp_path, told)).code == 2
    for harmless in ("[]", "null", '{"pull_request": 7}'):
        assert on_github.comment(report(), GITHUB_EVENT_PATH=event(tmp_path, harmless)).code == 0


@pytest.mark.parametrize(
    "text",
    [
        "",
        "### mailgrant: broadening\n",
        f"\n{report()}",
        report(stack=None),
        report(stack=""),
        report(stack=7),
        "## mailgrant: broadening in 2 stacks\n\n" + report() + report(stack="mail/dev"),
        "<!-- mailgrant:preview-report {not json} -->\n",
        "<!-- mailgrant:preview-report [1] -->\n",
    ],
)
def test_a_file_that_is_no_report_is_not_posted(github: GitHubStandIn, on_github: Job, text: str) -> None:
    done = on_github.comment(text)
    assert done.code == 2
    assert "its first line is not the marker of a report of one stack" in done.error
    assert github.asked == []


def test_a_file_that_cannot_be_read(on_github: Job, tmp_path: Path) -> None:
    (tmp_path / "latin").write_bytes(b"\xe9")
    (tmp_path / "large").write_bytes(b"x" * ((1 << 20) + 1))
    cases = {
        "nowhere": "cannot be read",
        ".": "is no file",
        "latin": "is not in UTF-8",
        "large": "is larger than 1 MiB",
    }
    for name, said in cases.items():
        done = on_github.comment(report(), "--report", str(tmp_path / name))
        assert (done.code, said in done.error) == (2, True), done
