"""Directory objects of any kind in one answer: owners, ``directoryObjects``, deleted items."""

from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from typing import Final

from offline_tenant.entra.directory.application_types import APPLICATION, SERVICE_PRINCIPAL
from offline_tenant.entra.directory.objects import TYPES
from offline_tenant.entra.directory.people_types import USER
from offline_tenant.entra.directory.schema import ObjectType
from offline_tenant.entra.graph import odata
from offline_tenant.entra.graph.request import Request
from offline_tenant.state.store import Document
from offline_tenant.web.call import Answer

KINDS: Final = {type_: kind for kind, type_ in TYPES.items()}
FRAGMENT: Final = "directoryObjects"
TYPE: Final = "@odata.type"
SHAPES: Final[dict[str, ObjectType]] = {
    "applications": APPLICATION,
    "servicePrincipals": SERVICE_PRINCIPAL,
    "users": USER,
}
# What any of them has: an object of another kind shows nothing for a property that it has not.
DIRECTORY_OBJECT: Final = ObjectType(
    "DirectoryObject",
    {name: entry for shape in SHAPES.values() for name, entry in shape.properties.items()},
    {name: entry for shape in SHAPES.values() for name, entry in shape.beta.items()},
    lacking=frozenset().union(*(shape.lacking for shape in SHAPES.values())),
)


def one(request: Request, kind: str, document: Document) -> Answer:
    """An answer with one object, and the type that tells its kind."""
    wanted = odata.query(request.call.query, SHAPES[kind], request.version)
    shown = odata.selected(SHAPES[kind].shown(document, request.version), wanted)
    return Answer(200, request.context(f"{FRAGMENT}/$entity") | {TYPE: TYPES[kind]} | shown)


def many(request: Request, found: Iterable[tuple[str, Document]]) -> Answer:
    """An answer with a page of objects of several kinds."""
    wanted = odata.query(request.call.query, DIRECTORY_OBJECT, request.version)
    shown = ({TYPE: TYPES[kind]} | SHAPES[kind].shown(one, request.version) for kind, one in found)
    return request.page(wanted, FRAGMENT, shown, partial(_cut, request.version))


def _cut(version: str, member: Document, wanted: odata.Query) -> Document:
    usual = SHAPES[KINDS[member[TYPE]]].by_default(version)
    return odata.selected(member, wanted if wanted.select else replace(wanted, select=usual))
