"""``azuread.DirectoryRoleAssignment``: a directory role that a principal holds."""

from typing import Final

from offline_tenant.azuread_plugin.errors import described
from offline_tenant.azuread_plugin.graph import Operation, shown
from offline_tenant.azuread_plugin.properties import Property
from offline_tenant.azuread_plugin.resources.resource import Creation, Resource, Target, Timeouts, id_part
from offline_tenant.azuread_plugin.values import Values

PREFIX: Final = "/roleManagement/directory/roleAssignments/"
WHOLE_TENANT: Final = "/"
SEEN: Final = 3  # times in a row before the real plugin believes it


class DirectoryRoleAssignment(Resource):
    """An assignment; its id is ``/roleManagement/directory/roleAssignments/<id>``. Every change makes a new one."""

    token = "azuread:index/directoryRoleAssignment:DirectoryRoleAssignment"  # noqa: S105 - a type token
    properties = (
        Property("appScopeId", "filled", computed=True, replaces=True),
        Property("directoryScopeId", "filled", computed=True, replaces=True),
        Property("principalObjectId", "uuid", required=True, replaces=True),
        Property("roleId", "uuid", required=True, replaces=True),
    )
    timeouts = Timeouts(update=None)
    conflicts = (("appScopeId", "directoryScopeId"),)

    def create(self, operation: Operation, inputs: Values, creation: Creation) -> None:
        """POST the assignment, poll until it stays visible."""
        role, principal = shown(inputs["roleId"]), shown(inputs["principalObjectId"])
        with described(f"Assigning directory role {role} to directory principal {principal}"):
            made = operation.post(f"/v1.0{PREFIX.rstrip('/')}", _body(inputs))
        creation.id = PREFIX + made["id"]
        path = f"/v1.0{creation.id}"
        with described(f"Waiting for role assignment for {principal} to reflect in directory role {role}"):
            operation.settle(lambda: operation.find(path) is not None, interval=1.0, times=SEEN)

    def read(self, operation: Operation, resource_id: str) -> Values | None:
        """GET the assignment."""
        path = f"/v1.0{PREFIX}{id_part(resource_id, PREFIX)}"
        with described(f"Retrieving {resource_id}"):
            found = operation.find(path)
        if found is None:
            return None
        return {
            "appScopeId": found.get("appScopeId") or "",
            "directoryScopeId": found.get("directoryScopeId") or "",
            "principalObjectId": found.get("principalId") or "",
            "roleId": found.get("roleDefinitionId") or "",
        }

    def delete(self, operation: Operation, target: Target) -> None:
        """DELETE the assignment; one that is gone already is an error."""
        with described(f"Deleting {target.id}"):
            operation.delete(f"/v1.0{PREFIX}{id_part(target.id, PREFIX)}")


def _body(inputs: Values) -> Values:
    body = {
        "@odata.type": "#microsoft.graph.unifiedRoleAssignment",
        "principalId": inputs["principalObjectId"],
        "roleDefinitionId": inputs["roleId"],
    }
    if inputs.get("appScopeId"):
        return body | {"appScopeId": inputs["appScopeId"]}
    return body | {"directoryScopeId": inputs.get("directoryScopeId") or WHOLE_TENANT}
