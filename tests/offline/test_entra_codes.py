"""Authorization codes: good once, for ten minutes, for who asked for them."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from offline_tenant.entra import routes
from offline_tenant.state.tenant import Tenant
from offline_tenant.web.call import Route
from tests.offline.entra_browser import open_page
from tests.offline.entra_helper import NOBODY, Entra, seeded
from tests.offline.entra_people_helper import (
    IMAP,
    THUNDERBIRD,
    VERIFIER,
    WEB,
    address,
    claims,
    code,
    consented,
    portal_of,
    redeemed,
    token,
)


@pytest.fixture
def entra(tenant: Tenant, client_of: Callable[[Iterable[Route]], httpx.Client]) -> Entra:
    return seeded(tenant, client_of(routes.ROUTES))


@pytest.fixture
def portal(entra: Entra) -> Any:
    return portal_of(entra)


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
