"""A seeded tenant with all of its HTTP side."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.offline.control_helper import Control, running, write_state


@pytest.fixture(scope="session")
def seeded_state(tmp_path_factory: pytest.TempPathFactory, signing_key_document: dict[str, Any]) -> Path:
    """Made once, because each test wants a copy."""
    path = tmp_path_factory.mktemp("seeded") / "tenant.sqlite3"
    write_state(path, signing_key_document)
    return path


@pytest.fixture
def control(tmp_path: Path, seeded_state: Path) -> Iterator[Control]:
    shutil.copy(seeded_state, tmp_path)
    with running(tmp_path / seeded_state.name) as control:
        yield control
