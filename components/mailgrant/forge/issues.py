"""One issue for each stack: open while somebody has to look, closed when all is well, and never there twice.

What an issue says is read to find it and to tell what it was about, and for nothing else. Who closes an issue by hand has
seen what it is about: it stays closed while the same is found, and is opened again for anything else. An issue that
somebody opens again although all is well stays open, too.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, Protocol

from mailgrant.errors import ForgeError
from mailgrant.forge import once
from mailgrant.forge.issue_pages import Page

# It was deleted or changed between our looking and our writing.
MOVED_ON: Final = frozenset({404, 409, 410, 412})


@dataclass(frozen=True)
class Issue:
    """An issue, or a work item.

    Args:
        id: a number that grows.
        author: as the forge tells authors apart.
        is_open: whether somebody still has to look.
        told: what its marker says.
        text: as it is now, whoever edited it.
        url: where people read it.
        kind: the type of a work item; empty at GitHub.
        revision: of a work item; 0 at GitHub.
    """

    id: int
    author: str
    is_open: bool
    told: Mapping[str, Any]
    text: str = field(repr=False)
    url: str
    kind: str = ""
    revision: int = 0


class Outcome(StrEnum):
    """What became of the findings."""

    OPENED = "opened"
    EDITED = "edited"
    UNCHANGED = "unchanged"
    CLOSED = "closed"
    REOPENED = "reopened"
    NOTHING = "nothing"


@dataclass(frozen=True)
class Kept:
    """Where findings are to be read now.

    Args:
        outcome: what was done for that.
        issue: that says it; None if there is none, and none is needed.
        is_open: whether it is open now.
        duplicates: how many others of ours there were; they are closed, and no longer ours.
    """

    outcome: Outcome
    issue: Issue | None = None
    is_open: bool = False
    duplicates: int = 0


class Forge(Protocol):
    """A place for issues; everything in it raises ForgeError."""

    @property
    def authors(self) -> tuple[str, ...]:
        """Who we are there, as far as that can be known before anything is posted."""

    def issues(self, author: str) -> Iterable[Issue]:
        """Those of an author that there are, on all pages, open or not."""

    def says(self, issue: Issue, page: Page) -> bool:
        """Whether an issue says what it is to say."""

    def post(self, page: Page) -> Issue:
        """A new one."""

    def edit(self, issue: Issue, page: Page, *, is_open: bool) -> None:
        """Make one say what it is to say, and open or close it, all at once."""

    def set_aside(self, issue: Issue, kept: Issue) -> None:
        """Close one for the sake of another, and no longer find it."""


def keep(forge: Forge, page: Page) -> Kept:
    """Make sure that exactly one issue of ours says what is to be said of a stack, or none has to.

    Args:
        forge: with its issues.
        page: that is to be said.

    Raises:
        ForgeError: the forge gave no answer, or refused.
    """
    try:
        return _keep(forge, page)
    except ForgeError as error:
        if error.status not in MOVED_ON:
            raise
    return _keep(forge, page)


def _keep(forge: Forge, page: Page) -> Kept:
    own = _own(forge, None, page)
    if not own and page.found is None:
        return Kept(Outcome.NOTHING)
    first, *others = own or once.post(lambda: forge.post(page), lambda author: _own(forge, author, page))
    is_open = _is_to_be_open(first, page)
    outcome = _brought_up_to_date(forge, first, page, is_open=is_open)
    for other in others:
        forge.set_aside(other, first)
    return Kept(outcome if own else Outcome.OPENED, first, is_open, len(others))


def _own(forge: Forge, author: str | None, page: Page) -> list[Issue]:
    """The oldest first, so that jobs that tidy at the same time keep the same one."""
    ours = {name.lower(): name for name in (*forge.authors, author) if name}
    mine = (issue for name in ours.values() for issue in forge.issues(name))
    found = (issue for issue in mine if issue.told.get("stack") == page.stack)
    return sorted(found, key=lambda issue: issue.id)


def _is_to_be_open(issue: Issue, page: Page) -> bool:
    same = issue.told.get("found") == page.found
    if page.found is None:
        return issue.is_open and same  # somebody opened it again, and has a reason
    return issue.is_open or not (same and page.can_be_seen)


def _brought_up_to_date(forge: Forge, issue: Issue, page: Page, *, is_open: bool) -> Outcome:
    if issue.is_open == is_open and forge.says(issue, page):
        return Outcome.UNCHANGED
    forge.edit(issue, page, is_open=is_open)
    if issue.is_open == is_open:
        return Outcome.EDITED
    return Outcome.REOPENED if is_open else Outcome.CLOSED
