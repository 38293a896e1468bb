"""Refresh tokens: replaced at each use, good for what was consented to, ended by what ends them."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from offline_tenant.entra import routes
from offline_tenant.state.tenant import Tenant
from offline_tenant.web.call import Route
from tests.offline.entra_browser import ADELE, open_page
from tests.offline.entra_helper import GRAPH, Entra, fault, seeded
from tests.offline.entra_people_helper import (
    IMAP,
    THUNDERBIRD,
    address,
    claims,
    code,
    consented,
    portal_of,
    redeemed,
    refreshed,
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
