"""One tenant, and the installation that holds them: the state that every service works on."""

from dataclasses import dataclass
from pathlib import Path

from offline_tenant.state.changes import RECORDED, Recorded
from offline_tenant.state.clock import Clock
from offline_tenant.state.ids import Ids
from offline_tenant.state.snapshots import Snapshots
from offline_tenant.state.store import Collection, Document, Store


@dataclass(frozen=True)
class Tenant:
    """One Microsoft 365 organization."""

    id: str
    store: Store
    clock: Clock
    ids: Ids

    def documents(self, kind: str) -> Collection:
        """The documents of one kind of this tenant (see ``kinds.KINDS``)."""
        if kind in RECORDED:
            return Recorded(self.store, self.id, kind, self.clock)
        return self.store.collection(self.id, kind)

    def registration(self) -> Document:
        """What the installation knows of the tenant: ``id``, ``domains`` (the initial one first), ``cloud``."""
        return self.store.collection("", "tenants").get(self.id) or {
            "id": self.id,
            "domains": [],
            "cloud": "",
        }


class Installation:
    """Everything that one offline process keeps: its tenants, one clock, one source of ids.

    Args:
        path: the database file; ``":memory:"`` keeps nothing.
    """

    def __init__(self, path: Path | str = ":memory:") -> None:
        self.store = Store(path)
        self.clock = Clock(self.store)
        self.ids = Ids(self.store)
        self.settings = self.store.collection("", "settings")
        self.snapshots = Snapshots(self.store)

    def tenant(self, name: str) -> Tenant | None:
        """The tenant with this id or one of its domain names, or None."""
        tenants = self.store.collection("", "tenants")
        known = [found] if (found := tenants.get(name)) else tenants.find("domains", name)
        return self._tenant(known[0]["id"]) if known else None

    def tenants(self) -> list[Tenant]:
        """Every tenant, the oldest first."""
        return [self._tenant(document["id"]) for document in self.store.collection("", "tenants").all()]

    def add_tenant(self, id_: str, domains: list[str], cloud: str = "global") -> Tenant:
        """Register a tenant, with no documents of its own yet.

        Args:
            id_: the tenant id, a UUID.
            domains: its verified domain names, the initial ``….onmicrosoft.com`` one first.
            cloud: which of Microsoft's clouds it lives in.
        """
        self.store.collection("", "tenants").insert(id_, {"id": id_, "domains": domains, "cloud": cloud})
        return self._tenant(id_)

    def _tenant(self, id_: str) -> Tenant:
        return Tenant(id_, self.store, self.clock, self.ids)
