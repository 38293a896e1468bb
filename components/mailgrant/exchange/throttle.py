"""Patience with a tenant that asks to slow down: one gate for all sessions, since Exchange counts them together."""

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

LONGEST: Final = 15 * 60.0  # seconds that one call is tried again before its error is told
LONGEST_PAUSE: Final = 60.0  # seconds, where Exchange does not say how long
STREAK: Final = 20  # calls that must go well before one more may run beside them


class Throttle:
    """Lets calls begin; after a refusal later, and fewer of them side by side.

    Args:
        width: most calls side by side.
        pause: waits so many seconds; for tests.
        clock: gives seconds; for tests.
    """

    def __init__(
        self,
        width: int,
        pause: Callable[[float], object] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._width = self.allowed = width
        self._pause, self._clock = pause, clock
        self._running = self._level = self._streak = 0
        self._not_before = 0.0
        self._changed = threading.Condition()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """One call: waits until it may begin."""
        with self._changed:
            self._changed.wait_for(lambda: self._running < self.allowed)
            self._running += 1
        try:
            if (left := self._not_before - self._clock()) > 0:
                self._pause(left)
            yield
        finally:
            with self._changed:
                self._running -= 1
                self._changed.notify_all()

    def refused(self, retry_after: float | None) -> None:
        """Exchange refused a call for now.

        Args:
            retry_after: the seconds that it asks to wait; None if it does not say.
        """
        with self._changed:
            now = self._clock()
            if now < self._not_before:  # one of those that had begun before the gate was closed
                return
            self._level, self._streak = self._level + 1, 0
            self.allowed = max(1, self.allowed // 2)
            # Never all at the same moment: other pipelines wait for the same tenant.
            own = min(2.0**self._level, LONGEST_PAUSE) * random.uniform(1.0, 1.25)  # noqa: S311 - no secret
            self._not_before = now + (own if retry_after is None else retry_after)

    def accepted(self) -> None:
        """Exchange took a call."""
        with self._changed:
            self._level, self._streak = 0, self._streak + 1
            if self._streak >= STREAK and self.allowed < self._width:
                self.allowed, self._streak = self.allowed + 1, 0
                self._changed.notify_all()

    def now(self) -> float:
        """The moment, on the clock of the gate."""
        return self._clock()
