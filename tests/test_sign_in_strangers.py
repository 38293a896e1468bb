"""Clients that we did not write sign in to the offline tenant over TLS: MSAL, azure-identity, imaplib, Chromium."""

import imaplib
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import jwt
import msal
import pytest
from azure.identity import CertificateCredential, ClientAssertionCredential, ClientSecretCredential
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from offline_tenant import seed
from tests.offline import entra_webdriver
from tests.offline.entra_browser import ADELE, ADMIN, PASSWORD, open_page
from tests.worlds import OfflineTenant

EXCHANGE = "https://outlook.office365.com/.default"
IMAP = "https://outlook.office.com/IMAP.AccessAsUser.All"
THUNDERBIRD = "9e5f94bc-e8a4-4e73-b8be-63364c29d753"
BACK = "http://localhost:49152"
ISSUER = "https://token.actions.githubusercontent.com"
SUBJECT = "repo:contoso/mail:ref:refs/heads/main"
TIMEOUT = 20.0


@pytest.fixture
def authority(offline: OfflineTenant, monkeypatch: pytest.MonkeyPatch) -> str:
    """Where to sign in; this process trusts the tenant's certificate, as ``mailgrant offline env`` has it."""
    for name in ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.setenv(name, str(offline.home.bundle))
    return f"https://localhost:{offline.ports['https']}"


@pytest.fixture
def web(offline: OfflineTenant, authority: str) -> Iterator[httpx.Client]:
    """A browser without a screen."""
    context = ssl.create_default_context(cafile=str(offline.home.bundle))
    with httpx.Client(base_url=authority, verify=context) as client:
        yield client


def claims(token: str) -> Any:
    return jwt.decode(token, options={"verify_signature": False})


def graph(web: httpx.Client, method: str, path: str, body: Any = None) -> Any:
    """One call of Graph, as automation."""
    form = {"grant_type": "client_credentials", "scope": "https://graph.microsoft.com/.default"}
    form |= {"client_id": seed.AUTOMATION_CLIENT_ID, "client_secret": seed.AUTOMATION_SECRET}
    token = web.post(f"/{seed.TENANT_ID}/oauth2/v2.0/token", data=form).json()["access_token"]
    answer = web.request(method, f"/v1.0{path}", json=body, headers={"Authorization": f"Bearer {token}"})
    return answer.raise_for_status().json() if answer.content else None


def confidential(authority: str, client_id: str, credential: Any) -> msal.ConfidentialClientApplication:
    where = f"{authority}/{seed.TENANT_ID}"
    return msal.ConfidentialClientApplication(
        client_id, client_credential=credential, authority=where, instance_discovery=False
    )


def thunderbird(authority: str, place: str = "organizations") -> msal.PublicClientApplication:
    return msal.PublicClientApplication(
        THUNDERBIRD, authority=f"{authority}/{place}", instance_discovery=False
    )


def test_msal_signs_an_application_in_with_its_secret(authority: str) -> None:
    client = confidential(authority, seed.AUTOMATION_CLIENT_ID, seed.AUTOMATION_SECRET)
    answer = client.acquire_token_for_client([EXCHANGE])
    assert claims(answer["access_token"])["roles"] == ["Exchange.ManageAsApp"]
    assert client.acquire_token_for_client([EXCHANGE])["token_source"] == "cache"
    wrong = confidential(authority, seed.AUTOMATION_CLIENT_ID, "wrong").acquire_token_for_client([EXCHANGE])
    assert wrong["error_codes"] == [7000215]


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@cache  # made anew in another second it would be another certificate
def pem_of(key: rsa.RSAPrivateKey) -> tuple[str, str]:
    """A private key and a self-signed certificate of it."""
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "appliance")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(
        name, name, key.public_key(), 1, now - timedelta(days=1), now + timedelta(days=30)
    )
    public = builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    form = serialization.PrivateFormat.PKCS8
    private = key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
    return private.decode(), public.decode()


@pytest.fixture
def appliance(web: httpx.Client, key: rsa.RSAPrivateKey) -> str:
    """The client id of an application with a certificate, for which a workflow of GitHub may speak, too."""
    der = x509.load_pem_x509_certificate(pem_of(key)[1].encode()).public_bytes(serialization.Encoding.DER)
    credential = {
        "type": "AsymmetricX509Cert",
        "usage": "Verify",
        "key": jwt.utils.base64url_encode(der).decode(),
    }
    credential["key"] = credential["key"].replace("-", "+").replace("_", "/")
    credential["key"] += "=" * (-len(credential["key"]) % 4)
    made = graph(web, "POST", "/applications", {"displayName": "appliance", "keyCredentials": [credential]})
    graph(web, "POST", "/servicePrincipals", {"appId": made["appId"]})
    federated = {
        "name": "ci",
        "issuer": ISSUER,
        "subject": SUBJECT,
        "audiences": ["api://AzureADTokenExchange"],
    }
    graph(web, "POST", f"/applications/{made['id']}/federatedIdentityCredentials", federated)
    return str(made["appId"])


def test_msal_and_azure_identity_sign_in_with_a_certificate(
    authority: str, appliance: str, key: rsa.RSAPrivateKey
) -> None:
    private, public = pem_of(key)
    credential = {"private_key": private, "public_certificate": public}
    answer = confidential(authority, appliance, credential).acquire_token_for_client([EXCHANGE])
    assert "access_token" in answer, answer
    assert claims(answer["access_token"])["appidacr"] == "2"
    with CertificateCredential(
        seed.TENANT_ID,
        appliance,
        certificate_data=(private + public).encode(),
        authority=authority,
        disable_instance_discovery=True,
    ) as identity:
        assert claims(identity.get_token(EXCHANGE).token)["appid"] == appliance


def test_a_workflow_signs_in_with_its_assertion(
    offline: OfflineTenant, authority: str, appliance: str, key: rsa.RSAPrivateKey
) -> None:
    jwk: dict[str, Any] = jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    offline.control("POST", "issuers", {"issuer": ISSUER, "keys": [jwk]})
    now = int(datetime.now(UTC).timestamp())
    token = {"iss": ISSUER, "sub": SUBJECT, "aud": "api://AzureADTokenExchange", "nbf": now, "exp": now + 300}
    assertion = jwt.encode(token, key, "RS256", {"kid": "1"})
    client = confidential(authority, appliance, {"client_assertion": lambda: assertion})
    assert claims(client.acquire_token_for_client([EXCHANGE])["access_token"])["appid"] == appliance
    with ClientAssertionCredential(
        seed.TENANT_ID, appliance, lambda: assertion, authority=authority, disable_instance_discovery=True
    ) as identity:
        assert identity.get_token(EXCHANGE).expires_on > now


def test_azure_identity_signs_an_application_in(authority: str) -> None:
    with ClientSecretCredential(
        seed.TENANT_ID,
        seed.AUTOMATION_CLIENT_ID,
        seed.AUTOMATION_SECRET,
        authority=authority,
        disable_instance_discovery=True,
    ) as identity:
        token = identity.get_token("https://graph.microsoft.com/.default").token
    assert "Application.ReadWrite.All" in claims(token)["roles"]


def test_msal_signs_a_person_in_with_a_device_code(
    offline: OfflineTenant, authority: str, web: httpx.Client
) -> None:
    client = thunderbird(authority)
    flow = client.initiate_device_flow([IMAP])
    page = open_page(web, flow["verification_uri"]).press("", otc=flow["user_code"])
    assert "You have signed in" in page.sign_in().press("accept").text
    answer = client.acquire_token_by_device_flow(flow)
    assert claims(answer["access_token"])["scp"] == "IMAP.AccessAsUser.All"
    read_inbox(offline, answer["access_token"])


def read_inbox(offline: OfflineTenant, token: str) -> None:
    """Open Adele's mailbox as a mail client does."""
    context = ssl.create_default_context(cafile=str(offline.home.bundle))
    with imaplib.IMAP4_SSL("localhost", offline.ports["imap"], ssl_context=context, timeout=TIMEOUT) as mail:
        answer = f"user={ADELE}\x01auth=Bearer {token}\x01\x01".encode()
        assert mail.authenticate("XOAUTH2", lambda _: answer)[0] == "OK"
        assert mail.select("INBOX", readonly=True)[0] == "OK"


def test_msal_signs_a_person_in_with_a_code_and_renews_from_its_cache(
    offline: OfflineTenant, authority: str, web: httpx.Client
) -> None:
    cache = msal.SerializableTokenCache()
    client = msal.PublicClientApplication(
        THUNDERBIRD, authority=f"{authority}/organizations", instance_discovery=False, token_cache=cache
    )
    flow = client.initiate_auth_code_flow(
        [IMAP], redirect_uri=BACK, response_mode="form_post", login_hint=ADELE
    )
    page = open_page(web, flow["auth_uri"]).sign_in().press("accept")
    answer = client.acquire_token_by_auth_code_flow(flow, page.answer)
    assert answer["id_token_claims"]["preferred_username"] == ADELE
    read_inbox(offline, answer["access_token"])

    # Another process, tomorrow: nothing but the cache, and an access token that is over.
    offline.control("POST", "clock", {"advance": 7200})
    restored = msal.SerializableTokenCache()
    restored.deserialize(cache.serialize())
    later = msal.PublicClientApplication(
        THUNDERBIRD, authority=f"{authority}/organizations", instance_discovery=False, token_cache=restored
    )
    [account] = later.get_accounts(ADELE)
    renewed = later.acquire_token_silent([IMAP], account=account, force_refresh=True)
    assert renewed["token_source"] == "identity_provider"
    assert claims(renewed["access_token"])["exp"] > claims(answer["access_token"])["exp"] + 7000
    read_inbox(offline, renewed["access_token"])


def test_msals_own_web_server_gets_the_code(authority: str, web: httpx.Client) -> None:
    """``acquire_token_interactive`` opens a browser; ours is told the address instead."""
    client = thunderbird(authority)
    browsers: list[threading.Thread] = []

    def browse(url: str) -> None:
        page = open_page(web, url).sign_in().press("accept")
        [form] = page.forms
        httpx.post(form.action, data=form.fields)

    def in_background(url: str) -> None:
        browsers.append(threading.Thread(target=browse, args=(url,)))
        browsers[0].start()

    answer = client.acquire_token_interactive(
        [IMAP], login_hint=ADELE, timeout=30, auth_uri_callback=in_background
    )
    browsers[0].join()
    assert claims(answer["access_token"])["upn"] == ADELE


class Catcher(HTTPServer):
    """Where a client on this machine waits for its answer."""

    seen: dict[str, str]

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.timeout = TIMEOUT
        self.seen = {}


class _Handler(BaseHTTPRequestHandler):
    server: Catcher

    def do_GET(self) -> None:
        self.server.seen = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"done")

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.mark.skipif(bool(entra_webdriver.missing()), reason=entra_webdriver.missing())
def test_a_browser_consents_to_thunderbird(authority: str, web: httpx.Client, tmp_path: Path) -> None:
    with Catcher() as catcher, entra_webdriver.chromium(tmp_path) as browser:
        waiting = threading.Thread(target=catcher.handle_request)
        waiting.start()
        back = f"http://localhost:{catcher.server_port}"
        query = f"client_id={THUNDERBIRD}&redirect_uri={back}&state=42"
        browser.open(f"{authority}/{seed.TENANT_ID}/adminconsent?{query}")
        assert browser.sees("Offline tenant")
        browser.picture(tmp_path / "sign-in.png")
        browser.type("#login", ADMIN)
        browser.type("#passwd", PASSWORD)
        browser.press("sign-in")
        for text in ("Mozilla Thunderbird", "Send emails from mailboxes using SMTP AUTH.", "for all users"):
            assert browser.sees(text)
        browser.picture(tmp_path / "consent.png")
        browser.press("accept")
        waiting.join()
        assert browser.url.startswith(back)
    assert catcher.seen == {"admin_consent": "True", "tenant": seed.TENANT_ID, "state": "42"}
    [principal] = graph(web, "GET", f"/servicePrincipals?$filter=appId eq '{THUNDERBIRD}'")["value"]
    grants = graph(web, "GET", f"/oauth2PermissionGrants?$filter=clientId eq '{principal['id']}'")["value"]
    assert {grant["consentType"] for grant in grants} == {"AllPrincipals"}
    assert "IMAP.AccessAsUser.All POP.AccessAsUser.All SMTP.Send" in {grant["scope"] for grant in grants}
