"""The organization, directory objects of any kind, and directory role assignments: what is mostly read."""

from typing import Final

from offline_tenant.entra.directory import role_assignments
from offline_tenant.entra.directory.errors import not_found
from offline_tenant.entra.directory.types import ORGANIZATION, ROLE_ASSIGNMENT
from offline_tenant.entra.graph import authorization, owners
from offline_tenant.entra.graph.request import Request, Row
from offline_tenant.state.store import Document
from offline_tenant.web.call import Answer

NO_CONTENT: Final = Answer(204)
ROLES: Final = "/roleManagement/directory/roleAssignments"
ROLES_FRAGMENT: Final = "roleManagement/directory/roleAssignments"


def _list_organization(request: Request) -> Answer:
    return request.many(ORGANIZATION, "organization")


def _get_organization(request: Request) -> Answer:
    return request.one(
        ORGANIZATION, "organization", request.directory.required("organization", request.parameter("id"))
    )


def _get_directory_object(request: Request) -> Answer:
    if (found := request.directory.principal(request.parameter("object"))) is None:
        raise not_found(request.parameter("object"))
    return Answer(200, request.context("directoryObjects/$entity") | owners.shown(*found, request.version))


def _role_assignment(request: Request) -> Document:
    if (found := request.directory.get(role_assignments.KIND, request.parameter("assignment"))) is None:
        raise not_found(request.parameter("assignment"))
    return found


def _list_role_assignments(request: Request) -> Answer:
    return request.many(ROLE_ASSIGNMENT, role_assignments.KIND, ROLES_FRAGMENT)


def _assign_role(request: Request) -> Answer:
    made = role_assignments.assign(request.directory, request.body())
    return request.one(ROLE_ASSIGNMENT, ROLES_FRAGMENT, made, 201)


def _get_role_assignment(request: Request) -> Answer:
    return request.one(ROLE_ASSIGNMENT, ROLES_FRAGMENT, _role_assignment(request))


def _unassign_role(request: Request) -> Answer:
    role_assignments.unassign(request.directory, _role_assignment(request), request.caller.oid)
    return NO_CONTENT


ROWS: Final = (
    Row("GET", "/organization", _list_organization, authorization.READ_ORGANIZATION),
    Row("GET", "/organization/{id}", _get_organization, authorization.READ_ORGANIZATION),
    Row("GET", "/directoryObjects/{object}", _get_directory_object, authorization.READ_APPLICATIONS),
    Row("GET", ROLES, _list_role_assignments, authorization.READ_ROLES),
    Row("POST", ROLES, _assign_role, authorization.WRITE_ROLES),
    Row("GET", ROLES + "/{assignment}", _get_role_assignment, authorization.READ_ROLES),
    Row("DELETE", ROLES + "/{assignment}", _unassign_role, authorization.WRITE_ROLES),
)
