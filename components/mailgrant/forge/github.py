"""Comments on a pull request at GitHub.

Source: docs.github.com/rest/issues/comments. To this API a pull request is an issue; comments on lines of code are others.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from mailgrant.forge.answers import reading
from mailgrant.forge.api import TIMEOUT, Api
from mailgrant.forge.comments import Comment
from mailgrant.forge.github_api import HEADERS, NAME, SIGN_IN, login, pages
from mailgrant.forge.reports import Report
from mailgrant.forge.settings import GitHubPlace

FORM: Final = "markdown"

_PERMISSION: Final = (
    "Give the job permissions: pull-requests: write. Where it has them, the organization may allow less "
    "(Settings → Actions → General → Workflow permissions); pull requests from forks and of Dependabot get a token "
    "that only reads."
)
REMEDIES: Final = {
    401: SIGN_IN,
    403: _PERMISSION,
    404: f"Is there such a pull request in this repository? A token without rights gets the same answer. {_PERMISSION}",
    410: "The conversation of this pull request is closed for good.",
    422: "The pull request takes no such comment: is its conversation locked?",
}


class GitHub:
    """A pull request at GitHub, as a place for comments.

    Args:
        place: where it is, and who asks.
        timeout: seconds to connect and to answer.
    """

    def __init__(self, place: GitHubPlace, timeout: tuple[float, float] = TIMEOUT) -> None:
        self.author = place.author
        self._api = Api(NAME, place.api, HEADERS, remedy, place.token, timeout)
        self._repository = f"/repos/{place.repository}"
        self._of_pull_request = f"{self._repository}/issues/{place.pull_request}/comments"

    def comments(self) -> Iterator[Comment]:
        """All comments of all pages."""
        for one in pages(self._api, self._of_pull_request):
            with reading(NAME):
                yield _comment(one)

    def post(self, report: Report) -> Comment:
        """A new comment."""
        answer = self._api.ask("POST", self._of_pull_request, {"body": report.text})
        with reading(NAME):
            return _comment(answer.body)

    def edit(self, comment: Comment, report: Report) -> None:
        """Replace what a comment says."""
        self._api.ask("PATCH", self._path(comment), {"body": report.text})

    def delete(self, comment: Comment) -> None:
        """Take a comment away."""
        self._api.ask("DELETE", self._path(comment))

    def _path(self, comment: Comment) -> str:
        return f"{self._repository}/issues/comments/{comment.id}"


def remedy(status: int) -> str:
    """What to do about a refusal."""
    return REMEDIES.get(status, "")


def _comment(one: Mapping[str, Any]) -> Comment:
    return Comment(int(one["id"]), login(one), str(one.get("body") or ""), str(one.get("html_url") or ""))
