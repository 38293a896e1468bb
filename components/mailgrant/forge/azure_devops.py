"""Threads of comments on a pull request in Azure DevOps.

Source: learn.microsoft.com/rest/api/azure/devops/git/pull-request-threads and .../pull-request-thread-comments.
"""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, Final
from urllib.parse import quote

from mailgrant.errors import ForgeError
from mailgrant.forge.answers import reading
from mailgrant.forge.api import NO_ANSWER, TIMEOUT, Api
from mailgrant.forge.azure_api import HEADERS, NAME, SIGN_INS, VERSION, connection
from mailgrant.forge.comments import Comment
from mailgrant.forge.reports import Report
from mailgrant.forge.settings import AzureDevOpsPlace

LONGEST: Final = 150_000  # "A discussion comment cannot be longer than 150000 characters."
FORM: Final = "azure-comment"
MORE: Final = "x-ms-continuationtoken"
FROM_A_PERSON: Final = "text"  # and not "system"

_PERMISSION: Final = (
    'Give the build service "Contribute to pull requests": Project settings → Repositories → the repository → Security → '
    "PROJECT Build Service (ORGANIZATION)."
)
REMEDIES: Final = {
    **SIGN_INS,
    403: _PERMISSION,
    404: f"Is there such a pull request in this repository? A token without rights gets the same answer. {_PERMISSION}",
}


class AzureDevOps:
    """A pull request in Azure DevOps, as a place for comments: a thread for each.

    Args:
        place: where it is, and who asks.
        timeout: seconds to connect and to answer.
    """

    def __init__(self, place: AzureDevOpsPlace, timeout: tuple[float, float] = TIMEOUT) -> None:
        self._api = Api(NAME, place.collection, HEADERS, remedy, place.token, timeout)
        project, repository = quote(place.project, safe=""), quote(place.repository, safe="")
        self._threads = (
            f"/{project}/_apis/git/repositories/{repository}/pullRequests/{place.pull_request}/threads"
        )
        self._page = f"{place.collection}/{project}/_git/{repository}/pullrequest/{place.pull_request}"

    @cached_property
    def author(self) -> str:
        """The build service, or whoever else the token is of, by id."""
        return str(connection(self._api)["author"])

    def comments(self) -> Iterator[Comment]:
        """The first comment of each thread; those that answer it are not ours."""
        for thread in self._all():
            yield from self._first(thread)

    def _all(self) -> Iterator[Mapping[str, Any]]:
        """This list has no pages; where one says that it goes on, it is asked for all the same."""
        more, seen = "", set[str]()
        while True:
            answer = self._api.ask("GET", f"{self._threads}?{VERSION}{more}")
            with reading(NAME):
                yield from answer.body["value"]
            token = answer.headers.get(MORE, "")
            if not token:
                return
            more = f"&continuationToken={quote(token, safe='')}"
            if more in seen:
                raise ForgeError(NO_ANSWER, "Azure DevOps' pages go round in a circle")
            seen.add(more)

    def _first(self, thread: Mapping[str, Any]) -> Iterator[Comment]:
        with reading(NAME):
            for one in thread["comments"][:1]:
                if not one.get("isDeleted") and one.get("commentType", FROM_A_PERSON) == FROM_A_PERSON:
                    yield self._comment(thread, one)

    def _comment(self, thread: Mapping[str, Any], one: Mapping[str, Any]) -> Comment:
        url = f"{self._page}?discussionId={thread['id']}"
        text = str(one.get("content") or "")
        return Comment(int(one["id"]), str(one["author"]["id"]), text, url, int(thread["id"]))

    def post(self, report: Report) -> Comment:
        """A new thread, closed if nobody has to look at it."""
        comment = {"parentCommentId": 0, "content": report.text, "commentType": FROM_A_PERSON}
        thread = {"comments": [comment], "status": _status(report)}
        answer = self._api.ask("POST", f"{self._threads}?{VERSION}", thread)
        with reading(NAME):
            return self._comment(answer.body, answer.body["comments"][0])

    def edit(self, comment: Comment, report: Report) -> None:
        """Replace what a comment says, and open or close its thread.

        That first: if only half is done, the text still differs, and the next run does both.
        """
        thread = f"{self._threads}/{comment.thread}"
        self._api.ask("PATCH", f"{thread}?{VERSION}", {"status": _status(report)})
        self._api.ask("PATCH", f"{thread}/comments/{comment.id}?{VERSION}", {"content": report.text})

    def delete(self, comment: Comment) -> None:
        """Take a comment away; a thread without any is gone, too."""
        self._api.ask("DELETE", f"{self._threads}/{comment.thread}/comments/{comment.id}?{VERSION}")


def remedy(status: int) -> str:
    """What to do about a refusal."""
    return REMEDIES.get(status, "")


def _status(report: Report) -> str:
    return "closed" if report.quiet else "active"
