"""Issues of a repository at GitHub.

Sources: docs.github.com/rest/issues/issues (a list of issues holds pull requests, too, which have the key
``pull_request``; ``state_reason`` counts only where ``state`` changes; 410 where issues are switched off).

No document says that ``creator`` takes the login of an application, and what ``viewer`` of the GraphQL API is to a token
of one; many workflows rely on the first (``creator: 'github-actions[bot]'``), and applications were seen to get
``NAME[bot]`` from the second (github.com/fullsend-ai/fullsend/pull/1953), and a refusal in 2020 (github.com/cli/cli/
issues/1489). So what comes of it is checked: only issues whose author is ours are taken, and if the forge gives another
name to what was posted, that one is looked for.
"""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, Final
from urllib.parse import quote

from mailgrant.errors import ForgeError
from mailgrant.forge.answers import reading
from mailgrant.forge.api import FAILED, TIMEOUT, Api
from mailgrant.forge.environment import ACTIONS, mapping
from mailgrant.forge.github_api import HEADERS, NAME, SIGN_IN, login, pages
from mailgrant.forge.issue_pages import KIND, Page
from mailgrant.forge.issues import Issue
from mailgrant.forge.projects import GitHubProject
from mailgrant.forge.reports import marker, same

VIEWER: Final = {"query": "query { viewer { login } }"}
CLIENT_FAULT: Final = 400
STATES: Final = {
    True: {"state": "open", "state_reason": "reopened"},
    False: {"state": "closed", "state_reason": "completed"},
}
ASIDE: Final = {"state": "closed", "state_reason": "not_planned"}
_PERMISSION: Final = (
    "Give the job permissions: issues: write. Where it has them, the organization may allow less "
    "(Settings → Actions → General → Workflow permissions)."
)
REMEDIES: Final = {
    301: "The repository has another name now: set GITHUB_REPOSITORY to it.",
    401: SIGN_IN,
    403: _PERMISSION,
    404: f"Is there such a repository? A token without rights gets the same answer. {_PERMISSION}",
    410: "Switch on the repository's issues: Settings → General → Features → Issues.",
    422: "The repository takes no such issue; what GitHub said tells why.",
}


class GitHubIssues:
    """The issues of a repository at GitHub.

    Args:
        place: where they are, and who asks.
        timeout: seconds to connect and to answer.
    """

    def __init__(self, place: GitHubProject, timeout: tuple[float, float] = TIMEOUT) -> None:
        self._place = place
        self._api = Api(NAME, place.api, HEADERS, remedy, place.token, timeout)
        self._issues = f"/repos/{place.repository}/issues"

    @cached_property
    def authors(self) -> tuple[str, ...]:
        """The one that was given; or who GitHub says we are, and the author of what jobs post."""
        if self._place.author:
            return (self._place.author,)
        return tuple(dict.fromkeys((*self._viewer(), ACTIONS)))

    def _viewer(self) -> tuple[str, ...]:
        """Nobody, if GitHub refuses to say it."""
        if not self._place.graph:
            return ()
        try:
            answer = self._api.ask("POST", self._place.graph, VIEWER, harmless=True)
        except ForgeError as error:
            if not CLIENT_FAULT <= error.status < FAILED or error.retry_after is not None:
                raise
            return ()
        name = mapping(mapping(mapping(answer.body).get("data")).get("viewer")).get("login")
        return (name,) if isinstance(name, str) and name else ()

    def issues(self, author: str) -> Iterator[Issue]:
        """All that somebody opened, without pull requests."""
        for one in pages(self._api, f"{self._issues}?state=all&creator={quote(author, safe='')}"):
            with reading(NAME):
                if "pull_request" not in one and login(one).lower() == author.lower():
                    yield _issue(one)

    def says(self, issue: Issue, page: Page) -> bool:
        """Letter by letter, but for ends of lines."""
        return same(issue.text, _body(page))

    def post(self, page: Page) -> Issue:
        """A new issue."""
        answer = self._api.ask("POST", self._issues, {"title": page.title, "body": _body(page)})
        with reading(NAME):
            return _issue(answer.body)

    def edit(self, issue: Issue, page: Page, *, is_open: bool) -> None:
        """Replace what an issue says, and open or close it; its title is whose it may be."""
        change = {} if issue.is_open == is_open else STATES[is_open]
        self._api.ask("PATCH", self._path(issue), {"body": _body(page), **change})

    def set_aside(self, issue: Issue, kept: Issue) -> None:
        """Close an issue for the sake of another; nothing deletes one."""
        body = f"#{kept.id} says the same, and is older.\n"
        self._api.ask("PATCH", self._path(issue), {"body": body, **ASIDE})

    def _path(self, issue: Issue) -> str:
        return f"{self._issues}/{issue.id}"


def remedy(status: int) -> str:
    """What to do about a refusal."""
    return REMEDIES.get(status, "")


def _body(page: Page) -> str:
    return f"<!-- {page.marker} -->\n{page.content}"


def _issue(one: Mapping[str, Any]) -> Issue:
    text = str(one.get("body") or "")
    url = str(one.get("html_url") or "")
    return Issue(int(one["number"]), login(one), one["state"] == "open", marker(text, KIND), text, url)
