"""Snapshots: the whole state of an installation under a name, beside the state file."""

import os
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from offline_tenant.state.store import Store

FOLDER: Final = "snapshots"
SUFFIX: Final = ".sqlite3"
NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
UNFINISHED: Final = ".new"
BESIDE: Final = ("", "-wal", "-shm", "-journal")  # what SQLite puts beside a database


class SnapshotError(Exception):
    """A snapshot that cannot be made or found; its text says why."""


class Snapshots:
    """The snapshots of one installation: applications, grants, mailboxes, mail, clock, ids, lag; no counters.

    Args:
        store: the state that is saved and restored.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def all(self) -> list[dict[str, Any]]:
        """Name, size in bytes, and when it was made, by name."""
        if self._store.path is None:
            return []
        found = sorted(self._folder().glob(f"*{SUFFIX}"))
        return [{"name": path.name.removesuffix(SUFFIX), **_facts(path)} for path in found]

    def save(self, name: str, *, replace: bool = False) -> None:
        """Keep what the store holds now; the snapshot is there whole, or not at all.

        Args:
            name: letters, digits, dots, dashes and underscores, at most 64.
            replace: whether one of that name may be there already.

        Raises:
            SnapshotError: no such name, or it is taken.
        """
        path = self._path(name)
        if path.exists() and not replace:
            raise SnapshotError(f"there is a snapshot {name!r} already: replace it, or choose another name")
        path.parent.mkdir(mode=0o700, exist_ok=True)
        scratch = path.with_name(path.name + UNFINISHED)
        _remove(scratch)
        copy = Store(scratch)
        try:
            copy.copy_from(self._store)
        finally:
            copy.close()  # writes everything into the one file
        scratch.replace(path)
        _flush(path.parent)

    def restore(self, name: str) -> None:
        """Hold what the snapshot holds, and nothing else; all or nothing.

        Raises:
            SnapshotError: there is none of that name.
            StateError: it cannot be read.
        """
        copy = Store(self._existing(name))
        try:
            self._store.copy_from(copy)
        finally:
            copy.close()

    def delete(self, name: str) -> None:
        """Forget a snapshot.

        Raises:
            SnapshotError: there is none of that name.
        """
        _remove(self._existing(name))

    def _existing(self, name: str) -> Path:
        if (path := self._path(name)).exists():
            return path
        known = ", ".join(one["name"] for one in self.all()) or "none"
        raise SnapshotError(f"there is no snapshot {name!r}; there are: {known}")

    def _path(self, name: str) -> Path:
        if not NAME.fullmatch(name):
            raise SnapshotError(
                f"{name!r} is no name for a snapshot: up to 64 letters, digits, dots, dashes and underscores"
            )
        return self._folder() / f"{name}{SUFFIX}"

    def _folder(self) -> Path:
        if self._store.path is None:
            raise SnapshotError("this tenant keeps its state in memory only, and so no snapshots")
        return self._store.path.parent / FOLDER


def _facts(path: Path) -> dict[str, Any]:
    known = path.stat()
    made = datetime.fromtimestamp(known.st_mtime, UTC).isoformat(timespec="seconds")
    return {"bytes": known.st_size, "made": made.replace("+00:00", "Z")}


def _remove(path: Path) -> None:
    for suffix in BESIDE:
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def _flush(folder: Path) -> None:
    """Let a power cut not take back the renaming."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
