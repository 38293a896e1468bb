"""``/members`` of an activated directory role, added and removed by reference (``$ref``).

https://learn.microsoft.com/graph/api/directoryrole-post-members
"""

from typing import Final

from offline_tenant.entra.directory import directory_roles, owners, role_members
from offline_tenant.entra.graph import mixed
from offline_tenant.entra.graph.authorization import READ_ROLES, WRITE_ROLES
from offline_tenant.entra.graph.request import Request, Row
from offline_tenant.state.store import Document
from offline_tenant.web.call import Answer

NO_CONTENT: Final = Answer(204)
# A role goes by its own id or by that of its template, which Microsoft writes in two ways; "{role}" would fit both.
ROLES: Final = (
    "/directoryRoles(roleTemplateId='{template}')",
    "/directoryRoles/roleTemplateId={template}",
    "/directoryRoles/{role}",
)


def _role(request: Request) -> Document:
    if "template" in request.call.parameters:
        return directory_roles.by_template(request.directory, request.parameter("template"))
    return directory_roles.activated_role(request.directory, request.parameter("role"))


def _list(request: Request) -> Answer:
    return mixed.many(request, role_members.listed(request.directory, _role(request)))


def _references(request: Request) -> Answer:
    members = role_members.listed(request.directory, _role(request))
    links = [{"@odata.id": _link(request, document)} for _, document in members]
    return Answer(200, request.context("Collection($ref)") | {"value": links})


def _reference(request: Request) -> Answer:
    found = role_members.member(request.directory, _role(request), request.parameter("member"))
    return Answer(200, request.context("$ref") | {"@odata.id": _link(request, found)})


def _link(request: Request, document: Document) -> str:
    base = f"{request.call.base_url}/{request.version}"
    return f"{base}/{request.directory.tenant.id}/directoryObjects/{document['id']}"


def _add(request: Request) -> Answer:
    role_members.add(request.directory, _role(request), owners.referred(request.json().get("@odata.id")))
    return NO_CONTENT


def _remove(request: Request) -> Answer:
    role, member = _role(request), request.parameter("member")
    role_members.remove(request.directory, role, member, request.caller.oid)
    return NO_CONTENT


ROWS: Final = tuple(
    Row(method, f"{role}/members{rest}", operation, needs)
    for role in ROLES
    for method, rest, operation, needs in (
        ("GET", "", _list, READ_ROLES),
        ("GET", "/$ref", _references, READ_ROLES),
        ("POST", "/$ref", _add, WRITE_ROLES),
        ("GET", "/{member}/$ref", _reference, READ_ROLES),
        ("DELETE", "/{member}/$ref", _remove, WRITE_ROLES),
    )
)
