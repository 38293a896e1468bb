"""App role assignments and OAuth2 permission grants.

https://learn.microsoft.com/graph/api/resources/approleassignment
https://learn.microsoft.com/graph/api/resources/oauth2permissiongrant
"""

from typing import Final

from offline_tenant.entra import clouds
from offline_tenant.entra.directory import consent
from offline_tenant.entra.directory.consent_types import APP_ROLE_ASSIGNMENT, OAUTH2_PERMISSION_GRANT
from offline_tenant.entra.directory.errors import bad_request, not_found
from offline_tenant.entra.graph import authorization
from offline_tenant.entra.graph.authorization import Permission
from offline_tenant.entra.graph.request import Request, Row
from offline_tenant.state.store import Document
from offline_tenant.web.call import Answer

NO_CONTENT: Final = Answer(204)
KIND: Final = "servicePrincipals"
ASSIGNMENT_FRAGMENT: Final = "appRoleAssignments"

# The same assignment seen from its two ends: the field that must be the object of the path.
ENDS: Final = {"appRoleAssignedTo": "resourceId", "appRoleAssignments": "principalId"}


def _end(request: Request) -> str:
    return next(field for name, field in ENDS.items() if f"/{name}" in request.path)


def _assign_permission(request: Request) -> Permission:
    resource = request.directory.get(KIND, _resource_id(request)) or {}
    on_graph = resource.get("appId") == clouds.GRAPH
    return authorization.ASSIGN_ON_GRAPH if on_graph else authorization.ASSIGN


def _resource_id(request: Request) -> str:
    if "assignment" in request.call.parameters:
        assignment = request.directory.get(consent.ASSIGNMENTS, request.parameter("assignment")) or {}
        return str(assignment.get("resourceId"))
    return str(request.json().get("resourceId"))


def _list_assignments(request: Request) -> Answer:
    # The target is a resource at one end and a principal at the other.
    reader = {"resourceId": consent.of_resource, "principalId": consent.of_principal}[_end(request)]
    found = reader(request.directory, request.target()["id"])
    return request.many_of(APP_ROLE_ASSIGNMENT, ASSIGNMENT_FRAGMENT, found)


def _assign(request: Request) -> Answer:
    body, target = request.body(), request.target()
    if str(body.get(_end(request))).casefold() != target["id"]:
        raise bad_request("Not a valid reference update.")
    made = consent.assign(request.directory, body)
    return request.one(APP_ROLE_ASSIGNMENT, ASSIGNMENT_FRAGMENT, made, 201)


def _assignment(request: Request) -> Document:
    id_, target = request.parameter("assignment"), request.target()
    found = request.directory.get(consent.ASSIGNMENTS, id_)
    if found is None or found[_end(request)].casefold() != target["id"]:
        raise not_found(id_)
    return found


def _get_assignment(request: Request) -> Answer:
    return request.one(APP_ROLE_ASSIGNMENT, ASSIGNMENT_FRAGMENT, _assignment(request))


def _unassign(request: Request) -> Answer:
    request.directory.remove(consent.ASSIGNMENTS, _assignment(request)["id"])
    return NO_CONTENT


def _grant_of_path(request: Request) -> Document:
    if (found := request.directory.get(consent.GRANTS, request.parameter("grant"))) is None:
        raise not_found(request.parameter("grant"))
    return found


def _list_grants(request: Request) -> Answer:
    return request.many(OAUTH2_PERMISSION_GRANT, consent.GRANTS)


def _list_grants_of_client(request: Request) -> Answer:
    found = request.directory.find(consent.GRANTS, "clientId", request.target()["id"])
    return request.many_of(OAUTH2_PERMISSION_GRANT, consent.GRANTS, found)


def _grant(request: Request) -> Answer:
    made = consent.grant(request.directory, request.body())
    return request.one(OAUTH2_PERMISSION_GRANT, consent.GRANTS, made, 201)


def _get_grant(request: Request) -> Answer:
    return request.one(OAUTH2_PERMISSION_GRANT, consent.GRANTS, _grant_of_path(request))


def _change_grant(request: Request) -> Answer:
    consent.change_grant(request.directory, _grant_of_path(request), request.body())
    return NO_CONTENT


def _revoke(request: Request) -> Answer:
    request.directory.remove(consent.GRANTS, _grant_of_path(request)["id"])
    return NO_CONTENT


ROWS: Final = (
    *(
        Row(method, f"/{KIND}/{{id}}/{end}{rest}", operation, needs, KIND)
        for end in ENDS
        for method, rest, operation, needs in (
            ("GET", "", _list_assignments, authorization.READ_ASSIGNMENTS),
            ("POST", "", _assign, _assign_permission),
            ("GET", "/{assignment}", _get_assignment, authorization.READ_ASSIGNMENTS),
            ("DELETE", "/{assignment}", _unassign, _assign_permission),
        )
    ),
    Row(
        "GET",
        f"/{KIND}/{{id}}/oauth2PermissionGrants",
        _list_grants_of_client,
        authorization.READ_GRANTS,
        KIND,
    ),
    Row("GET", "/oauth2PermissionGrants", _list_grants, authorization.READ_GRANTS),
    Row("POST", "/oauth2PermissionGrants", _grant, authorization.WRITE_GRANTS),
    Row("GET", "/oauth2PermissionGrants/{grant}", _get_grant, authorization.READ_GRANTS),
    Row("PATCH", "/oauth2PermissionGrants/{grant}", _change_grant, authorization.WRITE_GRANTS),
    Row("DELETE", "/oauth2PermissionGrants/{grant}", _revoke, authorization.WRITE_GRANTS),
)
