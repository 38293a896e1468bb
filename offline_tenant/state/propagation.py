"""What the servers that go by Exchange's directory see of it: its changes reach them later, and not all at once.

An administrator's cmdlet shows a change at once. A mail server goes on with what was before, for as long as the
change's ``Delay`` says; after that it may flap: some servers know of it and others do not, until all of them do.
Which one answers follows from the seed and the tenant's clock, so that a run repeats.
Of removals and of changes of a value the same is true as of what is new.
"""

import random
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from offline_tenant.state import lag
from offline_tenant.state.changes import KIND, record_id, value
from offline_tenant.state.delays import missed
from offline_tenant.state.kinds import REPLICATED
from offline_tenant.state.store import Document
from offline_tenant.state.tenant import Tenant

FLAP_SECONDS: Final = 30.0  # how long one server answers before another one does


def seen(tenant: Tenant, name: str, id_: str) -> Document | None:
    """One object as a server sees it now.

    Args:
        tenant: whose.
        name: of what is replicated (``kinds.REPLICATED``).
        id_: of the document.

    Returns:
        The document, or the replicated fields of it that are set; None where the server knows of no such document.
    """
    part = REPLICATED[name]
    now = value(part, tenant.documents(part.kind).get(id_))
    record = tenant.documents(KIND).get(record_id(name, id_))
    return _as_seen(tenant, record, now) if record else now


def overlaid(tenant: Tenant, name: str, id_: str, document: Document) -> Document:
    """A document whose replicated fields are those that a server sees now."""
    others = {key: held for key, held in document.items() if key not in REPLICATED[name].fields}
    return others | (seen(tenant, name, id_) or {})


def found(tenant: Tenant, name: str, field: str, wanted: str) -> list[Document]:
    """The objects that a server finds by an indexed field, case ignored.

    Args:
        tenant: whose.
        name: of what is replicated as a whole.
        field: one of those that the kind is indexed by.
        wanted: its value, or a member of it.
    """
    documents = tenant.documents(REPLICATED[name].kind)
    ids = [record["of"] for record in tenant.documents(KIND).find("name", name)]
    changed = [documents.get(id_) for id_ in ids]
    settled = [document for document in documents.find(field, wanted) if document not in changed]
    others = [seen(tenant, name, id_) for id_ in ids]
    return [*settled, *(one for one in others if one and wanted.casefold() in _members(one.get(field)))]


def release(tenant: Tenant, names: Iterable[str]) -> None:
    """Let everybody see at once what lags by a name that is not among these."""
    kept = set(names)
    for kind, field in ((KIND, "name"), (lag.KIND, "kind")):
        records = tenant.documents(kind)
        for record in records.all():
            if record[field] not in kept:
                records.delete(record["id"])


def _as_seen(tenant: Tenant, record: Document, now: Document | None) -> Document | None:
    shown, settled = now, True
    for change in reversed(record["changes"]):
        arrived, for_good = _arrived(tenant, record["id"], change)
        settled = settled and for_good
        if arrived:
            break
        shown = change["before"]
    if settled:
        tenant.documents(KIND).delete(record["id"])
    return shown


def _arrived(tenant: Tenant, key: str, change: Document) -> tuple[bool, bool]:
    """Whether the server that answers now knows of a change, and whether all of them do."""
    age = (tenant.clock.now() - datetime.fromisoformat(change["at"])).total_seconds() - change["seconds"]
    misses, counted = missed(tenant.store), (tenant.id, f"{key}@{change['at']}")
    if age < 0 or misses[counted] < change["reads"]:
        misses[counted] += 1
        return False, False
    if age >= change["flaps"]:
        return True, True
    # Repeatable on purpose: nothing outside this machine ever trusts it.
    server = random.Random(f"{tenant.ids.seed}:{key}:{age // FLAP_SECONDS}")  # noqa: S311
    return server.getrandbits(1) == 1, False


def _members(held: Any) -> list[str]:
    return [str(member).casefold() for member in (held if isinstance(held, list) else [held])]
