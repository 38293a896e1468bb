"""``azuread.get_application``: a registration that is there, by client id, display name, object id or identifier URI."""

from typing import Any, Final

from offline_tenant.azuread_plugin.errors import PluginError, described
from offline_tenant.azuread_plugin.functions.function import Function
from offline_tenant.azuread_plugin.graph import Operation, shown
from offline_tenant.azuread_plugin.properties import Property
from offline_tenant.azuread_plugin.resources import owners
from offline_tenant.azuread_plugin.resources.application import PREFIX
from offline_tenant.azuread_plugin.resources.application_shapes import state_of
from offline_tenant.azuread_plugin.values import Values

# The real plugin doubles no quotes here: a name that holds one finds nothing but Graph's complaint.
FILTERS: Final = {
    "clientId": "appId eq '{}'",
    "displayName": "displayName eq '{}'",
    "identifierUri": "identifierUris/any(uri:uri eq '{}')",
}
# Objects of a registration, which in the result of the function are lists of one.
LISTS: Final = {
    "api": "apis",
    "optionalClaims": "optionalClaims",
    "publicClient": "publicClients",
    "singlePageApplication": "singlePageApplications",
    "web": "webs",
}
ONE: Final = 1


class GetApplication(Function):
    """Look an application up."""

    token = "azuread:index/getApplication:getApplication"  # noqa: S105 - a token of Pulumi's
    arguments = (
        Property("clientId", "uuid"),
        Property("displayName", "filled"),
        Property("identifierUri", "filled"),
        Property("objectId", "uuid"),
    )
    exactly_one = ("clientId", "displayName", "identifierUri", "objectId")

    def invoke(self, operation: Operation, arguments: Values) -> Values:
        """List or GET it, then GET its one beta property and its owners."""
        app = _find(operation, arguments)
        path = PREFIX + app["id"]
        with described(f"Retrieving additional properties for application {path}"):
            beta = operation.get(f"/beta{path}", select="oauth2RequirePostResponse")
        with described(f"Could not retrieve owners for application {path}"):
            owned_by = owners.read(operation, f"/v1.0{path}")
        return _result(state_of(app)) | {
            "id": path,
            "identifierUri": arguments.get("identifierUri") or "",
            "oauth2PostResponseRequired": beta.get("oauth2RequirePostResponse") or False,
            "owners": owned_by,
        }


def _find(operation: Operation, arguments: Values) -> Values:
    if object_id := arguments.get("objectId"):
        with described(f"Retrieving Application with object ID {shown(object_id)}"):
            app = operation.find(f"/v1.0{PREFIX}{object_id}")
        if app is None:
            raise PluginError(f"Application with object ID {shown(object_id)} was not found")
        return app
    name = next(name for name in FILTERS if arguments.get(name))
    condition = FILTERS[name].format(arguments[name])
    with described(f"Listing applications for filter {shown(condition)}"):
        found = operation.list("/v1.0/applications", filter=condition)
    if not found:
        raise PluginError(f"Application not found: no applications found matching filter: {shown(condition)}")
    if len(found) > ONE:
        # The misspelling is the real plugin's.
        raise PluginError(
            f"Multiple applications found: dound multiple applications matching filter: {shown(condition)}"
        )
    return found[0]


def _result(state: Values) -> Values:
    plain: dict[str, Any] = {name: value for name, value in state.items() if name not in LISTS}
    web = dict(state["web"])
    web["implicitGrants"] = [web.pop("implicitGrant")]
    lists = {plural: [state[name]] for name, plural in LISTS.items()}
    empty = {name: plain[name] or [] for name in ("groupMembershipClaims", "identifierUris")}
    del plain["templateId"]  # which the function does not tell
    return plain | empty | lists | {"webs": [web]}
