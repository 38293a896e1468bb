"""One comment for each report: found, written anew where it differs, and never there twice.

What a comment says is read to find it and to compare it, and for nothing else: anybody who may write to the
repository can edit it, so it approves nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

from mailgrant.errors import ForgeError
from mailgrant.forge import once
from mailgrant.forge.reports import Report, marker, same, stack

GONE: Final = 404


@dataclass(frozen=True)
class Comment:
    """A comment on a pull request.

    Args:
        id: a number that grows; of one that answers another, only within its thread.
        author: as the forge tells authors apart.
        text: as it is now, whoever edited it.
        url: where people read it.
        thread: of Azure DevOps; 0 at GitHub.
    """

    id: int
    author: str
    text: str
    url: str
    thread: int = 0


class Outcome(StrEnum):
    """What became of a report."""

    POSTED = "posted"
    EDITED = "edited"
    UNCHANGED = "unchanged"


@dataclass(frozen=True)
class Shown:
    """Where a report is to be read now.

    Args:
        outcome: what was done for that.
        comment: that says it.
        removed: how many others of ours said the same.
    """

    outcome: Outcome
    comment: Comment
    removed: int = 0


class Forge(Protocol):
    """A pull request, as a place for comments; everything in it raises ForgeError."""

    @property
    def author(self) -> str:
        """Who we are there, as far as that can be known before anything is posted."""

    def comments(self) -> Iterable[Comment]:
        """All that are there, on all pages."""

    def post(self, report: Report) -> Comment:
        """A new one."""

    def edit(self, comment: Comment, report: Report) -> None:
        """Replace what one says."""

    def delete(self, comment: Comment) -> None:
        """Take one away."""


def show(forge: Forge, report: Report) -> Shown:
    """Make sure that exactly one comment of ours says what a report says.

    Args:
        forge: the pull request.
        report: that was checked to be short enough.

    Raises:
        ForgeError: the forge gave no answer, or refused.
    """
    try:
        return _show(forge, report)
    except ForgeError as error:
        if error.status != GONE:
            raise
    return _show(forge, report)  # somebody deleted it between our looking and our writing


def _show(forge: Forge, report: Report) -> Shown:
    own = _own(forge, None, report)
    outcome = Outcome.UNCHANGED if own else Outcome.POSTED
    first, *others = own or once.post(lambda: forge.post(report), lambda author: _own(forge, author, report))
    if not same(first.text, report.text):
        forge.edit(first, report)
        outcome = outcome if outcome == Outcome.POSTED else Outcome.EDITED
    for other in others:
        _delete(forge, other)
    return Shown(outcome, first, len(others))


def _own(forge: Forge, author: str | None, report: Report) -> list[Comment]:
    """The oldest first, so that jobs that tidy at the same time keep the same one."""
    ours = (author or forge.author).lower()
    mine = (comment for comment in forge.comments() if comment.author.lower() == ours)
    found = (comment for comment in mine if stack(marker(comment.text)) == report.stack)
    return sorted(found, key=lambda comment: (comment.thread, comment.id))


def _delete(forge: Forge, comment: Comment) -> None:
    try:
        forge.delete(comment)
    except ForgeError as error:
        if error.status != GONE:  # another job was faster
            raise
