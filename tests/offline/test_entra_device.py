"""Device codes: a program shows a code, a person enters it in a browser, the program gets its tokens."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx
import jwt
import msal
import pytest

from offline_tenant.entra import routes
from offline_tenant.state.tenant import Installation, Tenant
from offline_tenant.web.call import Route
from tests.offline.entra_browser import ADELE, ADMIN, Page, open_page
from tests.offline.entra_helper import BASE, NOBODY, Entra, seeded

IMAP = "https://outlook.office.com/IMAP.AccessAsUser.All"
THUNDERBIRD = "9e5f94bc-e8a4-4e73-b8be-63364c29d753"
GRANT = "urn:ietf:params:oauth:grant-type:device_code"


@pytest.fixture
def entra(tenant: Tenant, client_of: Callable[[Iterable[Route]], httpx.Client]) -> Entra:
    return seeded(tenant, client_of(routes.ROUTES))


@pytest.fixture
def app_id(entra: Entra) -> str:
    """A program without a browser."""
    made = entra.made("/applications", {"displayName": "printer", "isFallbackPublicClient": True})
    return str(made["appId"])


def asked(entra: Entra, app_id: str, place: str = "", **form: str) -> httpx.Response:
    usual = {"client_id": app_id, "scope": f"openid profile offline_access {IMAP}"} | form
    return entra.http.post(f"/{place or entra.tenant.id}/oauth2/v2.0/devicecode", data=usual)


def polled(entra: Entra, app_id: str, device_code: str, place: str = "") -> httpx.Response:
    form = {"grant_type": GRANT, "client_id": app_id, "device_code": device_code}
    return entra.http.post(f"/{place or entra.tenant.id}/oauth2/v2.0/token", data=form)


def fault_of(response: httpx.Response) -> tuple[str, int]:
    [code] = response.json()["error_codes"]
    return response.json()["error"], int(code)


def entered(entra: Entra, flow: Any) -> Page:
    """The person opens the page and enters the code."""
    page = open_page(entra.http, flow["verification_uri"])
    assert "Enter the code displayed on your app or device." in page.text
    return page.press("", otc=flow["user_code"].lower())


def test_a_person_lets_a_program_in(entra: Entra, app_id: str) -> None:
    flow = asked(entra, app_id).json()
    assert flow["verification_uri"] == f"{BASE}/devicelogin"
    assert flow["user_code"] in flow["message"]
    assert (flow["expires_in"], flow["interval"]) == (900, 5)
    assert fault_of(polled(entra, app_id, flow["device_code"])) == ("authorization_pending", 70016)
    page = entered(entra, flow).sign_in()
    assert "Are you trying to sign in to printer?" in page.text
    assert "Read and write access to your mail via IMAP." in page.text
    assert fault_of(polled(entra, app_id, flow["device_code"])) == ("authorization_pending", 70016)
    assert "You have signed in to printer" in page.press("accept").text
    body = polled(entra, app_id, flow["device_code"]).json()
    claims = jwt.decode(body["access_token"], options={"verify_signature": False})
    assert (claims["upn"], claims["scp"]) == (ADELE, "IMAP.AccessAsUser.All")
    assert {"refresh_token", "id_token"} <= body.keys()
    # Once only.
    assert fault_of(polled(entra, app_id, flow["device_code"])) == ("bad_verification_code", 70018)
    assert "That code didn't work." in entered(entra, flow).text


def test_a_person_refuses(entra: Entra, app_id: str) -> None:
    flow = asked(entra, app_id).json()
    assert "cancelled" in entered(entra, flow).sign_in().press("cancel").text
    assert fault_of(polled(entra, app_id, flow["device_code"])) == ("authorization_declined", 65004)


def test_a_code_that_nobody_entered_in_time(entra: Entra, app_id: str) -> None:
    flow = asked(entra, app_id).json()
    entra.tenant.clock.advance(timedelta(minutes=15))
    assert fault_of(polled(entra, app_id, flow["device_code"])) == ("expired_token", 70020)
    assert "That code didn't work." in entered(entra, flow).text


def test_old_codes_are_swept_away(entra: Entra, app_id: str) -> None:
    for _ in range(3):
        asked(entra, app_id)
    entra.tenant.clock.advance(timedelta(hours=1))
    asked(entra, app_id)
    assert entra.tenant.store.collection("", "deviceCodes").count() == 1


def test_codes_are_kept_as_hashes(entra: Entra, app_id: str) -> None:
    flow = asked(entra, app_id).json()
    assert flow["device_code"] not in str(entra.tenant.store.collection("", "deviceCodes").all())


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"client_id": ""}, ("invalid_request", 900144)),
        ({"scope": ""}, ("invalid_request", 900144)),
        ({"client_id": NOBODY}, ("unauthorized_client", 700016)),
        ({"scope": "Telepathy"}, ("invalid_scope", 70011)),
        ({"place": "common"}, ("invalid_request", 50194)),
        ({"place": "nowhere.example"}, ("invalid_request", 90002)),
    ],
)
def test_requests_that_are_refused(
    entra: Entra, app_id: str, change: dict[str, str], expected: tuple[str, int]
) -> None:
    assert fault_of(asked(entra, **({"app_id": app_id} | change))) == expected


def test_polls_that_are_refused(entra: Entra, app_id: str) -> None:
    flow = asked(entra, app_id).json()
    confidential = entra.application("confidential")["appId"]
    assert fault_of(polled(entra, app_id, "nonsense")) == ("bad_verification_code", 70018)
    assert fault_of(polled(entra, app_id, "")) == ("invalid_request", 900144)
    assert fault_of(polled(entra, THUNDERBIRD, flow["device_code"])) == ("invalid_grant", 70000)
    assert fault_of(polled(entra, confidential, flow["device_code"])) == ("invalid_client", 7000218)


def test_only_an_administrator_can_let_some_programs_in(entra: Entra, app_id: str) -> None:
    flow = asked(entra, app_id, scope="Directory.Read.All").json()
    page = entered(entra, flow).sign_in()
    assert "Need admin approval" in page.text
    page = page.press("another").sign_in(ADMIN).press("accept")
    assert "You have signed in" in page.text
    assert polled(entra, app_id, flow["device_code"]).status_code == 200


def test_another_browser_cannot_answer(entra: Entra, app_id: str) -> None:
    flow = asked(entra, app_id).json()
    page = entered(entra, flow).sign_in()
    entra.http.cookies.clear()
    assert "AADSTS165000" in page.press("accept").text
    assert fault_of(polled(entra, app_id, flow["device_code"])) == ("authorization_pending", 70016)


def test_over_common_the_person_tells_the_tenant(entra: Entra, installation: Installation) -> None:
    other = seeded(installation.add_tenant(NOBODY, ["fabrikam.example"]), entra.http)
    flow = asked(other, THUNDERBIRD, "common").json()
    assert fault_of(polled(other, THUNDERBIRD, flow["device_code"], "common")) == (
        "authorization_pending",
        70016,
    )
    assert "signed in" in entered(other, flow).sign_in("adele@fabrikam.example").press("accept").text
    assert fault_of(polled(entra, THUNDERBIRD, flow["device_code"])) == ("invalid_grant", 700005)
    body = polled(other, THUNDERBIRD, flow["device_code"], "common").json()
    assert jwt.decode(body["access_token"], options={"verify_signature": False})["tid"] == NOBODY


@pytest.mark.parametrize("place", ["", "organizations"])
def test_unmodified_msal_signs_a_device_in(entra: Entra, place: str) -> None:
    app_id = THUNDERBIRD
    client = msal.PublicClientApplication(
        app_id,
        authority=f"{BASE}/{place or entra.tenant.id}",
        instance_discovery=False,
        http_client=entra.http,
    )
    flow = client.initiate_device_flow(scopes=[IMAP])
    entered(entra, flow).sign_in().press("accept")
    answer = client.acquire_token_by_device_flow(flow)
    assert answer["id_token_claims"]["preferred_username"] == ADELE
    [account] = client.get_accounts()
    assert client.acquire_token_silent([IMAP], account=account)["token_source"] == "cache"


def test_the_page_leads_nowhere_else(entra: Entra, app_id: str) -> None:
    flow = asked(entra, app_id).json()
    page = entered(entra, flow)
    assert urlsplit(str(page.response.url)).netloc == "localhost"
    assert flow["user_code"].casefold() in str(page.response.url).casefold()
