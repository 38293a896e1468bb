"""``azuread.get_service_principals``: several service principals, by client id, object id or display name, or all."""

from typing import Final

from offline_tenant.azuread_plugin.errors import PluginError, described
from offline_tenant.azuread_plugin.functions.function import Function
from offline_tenant.azuread_plugin.functions.lookups import By, many, result_id
from offline_tenant.azuread_plugin.graph import Operation
from offline_tenant.azuread_plugin.properties import Property
from offline_tenant.azuread_plugin.resources.service_principal import PREFIX, state_of
from offline_tenant.azuread_plugin.values import Values

COLLECTION: Final = "servicePrincipals"
WAYS: Final = (
    By(
        "clientIds",
        "appId",
        "Finding service principals with application ID: {}",
        "Service principal not found with application ID: {}",
        "More than one service principal found with application ID: {}",
    ),
    By(
        "displayNames",
        "displayName",
        "Finding service principals with display name: {}",
        "No service principals with display name {} were found",
        "Finding service principals with display name: {}: more than one service principal returned with this display name",
    ),
    By(
        "objectIds",
        "",
        "Retrieving service principal with object ID: {}",
        "Service principal not found with object ID: {}",
    ),
)
# What the function tells of each service principal.
SHOWN: Final = (
    *("accountEnabled", "appRoleAssignmentRequired", "applicationTenantId", "clientId", "displayName"),
    *("objectId", "preferredSingleSignOnMode", "samlMetadataUrl", "servicePrincipalNames"),
    *("signInAudience", "tags", "type"),
)


class GetServicePrincipals(Function):
    """Look several service principals up."""

    token = "azuread:index/getServicePrincipals:getServicePrincipals"  # noqa: S105 - a token of Pulumi's
    arguments = (
        Property("clientIds", "uuids"),
        Property("displayNames", "texts"),
        Property("ignoreMissing", "flag"),
        Property("objectIds", "uuids"),
        Property("returnAll", "flag"),
    )
    exactly_one = ("clientIds", "displayNames", "objectIds", "returnAll")
    conflicts = (("ignoreMissing", "returnAll"),)

    def invoke(self, operation: Operation, arguments: Values) -> Values:
        """One list or GET for each value, or one list of all; then each one's beta property."""
        found = [_whole(operation, principal) for principal in _found(operation, arguments)]
        ids = [one["objectId"] for one in found]
        return {
            "id": result_id("serviceprincipals", ids),
            "clientIds": [one["clientId"] for one in found],
            "displayNames": [one["displayName"] for one in found],
            "ignoreMissing": arguments.get("ignoreMissing") or False,
            "objectIds": ids,
            "returnAll": arguments.get("returnAll") or False,
            "servicePrincipals": found,
        }


def _found(operation: Operation, arguments: Values) -> list[Values]:
    for by in WAYS:
        if arguments.get(by.argument):
            return many(operation, COLLECTION, by, arguments)
    if not arguments.get("returnAll"):
        return []
    with described("Could not retrieve service principals"):
        found = operation.list(f"/v1.0/{COLLECTION}")
    if not found:
        raise PluginError("No service principals found")
    return found


def _whole(operation: Operation, principal: Values) -> Values:
    path = PREFIX + principal["id"]
    with described(f"Retrieving service principal {path} (beta API)"):
        beta = operation.get_late(f"/beta{path}", select="samlMetadataUrl")
    state = state_of(principal, beta)
    return {name: state[name] for name in SHOWN}
