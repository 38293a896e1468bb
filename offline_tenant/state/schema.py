"""The tables in a state file, which version of them it has, and how an older one becomes today's."""

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any, Final

from offline_tenant.state.kinds import KINDS

VERSION: Final = 2
TABLES: Final = (
    """CREATE TABLE documents (
        sequence INTEGER PRIMARY KEY AUTOINCREMENT,
        tenant TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL COLLATE NOCASE, body TEXT NOT NULL,
        UNIQUE (tenant, kind, id)
    )""",
    """CREATE TABLE lookups (
        sequence INTEGER NOT NULL REFERENCES documents (sequence) ON DELETE CASCADE,
        tenant TEXT NOT NULL, kind TEXT NOT NULL, field TEXT NOT NULL, value TEXT NOT NULL
    )""",
    "CREATE INDEX lookups_by_value ON lookups (tenant, kind, field, value)",
    "CREATE INDEX lookups_by_document ON lookups (sequence)",
    "CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
)
# From each older version to the next one; a change of TABLES adds a row here and one to VERSION.
MIGRATIONS: Final[Mapping[int, tuple[str, ...]]] = {
    1: ("CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL)",),
}
INDEXED: Final = "indexed"  # the fact that tells for which fields the lookups were written


class StateError(Exception):
    """A state file that cannot be used; its text says why, and what to do."""


def prepare(db: sqlite3.Connection) -> None:
    """Make the tables of a new file, or bring those of an older one up to date; all or nothing.

    Raises:
        StateError: a newer mailgrant wrote the file, or something else did.
    """
    db.execute("BEGIN IMMEDIATE")
    try:
        for statement in _missing(db):
            db.execute(statement)
        db.execute(f"PRAGMA user_version = {VERSION}")
        _renew_lookups(db)
    except BaseException:
        db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")


def _missing(db: sqlite3.Connection) -> Iterable[str]:
    version = int(db.execute("PRAGMA user_version").fetchone()[0])
    tables = {name for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    if version > VERSION:
        raise StateError(
            f"a newer mailgrant wrote it (version {version} of the state, this one knows {VERSION}): "
            "use that mailgrant, or another --home"
        )
    if not tables and not version:
        return TABLES
    if "documents" not in tables:
        raise StateError("it is a database of something else: use another --home")
    # Before versions were counted there was only the first.
    return [statement for known in range(version or 1, VERSION) for statement in MIGRATIONS[known]]


def _renew_lookups(db: sqlite3.Connection) -> None:
    """Write all lookups anew if documents were indexed by other fields than today's."""
    fields = hashlib.sha256(json.dumps(KINDS, sort_keys=True).encode()).hexdigest()
    if db.execute("SELECT value FROM facts WHERE name = ?", (INDEXED,)).fetchone() == (fields,):
        return
    db.execute("DELETE FROM lookups")
    documents = db.execute("SELECT sequence, tenant, kind, body FROM documents").fetchall()
    for sequence, tenant, kind, body in documents:
        write_lookups(db, sequence, (tenant, kind), KINDS.get(kind, ()), json.loads(body))
    db.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (INDEXED, fields))


def write_lookups(
    db: sqlite3.Connection,
    sequence: int,
    place: tuple[str, str],
    indexed: Iterable[str],
    document: Mapping[str, Any],
) -> None:
    """Note by which values a document is to be found.

    Args:
        db: the state file.
        sequence: the document's number.
        place: its tenant and kind.
        indexed: the fields to note.
        document: its body.
    """
    rows = [
        (sequence, *place, field, str(member).casefold())
        for field in indexed
        for member in _members(document.get(field))
    ]
    db.executemany("INSERT INTO lookups (sequence, tenant, kind, field, value) VALUES (?, ?, ?, ?, ?)", rows)


def _members(value: Any) -> list[Any]:
    return [member for member in (value if isinstance(value, list) else [value]) if member is not None]
