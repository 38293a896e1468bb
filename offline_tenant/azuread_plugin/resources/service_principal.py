"""``azuread.ServicePrincipal``: the enterprise application, in the tenant that uses an application."""

from typing import Any, Final
from uuid import uuid4

from offline_tenant.azuread_plugin.errors import GraphError, PluginError, described
from offline_tenant.azuread_plugin.graph import NOT_FOUND, Operation, Retry, quoted
from offline_tenant.azuread_plugin.properties import Property, outputs
from offline_tenant.azuread_plugin.resources import owners
from offline_tenant.azuread_plugin.resources.permissions import (
    FEATURE_TAGS,
    FEATURES,
    app_roles,
    flags_of,
    ids_by_value,
    old_flags_of,
    permission_scopes,
    tags_of,
)
from offline_tenant.azuread_plugin.resources.resource import (
    Creation,
    Resource,
    Target,
    Timeouts,
    id_part,
    nullable,
)
from offline_tenant.azuread_plugin.values import Values

KIND: Final = "service principal"
PREFIX: Final = "/servicePrincipals/"
LAG: Final[Retry] = {
    400: "The appId '.+' of the service principal does not reference a valid application object",
    403: "When using this permission, the backing application of the service principal being created must in the local tenant",
}
FOUND_ONE: Final = 1


class ServicePrincipal(Resource):
    """An enterprise application; its id is ``/servicePrincipals/<object id>``."""

    token = "azuread:index/servicePrincipal:ServicePrincipal"  # noqa: S105 - a type token
    properties = (
        Property("clientId", "uuid", required=True, replaces=True),
        Property("accountEnabled", "flag", default=True),
        Property("alternativeNames", "texts", unordered=True),
        Property("appRoleAssignmentRequired", "flag"),
        Property("description"),
        Property("featureTags", "objects", computed=True, members=FEATURE_TAGS),
        Property("features", "objects", computed=True, members=FEATURES),
        Property("loginUrl"),
        Property("notes"),
        Property("notificationEmailAddresses", "texts", unordered=True),
        Property("owners", "texts", unordered=True),
        Property("preferredSingleSignOnMode"),
        Property("samlSingleSignOn", "object", members=(Property("relayState"),)),
        Property("tags", "texts", computed=True, unordered=True),
        Property("useExisting", "flag"),
        *outputs("appRoleIds", "oauth2PermissionScopeIds", form="map"),
        *outputs("appRoles", "oauth2PermissionScopes", form="objects"),
        *outputs("redirectUris", "servicePrincipalNames", form="texts"),
        *outputs("applicationTenantId", "displayName", "homepageUrl", "logoutUrl", "objectId"),
        *outputs("samlMetadataUrl", "signInAudience", "type"),
    )
    timeouts = Timeouts(create=600, update=600)
    conflicts = (("tags", "featureTags"), ("tags", "features"), ("featureTags", "features"))

    def create(self, operation: Operation, inputs: Values, creation: Creation) -> None:
        """Look for it; adopt it by a PATCH if told to; else POST, prove that it arrived, hand back ownership."""
        existing = _existing(operation, inputs["clientId"])
        if existing and inputs.get("useExisting"):
            creation.id = PREFIX + existing
            self.update(operation, Target(creation.id, {}, inputs))
        elif existing:
            raise PluginError(
                f'A resource with the ID "{PREFIX}{existing}" already exists - to be managed via Terraform this resource needs'
                ' to be imported into the State. Please see the resource documentation for "azuread_service_principal" for more information.'
            )
        else:
            _make(operation, inputs, creation)

    def read(self, operation: Operation, resource_id: str) -> Values | None:
        """GET the service principal, its one beta property, and its owners."""
        path = PREFIX + id_part(resource_id, PREFIX)
        with described(f"Retrieving service principal {resource_id}"):
            principal = operation.find(f"/v1.0{path}")
            if principal is None:
                return None
            beta = operation.get(f"/beta{path}", select="samlMetadataUrl")
            owned_by = owners.read(operation, f"/v1.0{path}")
        return state_of(principal, beta) | {"owners": nullable(owned_by)}

    def update(self, operation: Operation, target: Target) -> None:
        """One PATCH with the whole object."""
        old, new = target.state, target.inputs
        path = f"/v1.0{PREFIX}{id_part(target.id, PREFIX)}"
        with described(f"Updating service principal {target.id}"):
            operation.patch(path, _body(new, new.get("description"), old.get("tags") or []))
        owners.change(operation, path, old, new, KIND)

    def delete(self, operation: Operation, target: Target) -> None:
        """DELETE and poll; one that was adopted is deleted too, but whether that worked is nobody's concern."""
        path = f"/v1.0{PREFIX}{id_part(target.id, PREFIX)}"
        try:
            with described(f"Deleting service principal {target.id}"):
                operation.delete(path)
        except PluginError as error:
            if target.state.get("useExisting") and isinstance(error.__cause__, GraphError):
                return
            raise
        if not target.state.get("useExisting"):
            with described(f"Waiting for deletion of service principal {target.id}"):
                operation.settle(lambda: operation.find(path) is None, interval=5.0)


def state_of(principal: Values, beta: Values) -> Values:
    """A service principal that Graph answered with, as outputs."""
    tags = principal.get("tags") or []
    names = principal.get("servicePrincipalNames") or ()
    return {
        "accountEnabled": principal.get("accountEnabled") or False,
        "alternativeNames": nullable(principal.get("alternativeNames")),
        "appRoleAssignmentRequired": principal.get("appRoleAssignmentRequired") or False,
        "appRoleIds": ids_by_value(principal.get("appRoles")),
        "appRoles": app_roles(principal.get("appRoles")),
        "applicationTenantId": principal.get("appOwnerOrganizationId") or "",
        "clientId": principal.get("appId"),
        "description": principal.get("description") or "",
        "displayName": principal.get("displayName") or "",
        "featureTags": flags_of(tags),
        "features": old_flags_of(tags),
        "homepageUrl": principal.get("homepage") or "",
        "loginUrl": principal.get("loginUrl") or "",
        "logoutUrl": principal.get("logoutUrl") or "",
        "notes": principal.get("notes") or "",
        "notificationEmailAddresses": nullable(principal.get("notificationEmailAddresses")),
        "oauth2PermissionScopeIds": ids_by_value(principal.get("oauth2PermissionScopes")),
        "oauth2PermissionScopes": permission_scopes(principal.get("oauth2PermissionScopes")),
        "objectId": principal.get("id"),
        "preferredSingleSignOnMode": principal.get("preferredSingleSignOnMode") or "",
        "redirectUris": principal.get("replyUrls") or [],
        "samlMetadataUrl": beta.get("samlMetadataUrl") or "",
        "samlSingleSignOn": {
            "relayState": (principal.get("samlSingleSignOnSettings") or {}).get("relayState") or ""
        },
        "servicePrincipalNames": [
            name for name in names if name.lower() != str(principal.get("appId")).lower()
        ],
        "signInAudience": principal.get("signInAudience") or "",
        "tags": tags,
        "type": principal.get("servicePrincipalType") or "",
    }


def _existing(operation: Operation, client_id: str) -> str:
    with described("Could not list existing service principals"):
        found = operation.list("/v1.0/servicePrincipals", filter=f"appId eq {quoted(client_id)}")
        if len(found) > FOUND_ONE:
            raise PluginError(
                f"unexpected number of service principals returned (expected: 1, received: {len(found)})"
            )
    return str(found[0]["id"]) if found else ""


def _make(operation: Operation, inputs: Values, creation: Creation) -> None:
    body = _body(inputs, f"TERRAFORM_UPDATE_{uuid4()}", []) | owners.binding(operation, inputs.get("owners"))
    with described("Could not create service principal"):
        made = operation.post("/v1.0/servicePrincipals", body | {"appId": inputs["clientId"]}, LAG)
    creation.id = PREFIX + made["id"]
    path = f"/v1.0{creation.id}"
    try:
        operation.patch(path, {"description": nullable(inputs.get("description"))})
    except GraphError as error:
        late = "Timed out whilst waiting for new service principal to be replicated in Azure AD"
        summary = late if error.status == NOT_FOUND else "Failed to patch service principal after creating"
        raise PluginError(f"{summary}: {error}") from error
    owners.finish(operation, path, inputs.get("owners"), KIND)


def _body(inputs: Values, description: Any, kept_tags: list[str]) -> dict[str, Any]:
    saml = inputs.get("samlSingleSignOn") or {}
    return {
        "@odata.type": "#microsoft.graph.servicePrincipal",
        "accountEnabled": inputs.get("accountEnabled", True),
        "alternativeNames": inputs.get("alternativeNames") or [],
        "appRoleAssignmentRequired": inputs.get("appRoleAssignmentRequired") or False,
        "description": nullable(description),
        "loginUrl": nullable(inputs.get("loginUrl")),
        "notes": nullable(inputs.get("notes")),
        "notificationEmailAddresses": inputs.get("notificationEmailAddresses") or [],
        "preferredSingleSignOnMode": nullable(inputs.get("preferredSingleSignOnMode")),
        "samlSingleSignOnSettings": {"relayState": saml["relayState"]} if saml.get("relayState") else {},
        "tags": tags_of(inputs, kept_tags),
    }
