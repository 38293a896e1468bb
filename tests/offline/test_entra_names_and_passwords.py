"""User name and password without a page; unmodified MSAL signs people in."""

from base64 import urlsafe_b64decode
from collections.abc import Callable, Iterable
from typing import Any

import httpx
import msal
import pytest

from offline_tenant.entra import routes
from offline_tenant.state.tenant import Tenant
from offline_tenant.web.call import Route
from tests.offline.entra_browser import ADELE, PASSWORD, open_page
from tests.offline.entra_helper import BASE, EXCHANGE, Entra, seeded
from tests.offline.entra_people_helper import BACK, IMAP, claims, code, consented, portal_of, redeemed, token


@pytest.fixture
def entra(tenant: Tenant, client_of: Callable[[Iterable[Route]], httpx.Client]) -> Entra:
    return seeded(tenant, client_of(routes.ROUTES))


@pytest.fixture
def portal(entra: Entra) -> Any:
    return portal_of(entra)


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
