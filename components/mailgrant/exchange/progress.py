"""Words about long work, now and then: ``granted 1,200/5,000 mailboxes, 3 failed, 40 s left``."""

import time
from collections.abc import Callable, Mapping
from itertools import islice
from typing import Final

Report = Callable[[str], object]

QUIET: Final = 2.0  # seconds that work may take without a word
EVERY: Final = 5.0  # seconds between two words
TOLD: Final = 20  # lines about single places; all of them stand in the state
SINGLE: Final = {"mailboxes": "mailbox", "organizations": "organization", "users": "user"}


def counted(number: int, noun: str) -> str:
    """``1 mailbox``, ``2 mailboxes``: the noun is given for many."""
    return f"{number:,} {SINGLE[noun] if number == 1 else noun}"


def not_yet(failed: Mapping[str, str], done: str, report: Report) -> None:
    """Say what an earlier update left out, so that a preview that shows no other difference says why it has one.

    Args:
        failed: the reason by place.
        done: what was not: ``granted``.
        report: gets the lines.
    """
    for place, reason in islice(failed.items(), TOLD):
        report(f"{place} is not {done} yet ({reason}); it will be tried again")
    if (more := len(failed) - TOLD) > 0:
        report(f"and {more:,} more are not {done} yet; they will be tried again")


class Progress:
    """Progress of one kind of work.

    Args:
        verb: what is done: ``granted``.
        total: how many there are.
        report: gets the lines.
        noun: what they are.
        clock: gives seconds; for tests.
    """

    def __init__(
        self,
        verb: str,
        total: int,
        report: Report,
        noun: str = "mailboxes",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._verb, self._total, self._report, self._noun, self._clock = verb, total, report, noun, clock
        self._done = self._failed = 0
        self._begin = clock()
        self._next = self._begin + QUIET

    def step(self, *, failed: bool) -> None:
        """One more is done."""
        self._done += 1
        self._failed += failed
        now = self._clock()
        if now >= self._next and self._done < self._total:
            self._next = now + EVERY
            self._report(self._line(now - self._begin))

    def _line(self, elapsed: float) -> str:
        left = elapsed / self._done * (self._total - self._done)
        failures = f", {self._failed:,} failed" if self._failed else ""
        return f"{self._verb} {self._done:,}/{self._total:,} {self._noun}{failures}, {left:.0f} s left"
