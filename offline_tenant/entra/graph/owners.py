"""``/owners`` of applications and service principals, added and removed by reference (``$ref``)."""

from typing import Any, Final

from offline_tenant.entra.directory import owners
from offline_tenant.entra.directory.objects import TYPES
from offline_tenant.entra.directory.schema import ObjectType
from offline_tenant.entra.directory.types import SERVICE_PRINCIPAL, USER
from offline_tenant.entra.graph.authorization import READ_APPLICATIONS, WRITE_APPLICATIONS
from offline_tenant.entra.graph.request import Request, Row
from offline_tenant.state.store import Document
from offline_tenant.web.call import Answer

NO_CONTENT: Final = Answer(204)
SHAPES: Final[dict[str, ObjectType]] = {"servicePrincipals": SERVICE_PRINCIPAL, "users": USER}


def shown(kind: str, document: Document, version: str) -> dict[str, Any]:
    """A directory object of any kind, with the type that tells which."""
    return {"@odata.type": TYPES[kind]} | SHAPES[kind].shown(document, version)


def _list(request: Request) -> Answer:
    found = owners.listed(request.directory, request.target())
    value = [shown(kind, document, request.version) for kind, document in found]
    return Answer(200, request.context("directoryObjects") | {"value": value})


def _add(request: Request) -> Answer:
    owner = owners.referred(request.json().get("@odata.id"))
    owners.add(request.directory, request.kind, request.target(), owner)
    return NO_CONTENT


def _remove(request: Request) -> Answer:
    owners.remove(request.directory, request.kind, request.target(), request.parameter("owner"))
    return NO_CONTENT


ROWS: Final = tuple(
    Row(method, f"/{kind}/{{id}}/owners{rest}", operation, needs, kind)
    for kind in ("applications", "servicePrincipals")
    for method, rest, operation, needs in (
        ("GET", "", _list, READ_APPLICATIONS),
        ("POST", "/$ref", _add, WRITE_APPLICATIONS),
        ("DELETE", "/{owner}/$ref", _remove, WRITE_APPLICATIONS),
    )
)
