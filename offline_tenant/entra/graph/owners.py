"""``/owners`` of applications and service principals, added and removed by reference (``$ref``)."""

from typing import Final

from offline_tenant.entra.directory import owners
from offline_tenant.entra.graph import mixed
from offline_tenant.entra.graph.authorization import READ_APPLICATIONS, WRITE_APPLICATIONS
from offline_tenant.entra.graph.request import Request, Row
from offline_tenant.web.call import Answer

NO_CONTENT: Final = Answer(204)


def _list(request: Request) -> Answer:
    return mixed.many(request, owners.listed(request.directory, request.target()))


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
