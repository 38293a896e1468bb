"""What the tests of mailgrant share: an offline tenant of their own, as a process, and the engine beside it."""

import contextlib
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from offline_tenant import process
from offline_tenant.home import Home, OfflineError
from tests.machines import Machine
from tests.offline_shell import Offline
from tests.turns import pytest_runtest_protocol  # noqa: F401 - a hook of pytest
from tests.worlds import OfflineTenant, Project

PROJECT = Path(__file__).parent.parent


@pytest.fixture
def offline(tmp_path: Path) -> Iterator[OfflineTenant]:
    """A fresh tenant, in a process of its own."""
    home = Home(tmp_path / "offline")
    tenant = OfflineTenant(home, process.start(home))
    try:
        yield tenant
    finally:
        process.stop(home)


@pytest.fixture
def at_offline(offline: OfflineTenant, monkeypatch: pytest.MonkeyPatch) -> OfflineTenant:
    """The same, with this very process pointed at it."""
    for name, value in offline.environment.items():
        monkeypatch.setenv(name, value)
    return offline


@pytest.fixture
def project(tmp_path: Path, offline: OfflineTenant) -> Project:
    """The project with the stack ``offline``, nothing deployed yet."""
    folder = tmp_path / "project"
    (folder / "stacks").mkdir(parents=True)
    for name in ("Pulumi.yaml", "__main__.py", "stacks/Pulumi.offline.yaml"):
        shutil.copy(PROJECT / name, folder / name)
    (folder / ".venv").symlink_to(sys.prefix)  # where Pulumi.yaml says that it is
    found = Project(folder, offline.environment)
    found.pulumi("stack", "init", "offline")
    return found


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Offline]:
    """A home that does not exist yet; what is started in it ends with the test."""
    home = tmp_path / "homes" / "one"
    yield Offline(home)
    with contextlib.suppress(OfflineError):
        process.stop(Home(home))


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A computer on which nothing is set up yet."""
    (tmp_path / "bin").mkdir()
    return Machine(tmp_path)
