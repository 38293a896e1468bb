"""Eventual consistency: a new object is there at once, and the replicas that answer reads show it later.

For each kind of document the installation can be told how long that takes: so many reads that miss it, so
many seconds of the tenant's clock, or both. Off unless configured. What is configured later holds for what is
made later.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from weakref import WeakKeyDictionary

from offline_tenant.state.kinds import KINDS
from offline_tenant.state.store import Collection, Document, Store
from offline_tenant.state.tenant import Tenant

SETTING: Final = "lag"
KIND: Final = "lagging"

# Reads that missed an object are counted beside the store: the request that missed it is undone, the count is not.
_missed: Final[WeakKeyDictionary[Store, Counter[tuple[str, str]]]] = WeakKeyDictionary()


@dataclass(frozen=True)
class Delay:
    """How long a new object stays unseen; both must be over.

    Args:
        reads: how many requests look for it and miss it.
        seconds: of the tenant's clock.
    """

    reads: int = 0
    seconds: float = 0.0

    @classmethod
    def told(cls, reads: Any = 0, seconds: Any = 0.0) -> "Delay":
        """From what JSON may hold.

        Raises:
            ValueError: no such numbers.
        """
        if type(reads) is not int or type(seconds) not in {int, float}:
            raise ValueError("reads must be a whole number, seconds a number")
        if reads < 0 or not 0 <= seconds < float("inf"):
            raise ValueError("reads and seconds must not be negative")
        return cls(reads, seconds)


def configure(settings: Collection, delays: Mapping[str, Mapping[str, Any]]) -> None:
    """Say how long each kind lags; kinds that are not named do not.

    Args:
        settings: ``Installation.settings``.
        delays: by kind, as ``{"applications": {"reads": 2, "seconds": 30}}``.

    Raises:
        ValueError: an unknown kind, an unknown key, or a value that is no such number.
    """
    for kind, delay in delays.items():
        if kind not in KINDS:
            raise ValueError(f"{kind}: no such kind; known are {', '.join(sorted(KINDS))}")
        try:
            Delay.told(**delay)
        except (TypeError, ValueError) as error:
            raise ValueError(f'{kind}: expected {{"reads": 2, "seconds": 30}}: {error}') from error
    settings.put(SETTING, {kind: dict(delay) for kind, delay in delays.items()})


def configured(settings: Collection) -> dict[str, Any]:
    """What ``configure`` was told last."""
    return settings.get(SETTING) or {}


def begin(tenant: Tenant, kind: str, id_: str) -> None:
    """Let a new object lag as its kind is told to."""
    told = configured(tenant.store.collection("", "settings")).get(kind)
    if not told:
        return
    delay, key = Delay(**told), f"{kind}/{id_}".casefold()
    _counter(tenant).pop((tenant.id, key), None)
    seen_from = tenant.clock.now() + timedelta(seconds=delay.seconds)
    record = {"id": key, "kind": kind, "reads": delay.reads, "from": seen_from.isoformat()}
    tenant.documents(KIND).put(key, record)


def forget(tenant: Tenant, kind: str, id_: str) -> None:
    """The object is gone, and its lag with it."""
    key = f"{kind}/{id_}".casefold()
    _counter(tenant).pop((tenant.id, key), None)
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
        missed, key = _counter(self._tenant), (self._tenant.id, record["id"])
        early = self._tenant.clock.now() < datetime.fromisoformat(record["from"])
        if early or missed[key] < record["reads"]:
            missed[key] += 1
            return False
        self._tenant.documents(KIND).delete(record["id"])
        return True


def _counter(tenant: Tenant) -> Counter[tuple[str, str]]:
    return _missed.setdefault(tenant.store, Counter())
