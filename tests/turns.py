"""Tests side by side (``pytest -n``): those that measure have the machine for themselves, as far as it is ours."""

import fcntl
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Holds off all others while a test with the marker ``load`` runs."""
    cache = item.config.cache
    assert cache is not None
    with _turn(cache.mkdir("turns"), alone=item.get_closest_marker("load") is not None):
        return (yield)


@contextmanager
def _turn(folder: Path, *, alone: bool) -> Iterator[None]:
    with (folder / "door").open("a") as door, (folder / "room").open("a") as room:
        # Who wants to be alone waits in the door; else the others would go in again and again before it.
        fcntl.flock(door, fcntl.LOCK_EX)
        fcntl.flock(room, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        fcntl.flock(door, fcntl.LOCK_UN)
        yield
