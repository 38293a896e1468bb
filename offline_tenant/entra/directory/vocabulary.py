"""The words that the tables of object types are written in."""

from typing import Final

from offline_tenant.entra.directory.schema import Property
from offline_tenant.entra.directory.values import ADDRESS, GUID, ID, MOMENT_IN_TIME, Kind

TEXT: Final = Property()
TEXTS: Final = Property(default=[], many=True)
FLAG: Final = Property(bool, default=False)
ON: Final = Property(bool, default=True)
MAYBE: Final = Property(bool)
ANYTHING: Final = Property(object)
ANY_LIST: Final = Property(object, default=[], many=True)
SHOWN: Final = Property(writable=False)
SHOWN_LIST: Final = Property(object, default=[], many=True, writable=False)
UNIQUE_ID: Final = Property(kind=GUID)
NEEDED_ID: Final = Property(kind=GUID, needed=True)
SHOWN_UNIQUE_ID: Final = Property(kind=GUID, writable=False)
TEXT_ID: Final = Property(kind=ID)
NEEDED_TEXT_ID: Final = Property(kind=ID, needed=True)
TIME: Final = Property(kind=MOMENT_IN_TIME)
URL: Final = Property(kind=ADDRESS)


def of(kind: Kind, default: str | None = None) -> Property:
    """A text of some kind."""
    return Property(default=default, kind=kind)


def parts(collapses: bool = False, **fields: Property) -> Property:  # noqa: FBT001, FBT002 - one word in a table
    """A complex value."""
    return Property(dict, fields=fields, collapses=collapses)


def items(resource: str = "", distinct: tuple[str, ...] = (), **fields: Property) -> Property:
    """A list of complex values, of a type that errors may name, of which no two share these parts."""
    return Property(dict, default=[], many=True, fields=fields, resource=resource, distinct=distinct)
