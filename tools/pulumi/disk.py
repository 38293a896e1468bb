"""Looks, before minutes of work, at whether the disks have room for it."""

from __future__ import annotations

import os
import re
import shutil
from collections import defaultdict
from typing import TYPE_CHECKING

from faults import NoSpaceError

if TYPE_CHECKING:
    from pathlib import Path

    from gotool import Go

GIGABYTE = 10**9
# Gigabytes by the folder that they land in, measured with empty caches and rounded up. Only the
# result must stay; the caches are Go's own, and `go clean -cache -modcache` empties them.
NEEDS = {"modules": 1.9, "build": 1.1, "temporary": 0.9, "result": 0.1}


def total() -> float:
    """Return the gigabytes asked for; MAILGRANT_ENGINE_DISK_GB lowers it where Go's caches are warm."""
    named = os.environ.get("MAILGRANT_ENGINE_DISK_GB", "")
    # What is no plain number is no reason to stop: the measured sum stands.
    return float(named) if re.fullmatch(r"\d+(\.\d+)?", named) else sum(NEEDS.values())


def check(go: Go, cache: Path) -> None:
    """Raise NoSpaceError where a disk that the build writes to has too little room."""
    places = zip(NEEDS.values(), (go.module_cache, go.build_cache, go.temporary, cache), strict=True)
    needed: defaultdict[int, float] = defaultdict(float)
    disks: dict[int, Path] = {}
    for share, folder in places:
        place = _existing(folder)
        disk = place.stat().st_dev
        disks.setdefault(disk, place)
        needed[disk] += share * total() / sum(NEEDS.values())
    for disk, place in disks.items():
        _check_one(place, needed[disk])


def _check_one(place: Path, needed: float) -> None:
    free = shutil.disk_usage(place).free / GIGABYTE
    if free < needed:
        raise NoSpaceError(place, free, needed)


def _existing(folder: Path) -> Path:
    return next(place for place in (folder, *folder.parents) if place.exists())
