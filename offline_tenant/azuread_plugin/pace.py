"""How fast the plugin goes: its waits, its polls, and how the engine stops them."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from offline_tenant.azuread_plugin.errors import CancelledError, PluginError

VARIABLE: Final = "MAILGRANT_STANDIN_PACE"
IN_A_ROW: Final = 5  # reads that must agree before the real plugin believes them
MISSES: Final = 20  # reads without the object, one after the other, before it gives up
FIRST_WAIT: Final = 0.1  # seconds
LONGEST_WAIT: Final = 10.0


@dataclass
class Pace:
    """The clock and the waits of one plugin process.

    Args:
        real: keep the fixed waits of the real plugin between polls; they are no part of its wire contract.
        now: seconds, never going back.
    """

    real: bool = False
    now: Callable[[], float] = time.monotonic
    stopped: threading.Event = field(default_factory=threading.Event)

    def wait(self, seconds: float) -> None:
        """Wait that long.

        Raises:
            CancelledError: the engine asked to stop meanwhile.
        """
        if self.stopped.wait(seconds):
            raise CancelledError

    def check(self) -> None:
        """Go on only if the engine has not asked to stop.

        Raises:
            CancelledError: it has.
        """
        if self.stopped.is_set():
            raise CancelledError

    def rest(self, seconds: float) -> None:
        """One of the real plugin's fixed waits, that long if the pace is real.

        Raises:
            CancelledError: the engine asked to stop meanwhile.
        """
        self.wait(seconds if self.real else 0.0)

    def settle(
        self,
        seen: Callable[[], bool],
        *,
        interval: float,
        deadline: float,
        misses: int | None,
        times: int = IN_A_ROW,
    ) -> None:
        """Poll until the object was seen in the wanted state several times in a row.

        Args:
            seen: one read; whether it showed the wanted state.
            interval: seconds that the real plugin waits between reads.
            deadline: when to give up, on ``now``'s clock.
            misses: how many reads in a row may fail to show it; None is without limit.
            times: how many reads in a row must show it.

        Raises:
            PluginError: it never settled.
        """
        hits, missed, wait = 0, 0, FIRST_WAIT
        while True:
            hits, missed = (hits + 1, 0) if seen() else (0, missed + 1)
            if hits == times:
                return
            if misses is not None and missed > misses:
                raise PluginError(f"couldn't find resource ({misses} retries)")
            if self.now() > deadline:
                raise PluginError("timeout while waiting for state to become 'Done'")
            least = interval if self.real else 0.0
            self.wait(max(wait, least) if missed else least)
            wait = min(2 * wait, LONGEST_WAIT) if missed else wait
