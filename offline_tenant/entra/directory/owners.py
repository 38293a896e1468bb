"""Who owns an application or a service principal."""

from collections.abc import Iterable
from typing import Any

from offline_tenant.entra.directory.errors import absent_reference, bad_request, not_found
from offline_tenant.entra.directory.objects import Directory, is_uuid
from offline_tenant.state.store import Document


def checked(directory: Directory, ids: Iterable[str]) -> list[str]:
    """The ids of new owners, each of them a user or a service principal.

    Raises:
        DirectoryError: one is not there, or of another kind (400).
    """
    return [_checked(directory, id_) for id_ in ids]


def listed(directory: Directory, owned: Document) -> list[tuple[str, Document]]:
    """The owners that still exist, each with its kind."""
    found = (directory.principal(id_) for id_ in owned["owners"])
    return [owner for owner in found if owner is not None]


def add(directory: Directory, kind: str, owned: Document, id_: str) -> None:
    """One more owner.

    Raises:
        DirectoryError: it is not there, or an owner already (400).
    """
    if id_.casefold() in owned["owners"]:
        raise bad_request(
            "One or more added object references already exist for the following modified properties: 'owners'."
        )
    directory.change(kind, owned | {"owners": [*owned["owners"], _checked(directory, id_)]})


def remove(directory: Directory, kind: str, owned: Document, id_: str) -> None:
    """One owner less.

    Raises:
        DirectoryError: it is none of the owners (404).
    """
    if id_.casefold() not in owned["owners"]:
        raise not_found(id_)
    directory.change(
        kind, owned | {"owners": [owner for owner in owned["owners"] if owner != id_.casefold()]}
    )


def referred(url: Any) -> str:
    """The object id at the end of an ``@odata.id`` or ``@odata.bind`` URL.

    Raises:
        DirectoryError: it does not end in one (400).
    """
    id_ = url.rstrip("/").rpartition("/")[2] if isinstance(url, str) else ""
    if not is_uuid(id_):
        raise bad_request("Invalid URL format specified in payload.")
    return id_


def _checked(directory: Directory, id_: str) -> str:
    if directory.principal(id_):
        return id_.casefold()
    if directory.get("applications", id_):
        raise bad_request(
            f"The reference target 'Application_{id_}' of type 'Application' is invalid for the 'owners' reference."
        )
    raise absent_reference(id_)
