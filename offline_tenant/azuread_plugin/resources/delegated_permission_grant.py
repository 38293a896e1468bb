"""``azuread.ServicePrincipalDelegatedPermissionGrant``: admin consent to delegated permissions."""

from typing import Final

from offline_tenant.azuread_plugin.errors import described
from offline_tenant.azuread_plugin.graph import NOT_FOUND, Operation, Retry
from offline_tenant.azuread_plugin.properties import Property
from offline_tenant.azuread_plugin.resources.resource import Creation, Resource, Target, id_part
from offline_tenant.azuread_plugin.values import Values

PREFIX: Final = "/oauth2PermissionGrants/"
LAG: Final[Retry] = {
    NOT_FOUND: "",
    400: "does not exist or one of its queried reference-property objects are not present",
}
TYPE: Final = {"@odata.type": "#microsoft.graph.oAuth2PermissionGrant"}


class DelegatedPermissionGrant(Resource):
    """A grant; its id is ``/oauth2PermissionGrants/<id>``."""

    token = "azuread:index/servicePrincipalDelegatedPermissionGrant:ServicePrincipalDelegatedPermissionGrant"  # noqa: S105
    properties = (
        Property("claimValues", "texts", required=True, unordered=True),
        Property("resourceServicePrincipalObjectId", "uuid", required=True, replaces=True),
        Property("servicePrincipalObjectId", "uuid", required=True, replaces=True),
        Property("userObjectId", "uuid", replaces=True),
    )

    def create(self, operation: Operation, inputs: Values, creation: Creation) -> None:
        """GET both service principals, POST the grant; a grant that exists is not looked for."""
        client, resource = inputs["servicePrincipalObjectId"], inputs["resourceServicePrincipalObjectId"]
        for object_id in (client, resource):
            with described(f"Could not retrieve service principal (Object ID: {object_id!r})"):
                operation.get(f"/v1.0/servicePrincipals/{object_id}")
        body = TYPE | {"clientId": client, "resourceId": resource, "scope": " ".join(inputs["claimValues"])}
        if inputs.get("userObjectId"):
            body |= {"consentType": "Principal", "principalId": inputs["userObjectId"]}
        else:
            body |= {"consentType": "AllPrincipals"}
        with described("Could not create delegated permission grant"):
            creation.id = PREFIX + operation.post("/v1.0/oauth2PermissionGrants", body, LAG)["id"]

    def read(self, operation: Operation, resource_id: str) -> Values | None:
        """GET the grant."""
        path = f"/v1.0{PREFIX}{id_part(resource_id, PREFIX)}"
        with described(f"Retrieving Delegated Permission Grant with ID {resource_id!r}"):
            found = operation.find(path)
        if found is None:
            return None
        return {
            "claimValues": (found.get("scope") or "").split(),
            "resourceServicePrincipalObjectId": found.get("resourceId") or "",
            "servicePrincipalObjectId": found.get("clientId") or "",
            "userObjectId": found.get("principalId") or "",
        }

    def update(self, operation: Operation, target: Target) -> None:
        """PATCH the scopes."""
        path = f"/v1.0{PREFIX}{id_part(target.id, PREFIX)}"
        with described(f"Updating {target.id}"):
            operation.patch(path, TYPE | {"scope": " ".join(target.inputs["claimValues"])})

    def delete(self, operation: Operation, target: Target) -> None:
        """DELETE the grant."""
        with described(f"Deleting {target.id}"):
            operation.delete(f"/v1.0{PREFIX}{id_part(target.id, PREFIX)}")
