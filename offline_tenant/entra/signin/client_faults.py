"""Microsoft's AADSTS codes for clients: who they are, what they may ask for. One row a code.

https://learn.microsoft.com/entra/identity-platform/reference-error-codes
"""

from collections.abc import Mapping
from typing import Final

from offline_tenant.entra.signin.fault import Fault


def _unmatched(part: str) -> Fault:
    text = (
        f"No matching federated identity record found for presented assertion {part} '{{value}}'. Please check your "
        "federated identity credential Subject, Audience and Issuer against the presented assertion. "
        "https://learn.microsoft.com/entra/workload-id/workload-identity-federation"
    )
    return Fault(401, "invalid_client", text)


CLIENT_FAULTS: Final[Mapping[int, Fault]] = {
    28000: Fault(
        400,
        "invalid_scope",
        "Provided value for the input parameter scope is not valid because it contains more than one resource. "
        "Scope {scope} is not valid.",
    ),
    50013: Fault(
        401,
        "invalid_client",
        "Assertion failed signature validation. [Reason - The provided signature value did not match the expected "
        "signature value.]",
    ),
    50027: Fault(401, "invalid_client", "JWT token is invalid or malformed."),
    # Seen with other words on the documented list, which has "No tenant-identifying information" at 50128 too.
    50059: Fault(
        400,
        "invalid_request",
        "No tenant-identifying information found in either the request or implied by any provided credentials.",
    ),
    # The list calls it ExternalClaimsProviderThrottled; the text is what people saw with federated assertions.
    50166: Fault(400, "invalid_request", "Request to External OIDC endpoint failed."),
    70003: Fault(
        400, "unsupported_grant_type", "The app requested an unsupported grant type '{grant_type}'."
    ),
    70011: Fault(
        400,
        "invalid_scope",
        "The provided request must include a 'scope' input parameter. The provided value for the input parameter "
        "'scope' is not valid. The scope {scope} is not valid.",
    ),
    90002: Fault(
        400,
        "invalid_request",
        "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the "
        "correct cloud. Check with your subscription administrator, this may happen if there are no active "
        "subscriptions for the tenant.",
    ),
    90013: Fault(400, "invalid_request", "Invalid input received from the user."),
    500011: Fault(
        400,
        "invalid_resource",
        "The resource principal named {resource} was not found in the tenant named {tenant}. This can happen if the "
        "application has not been installed by the administrator of the tenant or consented to by any user in the "
        "tenant. You might have sent your authentication request to the wrong tenant.",
    ),
    700016: Fault(
        400,
        "unauthorized_client",
        "Application with identifier '{client}' was not found in the directory '{tenant}'. This can happen if the "
        "application has not been installed by the administrator of the tenant or consented to by any user in the "
        "tenant. You may have sent your authentication request to the wrong tenant.",
    ),
    700021: Fault(
        401, "invalid_client", "Client assertion application identifier doesn't match 'client_id' parameter."
    ),
    700023: Fault(
        401,
        "invalid_client",
        "Client assertion audience claim does not match Realm issuer. Review the documentation at "
        "https://docs.microsoft.com/azure/active-directory/develop/active-directory-certificate-credentials .",
    ),
    700024: Fault(401, "invalid_client", "Client assertion is not within its valid time range."),
    700027: Fault(
        401,
        "invalid_client",
        "The certificate with identifier used to sign the client assertion is not registered on application. "
        "[Reason - {reason}, Thumbprint of key used by client: '{thumbprint}', Please visit the Azure Portal, Graph "
        "Explorer or directly use MS Graph to see configured keys for app Id '{client}'.]",
    ),
    700211: _unmatched("issuer"),
    700212: _unmatched("audience"),
    700213: _unmatched("subject"),
    900144: Fault(
        400, "invalid_request", "The request body must contain the following parameter: '{parameter}'."
    ),
    900561: Fault(
        400,
        "invalid_request",
        "The endpoint only accepts {allowed} requests. Received a {method} request.",
    ),
    9000411: Fault(
        400,
        "invalid_request",
        "The request is not properly formatted. The parameter '{parameter}' is duplicated.",
    ),
    # Of version 2.0; newer ones tell 9010010 where it contradicts the scope.
    901002: Fault(400, "invalid_request", "The 'resource' request parameter is not supported."),
    1002012: Fault(
        400,
        "invalid_scope",
        "The provided value for scope {scope} is not valid. Client credential flows must have a scope value with "
        "/.default suffixed to the resource identifier (application ID URI).",
    ),
    7000112: Fault(400, "unauthorized_client", "Application '{client}'({name}) is disabled."),
    7000215: Fault(
        401,
        "invalid_client",
        "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, "
        "not the client secret ID, for a secret added to app '{client}'.",
    ),
    7000216: Fault(
        401,
        "invalid_client",
        "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type.",
    ),
    7000218: Fault(
        401,
        "invalid_client",
        "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
    ),
    7000222: Fault(
        401,
        "invalid_client",
        "The provided client secret keys for app '{client}' are expired. Visit the Azure portal to create new keys "
        "for your app: https://aka.ms/NewClientSecret, or consider using certificate credentials for added "
        "security: https://aka.ms/certCreds.",
    ),
    7000229: Fault(
        401,
        "invalid_client",
        "The client application {client} is missing service principal in the tenant {tenant}. See instructions "
        "here: https://go.microsoft.com/fwlink/?linkid=2225119",
    ),
}
