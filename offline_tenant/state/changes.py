"""Writes down what a replicated part of Exchange's directory was before each change, while its changes lag.

It sits below everybody who writes, so that no cmdlet can forget it. ``propagation`` reads it.
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

from offline_tenant.state.clock import Clock
from offline_tenant.state.delays import Delay, configured
from offline_tenant.state.kinds import KINDS, REPLICATED, Replicated
from offline_tenant.state.store import Collection, Document, Store

KIND: Final = "propagating"
LONGEST: Final = 50  # changes of one object that are kept; the oldest go first
RECORDED: Final = frozenset(part.kind for part in REPLICATED.values())


class Recorded(Collection):
    """Documents of a kind of which some parts are replicated.

    Args:
        store: of the installation.
        tenant: its id.
        kind: one of ``RECORDED``.
        clock: of the installation.
    """

    def __init__(self, store: Store, tenant: str, kind: str, clock: Clock) -> None:
        super().__init__(store, tenant, kind, KINDS[kind])
        self._settings = store.collection("", "settings")
        self._records = store.collection(tenant, KIND)
        self._clock = clock
        self._parts = {name: part for name, part in REPLICATED.items() if part.kind == kind}

    def insert(self, id_: str, document: Mapping[str, Any]) -> None:
        """Add a document."""
        with self._store.transaction():
            super().insert(id_, document)
            self._note(id_, None, document)

    def replace(self, id_: str, document: Mapping[str, Any]) -> None:
        """Put another body under an id that exists."""
        with self._store.transaction():
            before = self.get(id_) if self._delays() else None
            super().replace(id_, document)
            self._note(id_, before, document)

    def delete(self, id_: str) -> bool:
        """Remove a document; False if it was not there."""
        with self._store.transaction():
            before = self.get(id_) if self._delays() else None
            deleted = super().delete(id_)
            self._note(id_, before, None)
        return deleted

    def _delays(self) -> dict[str, Delay]:
        told = configured(self._settings)
        return {name: Delay(**told[name]) for name in self._parts if name in told}

    def _note(self, id_: str, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> None:
        for name, delay in self._delays().items():
            part = self._parts[name]
            was = value(part, before)
            if part.only in {None, id_} and was != value(part, after):
                self._append(name, id_, {"before": was, **asdict(delay)})

    def _append(self, name: str, id_: str, change: Document) -> None:
        key = record_id(name, id_)
        record = self._records.get(key) or {"id": key, "name": name, "of": id_, "changes": []}
        change["at"] = self._clock.now().isoformat()
        self._records.put(key, record | {"changes": [*record["changes"], change][-LONGEST:]})


def value(part: Replicated, document: Mapping[str, Any] | None) -> Document | None:
    """What counts of a document; a field that is None is as good as absent."""
    if part.fields:
        return {name: found for name in part.fields if (found := (document or {}).get(name)) is not None}
    return None if document is None else dict(document)


def record_id(name: str, id_: str) -> str:
    """Where the changes of one object are written down."""
    return f"{name}/{id_}".casefold()
