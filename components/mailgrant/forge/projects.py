"""Where the issues of a job are, from the environment that a pipeline gives it: no pull request is needed."""

from dataclasses import dataclass, field
from typing import Final

from mailgrant.forge import environment as job
from mailgrant.forge.environment import Environment

AN_ISSUE: Final = "an issue"  # in messages


@dataclass(frozen=True)
class GitHubProject:
    """A repository at GitHub.

    Args:
        api: without a slash at its end.
        graph: the address of its GraphQL API; empty if it is not known.
        repository: ``owner/name``.
        author: the login under which the token posts; empty if it is not known.
        token: that may write to issues.
    """

    api: str
    graph: str
    repository: str
    author: str
    token: str = field(repr=False)


@dataclass(frozen=True)
class AzureDevOpsProject:
    """A project of Azure DevOps.

    Args:
        collection: the organization's address, without a slash at its end.
        project: by name or id.
        work_item_type: of what is opened.
        token: of somebody who may edit work items.
    """

    collection: str
    project: str
    work_item_type: str
    token: str = field(repr=False)


def github(environment: Environment, author: str | None) -> GitHubProject:
    """The repository of a job of GitHub Actions.

    Args:
        environment: of the job.
        author: under which its token posts, if whoever calls knows.

    Raises:
        SetupError: something is not there; all of that at once.
    """
    api, repository, token = job.github(environment, AN_ISSUE, "issues")
    return GitHubProject(api, environment.get("GITHUB_GRAPHQL_URL", ""), repository, author or "", token)


def azure_devops(environment: Environment, work_item_type: str) -> AzureDevOpsProject:
    """The project of a job of Azure Pipelines, wherever its repository is; errors as ``github`` has them."""
    given = job.azure_devops(environment, AN_ISSUE, {})
    return AzureDevOpsProject(
        given["SYSTEM_COLLECTIONURI"],
        given["SYSTEM_TEAMPROJECT"],
        work_item_type,
        given["SYSTEM_ACCESSTOKEN"],
    )
