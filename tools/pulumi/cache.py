"""The user's cache: where it is, and one run at a time for each thing that is made in it."""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from progress import Progress


def folder() -> Path:
    """Return mailgrant's own folder in the cache; nothing is made yet."""
    # The XDG specification: a path that is not absolute is to be ignored.
    named = Path(os.environ.get("XDG_CACHE_HOME", ""))
    return (named if named.is_absolute() else Path.home() / ".cache") / "mailgrant"


@contextmanager
def alone(target: Path, progress: Progress, waiting: str) -> Iterator[None]:
    """Hold off every other run that would make `target`; `waiting` is told if one does so now."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.with_name(f"{target.name}.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            progress.doing(waiting)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
