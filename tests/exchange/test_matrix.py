"""{resource} × {absent, as wanted, differs, half-done, somebody else's, unreadable} × {create, read, update, delete}.

Each cell is run twice, over the provider's own classes and the tenant's endpoint. What must come of it stands in
``matrix/<resource>.txt``: state, operation, cmdlets (of the second run behind a slash), what the resource tells,
what the tenant has in the end. An update comes from what the program asked for before, see ``subjects.py``.
"""

from pathlib import Path
from typing import Final

import pytest

from tests.exchange.cells import RUN, SUBJECTS, Cell, run_twice
from tests.exchange.conftest import TenantSession

STATES: Final = ("absent", "as wanted", "differs", "half-done", "somebody else's", "unreadable")
# One object with one switch is always there, has no half, and belongs to everybody.
LEFT_OUT: Final = {("TransportSettings", state) for state in ("absent", "half-done", "somebody else's")}

Row = tuple[str, str, str]  # resource, state, operation


def _table() -> dict[Row, Cell]:
    rows: dict[Row, Cell] = {}
    for path in sorted((Path(__file__).parent / "matrix").glob("*.txt")):
        for block in path.read_text().strip().split("\n\n"):
            title, *lines = block.splitlines()
            state, operation = title.split(": ")
            rows[path.stem, state, operation] = Cell(*(line.partition(": ")[2] for line in lines))
    return rows


TABLE: Final = _table()


@pytest.mark.parametrize(("resource", "state", "operation"), TABLE)
def test_every_cell_is_as_it_must_be(
    session: TenantSession, resource: str, state: str, operation: str
) -> None:
    assert run_twice(session, resource, state, operation) == TABLE[resource, state, operation]


def test_no_cell_is_missing() -> None:
    everything = {
        (resource, state, operation)
        for resource in SUBJECTS
        for state in STATES
        for operation in RUN
        if (resource, state) not in LEFT_OUT
    }
    assert set(TABLE) == everything
