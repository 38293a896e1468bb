"""What was deleted and can be restored for thirty days of the tenant's clock.

https://learn.microsoft.com/graph/api/resources/directory#deleteditems
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from offline_tenant.entra.directory.errors import bad_request, not_found
from offline_tenant.entra.directory.objects import Directory, is_uuid, moment
from offline_tenant.state.store import Document

KIND: Final = "deletedItems"
KEPT: Final = timedelta(days=30)


def bury(
    directory: Directory, kind: str, document: Document, dependents: Iterable[tuple[str, Document]]
) -> None:
    """Take an object out of the directory, and with it what cannot be without it.

    Args:
        directory: of the tenant.
        kind: of the object.
        document: the object.
        dependents: what goes with it and comes back with it, each with its kind.
    """
    fallen = list(dependents)
    for its_kind, dependent in fallen:
        directory.remove(its_kind, dependent["id"])
    directory.remove(kind, document["id"])
    shown = document | {"deletedDateTime": directory.now()}
    entry = {"id": document["id"], "kind": kind, "document": shown, "dependents": fallen}
    directory.tenant.documents(KIND).put(document["id"], entry)


def of_kind(directory: Directory, kind: str) -> list[Document]:
    """The deleted objects of a kind, as Graph shows them."""
    found = directory.tenant.documents(KIND).find("kind", kind)
    return [entry["document"] for entry in found if not _is_over(directory, entry)]


def required(directory: Directory, id_: str) -> tuple[str, Document]:
    """A deleted object with its kind.

    Raises:
        DirectoryError: the id is no UUID (400), or no such object can be restored (404).
    """
    entry = _entry(directory, id_)
    return entry["kind"], entry["document"]


def restore(directory: Directory, id_: str) -> tuple[str, Document]:
    """Put an object back with its dependents, as far as those it names are still there.

    Raises:
        DirectoryError: it is not there (404), or something else took its place (400).
    """
    entry = _entry(directory, id_)
    _check(directory, entry)
    document = entry["document"] | {"deletedDateTime": None}
    directory.add(entry["kind"], document)
    for kind, dependent in entry["dependents"]:
        if _has_parties(directory, dependent):
            directory.add(kind, dependent)
    purge(directory, id_)
    return entry["kind"], document


def purge(directory: Directory, id_: str) -> None:
    """Forget a deleted object for ever."""
    directory.tenant.documents(KIND).delete(id_)


def _entry(directory: Directory, id_: str) -> Document:
    if not is_uuid(id_):
        raise bad_request(f"Invalid object identifier '{id_}'.")
    entry = directory.tenant.documents(KIND).get(id_)
    if entry is None or _is_over(directory, entry):
        raise not_found(id_)
    return entry


def _is_over(directory: Directory, entry: Document) -> bool:
    over = directory.tenant.clock.now() >= moment(entry["document"]["deletedDateTime"]) + KEPT
    if over:
        purge(directory, entry["id"])
    return over


# What must still be unique when an object comes back.
UNIQUE: Final = (
    ("applications", "identifierUris"),
    ("servicePrincipals", "appId"),
    ("users", "userPrincipalName"),
)


def _check(directory: Directory, entry: Document) -> None:
    for kind, name in UNIQUE:
        value = entry["document"].get(name) if kind == entry["kind"] else None
        for one in value if isinstance(value, list) else [value]:
            if one is not None and directory.primary.find(kind, name, one):
                raise bad_request(f"Another object with the same value for property {name} already exists.")


def _has_parties(directory: Directory, dependent: Document) -> bool:
    parties = (dependent.get(name) for name in ("principalId", "resourceId", "clientId"))
    return all(party is None or directory.primary.principal(party) for party in parties)
