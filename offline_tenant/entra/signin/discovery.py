"""What clients read before they sign in: OpenID discovery, the key set, instance discovery, the cloud's addresses.

https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc
"""

from typing import Any, Final

from offline_tenant.entra import clouds
from offline_tenant.entra.keys import signing_key
from offline_tenant.entra.signin.request import tenant_of
from offline_tenant.entra.verification import issuer
from offline_tenant.web.call import Answer, Call

CACHED: Final = {"Cache-Control": "max-age=86400, private"}
TEMPLATE: Final = "{tenantid}"
CLAIMS: Final = (
    *("sub", "iss", "aud", "exp", "iat", "auth_time", "acr", "nonce", "preferred_username", "name", "tid"),
    *("ver", "email"),
)


def openid_v2(call: Call) -> Answer:
    """The discovery document of the v2.0 endpoints; for ``common`` the issuer is a template."""
    here, tenant = _addresses(call)
    document = _document(call, here, "/v2.0") | {"issuer": f"{call.base_url}/{tenant}/v2.0"}
    return Answer(200, document, CACHED)


def openid_v1(call: Call) -> Answer:
    """The discovery document of the v1.0 endpoints, whose issuer is the one that access tokens carry."""
    here, _ = _addresses(call)
    tenant = tenant_of(call, error="invalid_tenant")
    name = issuer(tenant) if tenant else f"{clouds.CLOUDS['global'].issuer}/{TEMPLATE}/"
    return Answer(200, _document(call, here, "") | {"issuer": name}, CACHED)


def keys(call: Call) -> Answer:
    """The JSON Web Key Set; of version 2.0 each key with the issuer that it signs for."""
    _, tenant = _addresses(call)
    key = signing_key(call.installation.store).jwk()
    named = {"issuer": f"{call.base_url}/{tenant}/v2.0"} if "/v2.0/" in call.path.casefold() else {}
    return Answer(200, {"keys": [key | named]}, CACHED)


def instance(call: Call) -> Answer:
    """Which hosts are this cloud, for clients that ask before they trust an authority."""
    host = call.base_url.partition("//")[2]
    return Answer(
        200,
        {
            "tenant_discovery_endpoint": f"{call.base_url}/common/v2.0/.well-known/openid-configuration",
            "api-version": "1.1",
            "metadata": [{"preferred_network": host, "preferred_cache": host, "aliases": [host]}],
        },
    )


def metadata(call: Call) -> Answer:
    """The cloud's addresses, as Azure Resource Manager publishes them.

    ``loginEndpoint`` has no slash at the end: the azuread plugin puts its path straight behind it.
    """
    return Answer(
        200,
        {
            "name": "OfflineTenant",
            "resourceManager": f"{call.base_url}/",
            "microsoftGraphResourceId": f"{call.base_url}/",
            "authentication": {
                "loginEndpoint": call.base_url,
                "audiences": [f"{call.base_url}/"],
                "tenant": "common",
                "identityProvider": "AAD",
            },
        },
    )


def _addresses(call: Call) -> tuple[str, str]:
    tenant = tenant_of(call, error="invalid_tenant")
    if tenant is None:
        return f"{call.base_url}/{call.parameters['tenant']}", TEMPLATE
    return f"{call.base_url}/{tenant.id}", tenant.id


def _cloud(call: Call) -> clouds.Cloud:
    tenant = tenant_of(call, error="invalid_tenant")
    return clouds.of(tenant) if tenant else clouds.CLOUDS["global"]


def _document(call: Call, here: str, version: str) -> dict[str, Any]:
    cloud, host = _cloud(call), call.base_url.partition("//")[2]
    return {
        "token_endpoint": f"{here}/oauth2{version}/token",
        "token_endpoint_auth_methods_supported": [
            "client_secret_post",
            "private_key_jwt",
            "client_secret_basic",
        ],
        "jwks_uri": f"{here}/discovery{version}/keys",
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "response_types_supported": ["code"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "request_uri_parameter_supported": False,
        "userinfo_endpoint": f"{call.base_url}/oidc/userinfo",
        "authorization_endpoint": f"{here}/oauth2{version}/authorize",
        "device_authorization_endpoint": f"{here}/oauth2{version}/devicecode",
        "end_session_endpoint": f"{here}/oauth2{version}/logout",
        "claims_supported": list(CLAIMS),
        "tenant_region_scope": cloud.region,
        **({"tenant_region_sub_scope": cloud.sub_region} if cloud.sub_region else {}),
        "cloud_instance_name": host,
        "msgraph_host": host,
    }
