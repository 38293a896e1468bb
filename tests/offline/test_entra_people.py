"""People sign in: authorization code with PKCE, consent, refresh tokens, names and passwords."""

import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import httpx
import jwt
import msal
import pytest

from offline_tenant.entra import routes, verification
from offline_tenant.state.tenant import Installation, Tenant
from offline_tenant.web.call import Route
from tests.offline.entra_browser import ADELE, ADMIN, PASSWORD, Page, open_page
from tests.offline.entra_helper import BASE, EXCHANGE, GRAPH, NOBODY, Entra, fault, seeded

IMAP = "https://outlook.office.com/IMAP.AccessAsUser.All"
SMTP = "https://outlook.office.com/SMTP.Send"
THUNDERBIRD = "9e5f94bc-e8a4-4e73-b8be-63364c29d753"
VERIFIER = "v" * 64
CHALLENGE = urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
BACK = "http://localhost:49152/callback"
WEB = "https://portal.contoso.com/signed-in"
GLOBAL_ADMINISTRATOR = "62e90394-69f5-4237-9190-012177145e10"


@pytest.fixture
def entra(tenant: Tenant, client_of: Callable[[Iterable[Route]], httpx.Client]) -> Entra:
    return seeded(tenant, client_of(routes.ROUTES))


@pytest.fixture
def portal(entra: Entra) -> Any:
    """An application of the company's own, for people: native and web."""
    wanted = {
        "displayName": "support-portal",
        "publicClient": {"redirectUris": ["http://localhost/callback"]},
        "web": {"redirectUris": [WEB]},
        "isFallbackPublicClient": True,
    }
    return entra.made("/applications", wanted)


def address(entra: Entra, app: Any, place: str = "", **parameters: str) -> str:
    usual = {
        "client_id": app if isinstance(app, str) else app["appId"],
        "response_type": "code",
        "state": "s/1",
    }
    usual |= {"redirect_uri": BACK, "scope": f"openid profile offline_access {IMAP}", "nonce": "n"}
    usual |= {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}
    given = {name: value for name, value in (usual | parameters).items() if value}
    return f"{BASE}/{place or entra.tenant.id}/oauth2/v2.0/authorize?{urlencode(given)}"


def consented(entra: Entra, app: Any, **parameters: str) -> Page:
    """Adele signs in and accepts."""
    return open_page(entra.http, address(entra, app, **parameters)).sign_in().press("accept")


def token(entra: Entra, app: Any, *, place: str = "", headers: Any = None, **form: str) -> httpx.Response:
    usual = {"client_id": app if isinstance(app, str) else app["appId"]}
    url = f"/{place or entra.tenant.id}/oauth2/v2.0/token"
    given = {name: value for name, value in (usual | form).items() if value}
    return entra.http.post(url, data=given, headers=headers)


def redeemed(entra: Entra, app: Any, page: Page, **form: str) -> httpx.Response:
    usual = {"grant_type": "authorization_code", "code": page.answer["code"], "redirect_uri": BACK}
    return token(entra, app, **(usual | {"code_verifier": VERIFIER} | form))


def code(response: httpx.Response) -> int:
    [found] = response.json()["error_codes"]
    return int(found)


def claims(text: str) -> Any:
    return jwt.decode(text, options={"verify_signature": False})


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


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"prompt": "none"}, ("login_required", "AADSTS50058")),
        ({"response_type": "token"}, ("unsupported_response_type", "AADSTS700051")),
        ({"response_type": "id_token"}, ("unsupported_response_type", "AADSTS700054")),
        ({"response_type": "telepathy"}, ("unsupported_response_type", "AADSTS70005")),
        ({"response_type": ""}, ("invalid_request", "AADSTS900144")),
        ({"scope": ""}, ("invalid_request", "AADSTS900144")),
        ({"response_mode": "pigeon"}, ("invalid_request", "AADSTS70007")),
        ({"prompt": "maybe"}, ("invalid_request", "AADSTS90023")),
        ({"code_challenge_method": "md5"}, ("invalid_request", "AADSTS50149")),
        ({"code_challenge": "short"}, ("invalid_request", "AADSTS50147")),
        ({"code_challenge": ""}, ("invalid_request", "AADSTS50147")),
    ],
)
def test_what_the_client_is_told(
    entra: Entra, portal: Any, change: dict[str, str], expected: tuple[str, str]
) -> None:
    page = open_page(entra.http, address(entra, portal, **change))
    assert page.location.startswith(BACK)
    assert page.answer["error"] == expected[0]
    assert page.answer["error_description"].startswith(f"{expected[1]}: ")
    assert page.answer["state"] == "s/1"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"client_id": ""}, "AADSTS900144"),
        ({"client_id": NOBODY}, "AADSTS700016"),
        ({"redirect_uri": "https://evil.example/"}, "AADSTS50011"),
        ({"redirect_uri": "http://localhost:49152/other"}, "AADSTS50011"),
        ({"redirect_uri": "https://localhost:49152/callback"}, "AADSTS50011"),
        ({"redirect_uri": "http://localhost@evil.example/callback"}, "AADSTS50011"),
        ({"redirect_uri": "http://localhost.evil.example/callback"}, "AADSTS50011"),
        ({"redirect_uri": f"{WEB}/"}, "AADSTS50011"),
        ({"redirect_uri": "http://["}, "AADSTS50011"),
        ({"place": "nowhere.example"}, "AADSTS90002"),
        ({"place": "common"}, "AADSTS50194"),
    ],
)
def test_what_only_the_person_is_told(
    entra: Entra, portal: Any, change: dict[str, str], expected: str
) -> None:
    page = open_page(entra.http, address(entra, portal, **change))
    assert page.response.status_code == 400
    assert expected in page.text
    assert not page.location


@pytest.mark.parametrize("scope", ["https://outlook.office.com/Mail.Telepathy", "Telepathy"])
def test_a_scope_that_nobody_offers(entra: Entra, portal: Any, scope: str) -> None:
    page = open_page(entra.http, address(entra, portal, scope=scope)).sign_in()
    assert page.answer["error_description"].startswith(
        "AADSTS650053: The application 'support-portal' asked for"
    )


def test_a_resource_that_is_not_here(entra: Entra, portal: Any) -> None:
    page = open_page(entra.http, address(entra, portal, scope="https://nothing.example/.default")).sign_in()
    assert page.answer["error_description"].startswith("AADSTS500011: ")


@pytest.mark.parametrize("port", ["", ":8400", ":65535"])
def test_a_loopback_redirect_may_have_any_port(entra: Entra, portal: Any, port: str) -> None:
    redirect = f"http://localhost{port}/callback"
    page = consented(entra, portal, redirect_uri=redirect)
    assert page.location.startswith(f"{redirect}?code=")


def test_the_answer_may_come_in_the_fragment(entra: Entra, portal: Any) -> None:
    page = consented(entra, portal, response_mode="fragment")
    assert page.location.startswith(f"{BACK}#code=")


def test_the_answer_may_be_posted(entra: Entra, portal: Any) -> None:
    page = consented(entra, portal, response_mode="form_post", state='"><b>')
    [form] = page.forms
    assert (form.method, form.action) == ("post", BACK)
    assert form.fields["state"] == '"><b>'
    assert "<b>" not in page.response.text
    assert redeemed(entra, portal, page).status_code == 200


def test_declining(entra: Entra, portal: Any) -> None:
    page = open_page(entra.http, address(entra, portal)).sign_in().press("cancel")
    assert page.answer["error"] == "access_denied"
    assert page.answer["error_description"].startswith("AADSTS65004: ")
    assert entra.tenant.documents("oauth2PermissionGrants").count() == 0


def test_prompt_none_never_shows_a_page(entra: Entra, portal: Any) -> None:
    open_page(entra.http, address(entra, portal)).sign_in()
    page = open_page(entra.http, address(entra, portal, prompt="none"))
    assert (page.answer["error"], page.answer["error_subcode"]) == ("consent_required", "consent_required")
    consented_page = open_page(entra.http, address(entra, portal)).press("accept")
    assert "code" in consented_page.answer
    assert "code" in open_page(entra.http, address(entra, portal, prompt="none")).answer
    other = address(entra, portal, prompt="none", login_hint="alex@contoso.com")
    assert open_page(entra.http, other).answer["error"] == "login_required"


def test_prompt_login_asks_again(entra: Entra, portal: Any) -> None:
    consented(entra, portal)
    page = open_page(entra.http, address(entra, portal, prompt="login", login_hint=ADELE))
    assert page.forms[0].fields["login"] == ADELE
    assert "code" in page.sign_in().answer


def test_prompt_consent_asks_again(entra: Entra, portal: Any) -> None:
    consented(entra, portal)
    page = open_page(entra.http, address(entra, portal, prompt="consent"))
    assert "via IMAP" in page.text
    assert "code" in page.press("accept").answer
    page = open_page(entra.http, address(entra, portal, prompt="consent"))
    assert page.press("cancel").answer["error"] == "access_denied"


def test_signing_out(entra: Entra, portal: Any) -> None:
    consented(entra, portal)
    assert "signed out" in open_page(entra.http, f"{BASE}/{entra.tenant.id}/oauth2/v2.0/logout").text
    assert "Sign in" in open_page(entra.http, address(entra, portal)).text
    url = f"{BASE}/{entra.tenant.id}/oauth2/v2.0/logout?post_logout_redirect_uri="
    assert open_page(entra.http, url + WEB).location == WEB
    assert not open_page(entra.http, url + "https://evil.example").location


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


def test_a_code_is_good_once(entra: Entra, portal: Any) -> None:
    page = consented(entra, portal)
    assert redeemed(entra, portal, page).status_code == 200
    replayed = redeemed(entra, portal, page)
    assert (replayed.status_code, replayed.json()["error"], code(replayed)) == (400, "invalid_grant", 54005)


def test_a_code_holds_ten_minutes(entra: Entra, portal: Any) -> None:
    page = consented(entra, portal)
    entra.tenant.clock.advance(timedelta(minutes=10))
    assert code(redeemed(entra, portal, page)) == 70008


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"code_verifier": "w" * 64}, ("invalid_grant", 501481)),
        ({"code_verifier": ""}, ("invalid_grant", 50148)),
        ({"redirect_uri": "http://localhost:1/callback"}, ("invalid_client", 500112)),
        ({"redirect_uri": ""}, ("invalid_request", 900144)),
        ({"code": "nonsense"}, ("invalid_grant", 9002313)),
        ({"code": ""}, ("invalid_request", 900144)),
        ({"client_id": THUNDERBIRD}, ("invalid_grant", 70000)),
        ({"client_id": NOBODY}, ("unauthorized_client", 700016)),
        ({"client_secret": "x"}, ("invalid_client", 700025)),
        ({"scope": f"{IMAP} User.Read"}, ("invalid_scope", 28000)),
        ({"scope": "User.Read"}, ("invalid_grant", 65001)),
    ],
)
def test_codes_that_are_refused(
    entra: Entra, portal: Any, change: dict[str, str], expected: tuple[str, int]
) -> None:
    page = consented(entra, portal)
    refused = redeemed(entra, portal, page, **change)
    assert (refused.json()["error"], code(refused)) == expected
    assert redeemed(entra, portal, page).status_code == 200  # a refused request uses nothing up


def test_missing_consent_is_told_to_msal(entra: Entra, portal: Any) -> None:
    refused = redeemed(entra, portal, consented(entra, portal), scope="User.Read")
    assert refused.json()["suberror"] == "consent_required"
    assert "named 'support-portal'" in refused.json()["error_description"]


def test_a_web_application_proves_itself(entra: Entra, portal: Any) -> None:
    secret = entra.made(f"/applications/{portal['id']}/addPassword", {})["secretText"]
    page = consented(entra, portal, redirect_uri=WEB)
    assert code(redeemed(entra, portal, page, redirect_uri=WEB)) == 7000218
    assert code(redeemed(entra, portal, page, redirect_uri=WEB, client_secret="wrong")) == 7000215
    body = redeemed(entra, portal, page, redirect_uri=WEB, client_secret=secret).json()
    assert claims(body["access_token"])["appidacr"] == "1"
    form = {"grant_type": "refresh_token", "refresh_token": body["refresh_token"]}
    assert code(token(entra, portal, **form)) == 7000218
    assert token(entra, portal, **form, client_secret=secret).status_code == 200


def test_a_page_of_the_browser_redeems_across_origins(entra: Entra) -> None:
    spa = "https://mail.contoso.com"
    app = entra.made("/applications", {"displayName": "spa", "spa": {"redirectUris": [spa]}})
    page = consented(entra, app, redirect_uri=spa)
    assert code(redeemed(entra, app, page, redirect_uri=spa)) == 9002327
    form = {"grant_type": "authorization_code", "code": page.answer["code"], "redirect_uri": spa}
    body = token(entra, app, **form, code_verifier=VERIFIER, headers={"Origin": spa}).json()
    entra.tenant.clock.advance(timedelta(hours=25))
    late = {"grant_type": "refresh_token", "refresh_token": body["refresh_token"]}
    assert code(token(entra, app, **late, headers={"Origin": spa})) == 700084
    without = open_page(
        entra.http, address(entra, app, redirect_uri=spa, code_challenge="", code_challenge_method="")
    )
    assert without.sign_in().answer["error_description"].startswith("AADSTS9002325")


def refreshed(entra: Entra, app: Any, held: str, /, **form: str) -> httpx.Response:
    return token(entra, app, **({"grant_type": "refresh_token", "refresh_token": held} | form))


@pytest.fixture
def signed_in(entra: Entra, portal: Any) -> Any:
    """The answer that Adele's client got."""
    return redeemed(entra, portal, consented(entra, portal)).json()


def test_a_refresh_token_is_replaced_and_holds_on(entra: Entra, portal: Any, signed_in: Any) -> None:
    first = refreshed(entra, portal, signed_in["refresh_token"]).json()
    assert first["refresh_token"] != signed_in["refresh_token"]
    assert claims(first["access_token"])["scp"] == "IMAP.AccessAsUser.All"
    again = refreshed(entra, portal, signed_in["refresh_token"])
    assert again.status_code == 200  # as Entra: the old one is not taken back


def test_a_refresh_token_follows_the_clock(entra: Entra, portal: Any, signed_in: Any) -> None:
    entra.tenant.clock.advance(timedelta(days=89))
    newer = refreshed(entra, portal, signed_in["refresh_token"]).json()["refresh_token"]
    entra.tenant.clock.advance(timedelta(days=2))
    late = refreshed(entra, portal, signed_in["refresh_token"])
    assert (late.json()["error"], late.json()["suberror"], code(late)) == (
        "invalid_grant",
        "bad_token",
        700082,
    )
    assert refreshed(entra, portal, newer).status_code == 200


def test_a_refresh_token_is_good_for_other_resources_that_were_consented_to(
    entra: Entra, portal: Any, signed_in: Any
) -> None:
    refused = refreshed(entra, portal, signed_in["refresh_token"], scope="User.Read")
    assert code(refused) == 65001
    both = f"{IMAP} User.Read offline_access"
    page = open_page(entra.http, address(entra, portal, scope=both)).press("accept")
    body = redeemed(entra, portal, page).json()
    assert claims(body["access_token"])["aud"] == "https://outlook.office.com"
    graph = refreshed(entra, portal, body["refresh_token"], scope="User.Read").json()
    assert claims(graph["access_token"])["aud"] == GRAPH
    default = refreshed(
        entra, portal, body["refresh_token"], scope="https://outlook.office.com/.default"
    ).json()
    assert default["scope"].split() == [IMAP, "https://outlook.office.com/.default"]


def test_a_new_password_ends_refresh_tokens_and_sessions(entra: Entra, portal: Any, signed_in: Any) -> None:
    entra.tenant.clock.advance(timedelta(minutes=5))
    admin = entra.client_with("User.ReadWrite.All")
    profile = {"passwordProfile": {"password": "Correct-Horse-9"}}
    assert entra.graph("PATCH", f"/users/{ADELE}", profile, token=admin).status_code == 204
    refused = refreshed(entra, portal, signed_in["refresh_token"])
    assert (code(refused), refused.json()["suberror"]) == (50173, "bad_token")
    page = open_page(entra.http, address(entra, portal))
    assert "AADSTS50126" in page.sign_in().text
    assert "code" in page.sign_in(ADELE, "Correct-Horse-9").answer


def test_sessions_can_be_revoked(entra: Entra, portal: Any, signed_in: Any) -> None:
    entra.tenant.clock.advance(timedelta(minutes=5))
    entra.graph("POST", f"/users/{ADELE}/revokeSignInSessions", token=entra.client_with("User.ReadWrite.All"))
    assert code(refreshed(entra, portal, signed_in["refresh_token"])) == 50173
    assert "Sign in" in open_page(entra.http, address(entra, portal)).text


def test_consent_that_is_taken_back_ends_refresh_tokens(entra: Entra, portal: Any, signed_in: Any) -> None:
    for grant in entra.got("/oauth2PermissionGrants")["value"]:
        entra.graph("DELETE", f"/oauth2PermissionGrants/{grant['id']}")
    refused = refreshed(entra, portal, signed_in["refresh_token"])
    assert (refused.json()["error"], code(refused)) == ("invalid_grant", 65001)


def test_a_deleted_application_ends_refresh_tokens(entra: Entra, portal: Any, signed_in: Any) -> None:
    entra.graph("DELETE", f"/applications/{portal['id']}")
    assert code(refreshed(entra, portal, signed_in["refresh_token"])) == 700016


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"refresh_token": "nonsense"}, 9002313),
        ({"refresh_token": ""}, 900144),
        ({"client_id": THUNDERBIRD}, 70000),
        ({"client_secret": "x"}, 700025),
    ],
)
def test_refresh_tokens_that_are_refused(
    entra: Entra, portal: Any, signed_in: Any, change: dict[str, str], expected: int
) -> None:
    assert code(refreshed(entra, portal, signed_in["refresh_token"], **change)) == expected


def test_nothing_sealed_passes_for_something_else(entra: Entra, portal: Any, signed_in: Any) -> None:
    page = open_page(entra.http, address(entra, portal))
    sealed = signed_in["refresh_token"].removeprefix("1.")
    assert code(redeemed(entra, portal, page, code=sealed)) == 9002313
    assert code(refreshed(entra, portal, page.answer["code"])) == 9002313
    assert fault(entra.graph("GET", "/me", token=sealed))[0] == 401
    session = entra.http.cookies["ESTSAUTH"]
    assert code(refreshed(entra, portal, session)) == 9002313


def test_thunderbird_signs_in_over_common(entra: Entra) -> None:
    parameters = {"redirect_uri": "https://localhost", "scope": f"{IMAP} {SMTP} offline_access"}
    url = address(entra, THUNDERBIRD, "common", **parameters, login_hint=ADELE)
    page = open_page(entra.http, url).sign_in().press("accept")
    assert page.location.startswith("https://localhost?code=")
    form = {
        "grant_type": "authorization_code",
        "code": page.answer["code"],
        "redirect_uri": "https://localhost",
    }
    body = token(entra, THUNDERBIRD, place="common", **form, code_verifier=VERIFIER).json()
    assert claims(body["access_token"])["scp"] == "IMAP.AccessAsUser.All SMTP.Send"
    again = refreshed(entra, THUNDERBIRD, body["refresh_token"], place="common").json()
    assert claims(again["access_token"])["tid"] == entra.tenant.id
    assert entra.principal(THUNDERBIRD)["appOwnerOrganizationId"] != entra.tenant.id


def test_a_grant_of_another_tenant(
    entra: Entra, installation: Installation, portal: Any, signed_in: Any
) -> None:
    other = seeded(installation.add_tenant(NOBODY, ["fabrikam.example"]), entra.http)
    refused = refreshed(entra, THUNDERBIRD, signed_in["refresh_token"], place=NOBODY)
    assert code(refused) == 700005
    assert code(token(other, portal, grant_type="refresh_token", refresh_token="x")) == 9002313
    page = open_page(entra.http, address(entra, portal))
    replay = {"grant_type": "authorization_code", "code": page.answer["code"], "redirect_uri": BACK}
    assert code(token(entra, THUNDERBIRD, place=NOBODY, **replay)) == 700005


def test_a_multi_tenant_application_of_another_tenant(entra: Entra, installation: Installation) -> None:
    other = seeded(installation.add_tenant(NOBODY, ["fabrikam.example"]), entra.http)
    wanted = {"displayName": "fabrikam-mail", "signInAudience": "AzureADMultipleOrgs"}
    app = other.made(
        "/applications", wanted | {"publicClient": {"redirectUris": ["http://localhost/callback"]}}
    )
    body = redeemed(entra, app, consented(entra, app)).json()
    assert claims(body["access_token"])["tid"] == entra.tenant.id
    assert entra.principal(app["appId"])["appOwnerOrganizationId"] == NOBODY


def test_a_form_of_another_browser_is_not_believed(entra: Entra, portal: Any) -> None:
    page = open_page(entra.http, address(entra, portal)).sign_in()
    mine = dict(page.forms[0].fields)
    for form in ({"do": "accept"}, mine | {"do": "accept", "form_token": "0" * 64}):
        response = entra.http.post(address(entra, portal), data=form)
        assert response.status_code == 400
        assert "AADSTS165000" in response.text
    entra.http.cookies.clear()
    assert entra.http.post(address(entra, portal), data=mine | {"do": "accept"}).status_code == 400
    assert entra.tenant.documents("oauth2PermissionGrants").count() == 0


def test_pages_are_not_for_frames_scripts_or_caches(entra: Entra, portal: Any) -> None:
    page = open_page(entra.http, address(entra, portal))
    assert page.response.headers["X-Frame-Options"] == "DENY"
    assert "default-src 'none'" in page.response.headers["Content-Security-Policy"]
    assert page.response.headers["Cache-Control"] == "no-store, no-cache"
    assert "HttpOnly" in page.response.headers["Set-Cookie"]
    assert "script" not in page.tags


HOSTILE = '"><script>alert(1)</script>'


def test_names_on_pages_are_escaped(entra: Entra) -> None:
    uri = "http://localhost/callback"
    app = entra.made("/applications", {"displayName": HOSTILE, "publicClient": {"redirectUris": [uri]}})
    page = open_page(entra.http, address(entra, app, login_hint=HOSTILE))
    for shown in (page, page.sign_in(HOSTILE), page.sign_in()):
        assert "<script" not in shown.response.text
        assert HOSTILE in shown.text or HOSTILE in str(shown.forms[0].fields)
    refused = open_page(entra.http, address(entra, app, redirect_uri=HOSTILE))
    assert "<script" not in refused.response.text
    assert HOSTILE in refused.text


def test_a_name_and_a_password(entra: Entra, portal: Any) -> None:
    principal = entra.made("/servicePrincipals", {"appId": portal["appId"]})
    form = {"grant_type": "password", "username": ADELE, "password": PASSWORD, "scope": f"openid {IMAP}"}
    assert code(token(entra, portal, **form)) == 65001
    grant = {"clientId": principal["id"], "consentType": "AllPrincipals", "scope": "IMAP.AccessAsUser.All"}
    entra.made("/oauth2PermissionGrants", grant | {"resourceId": entra.principal(EXCHANGE)["id"]})
    body = token(entra, portal, **form).json()
    assert claims(body["access_token"])["upn"] == ADELE
    for change, expected in (
        ({"password": "wrong"}, 50126),
        ({"username": "nobody@contoso.com"}, 50034),
        ({"password": ""}, 900144),
        ({"place": "common"}, 9001023),
    ):
        assert code(token(entra, portal, **(form | change))) == expected
    assert token(entra, portal, **(form | {"place": "organizations"})).status_code == 200


def test_a_confidential_client_needs_its_secret_for_names_and_passwords(entra: Entra) -> None:
    app = entra.application()  # isFallbackPublicClient is not set
    form = {"grant_type": "password", "username": ADELE, "password": PASSWORD, "scope": IMAP}
    assert code(token(entra, app, **form)) == 7000218


def test_version_one_still_takes_a_password_and_a_resource(entra: Entra, portal: Any) -> None:
    principal = entra.made("/servicePrincipals", {"appId": portal["appId"]})
    grant = {"clientId": principal["id"], "consentType": "AllPrincipals", "scope": "IMAP.AccessAsUser.All"}
    entra.made("/oauth2PermissionGrants", grant | {"resourceId": entra.principal(EXCHANGE)["id"]})
    form = {"grant_type": "password", "username": ADELE, "password": PASSWORD, "client_id": portal["appId"]}
    url, more = (
        f"/{entra.tenant.id}/oauth2/token",
        {"resource": "https://outlook.office365.com", "scope": "openid"},
    )
    body = entra.http.post(url, data=form | more).json()
    assert (body["scope"], body["resource"]) == ("IMAP.AccessAsUser.All", "https://outlook.office365.com")
    assert body["expires_in"] == "3599"
    assert claims(body["id_token"])["ver"] == "1.0"
    renew = {
        "grant_type": "refresh_token",
        "refresh_token": body["refresh_token"],
        "client_id": portal["appId"],
    }
    assert entra.http.post(url, data=renew).status_code == 200


def test_the_home_of_a_user_name(entra: Entra) -> None:
    managed = entra.http.get(f"/common/userrealm/{ADELE}", params={"api-version": "1.0"}).json()
    assert (managed["account_type"], managed["domain_name"]) == ("Managed", "contoso.com")
    assert entra.http.get("/common/userrealm/x@elsewhere.example").json()["account_type"] == "Unknown"


@pytest.fixture
def public_client(entra: Entra, portal: Any) -> msal.PublicClientApplication:
    return msal.PublicClientApplication(
        portal["appId"],
        authority=f"{BASE}/{entra.tenant.id}",
        instance_discovery=False,
        http_client=entra.http,
    )


def test_unmodified_msal_signs_a_person_in(entra: Entra, public_client: msal.PublicClientApplication) -> None:
    flow = public_client.initiate_auth_code_flow(
        [IMAP], redirect_uri=BACK, response_mode="form_post", login_hint=ADELE
    )
    page = open_page(entra.http, flow["auth_uri"]).sign_in().press("accept")
    answer = public_client.acquire_token_by_auth_code_flow(flow, page.answer)
    assert answer["id_token_claims"]["preferred_username"] == ADELE
    [account] = public_client.get_accounts()
    assert account["username"] == ADELE
    silent = public_client.acquire_token_silent([IMAP], account=account)
    assert silent["token_source"] == "cache"
    renewed = public_client.acquire_token_silent([IMAP], account=account, force_refresh=True)
    assert renewed["token_source"] == "identity_provider"
    assert renewed["access_token"] != answer["access_token"]


def test_msal_signs_in_with_name_and_password(
    entra: Entra, public_client: msal.PublicClientApplication
) -> None:
    consented(entra, public_client.client_id)
    with pytest.warns(DeprecationWarning, match="deprecated"):
        answer = public_client.acquire_token_by_username_password(ADELE, PASSWORD, [IMAP])
    assert claims(answer["access_token"])["upn"] == ADELE
    with pytest.warns(DeprecationWarning, match="deprecated"):
        refused = public_client.acquire_token_by_username_password(ADELE, "wrong", [IMAP])
    assert refused["error_codes"] == [50126]


def test_client_info_tells_msal_who_signed_in(entra: Entra, portal: Any) -> None:
    page = consented(entra, portal, client_info="1")
    body = redeemed(entra, portal, page, client_info="1").json()
    for text in (page.answer["client_info"], body["client_info"]):
        found = urlsafe_b64decode(text + "=" * (-len(text) % 4))
        assert entra.tenant.id in found.decode()
