"""Shows that a long job lives: the time since the start and what is happening now, on stderr."""

from __future__ import annotations

import shutil
import sys
import threading
import time
from typing import Self

# On a terminal one line renews itself; a log gets a whole line now and then, so that CI sees life.
SECONDS_ON_TERMINAL = 1.0
SECONDS_IN_LOG = 10.0


def note(text: str) -> None:
    """Say one thing to people; stdout belongs to the result."""
    print(text, file=sys.stderr, flush=True)


def elapsed(seconds: float) -> str:
    """Write a duration as `1m05s`."""
    return f"{int(seconds) // 60}m{int(seconds) % 60:02}s"


class Progress:
    """A context in which `doing` names the step and `detail` what is happening in it."""

    def __init__(self) -> None:
        self._start = time.monotonic()
        self._terminal = sys.stderr.isatty()
        self._doing = self.detail = ""
        self._over = threading.Event()
        self._beat = threading.Thread(target=self._keep_showing, daemon=True)

    def __enter__(self) -> Self:
        """Start the beat."""
        self._beat.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop the beat, and leave the cursor on a fresh line."""
        self._over.set()
        self._beat.join()
        if self._terminal:
            print("\r\033[K", end="", file=sys.stderr, flush=True)

    def doing(self, step: str) -> None:
        """Begin a step, and say so at once."""
        self._doing, self.detail = step, ""
        self._show(end="\n")

    def seconds(self) -> float:
        """Return the time since the start."""
        return time.monotonic() - self._start

    def _keep_showing(self) -> None:
        while not self._over.wait(SECONDS_ON_TERMINAL if self._terminal else SECONDS_IN_LOG):
            self._show(end="" if self._terminal else "\n")

    def _show(self, end: str) -> None:
        line = f"  {elapsed(self.seconds())}  {self._doing}{': ' if self.detail else ''}{self.detail}"
        if self._terminal:
            line = "\r\033[K" + line[: shutil.get_terminal_size().columns - 1]
        print(line, end=end, file=sys.stderr, flush=True)
