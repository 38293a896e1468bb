"""``azuread.AppRoleAssignment``: admin consent to an application permission."""

from typing import Final

from offline_tenant.azuread_plugin.errors import PluginError, described
from offline_tenant.azuread_plugin.graph import NOT_FOUND, Operation, Retry
from offline_tenant.azuread_plugin.properties import Property, outputs
from offline_tenant.azuread_plugin.resources.resource import Creation, Resource, Target, Timeouts
from offline_tenant.azuread_plugin.values import Values

LAG: Final[Retry] = {NOT_FOUND: "", 400: "Not a valid reference update"}


class AppRoleAssignment(Resource):
    """An assignment; its id is ``/servicePrincipals/<resource's object id>/appRoleAssignedTo/<id>``."""

    token = "azuread:index/appRoleAssignment:AppRoleAssignment"  # noqa: S105 - a type token
    properties = (
        Property("appRoleId", "uuid", required=True, replaces=True),
        Property("principalObjectId", "uuid", required=True, replaces=True),
        Property("resourceObjectId", "uuid", required=True, replaces=True),
        *outputs("principalDisplayName", "principalType", "resourceDisplayName"),
    )
    timeouts = Timeouts(update=None)

    def create(self, operation: Operation, inputs: Values, creation: Creation) -> None:
        """GET the resource's service principal, POST the assignment."""
        resource = inputs["resourceObjectId"]
        with described(f"Could not retrieve service principal for resource (Object ID: {resource!r})"):
            operation.get(f"/v1.0/servicePrincipals/{resource}")
        body = {
            "@odata.type": "#microsoft.graph.appRoleAssignment",
            "appRoleId": inputs["appRoleId"],
            "principalId": inputs["principalObjectId"],
            "resourceId": resource,
        }
        with described("Could not create app role assignment"):
            made = operation.post(f"/v1.0/servicePrincipals/{resource}/appRoleAssignedTo", body, LAG)
        creation.id = f"/servicePrincipals/{made['resourceId']}/appRoleAssignedTo/{made['id']}"

    def read(self, operation: Operation, resource_id: str) -> Values | None:
        """GET the assignment."""
        with described(f"retrieving {resource_id}"):
            found = operation.find(_path(resource_id))
        if found is None:
            return None
        return {
            "appRoleId": found["appRoleId"],
            "principalDisplayName": found.get("principalDisplayName") or "",
            "principalObjectId": found["principalId"],
            "principalType": found.get("principalType") or "",
            "resourceDisplayName": found.get("resourceDisplayName") or "",
            "resourceObjectId": found["resourceId"],
        }

    def delete(self, operation: Operation, target: Target) -> None:
        """DELETE the assignment; one that is gone already is an error."""
        with described(f"Deleting {target.id}"):
            operation.delete(_path(target.id))


def _path(resource_id: str) -> str:
    match resource_id.split("/"):
        case ["", "servicePrincipals", resource, "appRoleAssignedTo", assignment] if resource and assignment:
            return f"/v1.0{resource_id}"
    raise PluginError(
        f"Parsing App Role Assignment ID: parsing {resource_id!r}: expected an ID of the form"
        " /servicePrincipals/<object id>/appRoleAssignedTo/<id>"
    )
