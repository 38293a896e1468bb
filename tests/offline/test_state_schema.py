"""State files of other versions, and files that are none."""

import sqlite3
from pathlib import Path

import pytest

from offline_tenant.state import schema
from offline_tenant.state.store import StateError, Store

# As the first version made it, before versions were counted.
FIRST = """
CREATE TABLE documents (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL COLLATE NOCASE, body TEXT NOT NULL,
    UNIQUE (tenant, kind, id)
);
CREATE TABLE lookups (
    sequence INTEGER NOT NULL REFERENCES documents (sequence) ON DELETE CASCADE,
    tenant TEXT NOT NULL, kind TEXT NOT NULL, field TEXT NOT NULL, value TEXT NOT NULL
);
CREATE INDEX lookups_by_value ON lookups (tenant, kind, field, value);
CREATE INDEX lookups_by_document ON lookups (sequence);
INSERT INTO documents VALUES (1, 't', 'users', '1', '{"mail": "A@contoso.com"}');
INSERT INTO documents VALUES (2, 't', 'kindOfYesterday', '1', '{}');
INSERT INTO lookups VALUES (1, 't', 'users', 'fieldOfYesterday', 'x');
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "tenant.sqlite3"


def made(path: Path, script: str) -> None:
    db = sqlite3.connect(path)
    db.executescript(script)
    db.close()


def version(path: Path) -> int:
    db = sqlite3.connect(path)
    found: int = db.execute("PRAGMA user_version").fetchone()[0]
    db.close()
    return found


def test_a_new_file_has_the_version_of_today(path: Path) -> None:
    Store(path).close()

    assert version(path) == schema.VERSION


def test_every_older_version_has_its_way_to_today() -> None:
    assert list(schema.MIGRATIONS) == list(range(1, schema.VERSION))


def test_an_old_file_is_brought_up_to_date(path: Path) -> None:
    made(path, FIRST)

    store = Store(path)
    assert store.collection("t", "users").get("1") == {"mail": "A@contoso.com"}
    store.close()
    assert version(path) == schema.VERSION


def test_an_old_file_is_found_by_the_fields_of_today(path: Path) -> None:
    made(path, FIRST)

    store = Store(path)
    assert store.collection("t", "users").find("mail", "a@CONTOSO.com") == [{"mail": "A@contoso.com"}]
    assert store.execute("SELECT count(*) FROM lookups WHERE field = 'fieldOfYesterday'").fetchone() == (0,)
    store.close()


def test_a_newer_file_is_refused_and_left_alone(path: Path) -> None:
    Store(path).close()
    made(path, f"PRAGMA user_version = {schema.VERSION + 1}")
    before = path.read_bytes()

    with pytest.raises(
        StateError,
        match=rf"{path} cannot be used: a newer mailgrant wrote it \(version 3 .* knows 2\): .*--home",
    ):
        Store(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("content", "complaint"),
    [(b"this is no database" * 100, "file is not a database"), (b"SQLite format 3\0", "database")],
)
def test_a_file_that_is_none_of_ours_is_refused(path: Path, content: bytes, complaint: str) -> None:
    path.write_bytes(content)

    with pytest.raises(StateError, match=complaint):
        Store(path)
    assert path.read_bytes() == content


def test_a_database_of_something_else_is_refused(path: Path) -> None:
    made(path, "CREATE TABLE places (url TEXT)")

    with pytest.raises(StateError, match="it is a database of something else"):
        Store(path)
