"""Posting, once: an answer may be lost, and another job may post at the same time."""

from collections.abc import Callable
from typing import Final, Protocol, TypeVar

from mailgrant.errors import ForgeError

TRIES: Final = 2


class Authored(Protocol):
    """Anything that a forge says is of somebody."""

    @property
    def author(self) -> str:
        """As the forge tells authors apart."""


T = TypeVar("T", bound=Authored)


def post(new: Callable[[], T], own: Callable[[str | None], list[T]]) -> list[T]:
    """What is ours after posting.

    After an answer that was lost it is looked for before it is posted a second time.

    Args:
        new: posts.
        own: looks for what is ours, under a name that the forge gave us besides, the oldest first.

    Raises:
        ForgeError: the forge gave no answer, or refused.
    """
    for again in reversed(range(TRIES)):
        try:
            posted = new()
        except ForgeError as error:
            if not error.answer_lost:
                raise
            found = own(None)
            if not found and not again:
                raise
        else:
            # Under the name that the forge gives us; a list that does not show it yet is no reason for another.
            found = own(posted.author) or [posted]
        if found:
            return found
    raise AssertionError  # the last round returns or raises
