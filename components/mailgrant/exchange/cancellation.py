"""Somebody wants the run to end now: nothing more is begun, and what runs is stopped."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

Stop = Callable[[], object]


class Cancellation:
    """Asked for once and for good, by any thread; whoever works looks at it, or is told."""

    def __init__(self) -> None:
        self._asked = threading.Event()
        self._lock = threading.Lock()
        self._told: dict[object, Stop] = {}

    @property
    def asked(self) -> bool:
        """Whether the run is to end."""
        return self._asked.is_set()

    def ask(self) -> None:
        """End the run; whoever is to be told is told before this returns."""
        with self._lock:
            stops = [] if self.asked else list(self._told.values())
            self._asked.set()
        for stop in stops:
            stop()

    def wait(self, seconds: float) -> bool:
        """Wait so long, or until the run is to end; gives whether it is."""
        return self._asked.wait(seconds)

    def tell(self, stop: Stop) -> object:
        """Call ``stop`` when the run is to end, or now if it is; gives a ticket for ``forget``.

        Args:
            stop: quick, and safe in any thread.
        """
        ticket = object()
        with self._lock:
            self._told[ticket] = stop
            too_late = self.asked
        if too_late:
            stop()
        return ticket

    def forget(self, ticket: object) -> None:
        """Tell this one no more."""
        with self._lock:
            self._told.pop(ticket, None)

    @contextmanager
    def telling(self, stop: Stop) -> Iterator[None]:
        """As ``tell``, for as long as something runs that can be stopped."""
        ticket = self.tell(stop)
        try:
            yield
        finally:
            self.forget(ticket)


# Of this process: the engine asks for it (see cancel_rpc.py).
CANCELLATION: Final = Cancellation()
