"""Section 1 of the record of the real azuread plugin (6.10.0), and the lookups of section 2: a row a line.

{me} is the caller; {A} and {C} an application's object and client id; {B} another one of client id {D}, whose service
principal is {S}; {R} Exchange; {T} a principal that is adopted; {K} and {L} passwords; {N} an assignment; {G} a grant.
"""

import re
from typing import Any, Final

from offline_tenant.web.faults import Fault
from tests.offline.wire_steps import ABSENT, Every, Step, Token, claims, refused

UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
# What the plugin matches by regular expression, or drops an object from its state for.
LATE: Final = re.compile(
    "Resource '.+' does not exist or one of its queried reference-property objects are not present."
)
GONE: Final = refused("Request_ResourceNotFound", LATE)
DENIED: Final = refused("Authorization_RequestDenied", "injected")
ORPHAN: Final = re.compile(
    "The appId '.+' of the service principal does not reference a valid application object."
)
NO_REFERENCE: Final = "Not a valid reference update."
EXISTS: Final = "Permission being assigned already exists on the object"

EMPTY: Final[dict[str, Any]] = {"value": []}
FILTER: Final = "?%24filter=appId+eq+%27"
FIND: Final = f"GET /v1.0/servicePrincipals{FILTER}"
SAML: Final = "?%24select=samlMetadataUrl"
PERMISSION: Final = {"id": UUID, "value": str, "isEnabled": True}
OFFERED: Final = {
    "id": UUID,
    "appRoles": Every(
        PERMISSION | {"displayName": str, "description": str, "allowedMemberTypes": ["Application"]}
    ),
    "oauth2PermissionScopes": Every(PERMISSION | {"type": str, "adminConsentDisplayName": str}),
}
TOKEN_FORM: Final = {
    "client_id": "{client}",
    "client_secret": "{secret}",
    "grant_type": "client_credentials",
    "scope": "https://localhost/.default",
}


def item(body: Any) -> str:
    """The id of the one object of a list."""
    [found] = body["value"]
    return str(found["id"])


def retried(status: int, code: str, **headers: str) -> tuple[Step, ...]:
    """The answer that the plugin's HTTP layer tries again after, and the same request once more."""
    fault = Fault("graph POST /v1.0/applications", status, headers=headers)
    line, send, body = f"1.3 {status} is retried, POST too", "POST /v1.0/applications", {"displayName": "r"}
    return (
        Step(line, send, status, body, holds=refused(code, "injected"), headers=headers, fault=fault),
        Step(f"{line}: again", send, 201, body, holds={"id": UUID}),
    )


def final(status: int, code: str) -> Step:
    return Step(
        f"1.3 {status} is final",
        "GET /v1.0/applications/{nobody}",
        status,
        holds=refused(code, "injected"),
        fault=Fault("graph GET /v1.0/applications/{id}", status),
    )


HANDSHAKE: Final = (
    Step(
        "1.1 metadata",
        "GET /metadata/endpoints?api-version=2022-09-01",
        holds={
            "name": re.compile(".+"),
            "resourceManager": re.compile("https://.+"),
            "microsoftGraphResourceId": re.compile("https://localhost/?"),
            "authentication": {
                "loginEndpoint": "https://localhost"
            },  # a slash would end up in the token's path
        },
    ),
    Step(
        "1.2 token",
        "POST /{tenant}/oauth2/v2.0/token",
        form=TOKEN_FORM,
        holds={
            "token_type": "Bearer",
            "expires_in": int,
            "access_token": Token({"oid": UUID, "exp": int, "iat": int}),
        },
        keep={"token": "access_token", "me": lambda body: str(claims(body["access_token"])["oid"])},
    ),
    Step(
        "1.2 no oid: exactly one principal",
        f"{FIND}{{client}}%27",
        holds={"value": [{"id": "{me}", "appId": "{client}"}]},
    ),
    Step(
        "1.2 a wrong secret",
        "POST /{tenant}/oauth2/v2.0/token",
        401,
        form=TOKEN_FORM | {"client_secret": "no"},
        holds={"error": "invalid_client", "error_codes": [7000215]},
    ),
    Step(
        "1.3 $filter, percent-encoded", f"{FIND}{{exchange}}%27", holds={"value": [{"appId": "{exchange}"}]}
    ),
    Step("1.3 an apostrophe: its application", "POST /v1.0/applications", 201, {"displayName": "it's"}),
    Step(
        "1.3 an apostrophe doubled",
        "GET /v1.0/applications?%24filter=displayName+eq+%27it%27%27s%27",
        holds={"value": [{"displayName": "it's"}]},
    ),
    Step("1.3 a list of nothing has a value", f"{FIND}{{nobody}}%27", holds=EMPTY),
    Step(
        "1.3 an absolute @odata.nextLink",
        "GET /v1.0/servicePrincipals?%24top=1",
        holds={
            "value": [{}],
            "@odata.nextLink": re.compile(r"https://localhost/v1\.0/servicePrincipals\?.+"),
        },
    ),
    Step("1.3 error body", "GET /v1.0/applications/{nobody}", 404, holds=GONE),
    *retried(408, "Request_BadRequest"),
    *retried(424, "Request_BadRequest"),
    *retried(429, "TooManyRequests", **{"Retry-After": "2"}),
    *retried(500, "InternalServerError"),
    *retried(502, "InternalServerError"),
    *retried(503, "ServiceUnavailable"),
    *retried(504, "GatewayTimeout"),
    final(400, "Request_BadRequest"),
    final(401, "InvalidAuthenticationToken"),
    final(403, "Authorization_RequestDenied"),
    final(404, "Request_ResourceNotFound"),
    final(409, "Request_MultipleObjectsWithSameKeyValue"),
    final(501, "NotImplemented"),
)

# getClientConfig makes no request.
GET_SERVICE_PRINCIPAL: Final = (
    Step(
        "2 getServicePrincipal 1",
        f"{FIND}{{exchange}}%27",
        holds={"value": [OFFERED | {"appId": "{exchange}"}]},
        keep={"R": item},
    ),
    Step(
        "2 getServicePrincipal 1, Graph",
        f"{FIND}{{graph}}%27",
        holds={"value": [OFFERED | {"appId": "{graph}"}]},
        keep={"M": item},
    ),
    Step("2 getServicePrincipal 1, capitals", f"{FIND}{{EXCHANGE}}%27", holds={"value": [{"id": "{R}"}]}),
    Step("2 getServicePrincipal 2", f"GET /beta/servicePrincipals/{{R}}{SAML}", holds={"id": ABSENT}),
)
