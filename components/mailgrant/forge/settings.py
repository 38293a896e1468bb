"""Where a report goes, from the environment that a pipeline gives its jobs.

Sources: docs.github.com/actions/reference/variables-reference and .../events-that-trigger-workflows;
learn.microsoft.com/azure/devops/pipelines/build/variables.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from mailgrant.errors import SetupError
from mailgrant.identities.web import LOOPBACK

Environment = Mapping[str, str]


class ForgeName(StrEnum):
    """The forges that are known."""

    GITHUB = "github"
    AZURE_DEVOPS = "azure-devops"


ACTIONS: Final = "github-actions[bot]"  # the author of what GITHUB_TOKEN posts; it may not ask who it is
PIPELINES: Final = {"GITHUB_ACTIONS": ForgeName.GITHUB, "TF_BUILD": ForgeName.AZURE_DEVOPS}
REPOSITORY: Final = re.compile(r"[\w.-]+/[\w.-]+", re.ASCII)
MERGE: Final = re.compile(r"refs/pull/([1-9]\d*)/\w+")
NUMBER: Final = re.compile(r"[1-9]\d{0,9}", re.ASCII)
TOKEN: Final = re.compile(r"[!-~]+")
LARGEST_EVENT: Final = 32 << 20  # bytes; GitHub's own limit is 25 MB

# Each variable and how it comes to be set.
_SET: Final[Mapping[str, str]] = {
    "GITHUB_TOKEN": "env: GITHUB_TOKEN: ${{ github.token }}, in a job with permissions: pull-requests: write",
    "GITHUB_REPOSITORY": "GitHub Actions sets it; elsewhere OWNER/NAME",
    "SYSTEM_ACCESSTOKEN": "env: SYSTEM_ACCESSTOKEN: $(System.AccessToken)",
    "SYSTEM_COLLECTIONURI": "Azure Pipelines sets it; elsewhere https://dev.azure.com/ORGANIZATION/",
    "SYSTEM_TEAMPROJECT": "Azure Pipelines sets it; elsewhere the name of the project",
    "BUILD_REPOSITORY_ID": "Azure Pipelines sets it; elsewhere the id or the name of the repository",
}
_NO_PULL_REQUEST: Final = {
    ForgeName.GITHUB: "Run this on: pull_request, or give --pull-request NUMBER.",
    ForgeName.AZURE_DEVOPS: (
        "Azure Pipelines sets SYSTEM_PULLREQUEST_PULLREQUESTID in runs of a branch policy's build validation: "
        "condition: eq(variables['Build.Reason'], 'PullRequest'). Or give --pull-request NUMBER."
    ),
}


@dataclass(frozen=True)
class GitHubPlace:
    """A pull request at GitHub.

    Args:
        api: without a slash at its end.
        repository: ``owner/name``.
        pull_request: its number.
        author: the login under which the token posts.
        token: that may write to pull requests.
    """

    api: str
    repository: str
    pull_request: int
    author: str
    token: str = field(repr=False)


@dataclass(frozen=True)
class AzureDevOpsPlace:
    """A pull request in Azure DevOps.

    Args:
        collection: the organization's address, without a slash at its end.
        project: by name or id.
        repository: by name or id.
        pull_request: its number.
        token: of somebody who contributes to pull requests.
    """

    collection: str
    project: str
    repository: str
    pull_request: int
    token: str = field(repr=False)


def forge_here(environment: Environment) -> ForgeName:
    """The forge whose pipeline this is.

    Raises:
        SetupError: it is none of them.
    """
    found = [name for variable, name in PIPELINES.items() if environment.get(variable, "").lower() == "true"]
    if not found:
        raise SetupError(
            "this is neither GitHub Actions nor Azure Pipelines",
            "Give --forge github or --forge azure-devops.",
        )
    return found[0]


def github(environment: Environment, author: str | None, number: int | None) -> GitHubPlace:
    """The pull request of a job of GitHub Actions.

    Args:
        environment: of the job.
        author: under which its token posts, if it is not the job's own.
        number: of the pull request, if the job does not know.

    Raises:
        SetupError: something is not there; all of that at once.
    """
    given = _given(environment, "GITHUB_TOKEN", "GITHUB_REPOSITORY")
    if not REPOSITORY.fullmatch(given["GITHUB_REPOSITORY"]):
        raise SetupError("GITHUB_REPOSITORY: is not OWNER/NAME", _SET["GITHUB_REPOSITORY"])
    api = _address("GITHUB_API_URL", environment.get("GITHUB_API_URL") or "https://api.github.com")
    found = number or _number_at_github(environment)
    if not found:
        raise SetupError("this job is of no pull request", _NO_PULL_REQUEST[ForgeName.GITHUB])
    token = _token("GITHUB_TOKEN", given["GITHUB_TOKEN"])
    return GitHubPlace(api, given["GITHUB_REPOSITORY"], found, author or ACTIONS, token)


def azure_devops(environment: Environment, number: int | None) -> AzureDevOpsPlace:
    """The pull request of a job of Azure Pipelines; arguments and errors as ``github`` has them."""
    provider = environment.get("BUILD_REPOSITORY_PROVIDER", "") or "TfsGit"
    if provider != "TfsGit":
        raise SetupError(
            f"the repository of this pipeline is not in Azure Repos but {provider!r}",
            "If it is at GitHub, give --forge github --pull-request $(System.PullRequest.PullRequestNumber), and set "
            "GITHUB_TOKEN and GITHUB_REPOSITORY.",
        )
    names = ("SYSTEM_ACCESSTOKEN", "SYSTEM_COLLECTIONURI", "SYSTEM_TEAMPROJECT", "BUILD_REPOSITORY_ID")
    given = _given(environment, *names)
    text = environment.get("SYSTEM_PULLREQUEST_PULLREQUESTID", "").strip()
    found = number or (int(text) if NUMBER.fullmatch(text) else None)
    if not found:
        raise SetupError("this run is of no pull request", _NO_PULL_REQUEST[ForgeName.AZURE_DEVOPS])
    return AzureDevOpsPlace(
        _address("SYSTEM_COLLECTIONURI", given["SYSTEM_COLLECTIONURI"]),
        given["SYSTEM_TEAMPROJECT"],
        given["BUILD_REPOSITORY_ID"],
        found,
        _token("SYSTEM_ACCESSTOKEN", given["SYSTEM_ACCESSTOKEN"]),
    )


def from_a_fork(environment: Environment) -> bool:
    """Whether the pull request comes from another repository than it goes to.

    The ``fork`` in GitHub's event does not say that: it is true wherever the repository itself was forked once. A head
    without a repository is one that was deleted.
    """
    if environment.get("SYSTEM_PULLREQUEST_ISFORK", "").lower() == "true":
        return True
    pull_request = _map(event(environment).get("pull_request"))
    if not pull_request:
        return False
    head, base = (
        _map(_map(pull_request.get(side)).get("repo")).get("full_name") for side in ("head", "base")
    )
    return head is None or head != base


def event(environment: Environment) -> Mapping[str, Any]:
    """What started the job of GitHub Actions; empty if nothing says it.

    Raises:
        SetupError: it cannot be read.
    """
    name = environment.get("GITHUB_EVENT_PATH", "")
    if not name:
        return {}
    try:
        with Path(name).open("rb") as opened:
            found = json.loads(opened.read(LARGEST_EVENT))
    except (OSError, ValueError, RecursionError) as error:
        raise SetupError(
            f"GITHUB_EVENT_PATH: the event of this job cannot be read ({type(error).__name__})",
            "GitHub Actions sets it; do not write it by hand.",
        ) from None
    return _map(found)


def _number_at_github(environment: Environment) -> int | None:
    told = event(environment)
    issue = _map(told.get("issue"))  # of a comment on a pull request, too
    for one in (_map(told.get("pull_request")), issue if issue.get("pull_request") else {}):
        if isinstance(one.get("number"), int):
            return int(one["number"])
    found = MERGE.fullmatch(environment.get("GITHUB_REF", ""))
    return int(found[1]) if found else None


def _map(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _given(environment: Environment, *names: str) -> dict[str, str]:
    given = {name: environment.get(name, "").strip() for name in names}
    missing = [f"{name}: {_SET[name]}" for name, value in given.items() if not value]
    if missing:
        raise SetupError("the environment lacks what a comment needs", "\n    ".join(["Set", *missing]))
    return given


def _token(name: str, value: str) -> str:
    if not TOKEN.fullmatch(value):  # it could not be sent, and the error that says so would repeat it
        raise SetupError(f"{name}: holds letters that no token has", f"Set {name}: {_SET[name]}")
    return value


def _address(name: str, value: str) -> str:
    try:
        parts = urlsplit(value)
        host = parts.hostname
    except ValueError:
        parts, host = urlsplit(""), None
    plain = parts.scheme == "http" and host in LOOPBACK
    if not host or parts.username or parts.query or not (parts.scheme == "https" or plain):
        raise SetupError(f"{name}: is no https address", "Let the pipeline set it; do not write it by hand.")
    return value.rstrip("/")
