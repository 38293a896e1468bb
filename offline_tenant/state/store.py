"""Documents in SQLite: safe under a kill at any moment, one transaction for one request.

The server works on one thread and runs each request inside ``Store.transaction``, so requests never
see each other half done, and a request that fails changes nothing.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from offline_tenant.state import schema
from offline_tenant.state.kinds import KINDS
from offline_tenant.state.schema import StateError

__all__ = ["Collection", "Document", "DuplicateDocumentError", "StateError", "Store"]

Document = dict[str, Any]

MEMORY: Final = ":memory:"
SETTINGS: Final = (
    # Readers beside us (a backup, a person with the sqlite3 program) and we do not wait for each other.
    "PRAGMA journal_mode = WAL",
    # What was committed lies with the operating system: it survives the end of this process, however hard. Only
    # a power cut may take back the last answers, never half of one. FULL would cost a disk flush a request.
    "PRAGMA synchronous = NORMAL",
    "PRAGMA foreign_keys = ON",
)
COPY: Final = (
    (
        "SELECT sequence, tenant, kind, id, body FROM documents",
        "INSERT INTO documents (sequence, tenant, kind, id, body) VALUES (?, ?, ?, ?, ?)",
    ),
    (
        "SELECT sequence, tenant, kind, field, value FROM lookups",
        "INSERT INTO lookups (sequence, tenant, kind, field, value) VALUES (?, ?, ?, ?, ?)",
    ),
)


class DuplicateDocumentError(Exception):
    """A document with this id is there already."""


class Store:
    """All documents of all tenants of one installation.

    Args:
        path: the database file; ``":memory:"`` keeps nothing.

    Raises:
        StateError: the file is not one of ours, is broken, or was written by a newer mailgrant.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = None if path == MEMORY else Path(path)
        self.era = 0  # how often everything was forgotten; what was read in another era is no longer true
        self._emptied = False
        # The thread that opens the store need not be the one that serves, but only one ever uses it.
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        try:
            for setting in SETTINGS:
                self._db.execute(setting)
            schema.prepare(self._db)
        except (StateError, sqlite3.DatabaseError) as error:
            self._db.close()
            raise StateError(f"{path} cannot be used: {error}") from error

    def close(self) -> None:
        """Close the database file."""
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; one inside another joins the outer one."""
        if self._db.in_transaction:
            yield
            return
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
            self.era += self._emptied
        except BaseException:
            self._roll_back()
            raise
        finally:
            self._emptied = False

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """A part of a transaction that can fail by itself: what it had changed is undone, the rest stays."""
        self._db.execute("SAVEPOINT part")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK TO part")
            raise
        finally:
            self._db.execute("RELEASE part")

    def collection(self, tenant: str, kind: str) -> "Collection":
        """The documents of one kind in one tenant.

        Raises:
            KeyError: the kind stands not in ``KINDS``.
        """
        return Collection(self, tenant, kind, KINDS[kind])

    def empty(self) -> None:
        """Forget everything."""
        with self.transaction():
            self._db.execute("DELETE FROM lookups")
            self._db.execute("DELETE FROM documents")
            self._emptied = True

    def copy_from(self, other: "Store") -> None:
        """Forget everything, and hold what another store holds; all or nothing."""
        with self.transaction():
            self.empty()
            for read, write in COPY:
                self._db.executemany(write, other.execute(read))

    def _roll_back(self) -> None:
        if self._db.in_transaction:  # SQLite ends it by itself where the disk is full
            self._db.execute("ROLLBACK")

    def execute(self, statement: str, *values: Any) -> sqlite3.Cursor:
        """Run one statement; for the collections below."""
        return self._db.execute(statement, values)

    def index(
        self, sequence: int, place: tuple[str, str], fields: tuple[str, ...], document: Mapping[str, Any]
    ) -> None:
        """Let a document be found by these fields; for the collections below."""
        schema.write_lookups(self._db, sequence, place, fields, document)


class Collection:
    """The documents of one kind in one tenant, in the order in which they were made."""

    def __init__(self, store: Store, tenant: str, kind: str, indexed: tuple[str, ...]) -> None:
        self._store, self._tenant, self._kind, self._indexed = store, tenant, kind, indexed

    def get(self, id_: str) -> Document | None:
        """The document with this id, or None."""
        row = self._store.execute(
            "SELECT body FROM documents WHERE tenant = ? AND kind = ? AND id = ?",
            self._tenant,
            self._kind,
            id_,
        ).fetchone()
        return None if row is None else json.loads(row[0])

    def all(self, *, offset: int = 0, limit: int = -1) -> list[Document]:
        """Documents in the order in which they were made, a page of them if asked."""
        rows = self._store.execute(
            "SELECT body FROM documents WHERE tenant = ? AND kind = ? ORDER BY sequence LIMIT ? OFFSET ?",
            *(self._tenant, self._kind, limit, offset),
        )
        return [json.loads(row[0]) for row in rows]

    def count(self) -> int:
        """How many there are."""
        query = "SELECT count(*) FROM documents WHERE tenant = ? AND kind = ?"
        return int(self._store.execute(query, self._tenant, self._kind).fetchone()[0])

    def find(self, field: str, value: str) -> list[Document]:
        """Documents whose indexed field equals (or whose list holds) the value, case ignored.

        Raises:
            KeyError: the field is not one of the indexed ones of this kind.
        """
        if field not in self._indexed:
            raise KeyError(f"{self._kind} has no index over {field}")
        rows = self._store.execute(
            "SELECT DISTINCT d.sequence, d.body FROM lookups l JOIN documents d USING (sequence)"
            " WHERE l.tenant = ? AND l.kind = ? AND l.field = ? AND l.value = ? ORDER BY d.sequence",
            *(self._tenant, self._kind, field, value.casefold()),
        )
        return [json.loads(row[1]) for row in rows]

    def find_any(
        self, field: str, values: Iterable[str], *, offset: int = 0, limit: int = -1
    ) -> list[Document]:
        """Documents whose indexed field equals one of the values, case ignored, a page of them if asked.

        Raises:
            KeyError: the field is not one of the indexed ones of this kind.
        """
        if field not in self._indexed:
            raise KeyError(f"{self._kind} has no index over {field}")
        wanted = json.dumps([value.casefold() for value in values])
        rows = self._store.execute(
            "SELECT body FROM documents WHERE sequence IN (SELECT sequence FROM lookups WHERE tenant = ? AND kind = ?"
            " AND field = ? AND value IN (SELECT value FROM json_each(?))) ORDER BY sequence LIMIT ? OFFSET ?",
            *(self._tenant, self._kind, field, wanted, limit, offset),
        )
        return [json.loads(row[0]) for row in rows]

    def insert(self, id_: str, document: Mapping[str, Any]) -> None:
        """Add a document.

        Raises:
            DuplicateDocumentError: the id is taken.
        """
        with self._store.transaction():
            try:
                cursor = self._store.execute(
                    "INSERT INTO documents (tenant, kind, id, body) VALUES (?, ?, ?, ?)",
                    *(self._tenant, self._kind, id_, json.dumps(document)),
                )
            except sqlite3.IntegrityError as error:
                raise DuplicateDocumentError(f"{self._kind} {id_}") from error
            self._index(int(cursor.lastrowid or 0), document)

    def replace(self, id_: str, document: Mapping[str, Any]) -> None:
        """Put another body under an id that exists.

        Raises:
            KeyError: there is no such id.
        """
        with self._store.transaction():
            sequence = self._sequence(id_)
            self._store.execute(
                "UPDATE documents SET body = ? WHERE sequence = ?", json.dumps(document), sequence
            )
            if self._indexed:
                self._store.execute("DELETE FROM lookups WHERE sequence = ?", sequence)
                self._index(sequence, document)

    def put(self, id_: str, document: Mapping[str, Any]) -> None:
        """Insert or replace."""
        with self._store.transaction():
            try:
                self.replace(id_, document)
            except KeyError:
                self.insert(id_, document)

    def delete(self, id_: str) -> bool:
        """Remove a document; False if it was not there."""
        with self._store.transaction():
            query = "DELETE FROM documents WHERE tenant = ? AND kind = ? AND id = ?"
            return self._store.execute(query, self._tenant, self._kind, id_).rowcount > 0

    def _sequence(self, id_: str) -> int:
        query = "SELECT sequence FROM documents WHERE tenant = ? AND kind = ? AND id = ?"
        row = self._store.execute(query, self._tenant, self._kind, id_).fetchone()
        if row is None:
            raise KeyError(f"{self._kind} {id_}")
        return int(row[0])

    def _index(self, sequence: int, document: Mapping[str, Any]) -> None:
        self._store.index(sequence, (self._tenant, self._kind), self._indexed, document)
