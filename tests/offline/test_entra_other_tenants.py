"""People, applications and grants of other tenants."""

from collections.abc import Callable, Iterable
from typing import Any

import httpx
import pytest

from offline_tenant.entra import routes
from offline_tenant.state.tenant import Installation, Tenant
from offline_tenant.web.call import Route
from tests.offline.entra_browser import ADELE, open_page
from tests.offline.entra_helper import NOBODY, Entra, seeded
from tests.offline.entra_people_helper import (
    BACK,
    IMAP,
    SMTP,
    THUNDERBIRD,
    VERIFIER,
    address,
    claims,
    code,
    consented,
    portal_of,
    redeemed,
    refreshed,
    token,
)


@pytest.fixture
def entra(tenant: Tenant, client_of: Callable[[Iterable[Route]], httpx.Client]) -> Entra:
    return seeded(tenant, client_of(routes.ROUTES))


@pytest.fixture
def portal(entra: Entra) -> Any:
    return portal_of(entra)


@pytest.fixture
def signed_in(entra: Entra, portal: Any) -> Any:
    """The answer that Adele's client got."""
    return redeemed(entra, portal, consented(entra, portal)).json()


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
