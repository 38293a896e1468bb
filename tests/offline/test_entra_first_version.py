"""The endpoints of version 1.0, where a request names a resource instead of scopes.

https://learn.microsoft.com/azure/active-directory/azuread-dev/v1-protocols-oauth-code
"""

from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlencode

import httpx
import jwt
import pytest

from offline_tenant.entra import routes
from offline_tenant.state.tenant import Tenant
from offline_tenant.web.call import Route
from tests.offline.entra_browser import Page, open_page
from tests.offline.entra_helper import BASE, EXCHANGE, Entra, seeded

BACK = "http://localhost:49152"
OUTLOOK = "https://outlook.office365.com"
RETIRED = "00000002-0000-0000-c000-000000000000"  # Azure AD Graph, the resource of who names none
IMAP_AS_USER = "195adc35-e27b-454b-a7ed-1ecdffa1c09f"


@pytest.fixture
def entra(tenant: Tenant, client_of: Callable[[Iterable[Route]], httpx.Client]) -> Entra:
    return seeded(tenant, client_of(routes.ROUTES))


@pytest.fixture
def client(entra: Entra) -> str:
    """The id of a public client that lists IMAP of Exchange."""
    listed = [{"resourceAppId": EXCHANGE, "resourceAccess": [{"id": IMAP_AS_USER, "type": "Scope"}]}]
    wanted = {"displayName": "reader", "isFallbackPublicClient": True, "requiredResourceAccess": listed}
    made = entra.made("/applications", wanted | {"publicClient": {"redirectUris": ["http://localhost"]}})
    return str(made["appId"])


def opened(entra: Entra, client: str, version: str = "", **parameters: str) -> Page:
    query = {"client_id": client, "response_type": "code", "redirect_uri": BACK} | parameters
    return open_page(entra.http, f"{BASE}/{entra.tenant.id}/oauth2{version}/authorize?{urlencode(query)}")


def token(entra: Entra, client: str, version: str = "", **form: str) -> httpx.Response:
    url = f"/{entra.tenant.id}/oauth2{version}/token"
    return entra.http.post(url, data={"client_id": client} | form)


def claims(answer: Any) -> Any:
    return jwt.decode(answer["access_token"], options={"verify_signature": False})


@pytest.mark.parametrize("named_again", [{}, {"resource": OUTLOOK}])
def test_a_code_is_for_the_resource_that_was_named(
    entra: Entra, client: str, named_again: dict[str, str]
) -> None:
    page = opened(entra, client, resource=OUTLOOK, scope="openid what-1.0-does-not-read").sign_in()
    code = page.press("accept").answer["code"]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK} | named_again
    answer = token(entra, client, **form).json()
    assert (answer["resource"], answer["scope"]) == (OUTLOOK, "IMAP.AccessAsUser.All")
    assert (claims(answer)["aud"], claims(answer)["scp"]) == (OUTLOOK, "IMAP.AccessAsUser.All")
    assert {"id_token", "refresh_token", "expires_on", "not_before"} <= answer.keys()
    assert all(isinstance(value, str) for value in answer.values())

    renewed = token(entra, client, grant_type="refresh_token", refresh_token=answer["refresh_token"])
    assert renewed.json()["resource"] == OUTLOOK


@pytest.mark.parametrize("scope", ["", "openid", "https://outlook.office.com/IMAP.AccessAsUser.All"])
def test_who_names_no_resource_means_one_that_was_retired(entra: Entra, client: str, scope: str) -> None:
    refused = opened(entra, client, scope=scope).sign_in().answer
    assert refused["error"] == "invalid_resource"
    assert refused["error_description"].startswith(
        f"AADSTS500011: The resource principal named {RETIRED} was not found"
    )


@pytest.mark.parametrize("scope", [{}, {"scope": "openid"}])
def test_version_2_takes_no_resource(entra: Entra, client: str, scope: dict[str, str]) -> None:
    given = {"resource": OUTLOOK} | scope
    text = "AADSTS901002: The 'resource' request parameter is not supported."
    on_the_way = opened(entra, client, "/v2.0", **given).answer
    assert on_the_way["error_description"].startswith(text)
    for grant in ("client_credentials", "authorization_code", "refresh_token", "password", "device_code"):
        answer = token(entra, client, "/v2.0", grant_type=grant, **given).json()
        assert answer["error_description"].startswith(text)
    url = f"/{entra.tenant.id}/oauth2/v2.0/devicecode"
    assert entra.http.post(url, data={"client_id": client} | given).json()["error_codes"] == [901002]


def test_a_device_code(entra: Entra, client: str) -> None:
    url = f"/{entra.tenant.id}/oauth2/devicecode"
    nothing = entra.http.post(url, data={"client_id": client, "scope": "openid"}).json()
    assert (nothing["error_codes"], "'resource'" in nothing["error_description"]) == ([900144], True)

    shown = entra.http.post(url, data={"client_id": client, "resource": OUTLOOK}).json()
    assert (shown["expires_in"], shown["interval"]) == ("900", "5")
    assert "verification_uri" not in shown
    page = open_page(entra.http, shown["verification_url"]).press("", otc=shown["user_code"])
    poll = {"grant_type": "device_code", "code": shown["device_code"], "resource": OUTLOOK}
    assert token(entra, client, **poll).json()["error"] == "authorization_pending"
    page.sign_in().press("accept")
    assert claims(token(entra, client, **poll).json())["aud"] == OUTLOOK


def test_a_poll_without_its_code(entra: Entra, client: str) -> None:
    answer = token(entra, client, grant_type="device_code", resource=OUTLOOK).json()
    assert (answer["error_codes"], "'code'" in answer["error_description"]) == ([900144], True)
