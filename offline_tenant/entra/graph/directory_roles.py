"""Directory roles: definitions, templates, those that are activated, and who holds them over the whole tenant."""

from typing import Final

from offline_tenant.entra.directory import directory_roles, role_assignments
from offline_tenant.entra.directory.errors import not_found
from offline_tenant.entra.directory.role_types import (
    DIRECTORY_ROLE,
    ROLE_ASSIGNMENT,
    ROLE_DEFINITION,
    ROLE_TEMPLATE,
)
from offline_tenant.entra.graph.authorization import READ_ROLES, WRITE_ROLES
from offline_tenant.entra.graph.request import Request, Row
from offline_tenant.state.store import Document
from offline_tenant.web.call import Answer

NO_CONTENT: Final = Answer(204)
ASSIGNMENTS: Final = "roleManagement/directory/roleAssignments"
DEFINITIONS: Final = "roleManagement/directory/roleDefinitions"
TEMPLATES: Final = "directoryRoleTemplates"
ACTIVATED: Final = "directoryRoles"


def _list_definitions(request: Request) -> Answer:
    return request.many_of(ROLE_DEFINITION, DEFINITIONS, directory_roles.definitions())


def _get_definition(request: Request) -> Answer:
    found = directory_roles.by_id(directory_roles.definitions(), request.parameter("role"))
    return request.one(ROLE_DEFINITION, DEFINITIONS, found)


def _list_templates(request: Request) -> Answer:
    return request.many_of(ROLE_TEMPLATE, TEMPLATES, directory_roles.templates())


def _get_template(request: Request) -> Answer:
    found = directory_roles.by_id(directory_roles.templates(), request.parameter("role"))
    return request.one(ROLE_TEMPLATE, TEMPLATES, found)


def _list_activated(request: Request) -> Answer:
    return request.many_of(DIRECTORY_ROLE, ACTIVATED, directory_roles.activated(request.directory))


def _activate(request: Request) -> Answer:
    made = directory_roles.activate(request.directory, request.body())
    return request.one(DIRECTORY_ROLE, ACTIVATED, made, 201)


def _get_activated(request: Request) -> Answer:
    found = directory_roles.activated_role(request.directory, request.parameter("role"))
    return request.one(DIRECTORY_ROLE, ACTIVATED, found)


def _get_by_template(request: Request) -> Answer:
    found = directory_roles.by_template(request.directory, request.parameter("template"))
    return request.one(DIRECTORY_ROLE, ACTIVATED, found)


def _assignment(request: Request) -> Document:
    if (found := request.directory.get(role_assignments.KIND, request.parameter("assignment"))) is None:
        raise not_found(request.parameter("assignment"))
    return found


def _list_assignments(request: Request) -> Answer:
    return request.many(ROLE_ASSIGNMENT, role_assignments.KIND, ASSIGNMENTS)


def _assign(request: Request) -> Answer:
    made = role_assignments.assign(request.directory, request.body())
    return request.one(ROLE_ASSIGNMENT, ASSIGNMENTS, made, 201)


def _get_assignment(request: Request) -> Answer:
    return request.one(ROLE_ASSIGNMENT, ASSIGNMENTS, _assignment(request))


def _unassign(request: Request) -> Answer:
    role_assignments.unassign(request.directory, _assignment(request), request.caller.oid)
    return NO_CONTENT


ROWS: Final = (
    Row("GET", f"/{DEFINITIONS}", _list_definitions, READ_ROLES),
    Row("GET", f"/{DEFINITIONS}/{{role}}", _get_definition, READ_ROLES),
    Row("GET", f"/{TEMPLATES}", _list_templates, READ_ROLES),
    Row("GET", f"/{TEMPLATES}/{{role}}", _get_template, READ_ROLES),
    Row("GET", f"/{ACTIVATED}", _list_activated, READ_ROLES),
    Row("POST", f"/{ACTIVATED}", _activate, WRITE_ROLES),
    Row("GET", f"/{ACTIVATED}/{{role}}", _get_activated, READ_ROLES),
    Row("GET", f"/{ACTIVATED}(roleTemplateId='{{template}}')", _get_by_template, READ_ROLES),
    Row("GET", f"/{ASSIGNMENTS}", _list_assignments, READ_ROLES),
    Row("POST", f"/{ASSIGNMENTS}", _assign, WRITE_ROLES),
    Row("GET", f"/{ASSIGNMENTS}/{{assignment}}", _get_assignment, READ_ROLES),
    Row("DELETE", f"/{ASSIGNMENTS}/{{assignment}}", _unassign, WRITE_ROLES),
)
