"""What there is around sign-in: signing out, where an account belongs, and who the bearer of a token is."""

from typing import Any, Final

from offline_tenant.entra import verification
from offline_tenant.entra.directory import users
from offline_tenant.entra.directory.objects import Directory
from offline_tenant.entra.signin import consent_pages, implied, visits
from offline_tenant.entra.signin.redirects import is_registered_anywhere
from offline_tenant.entra.signin.visits import Visit
from offline_tenant.web.call import Answer, Call

UNKNOWN: Final = {"ver": "1.0", "account_type": "Unknown"}


def user_realm(call: Call) -> Answer:
    """Where a user name signs in; MSAL asks before it sends a password."""
    name = call.parameters["user"]
    if implied.of_user(call.installation, name) is None:
        return Answer(200, UNKNOWN | {"login": name})
    return Answer(
        200,
        {
            "ver": "1.0",
            "account_type": "Managed",
            "domain_name": name.partition("@")[2],
            "cloud_instance_name": call.base_url.partition("//")[2],
            "cloud_audience_urn": "urn:federation:MicrosoftOnline",
        },
    )


def sign_out(call: Call) -> Answer:
    """Forget who is signed in with this browser; goes on to a redirect URI only if somebody registered it."""
    visit = Visit(call, visits.nobody(call), {})
    wanted = call.query.get("post_logout_redirect_uri", "")
    if wanted and is_registered_anywhere(call.installation, wanted):
        return visit.go(wanted)
    return visit.show(
        consent_pages.done("You signed out of your account", "It's a good idea to close all browser windows.")
    )


def user_info(call: Call) -> Answer:
    """The claims of OpenID Connect about the bearer of a token for Microsoft Graph."""
    token = call.headers.get("authorization", "").partition(" ")[2].strip()
    try:
        tenant = verification.issuing_tenant(call.installation, token)
        if tenant is None:
            return UNAUTHORIZED
        audiences = {call.base_url, *verification.GRAPH_AUDIENCES}
        claims = verification.verify(tenant, token, audiences)
    except verification.TokenError:
        return UNAUTHORIZED
    user = Directory(tenant).get(users.KIND, claims.oid)
    if user is None or "openid" not in claims.scopes:
        return UNAUTHORIZED
    return Answer(200, _claims(claims.all, user))


UNAUTHORIZED: Final = Answer(
    401,
    {"error": {"code": "InvalidAuthenticationToken", "message": "Access token validation failure."}},
    {"WWW-Authenticate": "Bearer"},
)


def _claims(token: Any, user: Any) -> dict[str, Any]:
    found = {"sub": token["sub"], "name": user["displayName"], "family_name": user["surname"]}
    found |= {"given_name": user["givenName"], "email": user["mail"]}
    return {name: value for name, value in found.items() if value}
