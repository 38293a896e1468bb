"""Whatever is sent: Entra's own error, never a traceback, and a refused request changes nothing."""

from collections.abc import Callable, Iterable
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from offline_tenant.entra import routes
from offline_tenant.entra.directory.application_types import APPLICATION, SERVICE_PRINCIPAL
from offline_tenant.state.tenant import Tenant
from offline_tenant.web.call import Route
from tests.offline.entra_browser import open_page
from tests.offline.entra_helper import BASE, CLIENT_ID, GRAPH, IMAP_AS_APP, NOBODY, Entra, seeded

NAMES = [*APPLICATION.properties, *SERVICE_PRINCIPAL.properties]
NAMES += ["owners@odata.bind", "@odata.id", "passwordCredential", "keyId", "endDateTime", "startDateTime"]
NAMES += ["accountEnabled", "mailNickname", "userPrincipalName", "passwordProfile", "password", "isEnabled"]
NAMES += ["applicationRestrictions", "passwordCredentials", "restrictionType", "maxLifetime"]
NAMES += ["defaultUserRolePermissions", "permissionGrantPoliciesAssigned"]
NAMES += ["principalId", "resourceId", "appRoleId", "clientId", "consentType", "scope", "roleDefinitionId"]
TEXTS = st.sampled_from(
    ["", NOBODY, GRAPH, IMAP_AS_APP, "AzureADMyOrg", "AllPrincipals", "2027-05-01T00:00:00Z"]
)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
    max_leaves=8,
)
BODIES = st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=6)
SETTINGS = settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture
def entra(tenant: Tenant, client_of: Callable[[Iterable[Route]], httpx.Client]) -> Entra:
    return seeded(tenant, client_of(routes.ROUTES))


GLOBAL_ADMINISTRATOR = "62e90394-69f5-4237-9190-012177145e10"


def anything(entra: Entra) -> str:
    """The token of a client that may do anything; one for all examples."""
    if ("", "") not in entra.tokens:
        permissions = ("Application.ReadWrite.All", "AppRoleAssignment.ReadWrite.All")
        entra.tokens["", ""] = entra.client_with(*permissions, roles=(GLOBAL_ADMINISTRATOR,))
    return entra.tokens["", ""]


def contents(entra: Entra) -> list[Any]:
    """Everything that is kept, but for how many ids were drawn."""
    query = "SELECT kind, id, body FROM documents WHERE id != 'ids' ORDER BY sequence"
    return entra.tenant.store.execute(query).fetchall()


@SETTINGS
@given(body=BODIES)
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/applications"),
        ("PATCH", "/applications(appId='{client}')"),
        ("POST", "/applications(appId='{client}')/addPassword"),
        ("POST", "/applications(appId='{client}')/removePassword"),
        ("POST", "/applications(appId='{client}')/owners/$ref"),
        ("POST", "/servicePrincipals"),
        ("PATCH", "/servicePrincipals(appId='{client}')"),
        ("POST", "/servicePrincipals(appId='{client}')/appRoleAssignedTo"),
        ("POST", "/oauth2PermissionGrants"),
        ("POST", "/roleManagement/directory/roleAssignments"),
        ("POST", "/users"),
        ("PATCH", "/users/adele@contoso.com"),
        ("PATCH", "/policies/defaultAppManagementPolicy"),
        ("PATCH", "/policies/authorizationPolicy"),
    ],
)
def test_any_body(entra: Entra, method: str, path: str, body: Any) -> None:
    token = anything(entra)
    before = contents(entra)
    response = entra.graph(method, path.format(client=CLIENT_ID), body, token=token)
    assert response.status_code < 500 or response.status_code == 501, response.text
    if response.is_error:
        assert contents(entra) == before


@SETTINGS
@given(text=st.text(max_size=40))
@pytest.mark.parametrize("option", ["$filter", "$select", "$top", "$skiptoken", "$count"])
def test_any_query(entra: Entra, option: str, text: str) -> None:
    token = anything(entra)
    answer = entra.graph("GET", "/applications", token=token, **{option: text})
    assert answer.status_code in {200, 400, 501}, answer.text


@SETTINGS
@given(token=st.text(max_size=60, alphabet=st.characters(codec="latin-1", exclude_characters="\r\n\0")))
def test_any_bearer(entra: Entra, token: str) -> None:
    headers = {b"Authorization": b"Bearer " + token.encode("latin-1")}
    assert entra.http.get("/v1.0/applications", headers=headers).status_code == 401


@SETTINGS
@given(
    form=st.dictionaries(
        st.sampled_from(["client_id", "client_secret", "scope", "grant_type"]), st.text(max_size=30)
    )
)
def test_any_form(entra: Entra, form: dict[str, str]) -> None:
    given_form = {"grant_type": "client_credentials", "client_id": CLIENT_ID} | form
    response = entra.http.post(f"/{entra.tenant.id}/oauth2/v2.0/token", data=given_form)
    assert response.status_code in {400, 401}
    assert response.json()["error_codes"]


@pytest.mark.parametrize(
    "path",
    [
        "/{tenant}/oauth2/v2.0/token",
        "/{tenant}/oauth2/v2.0/devicecode",
        "/{tenant}/oauth2/v2.0/authorize",
        "/{tenant}/adminconsent",
        "/common/oauth2/deviceauth",
    ],
)
def test_a_form_that_is_too_long_or_none(entra: Entra, path: str) -> None:
    url, before = path.format(tenant=entra.tenant.id), contents(entra)
    assert entra.http.post(url, content=b"a=" + b"x" * 10_000_000).status_code == 413
    for body in (b"\xff\xfe", b'{"grant_type": "password"}', b"", b"%ff=%00", b"&&&==="):
        assert entra.http.post(url, content=body).status_code == 400
    assert contents(entra) == before


IMAP = "https://outlook.office.com/IMAP.AccessAsUser.All"
WORDS = st.sampled_from(
    [
        "",
        "code",
        "none",
        "login",
        "consent",
        "S256",
        "plain",
        "form_post",
        "query",
        "fragment",
        "openid",
        IMAP,
        CLIENT_ID,
        "https://localhost",
        "http://localhost",
        "9e5f94bc-e8a4-4e73-b8be-63364c29d753",
        f"openid {IMAP}",
        "adele@contoso.com",
    ]
)
PARAMETERS = st.dictionaries(
    st.sampled_from(
        [
            "client_id",
            "redirect_uri",
            "response_type",
            "response_mode",
            "scope",
            "state",
            "prompt",
            "login_hint",
            "code_challenge",
            "code_challenge_method",
            "nonce",
            "resource",
            "otc",
            "client_info",
        ]
    ),
    WORDS | st.text(max_size=50),
)


@SETTINGS
@given(parameters=PARAMETERS)
@pytest.mark.parametrize(
    "path",
    [
        "{tenant}/oauth2/v2.0/authorize",
        "common/oauth2/v2.0/authorize",
        "{tenant}/oauth2/authorize",
        "{tenant}/adminconsent",
        "common/v2.0/adminconsent",
        "common/oauth2/deviceauth",
        "{tenant}/oauth2/v2.0/logout",
    ],
)
def test_any_address_of_a_page(entra: Entra, path: str, parameters: dict[str, str]) -> None:
    before = contents(entra)
    usual = {"client_id": "9e5f94bc-e8a4-4e73-b8be-63364c29d753", "redirect_uri": "https://localhost"}
    usual |= {"response_type": "code", "scope": IMAP}
    response = entra.http.get(f"/{path.format(tenant=entra.tenant.id)}", params=usual | parameters)
    assert response.status_code in {200, 302, 400}
    assert contents(entra) == before


@SETTINGS
@given(
    form=st.dictionaries(
        st.sampled_from(["do", "login", "passwd", "everybody"]),
        st.sampled_from(["sign-in", "accept", "cancel", "another", "adele@contoso.com", ""])
        | st.text(max_size=30),
    )
)
@pytest.mark.parametrize("path", ["oauth2/v2.0/authorize", "adminconsent"])
def test_any_form_of_a_page(entra: Entra, path: str, form: dict[str, str]) -> None:
    before, client = contents(entra), "9e5f94bc-e8a4-4e73-b8be-63364c29d753"
    url = f"{BASE}/{entra.tenant.id}/{path}?client_id={client}&response_type=code&scope={IMAP}"
    page = open_page(entra.http, url)
    response = entra.http.post(url, data=page.forms[0].fields | form)
    assert response.status_code == 200  # nobody is signed in: the page again, whatever was pressed
    assert contents(entra) == before


GRANTS = ["client_credentials", "authorization_code", "refresh_token", "password", "device_code"]
GRANTS += ["urn:ietf:params:oauth:grant-type:device_code"]


@SETTINGS
@given(
    grant=st.sampled_from(GRANTS),
    place=st.sampled_from(["common", "organizations", "contoso.com"]),
    form=st.dictionaries(
        st.sampled_from(
            [
                "client_id",
                "client_secret",
                "scope",
                "code",
                "code_verifier",
                "redirect_uri",
                "refresh_token",
                "username",
                "password",
                "device_code",
                "resource",
                "client_assertion",
                "client_assertion_type",
            ]
        ),
        WORDS | st.text(max_size=40),
    ),
)
def test_any_grant(entra: Entra, grant: str, place: str, form: dict[str, str]) -> None:
    before = contents(entra)
    response = entra.http.post(f"/{place}/oauth2/v2.0/token", data=form | {"grant_type": grant})
    assert response.status_code in {400, 401}
    assert response.json()["error_codes"]
    assert contents(entra) == before


@pytest.fixture
def signed_in(entra: Entra) -> dict[str, Any]:
    """What a client of Adele's holds: an unused code, and the answer to another one."""
    client, back = "9e5f94bc-e8a4-4e73-b8be-63364c29d753", "http://localhost"
    query = f"client_id={client}&response_type=code&redirect_uri={back}&scope=openid offline_access {IMAP}"
    url = f"{BASE}/{entra.tenant.id}/oauth2/v2.0/authorize?{query}"
    used = open_page(entra.http, url).sign_in().press("accept").answer["code"]
    form = {"grant_type": "authorization_code", "client_id": client, "redirect_uri": back, "code": used}
    held: dict[str, Any] = entra.http.post(f"/{entra.tenant.id}/oauth2/v2.0/token", data=form).json()
    return held | {"code": open_page(entra.http, url).answer["code"]}


@SETTINGS
@given(data=st.data())
@pytest.mark.parametrize("kind", ["code", "refresh_token"])
def test_sealed_texts_that_were_tampered_with(
    entra: Entra, signed_in: dict[str, Any], kind: str, data: st.DataObject
) -> None:
    before, grant = contents(entra), {"code": "authorization_code"}.get(kind, kind)
    form = {
        "grant_type": grant,
        "client_id": "9e5f94bc-e8a4-4e73-b8be-63364c29d753",
        "redirect_uri": "http://localhost",
    }
    response = entra.http.post(
        "/common/oauth2/v2.0/token", data=form | {kind: tampered(signed_in[kind], data)}
    )
    assert response.status_code == 400
    assert response.json()["error_codes"][0] in {9002313, 50059, 900144}
    assert contents(entra) == before


@SETTINGS
@given(data=st.data())
def test_access_tokens_that_were_tampered_with(
    entra: Entra, signed_in: dict[str, Any], data: st.DataObject
) -> None:
    token = tampered(signed_in["access_token"], data)
    headers = {b"Authorization": b"Bearer " + token.encode()}
    assert entra.http.get("/v1.0/me", headers=headers).status_code == 401
    assert entra.http.get("/oidc/userinfo", headers=headers).status_code == 401


def tampered(text: str, data: st.DataObject) -> str:
    """Another letter at one place, one place less, or something behind; never the last letter, which says little."""
    place = data.draw(st.integers(0, len(text) - 2))
    letter = data.draw(st.sampled_from("AZaz09-_.="))
    changed = [text[:place] + letter + text[place + 1 :], text[:place] + text[place + 1 :], text[:place]]
    return next(one for one in data.draw(st.permutations(changed)) if one != text)


def test_a_redirect_uri_that_no_header_can_carry(entra: Entra) -> None:
    uri = "https://portal.contoso.com/zurück"
    made = entra.made("/applications", {"displayName": "x", "web": {"redirectUris": [uri]}})
    query = {
        "client_id": made["appId"],
        "response_type": "code",
        "prompt": "none",
        "redirect_uri": uri,
        "scope": IMAP,
    }
    response = entra.http.get(f"/{entra.tenant.id}/oauth2/v2.0/authorize", params=query)
    assert response.headers["Location"].startswith(
        "https://portal.contoso.com/zur%C3%BCck?error=login_required"
    )


@SETTINGS
@given(cookie=st.text(max_size=60, alphabet=st.characters(codec="latin-1", exclude_characters="\r\n\0")))
def test_any_cookie(entra: Entra, cookie: str) -> None:
    for text in (cookie, f"ESTSAUTH={cookie}"):
        headers = {b"Cookie": text.encode("latin-1")}
        assert entra.http.get("/devicelogin", headers=headers).status_code == 200
