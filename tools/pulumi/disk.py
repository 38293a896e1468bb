"""Looks, before minutes of work, at whether the disks have room for it."""

from __future__ import annotations

import os
import shutil
from collections import defaultdict
from typing import TYPE_CHECKING

from faults import NoSpaceError

if TYPE_CHECKING:
    from pathlib import Path

    from gotool import Go

GIGABYTE = 10**9
TOTAL = 3.0
# How the whole is shared out, measured with empty caches and rounded up.
SHARES = {"modules": 0.5, "build": 0.4, "result": 0.1}


def total() -> float:
    """Return the gigabytes asked for; MAILGRANT_ENGINE_DISK_GB lowers it where Go's caches are warm."""
    return float(os.environ.get("MAILGRANT_ENGINE_DISK_GB") or TOTAL)


def check(go: Go, cache: Path) -> None:
    """Raise NoSpaceError where a disk that the build writes to has too little room."""
    folders = {"modules": go.module_cache, "build": go.build_cache, "result": cache}
    needs: defaultdict[int, float] = defaultdict(float)
    for part, folder in folders.items():
        needs[_existing(folder).stat().st_dev] += SHARES[part] * total()
    for folder in folders.values():
        place = _existing(folder)
        free, needed = shutil.disk_usage(place).free / GIGABYTE, needs[place.stat().st_dev]
        if free < needed:
            raise NoSpaceError(place, free, needed)


def _existing(folder: Path) -> Path:
    return next(place for place in (folder, *folder.parents) if place.exists())
