"""What a pipeline tells its jobs: which forge it is, who asks, and for whom.

Sources: docs.github.com/actions/reference/variables-reference and .../events-that-trigger-workflows;
learn.microsoft.com/azure/devops/pipelines/build/variables.
"""

import json
import re
from collections.abc import Mapping
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


ACTIONS: Final = "github-actions[bot]"  # the author of what GITHUB_TOKEN posts
PIPELINES: Final = {"GITHUB_ACTIONS": ForgeName.GITHUB, "TF_BUILD": ForgeName.AZURE_DEVOPS}
REPOSITORY: Final = re.compile(r"[\w.-]+/[\w.-]+", re.ASCII)
TOKEN: Final = re.compile(r"[!-~]+")
LARGEST_EVENT: Final = 32 << 20  # bytes; GitHub's own limit is 25 MB
HOW_REPOSITORY: Final = "GitHub Actions sets it; elsewhere OWNER/NAME"
HOW_TOKEN: Final = "env: GITHUB_TOKEN: ${{{{ github.token }}}}, in a job with permissions: {right}: write"  # noqa: S105
# Each variable of Azure Pipelines and how it comes to be set.
HOW_AZURE: Final[Mapping[str, str]] = {
    "SYSTEM_ACCESSTOKEN": "env: SYSTEM_ACCESSTOKEN: $(System.AccessToken)",
    "SYSTEM_COLLECTIONURI": "Azure Pipelines sets it; elsewhere https://dev.azure.com/ORGANIZATION/",
    "SYSTEM_TEAMPROJECT": "Azure Pipelines sets it; elsewhere the name of the project",
}


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


def from_a_fork(environment: Environment) -> bool:
    """Whether the pull request comes from another repository than it goes to.

    The ``fork`` in GitHub's event does not say that: it is true wherever the repository itself was forked once. A head
    without a repository is one that was deleted.
    """
    if environment.get("SYSTEM_PULLREQUEST_ISFORK", "").lower() == "true":
        return True
    pull_request = mapping(event(environment).get("pull_request"))
    if not pull_request:
        return False
    head, base = (
        mapping(mapping(pull_request.get(side)).get("repo")).get("full_name") for side in ("head", "base")
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
    return mapping(found)


def mapping(value: Any) -> Mapping[str, Any]:
    """What a document says, if that is an object; nothing otherwise."""
    return value if isinstance(value, dict) else {}


def github(environment: Environment, what: str, right: str) -> tuple[str, str, str]:
    """The address of GitHub's API, the repository, and the token of a job.

    Args:
        environment: of the job.
        what: is to be done, for messages.
        right: that the token needs.

    Raises:
        SetupError: something is not there; all of that at once.
    """
    how = {"GITHUB_TOKEN": HOW_TOKEN.format(right=right), "GITHUB_REPOSITORY": HOW_REPOSITORY}
    given = _given(environment, what, how)
    if not REPOSITORY.fullmatch(given["GITHUB_REPOSITORY"]):
        raise SetupError("GITHUB_REPOSITORY: is not OWNER/NAME", HOW_REPOSITORY)
    api = _address("GITHUB_API_URL", environment.get("GITHUB_API_URL") or "https://api.github.com")
    _sendable("GITHUB_TOKEN", given["GITHUB_TOKEN"], how)
    return api, given["GITHUB_REPOSITORY"], given["GITHUB_TOKEN"]


def azure_devops(environment: Environment, what: str, besides: Mapping[str, str]) -> dict[str, str]:
    """What a job of Azure Pipelines has, by variable; the organization's address without a slash at its end.

    Args:
        environment: of the job.
        what: is to be done, for messages.
        besides: variables that are needed besides, each with how it comes to be set.

    Raises:
        SetupError: something is not there; all of that at once.
    """
    how = {**HOW_AZURE, **besides}
    given = _given(environment, what, how)
    _sendable("SYSTEM_ACCESSTOKEN", given["SYSTEM_ACCESSTOKEN"], how)
    return given | {"SYSTEM_COLLECTIONURI": _address("SYSTEM_COLLECTIONURI", given["SYSTEM_COLLECTIONURI"])}


def _given(environment: Environment, what: str, how: Mapping[str, str]) -> dict[str, str]:
    given = {name: environment.get(name, "").strip() for name in how}
    missing = [f"{name}: {how[name]}" for name, value in given.items() if not value]
    if missing:
        raise SetupError(f"the environment lacks what {what} needs", "\n    ".join(["Set", *missing]))
    return given


def _sendable(name: str, value: str, how: Mapping[str, str]) -> None:
    if not TOKEN.fullmatch(value):  # it could not be sent, and the error that says so would repeat it
        raise SetupError(f"{name}: holds letters that no token has", f"Set {name}: {how[name]}")


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
