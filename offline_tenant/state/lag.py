"""Eventual consistency: a new object is there at once, and the replicas that answer reads show it later.

For each kind of document the installation can be told how long that takes: so many reads that miss it, so
many seconds of the tenant's clock, or both. Off unless configured (``delays``). What is configured later holds for
what is made later. What changes in Exchange and reaches its mail servers later stands in ``propagation``.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from offline_tenant.state.delays import Delay, configure, configured, missed
from offline_tenant.state.store import Document
from offline_tenant.state.tenant import Tenant

__all__ = ["KIND", "Delay", "Replica", "begin", "configure", "configured", "forget"]

KIND: Final = "lagging"


def begin(tenant: Tenant, kind: str, id_: str) -> None:
    """Let a new object lag as its kind is told to."""
    told = configured(tenant.store.collection("", "settings")).get(kind)
    if not told:
        return
    delay, key = Delay(**told), f"{kind}/{id_}".casefold()
    missed(tenant.store).pop((tenant.id, key), None)
    seen_from = tenant.clock.now() + timedelta(seconds=delay.seconds)
    record = {"id": key, "kind": kind, "reads": delay.reads, "from": seen_from.isoformat()}
    tenant.documents(KIND).put(key, record)


def forget(tenant: Tenant, kind: str, id_: str) -> None:
    """The object is gone, and its lag with it."""
    key = f"{kind}/{id_}".casefold()
    missed(tenant.store).pop((tenant.id, key), None)
    tenant.documents(KIND).delete(key)


class Replica:
    """What one request sees of a tenant: what it has missed once, it misses to its end.

    Args:
        tenant: whose.
    """

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant
        self._decided: dict[str, bool] = {}

    def wrote(self, kind: str, id_: str) -> None:
        """The request made this object itself, and sees it."""
        self._decided[f"{kind}/{id_}".casefold()] = True

    def visible(self, kind: str, documents: Iterable[Document]) -> list[Document]:
        """The documents without those that are not here yet."""
        lagging = {record["id"]: record for record in self._tenant.documents(KIND).find("kind", kind)}
        found = list(documents)
        if not lagging:
            return found
        keys = (f"{kind}/{document['id']}".casefold() for document in found)
        return [
            document
            for document, key in zip(found, keys, strict=True)
            if key not in lagging or self._sees(lagging[key])
        ]

    def _sees(self, record: Document) -> bool:
        key = record["id"]
        if key not in self._decided:
            self._decided[key] = self._arrived(record)
        return self._decided[key]

    def _arrived(self, record: Document) -> bool:
        misses, key = missed(self._tenant.store), (self._tenant.id, record["id"])
        early = self._tenant.clock.now() < datetime.fromisoformat(record["from"])
        if early or misses[key] < record["reads"]:
            misses[key] += 1
            return False
        self._tenant.documents(KIND).delete(record["id"])
        return True
