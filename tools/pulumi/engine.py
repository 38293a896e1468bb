"""Ensures a Pulumi engine, and prints the folder to put on PATH (an empty line: use the one on PATH).

`pulumi` on PATH is used as it is. Where there is none, it is built once into the user's cache from
the Go modules that the go.sum files beside this one pin. Only the folder goes to stdout; everything
for people goes to stderr. Exit code 1: no engine, and the message says what to do; 130: interrupted.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING

import builder
import cache
import disk
import gotool
import installed
import recipe
from faults import EngineError
from progress import Progress, elapsed, note

if TYPE_CHECKING:
    from pathlib import Path
    from types import FrameType

INTERRUPTED = 130
WAITING = "Another run is building the same engine; waiting for it"


def main() -> int:
    """Print the folder and return the exit code."""
    signal.signal(signal.SIGTERM, _stop)
    try:
        print(directory())
    except EngineError as error:
        note(f"No Pulumi engine. {error}")
    except OSError as error:
        note(f"No Pulumi engine: {error}. Point XDG_CACHE_HOME at a folder that can be written to.")
    except KeyboardInterrupt:
        note("\nInterrupted. What is done is kept: run the same command again to go on.")
        return INTERRUPTED
    else:
        return 0
    return 1


def directory() -> str:
    """Return the folder to put on PATH; empty where the engine on PATH can be used."""
    why_not_path = installed.why_not()
    if not why_not_path:
        return ""
    target = cache.folder() / recipe.key()
    if not _complete(target):
        _build(gotool.find(why_not_path), target, why_not_path)
    return str(target)


def _build(go: gotool.Go, target: Path, why_not_path: str) -> None:
    disk.check(go, target.parent)
    with Progress() as progress, cache.alone(target, progress, WAITING):
        # The run that we waited for may have built it.
        if _complete(target):
            return
        note(f"{why_not_path}: building {recipe.LABEL} with Go {go.version}, once, into {target}.")
        note(
            f"It takes 4 to 6 minutes on two cores, and {disk.total():.0f} GB of disk, most of it in Go's caches."
        )
        note("Ctrl-C stops it; the next run goes on where it stopped.")
        builder.build(go, target, progress)
    note(f"The engine is ready, after {elapsed(progress.seconds())}.")


def _complete(target: Path) -> bool:
    return all(os.access(target / program, os.X_OK) for program in recipe.PROGRAMS)


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
