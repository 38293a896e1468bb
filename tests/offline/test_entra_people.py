"""People sign in: authorization code with PKCE, consent, refresh tokens, names and passwords."""

from collections.abc import Callable, Iterable
from typing import Any

import httpx
import pytest

from offline_tenant.entra import routes, verification
from offline_tenant.state.tenant import Tenant
from offline_tenant.web.call import Route
from tests.offline.entra_browser import ADELE, ADMIN, PASSWORD, open_page
from tests.offline.entra_helper import BASE, GRAPH, Entra, fault, seeded
from tests.offline.entra_people_helper import (
    BACK,
    IMAP,
    SMTP,
    address,
    claims,
    consented,
    portal_of,
    redeemed,
)


@pytest.fixture
def entra(tenant: Tenant, client_of: Callable[[Iterable[Route]], httpx.Client]) -> Entra:
    return seeded(tenant, client_of(routes.ROUTES))


@pytest.fixture
def portal(entra: Entra) -> Any:
    return portal_of(entra)


def test_a_person_signs_in_consents_and_gets_tokens(entra: Entra, portal: Any) -> None:
    page = open_page(entra.http, address(entra, portal))
    assert "Offline tenant" in page.text
    assert "support-portal" in page.text
    page = page.sign_in()
    assert "Permissions requested" in page.text
    assert "Read and write access to your mail via IMAP." in page.text
    page = page.press("accept")
    assert page.location.startswith(f"{BACK}?")
    assert page.answer["state"] == "s/1"

    body = redeemed(entra, portal, page).json()
    assert body["scope"] == f"openid profile {IMAP}" or body["scope"] == IMAP
    access = claims(body["access_token"])
    adele = entra.tenant.documents("users").find("userPrincipalName", ADELE)[0]
    assert access["aud"] == "https://outlook.office.com"
    assert (access["scp"], access["upn"], access["oid"]) == ("IMAP.AccessAsUser.All", ADELE, adele["id"])
    assert (access["appid"], access["appidacr"], access["idtyp"]) == (portal["appId"], "0", "user")
    assert "roles" not in access
    who = claims(body["id_token"])
    assert who["iss"] == f"{BASE}/{entra.tenant.id}/v2.0"
    assert (who["aud"], who["nonce"], who["ver"]) == (portal["appId"], "n", "2.0")
    assert (who["name"], who["preferred_username"]) == ("Adele Vance", ADELE)
    assert who["sub"] == access["sub"] != adele["id"]
    checked = verification.verify(entra.tenant, body["access_token"], verification.EXCHANGE_AUDIENCES)
    assert not checked.app_only
    assert checked.upn == ADELE


def test_consent_is_asked_once_and_can_be_seen_in_graph(entra: Entra, portal: Any) -> None:
    consented(entra, portal)
    principal = entra.principal(portal["appId"])
    adele = entra.tenant.documents("users").find("userPrincipalName", ADELE)[0]
    grants = entra.tenant.documents("oauth2PermissionGrants").find("clientId", principal["id"])
    assert {grant["principalId"] for grant in grants} == {adele["id"]}
    assert {grant["consentType"] for grant in grants} == {"Principal"}
    assert {grant["scope"] for grant in grants} == {"IMAP.AccessAsUser.All", "offline_access openid profile"}
    again = open_page(entra.http, address(entra, portal))
    assert "code" in again.answer  # signed in, consented: no page at all
    more = open_page(entra.http, address(entra, portal, scope=f"openid {IMAP} {SMTP}"))
    assert "Access to sending emails from your mailbox." in more.text
    assert "via IMAP" not in more.text


def test_consent_to_graph_covers_the_protocols_of_exchange(entra: Entra, portal: Any) -> None:
    principal = entra.made("/servicePrincipals", {"appId": portal["appId"]})
    grant = {
        "clientId": principal["id"],
        "consentType": "AllPrincipals",
        "scope": "IMAP.AccessAsUser.All SMTP.Send",
    }
    entra.made("/oauth2PermissionGrants", grant | {"resourceId": entra.principal(GRAPH)["id"]})
    page = open_page(entra.http, address(entra, portal)).sign_in()
    body = redeemed(entra, portal, page).json()
    # All that was consented to, not only what was asked for.
    assert claims(body["access_token"])["scp"] == "IMAP.AccessAsUser.All SMTP.Send"
    assert body["scope"].split() == [IMAP, SMTP]


def test_a_token_for_graph_reads_who_one_is(entra: Entra, portal: Any) -> None:
    scope = "openid profile email User.Read"
    body = redeemed(entra, portal, consented(entra, portal, scope=scope)).json()
    assert body["scope"] == "email openid profile User.Read"
    assert claims(body["access_token"])["aud"] == GRAPH
    assert claims(body["id_token"])["email"] == ADELE
    assert "refresh_token" not in body  # nobody asked for offline_access
    assert entra.graph("GET", "/me", token=body["access_token"]).json()["mail"] == ADELE
    assert fault(entra.graph("GET", "/users", token=body["access_token"]))[0] == 403
    bearer = {"Authorization": f"Bearer {body['access_token']}"}
    assert entra.http.get("/oidc/userinfo", headers=bearer).json()["email"] == ADELE
    assert entra.http.get("/oidc/userinfo", headers={"Authorization": "Bearer x"}).status_code == 401


def test_what_a_persons_client_may_do_is_what_both_may(entra: Entra, portal: Any) -> None:
    scope = "Application.ReadWrite.All"
    page = open_page(entra.http, address(entra, portal, scope=scope)).sign_in()
    assert "Need admin approval" in page.text
    page = page.press("another").sign_in(ADMIN).press("accept", everybody="1")
    body = redeemed(entra, portal, page).json()
    made = entra.graph("POST", "/applications", {"displayName": "x"}, token=body["access_token"])
    assert made.status_code == 201
    page = open_page(entra.http, address(entra, portal, scope=scope, prompt="login")).sign_in(ADELE)
    adeles = redeemed(entra, portal, page).json()["access_token"]
    assert entra.graph("GET", "/applications", token=adeles).status_code == 200
    path = f"/applications/{made.json()['id']}"
    assert fault(entra.graph("PATCH", path, {"notes": "x"}, token=adeles))[0] == 403
    assert entra.graph("PATCH", path, {"notes": "x"}, token=body["access_token"]).status_code == 204


@pytest.mark.parametrize(
    ("name", "password", "expected"),
    [
        (ADELE, "wrong", "AADSTS50126: Error validating credentials due to invalid username or password."),
        ("nobody@contoso.com", PASSWORD, "AADSTS50034: "),
        ("nobody@elsewhere.example", PASSWORD, "AADSTS50034: "),
        # the account behind a shared mailbox is there, and blocked
        ("billing@contoso.com", PASSWORD, "AADSTS50057: "),
    ],
)
def test_who_is_not_let_in(entra: Entra, portal: Any, name: str, password: str, expected: str) -> None:
    page = open_page(entra.http, address(entra, portal)).sign_in(name, password)
    assert expected in page.text
    assert password not in page.response.text.replace(PASSWORD, "", 1)
    assert "code" in page.sign_in().press("accept").answer


def test_a_disabled_account_is_not_let_in(entra: Entra, portal: Any) -> None:
    admin = entra.client_with("User.ReadWrite.All")
    entra.graph("PATCH", f"/users/{ADELE}", {"accountEnabled": False}, token=admin)
    assert "AADSTS50057" in open_page(entra.http, address(entra, portal)).sign_in().text


def test_users_can_be_forbidden_to_consent(entra: Entra, portal: Any) -> None:
    admin = entra.client_with("Policy.ReadWrite.Authorization")
    for allowed in ([], ["ManagePermissionGrantsForSelf.microsoft-user-default-low"]):
        told = {"defaultUserRolePermissions": {"permissionGrantPoliciesAssigned": allowed}}
        patched = entra.graph("PATCH", "/policies/authorizationPolicy", told, token=admin)
        assert patched.status_code == 204
        page = open_page(entra.http, address(entra, portal, prompt="login")).sign_in()
        assert "Need admin approval" in page.text
        assert page.press("cancel").answer["error"] == "access_denied"
    low = open_page(entra.http, address(entra, portal, scope="openid User.Read"))
    assert "code" in low.press("accept").answer


def test_an_application_may_want_people_to_be_assigned(entra: Entra, portal: Any) -> None:
    principal = entra.made(
        "/servicePrincipals", {"appId": portal["appId"], "appRoleAssignmentRequired": True}
    )
    page = open_page(entra.http, address(entra, portal)).sign_in()
    assert page.answer["error_description"].startswith("AADSTS50105: ")
    adele = entra.tenant.documents("users").find("userPrincipalName", ADELE)[0]
    entra.assign(adele["id"], principal, "00000000-0000-0000-0000-000000000000")
    assert "code" in open_page(entra.http, address(entra, portal)).press("accept").answer
