"""A web portal that people sign in to, and the calls behind it: for every test of people who sign in."""

import hashlib
from base64 import urlsafe_b64encode
from typing import Any
from urllib.parse import urlencode

import httpx
import jwt

from tests.offline.entra_browser import Page, open_page
from tests.offline.entra_helper import BASE, Entra

IMAP = "https://outlook.office.com/IMAP.AccessAsUser.All"
SMTP = "https://outlook.office.com/SMTP.Send"
THUNDERBIRD = "9e5f94bc-e8a4-4e73-b8be-63364c29d753"
VERIFIER = "v" * 64
CHALLENGE = urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
BACK = "http://localhost:49152/callback"
WEB = "https://portal.contoso.com/signed-in"
GLOBAL_ADMINISTRATOR = "62e90394-69f5-4237-9190-012177145e10"


def portal_of(entra: Entra) -> Any:
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


def refreshed(entra: Entra, app: Any, held: str, /, **form: str) -> httpx.Response:
    return token(entra, app, **({"grant_type": "refresh_token", "refresh_token": held} | form))
