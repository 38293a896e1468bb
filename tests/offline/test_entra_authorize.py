"""Where people are sent to: what the client is told, what only the person is told, prompts, pages."""

from collections.abc import Callable, Iterable
from typing import Any

import httpx
import pytest

from offline_tenant.entra import routes
from offline_tenant.state.tenant import Tenant
from offline_tenant.web.call import Route
from tests.offline.entra_browser import ADELE, open_page
from tests.offline.entra_helper import BASE, NOBODY, Entra, seeded
from tests.offline.entra_people_helper import BACK, WEB, address, consented, portal_of, redeemed

HOSTILE = '"><script>alert(1)</script>'


@pytest.fixture
def entra(tenant: Tenant, client_of: Callable[[Iterable[Route]], httpx.Client]) -> Entra:
    return seeded(tenant, client_of(routes.ROUTES))


@pytest.fixture
def portal(entra: Entra) -> Any:
    return portal_of(entra)


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
