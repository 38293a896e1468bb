"""The pull request of a job, from the environment that a pipeline gives it.

Sources: docs.github.com/actions/reference/variables-reference and .../events-that-trigger-workflows;
learn.microsoft.com/azure/devops/pipelines/build/variables.
"""

import re
from dataclasses import dataclass, field
from typing import Final

from mailgrant.errors import SetupError
from mailgrant.forge import environment as job
from mailgrant.forge.environment import ACTIONS, Environment, ForgeName, event, mapping

MERGE: Final = re.compile(r"refs/pull/([1-9]\d*)/\w+")
NUMBER: Final = re.compile(r"[1-9]\d{0,9}", re.ASCII)
A_COMMENT: Final = "a comment"  # in messages
HOW_REPOSITORY: Final = {
    "BUILD_REPOSITORY_ID": "Azure Pipelines sets it; elsewhere the id or the name of the repository"
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


def github(environment: Environment, author: str | None, number: int | None) -> GitHubPlace:
    """The pull request of a job of GitHub Actions.

    Args:
        environment: of the job.
        author: under which its token posts, if it is not the job's own.
        number: of the pull request, if the job does not know.

    Raises:
        SetupError: something is not there; all of that at once.
    """
    api, repository, token = job.github(environment, A_COMMENT, "pull-requests")
    found = number or _number_at_github(environment)
    if not found:
        raise SetupError("this job is of no pull request", _NO_PULL_REQUEST[ForgeName.GITHUB])
    return GitHubPlace(api, repository, found, author or ACTIONS, token)


def azure_devops(environment: Environment, number: int | None) -> AzureDevOpsPlace:
    """The pull request of a job of Azure Pipelines; arguments and errors as ``github`` has them."""
    provider = environment.get("BUILD_REPOSITORY_PROVIDER", "") or "TfsGit"
    if provider != "TfsGit":
        raise SetupError(
            f"the repository of this pipeline is not in Azure Repos but {provider!r}",
            "If it is at GitHub, give --forge github --pull-request $(System.PullRequest.PullRequestNumber), and set "
            "GITHUB_TOKEN and GITHUB_REPOSITORY.",
        )
    given = job.azure_devops(environment, A_COMMENT, HOW_REPOSITORY)
    text = environment.get("SYSTEM_PULLREQUEST_PULLREQUESTID", "").strip()
    found = number or (int(text) if NUMBER.fullmatch(text) else None)
    if not found:
        raise SetupError("this run is of no pull request", _NO_PULL_REQUEST[ForgeName.AZURE_DEVOPS])
    return AzureDevOpsPlace(
        given["SYSTEM_COLLECTIONURI"],
        given["SYSTEM_TEAMPROJECT"],
        given["BUILD_REPOSITORY_ID"],
        found,
        given["SYSTEM_ACCESSTOKEN"],
    )


def _number_at_github(environment: Environment) -> int | None:
    told = event(environment)
    issue = mapping(told.get("issue"))  # of a comment on a pull request, too
    for one in (mapping(told.get("pull_request")), issue if issue.get("pull_request") else {}):
        if isinstance(one.get("number"), int):
            return int(one["number"])
    found = MERGE.fullmatch(environment.get("GITHUB_REF", ""))
    return int(found[1]) if found else None
