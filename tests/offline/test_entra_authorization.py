"""Who may do what on Graph: tokens that do not hold, and callers that lack a permission."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

import httpx
import jwt
import pytest

from offline_tenant.entra import routes, verification
from offline_tenant.entra.keys import signing_key
from offline_tenant.state.tenant import Installation, Tenant
from offline_tenant.web.call import Route
from tests.offline.entra_helper import CLIENT_ID, EXCHANGE, GRAPH, IMAP_AS_APP, NOBODY, Entra, fault, seeded

DENIED = (403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
APPLICATION_ADMINISTRATOR = "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3"
GLOBAL_ADMINISTRATOR = "62e90394-69f5-4237-9190-012177145e10"
EXCHANGE_ADMINISTRATOR = "29232cdf-9323-42fd-ade2-1d097af3e4de"


@pytest.fixture
def entra(tenant: Tenant, client_of: Callable[[Iterable[Route]], httpx.Client]) -> Entra:
    return seeded(tenant, client_of(routes.ROUTES))


def resigned(entra: Entra, **changes: Any) -> str:
    """Automation's token with other claims, signed with the right key."""
    claims = entra.claims() | changes
    return jwt.encode(claims, signing_key(entra.tenant.store).private, "RS256")


def forged(entra: Entra) -> str:
    header, claims, signature = entra.token().split(".")
    return f"{header}.{claims}.{signature[:-8]}AAAAAAAA"


@pytest.mark.parametrize(
    ("header", "text"),
    [
        ("", "Access token is empty."),
        ("Bearer ", "Access token is empty."),
        ("Basic YTpi", "Access token is empty."),
        ("Bearer nonsense", "IDX14100: JWT is not well formed, there are no dots (.).\n"),
        ("Bearer a.b.c", "IDX14100: "),
    ],
)
def test_headers_without_a_token(entra: Entra, header: str, text: str) -> None:
    response = entra.http.get("/v1.0/applications", headers={"Authorization": header})
    status, code, message = fault(response)
    assert (status, code) == (401, "InvalidAuthenticationToken")
    assert message.startswith(text)


@pytest.mark.parametrize(
    ("token", "text"),
    [
        (forged, "Signature is invalid."),
        (lambda entra: jwt.encode(entra.claims(), "x" * 64, "HS256"), "Signature is invalid."),
        (lambda entra: jwt.encode(entra.claims(), "", "none"), "Signature is invalid."),
        (lambda entra: resigned(entra, exp=1), "Lifetime validation failed, the token is expired."),
        (
            lambda entra: entra.token(scope="https://outlook.office365.com/.default"),
            "Access token validation failure. Invalid audience.",
        ),
        (lambda entra: resigned(entra, tid=NOBODY), "Invalid issuer."),
        (lambda entra: resigned(entra, iss="https://sts.windows.net/x/"), "Invalid issuer."),
    ],
)
def test_tokens_that_do_not_hold(entra: Entra, token: Callable[[Entra], str], text: str) -> None:
    response = entra.graph("GET", "/applications", token=token(entra))
    assert fault(response) == (401, "InvalidAuthenticationToken", text)


def test_a_token_ends_by_the_tenants_clock(entra: Entra) -> None:
    token = entra.token()
    entra.tenant.clock.advance(timedelta(seconds=3590))
    assert entra.graph("GET", "/applications", token=token).status_code == 200
    entra.tenant.clock.advance(timedelta(seconds=20))
    assert entra.graph("GET", "/applications", token=token).status_code == 401


def test_a_token_for_the_real_name_of_graph_is_good_here_too(entra: Entra) -> None:
    token = entra.token(scope="https://graph.microsoft.com/.default")
    assert entra.graph("GET", "/applications", token=token).status_code == 200


READ, CREATE, UPDATE, ASSIGN, GRANT, PEOPLE = "read", "create", "update", "assign", "grant", "people"


def attempts(entra: Entra, token: str) -> dict[str, httpx.Response]:
    """One operation of each sort, as the bearer of this token."""
    application, principal, _ = entra.client("target")
    resource = entra.principal(EXCHANGE)
    role = {"principalId": principal["id"], "resourceId": resource["id"], "appRoleId": IMAP_AS_APP}
    grant = {"clientId": principal["id"], "consentType": "AllPrincipals", "scope": "SMTP.Send"}
    grant |= {"resourceId": entra.principal(GRAPH)["id"]}
    calls: dict[str, tuple[str, str, Any]] = {
        READ: ("GET", f"/applications/{application['id']}", None),
        CREATE: ("POST", "/applications", {"displayName": "new"}),
        UPDATE: ("PATCH", f"/applications/{application['id']}", {"notes": "changed"}),
        ASSIGN: ("POST", f"/servicePrincipals/{resource['id']}/appRoleAssignedTo", role),
        GRANT: ("POST", "/oauth2PermissionGrants", grant),
        PEOPLE: ("GET", "/users", None),
    }
    return {
        name: entra.graph(method, path, body, token=token) for name, (method, path, body) in calls.items()
    }


@pytest.mark.parametrize(
    ("app_roles", "roles", "allowed"),
    [
        ((), (), set()),
        (("Application.Read.All",), (), {READ}),
        (("Application.ReadWrite.OwnedBy",), (), {READ, CREATE}),
        (("Application.ReadWrite.All",), (), {READ, CREATE, UPDATE}),
        (("AppRoleAssignment.ReadWrite.All",), (), set()),
        (("AppRoleAssignment.ReadWrite.All", "Application.Read.All"), (), {READ, ASSIGN}),
        (("DelegatedPermissionGrant.ReadWrite.All",), (), {GRANT}),
        (("Directory.Read.All",), (), {READ, PEOPLE}),
        (("User.Read.All",), (), {PEOPLE}),
        (("Mail.Send",), (), set()),
        ((), (APPLICATION_ADMINISTRATOR,), {READ, CREATE, UPDATE, ASSIGN, GRANT, PEOPLE}),
        ((), (GLOBAL_ADMINISTRATOR,), {READ, CREATE, UPDATE, ASSIGN, GRANT, PEOPLE}),
        ((), (EXCHANGE_ADMINISTRATOR,), set()),
    ],
)
def test_what_a_caller_may_do(
    entra: Entra, app_roles: tuple[str, ...], roles: tuple[str, ...], allowed: set[str]
) -> None:
    answers = attempts(entra, entra.client_with(*app_roles, roles=roles))
    refused = {name: fault(answer) for name, answer in answers.items() if answer.is_error}
    assert set(answers) - set(refused) == allowed
    assert set(refused.values()) <= {DENIED}


def test_owned_by_goes_as_far_as_ownership(entra: Entra) -> None:
    token = entra.client_with("Application.ReadWrite.OwnedBy")
    mine = entra.graph("POST", "/applications", {"displayName": "mine"}, token=token).json()
    theirs = entra.application("theirs")
    change = {"notes": "changed"}
    assert entra.graph("PATCH", f"/applications/{mine['id']}", change, token=token).status_code == 204
    assert fault(entra.graph("PATCH", f"/applications/{theirs['id']}", change, token=token)) == DENIED
    assert entra.graph("POST", f"/applications/{mine['id']}/addPassword", {}, token=token).status_code == 200
    principal = entra.graph("POST", "/servicePrincipals", {"appId": mine["appId"]}, token=token)
    assert principal.status_code == 201
    foreign = {"appId": "9e5f94bc-e8a4-4e73-b8be-63364c29d753"}
    assert fault(entra.graph("POST", "/servicePrincipals", foreign, token=token)) == (
        403,
        "Authorization_RequestDenied",
        (
            "When using this permission, the backing application of the service principal being created must in the "
            "local tenant"
        ),
    )
    [owner] = entra.got(f"/applications/{mine['id']}/owners")["value"]
    path = f"/applications/{mine['id']}/owners/{owner['id']}/$ref"
    assert entra.graph("DELETE", path, token=token).status_code == 204
    assert fault(entra.graph("PATCH", f"/applications/{mine['id']}", change, token=token)) == DENIED


def test_an_application_administrator_cannot_hand_out_graphs_own_permissions(entra: Entra) -> None:
    _, principal, _ = entra.client("target")
    graph = entra.principal(GRAPH)
    [role] = [role["id"] for role in graph["appRoles"] if role["value"] == "User.Read.All"]
    body = {"principalId": principal["id"], "resourceId": graph["id"], "appRoleId": role}
    path = f"/servicePrincipals/{graph['id']}/appRoleAssignedTo"
    token = entra.client_with(roles=(APPLICATION_ADMINISTRATOR,), name="helper")
    assert fault(entra.graph("POST", path, body, token=token)) == DENIED
    token = entra.client_with(roles=(GLOBAL_ADMINISTRATOR,), name="admin")
    assert entra.graph("POST", path, body, token=token).status_code == 201


def test_a_refused_call_changes_nothing(entra: Entra) -> None:
    before = entra.got("/applications")["value"]
    token = entra.token(scope="https://outlook.office365.com/.default")
    entra.graph("POST", "/applications", {"displayName": "new"}, token=token)
    assert entra.got("/applications")["value"] == before


def test_verify_tells_what_the_token_says(entra: Entra) -> None:
    token = entra.token(scope="https://ps.outlook.com/.default")
    claims = verification.verify(entra.tenant, token, verification.EXCHANGE_AUDIENCES)
    assert claims.appid == CLIENT_ID
    assert claims.oid == entra.principal(CLIENT_ID)["id"]
    assert claims.roles == {"Exchange.ManageAsApp"}
    assert EXCHANGE_ADMINISTRATOR in claims.wids
    assert claims.app_only
    assert claims.upn is None
    assert claims.expires_at > entra.tenant.clock.now()


@pytest.mark.parametrize(
    ("token", "error"),
    [
        (lambda _: "nonsense", verification.MalformedTokenError),
        (lambda _: "é.b.c", verification.MalformedTokenError),
        (lambda entra: resigned(entra, exp="soon"), verification.MalformedTokenError),
        (lambda entra: resigned(entra, roles=7), verification.MalformedTokenError),
        (forged, verification.ForgedTokenError),
        (lambda entra: resigned(entra, exp=1), verification.ExpiredTokenError),
        (lambda entra: resigned(entra, nbf=2**40), verification.ExpiredTokenError),
        (lambda entra: resigned(entra, tid=NOBODY), verification.WrongTenantError),
        (lambda entra: entra.token(), verification.WrongAudienceError),
    ],
)
def test_verify_refuses_with_a_type_for_each_reason(
    entra: Entra, token: Callable[[Entra], str], error: type[verification.TokenError]
) -> None:
    made = token(entra)
    with pytest.raises(error) as caught:
        verification.verify(entra.tenant, made, verification.EXCHANGE_AUDIENCES)
    assert made not in str(caught.value)


def test_the_issuing_tenant_of_a_token(entra: Entra, installation: Installation) -> None:
    found = verification.issuing_tenant(installation, entra.token())
    assert found is not None
    assert found.id == entra.tenant.id
    assert verification.issuing_tenant(installation, resigned(entra, tid=NOBODY)) is None
