"""The grant types of the token endpoint: one row a type."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from offline_tenant.entra.signin import clients, codes, device_codes, refresh, resources, ropc, tokens
from offline_tenant.entra.signin.errors import SignInError
from offline_tenant.entra.signin.request import TokenRequest


def issue(request: TokenRequest) -> dict[str, Any]:
    """The answer to a token request.

    Raises:
        SignInError: whatever sign-in refuses.
    """
    grant_type = request.required("grant_type")
    if grant_type not in GRANTS:
        raise SignInError(70003, grant_type=grant_type)
    return GRANTS[grant_type](request)


def _client_credentials(request: TokenRequest) -> dict[str, Any]:
    # Entra looks at the parameters before it looks at the client.
    request.required(resources.parameter(request))
    client = clients.authenticated(request)
    resource = resources.default_scope(request)
    lifetime = int(tokens.LIFETIME.total_seconds())
    return {
        "token_type": "Bearer",
        "expires_in": lifetime,
        "ext_expires_in": lifetime,
        "access_token": tokens.app_only(request, client, resource),
    }


Grant = Callable[[TokenRequest], dict[str, Any]]

GRANTS: Final[Mapping[str, Grant]] = {
    "client_credentials": _client_credentials,
    "authorization_code": codes.redeem,
    "refresh_token": refresh.redeem,
    "password": ropc.redeem,
    "urn:ietf:params:oauth:grant-type:device_code": device_codes.redeem,
    "device_code": device_codes.redeem,
}
