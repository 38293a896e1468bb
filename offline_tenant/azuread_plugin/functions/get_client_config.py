"""``azuread.get_client_config``: who is signed in. The token says it; Graph is not asked."""

from offline_tenant.azuread_plugin.functions.function import Function
from offline_tenant.azuread_plugin.graph import Operation
from offline_tenant.azuread_plugin.values import Values


class GetClientConfig(Function):
    """Who is signed in."""

    token = "azuread:index/getClientConfig:getClientConfig"  # noqa: S105 - a token of Pulumi's

    def invoke(self, operation: Operation, arguments: Values) -> Values:  # noqa: ARG002 - it takes none
        """Read the claims of the token."""
        settings, object_id = operation.session.settings, operation.caller_id
        return {
            "clientId": settings.client_id,
            "id": f"{settings.tenant_id}-{settings.client_id}-{object_id}",
            "objectId": object_id,
            "tenantId": settings.tenant_id,
        }
