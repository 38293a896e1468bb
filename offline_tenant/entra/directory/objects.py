"""The one place through which directory objects are read and written.

Every read of a kind passes ``Directory.get``, ``find`` or ``all``, which see what a replica sees (``state.lag``).
Rules that no replica may bend, such as uniqueness, read through ``Directory.primary``.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from offline_tenant.entra.directory.errors import bad_request, not_found
from offline_tenant.state import lag
from offline_tenant.state.lag import Replica
from offline_tenant.state.store import Document
from offline_tenant.state.tenant import Tenant

# What can own, be granted something, or be pointed at as a directoryObject: kind by Graph's type.
TYPES: Final[Mapping[str, str]] = {
    "servicePrincipals": "#microsoft.graph.servicePrincipal",
    "users": "#microsoft.graph.user",
    "applications": "#microsoft.graph.application",
}
PRINCIPAL_TYPES: Final[Mapping[str, str]] = {"servicePrincipals": "ServicePrincipal", "users": "User"}


class Directory:
    """The directory objects of one tenant, as one request sees them.

    Args:
        tenant: whose.
        primary: see everything, however new.
    """

    def __init__(self, tenant: Tenant, *, primary: bool = False) -> None:
        self.tenant = tenant
        self._replica = None if primary else Replica(tenant)

    @property
    def primary(self) -> "Directory":
        """The same without lag: what writes are checked against."""
        return Directory(self.tenant, primary=True)

    def get(self, kind: str, id_: str) -> Document | None:
        """The object with this id, or None."""
        found = self.tenant.documents(kind).get(id_)
        return next(iter(self._seen(kind, [found])), None) if found else None

    def find(self, kind: str, field: str, value: str) -> list[Document]:
        """Objects by an indexed field, case ignored."""
        return self._seen(kind, self.tenant.documents(kind).find(field, value))

    def all(self, kind: str) -> list[Document]:
        """Every object of the kind, the oldest first."""
        return self._seen(kind, self.tenant.documents(kind).all())

    def _seen(self, kind: str, found: list[Document]) -> list[Document]:
        return self._replica.visible(kind, found) if self._replica else found

    def required(self, kind: str, id_: str) -> Document:
        """The object with this id.

        Raises:
            DirectoryError: the id is no UUID (400), or there is no such object (404).
        """
        if not is_uuid(id_):
            raise bad_request(f"Invalid object identifier '{id_}'.")
        if (found := self.get(kind, id_)) is None:
            raise not_found(id_)
        return found

    def by_app_id(self, kind: str, app_id: str) -> Document | None:
        """The application or service principal with this application id, or None."""
        return next(iter(self.find(kind, "appId", app_id)), None)

    def principal(self, id_: str) -> tuple[str, Document] | None:
        """The user or service principal with this id, with its kind, or None."""
        found = ((kind, self.get(kind, id_)) for kind in PRINCIPAL_TYPES)
        return next(((kind, document) for kind, document in found if document is not None), None)

    def add(self, kind: str, document: Mapping[str, Any]) -> Document:
        """Keep a new object under its ``id``."""
        self.tenant.documents(kind).insert(document["id"], document)
        lag.begin(self.tenant, kind, document["id"])
        if self._replica:
            self._replica.wrote(kind, document["id"])
        return dict(document)

    def change(self, kind: str, document: Mapping[str, Any]) -> None:
        """Keep the new state of an object."""
        self.tenant.documents(kind).replace(document["id"], document)

    def remove(self, kind: str, id_: str) -> None:
        """Forget an object; one that is not there is no error."""
        self.tenant.documents(kind).delete(id_)
        lag.forget(self.tenant, kind, id_)

    def now(self) -> str:
        """The tenant's time as Graph writes it."""
        return as_text(self.tenant.clock.now())


def as_text(moment: datetime) -> str:
    """A time as Graph writes it: UTC, to the second, ``Z``."""
    return moment.replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def moment(text: str) -> datetime:
    """A time as Graph takes it: ISO 8601 with an offset, or UTC without one.

    Raises:
        ValueError: it is none.
    """
    found = datetime.fromisoformat(text)
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def is_uuid(text: object) -> bool:
    """Whether this is a UUID in its usual form."""
    try:
        return isinstance(text, str) and str(UUID(text)) == text.casefold()
    except ValueError:
        return False
