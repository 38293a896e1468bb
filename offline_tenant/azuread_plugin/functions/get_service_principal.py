"""``azuread.get_service_principal``: a service principal that is there, with the ids of its permissions."""

from offline_tenant.azuread_plugin.errors import PluginError, described
from offline_tenant.azuread_plugin.functions.function import Function
from offline_tenant.azuread_plugin.graph import Operation, quoted
from offline_tenant.azuread_plugin.properties import Property
from offline_tenant.azuread_plugin.resources.service_principal import PREFIX, state_of
from offline_tenant.azuread_plugin.values import Values


class GetServicePrincipal(Function):
    """Look a service principal up by client id, object id or display name."""

    token = "azuread:index/getServicePrincipal:getServicePrincipal"  # noqa: S105 - a token of Pulumi's
    arguments = (
        Property("clientId", "uuid"),
        Property("displayName", "filled"),
        Property("objectId", "uuid"),
    )
    exactly_one = ("clientId", "displayName", "objectId")

    def invoke(self, operation: Operation, arguments: Values) -> Values:
        """List or GET it, then GET its one beta property."""
        principal = _find(operation, **{name: value for name, value in arguments.items() if value})
        path = PREFIX + principal["id"]
        with described(f"Retrieving service principal {path} (beta API)"):
            beta = operation.get(f"/beta{path}", select="samlMetadataUrl")
        state = state_of(principal, beta)
        saml = state.pop("samlSingleSignOn")
        return state | {"id": path, "samlSingleSignOns": [saml]} | _lists(state)


def _lists(state: Values) -> Values:
    """What is a list in the result of the function, even an empty one."""
    return {name: state[name] or [] for name in ("alternativeNames", "notificationEmailAddresses")}


def _find(operation: Operation, clientId: str = "", displayName: str = "", objectId: str = "") -> Values:  # noqa: N803
    if objectId:
        with described(f"Retrieving service principal with object ID {objectId!r}"):
            found: Values = operation.get(PREFIX_V1 + objectId)
        return found
    field, value = ("appId", clientId) if clientId else ("displayName", displayName)
    condition = f"{field} eq {quoted(value)}"
    with described(f'Listing service principals for filter "{condition}"'):
        items = operation.list("/v1.0/servicePrincipals", filter=condition)
    for item in items:
        if str(item.get(field)).lower() == value.lower():
            return item
    raise PluginError("No service principal found: no service principal found")


PREFIX_V1 = "/v1.0" + PREFIX
