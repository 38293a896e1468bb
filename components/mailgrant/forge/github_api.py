"""What all that is asked of GitHub has in common."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from mailgrant.errors import ForgeError
from mailgrant.forge.answers import reading
from mailgrant.forge.api import NO_ANSWER, Api

NAME: Final = "GitHub"
LONGEST: Final = 65_535  # letters; 65,536 are taken (github.com/orgs/community/discussions/27190)
HEADERS: Final = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
PAGE: Final = 100
SIGN_IN: Final = (
    "The token is not valid, or has ended: it is the job's own, GITHUB_TOKEN: ${{ github.token }}."
)


def pages(api: Api, path: str) -> Iterator[Mapping[str, Any]]:
    """All that a list holds, on all its pages.

    Args:
        api: of GitHub.
        path: of the list, perhaps with a query.

    Raises:
        ForgeError: a page is not as documented, or names one that was read before.
    """
    page, seen = f"{path}{'&' if '?' in path else '?'}per_page={PAGE}", set[str]()
    while page:
        seen.add(page)
        answer = api.ask("GET", page)
        with reading(NAME):
            yield from answer.body
        page = answer.next
        if page in seen:
            raise ForgeError(NO_ANSWER, "GitHub's pages go round in a circle")


def login(one: Mapping[str, Any]) -> str:
    """Who wrote something; of one whose author is gone GitHub says that it has no user."""
    return str(one["user"]["login"]) if one.get("user") else ""
