"""Microsoft's AADSTS codes for people, and for what clients do on their behalf. One row a code.

https://learn.microsoft.com/entra/identity-platform/reference-error-codes
"""

from collections.abc import Mapping
from typing import Final

from offline_tenant.entra.signin.fault import Fault

GRANT: Final = "invalid_grant"
REQUEST: Final = "invalid_request"
CLIENT: Final = "invalid_client"

PEOPLE_FAULTS: Final[Mapping[int, Fault]] = {
    50011: Fault(
        400,
        REQUEST,
        "The redirect URI '{redirect}' specified in the request does not match the redirect URIs configured for the "
        "application '{client}'. Make sure the redirect URI sent in the request matches one added to your application "
        "in the Azure portal. Navigate to https://aka.ms/redirectUriMismatchError to learn more about how to "
        "troubleshoot this error.",
    ),
    50034: Fault(
        400,
        GRANT,
        "The user account {{EmailHidden}} does not exist in the {tenant} directory. To sign into this application, the "
        "account must be added to the directory.",
    ),
    50057: Fault(400, GRANT, "The user account is disabled."),
    50058: Fault(
        400, "login_required", "A silent sign-in request was sent but no user is signed in.", "login_required"
    ),
    50105: Fault(
        400,
        GRANT,
        "Your administrator has configured the application {name} ('{client}') to block users unless they are "
        "specifically granted ('assigned') access to the application. The signed-in user '{{EmailHidden}}' is blocked "
        "because they are not a direct member of a group with access, nor had access directly assigned by an "
        "administrator. Please contact your administrator to assign access to this application.",
    ),
    50126: Fault(400, GRANT, "Error validating credentials due to invalid username or password."),
    50147: Fault(400, REQUEST, "The size of the Code_Challenge parameter is not valid."),
    50148: Fault(
        400,
        GRANT,
        "The code_verifier does not match the code_challenge supplied in the authorization request for PKCE.",
    ),
    50149: Fault(400, REQUEST, "Invalid Code_Challenge_method parameter."),
    50173: Fault(
        400,
        GRANT,
        "The provided grant has expired due to it being revoked, a fresh auth token is needed. The user might have "
        "changed or reset their password. The grant was issued on '{issued}' and the TokensValidFrom date (before "
        "which tokens are not valid) for this user is '{valid_from}'.",
        "bad_token",
    ),
    50194: Fault(
        400,
        REQUEST,
        "Application '{client}'({name}) is not configured as a multi-tenant application. Usage of the /common endpoint "
        "is not supported for such apps created after '10/15/2018'. Use a tenant-specific endpoint or configure the "
        "application to be multi-tenant.",
    ),
    53003: Fault(
        400,
        GRANT,
        "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.",
    ),
    54005: Fault(
        400,
        GRANT,
        "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh "
        "token.",
    ),
    65001: Fault(
        400,
        GRANT,
        "The user or administrator has not consented to use the application with ID '{client}' named '{name}'. Send an "
        "interactive authorization request for this user and resource.",
        "consent_required",
    ),
    65004: Fault(400, "access_denied", "User declined to consent to access the app."),
    70000: Fault(400, GRANT, "Provided grant is invalid or malformed."),
    70005: Fault(
        400,
        "unsupported_response_type",
        "The app returned an unsupported response type '{response_type}': the offline tenant answers 'code' only.",
    ),
    70007: Fault(
        400, REQUEST, "'{mode}' is not a supported value of 'response_mode' when requesting a token."
    ),
    70008: Fault(
        400,
        GRANT,
        "The provided authorization code or refresh token has expired due to inactivity. Send a new interactive "
        "authorization request for this user and resource.",
    ),
    70016: Fault(
        400,
        "authorization_pending",
        "OAuth 2.0 device flow error. Authorization is pending. Continue polling.",
    ),
    # The list's description: nobody was found who quotes the message itself.
    70018: Fault(
        400,
        "bad_verification_code",
        "Invalid verification code due to User typing in wrong user code for device code flow. Authorization isn't "
        "approved.",
    ),
    70020: Fault(
        400,
        "expired_token",
        "The provided value for the input parameter 'device_code' is not valid. This device code has expired.",
    ),
    90023: Fault(400, REQUEST, "Unsupported 'prompt' value."),
    90094: Fault(
        400,
        "access_denied",
        "{name} needs permission to access resources in your organization that only an admin can grant. Please ask an "
        "admin to grant permission to this app before you can use it.",
    ),
    165000: Fault(
        400,
        REQUEST,
        "Invalid Request: The request tokens do not match the user context. Do not copy the user context values "
        "(cookies; form fields; headers) between different requests or user sessions; always maintain the ALL of the "
        "supplied values across a complete single user flow. Failure Reasons:[Token values do not match;]",
    ),
    # The code is quoted without its text; the text is that of 2018, when the code was 50011.
    500112: Fault(
        401,
        CLIENT,
        "The reply address '{given}' does not match the reply address '{asked}' provided when requesting Authorization "
        "code.",
    ),
    500113: Fault(400, REQUEST, "No reply address is registered for the application."),
    501481: Fault(
        400,
        GRANT,
        "The Code_Verifier does not match the code_challenge supplied in the authorization request.",
    ),
    650053: Fault(
        400,
        CLIENT,
        "The application '{name}' asked for scope '{scope}' that doesn't exist on the resource '{resource}'. Contact the "
        "app vendor.",
    ),
    650056: Fault(
        400,
        CLIENT,
        "Misconfigured application. This could be due to one of the following: the client has not listed any "
        "permissions for '{resource}' in the requested permissions in the client's application registration. Or, the "
        "admin has not consented in the tenant. Or, check the application identifier in the request to ensure it "
        "matches the configured client application identifier. Or, check the certificate in the request to ensure "
        "it's valid. Please contact your admin to fix the configuration or consent on behalf of the tenant. Client app "
        "ID: {client}.",
    ),
    700005: Fault(
        400,
        GRANT,
        "Provided Authorization Code is intended to use against other tenant, thus rejected.",
    ),
    700025: Fault(
        401,
        CLIENT,
        "Client is public so neither 'client_assertion' nor 'client_secret' should be presented.",
    ),
    700051: Fault(
        400, "unsupported_response_type", "response_type 'token' is not enabled for the application."
    ),
    700054: Fault(
        400, "unsupported_response_type", "response_type 'id_token' is not enabled for the application."
    ),
    700082: Fault(
        400,
        GRANT,
        "The refresh token has expired due to inactivity. The token was issued on {issued} and was inactive for "
        "90.00:00:00.",
        "bad_token",
    ),
    700084: Fault(
        400,
        GRANT,
        "The refresh token was issued to a single page app (SPA), and therefore has a fixed, limited lifetime of "
        "1.00:00:00, which cannot be extended. It is now expired and a new sign in request must be sent by the SPA to "
        "the sign in page. The token was issued on {issued}.",
        "bad_token",
    ),
    9001023: Fault(
        400,
        REQUEST,
        "The grant type is not supported over the /common or /consumers endpoints. Please use the /organizations or "
        "tenant-specific endpoint.",
    ),
    9002313: Fault(400, GRANT, "Invalid request. Request is malformed or invalid."),
    9002325: Fault(
        400,
        REQUEST,
        "Proof Key for Code Exchange is required for cross-origin authorization code redemption.",
    ),
    9002326: Fault(
        400,
        REQUEST,
        "Cross-origin token redemption is permitted only for the 'Single-Page Application' client-type. Request "
        "origin: '{origin}'.",
    ),
    9002327: Fault(
        400,
        REQUEST,
        "Tokens issued for the 'Single-Page Application' client-type may only be redeemed via cross-origin requests.",
    ),
}
