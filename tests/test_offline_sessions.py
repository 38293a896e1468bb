"""IMAP sessions that outlive the state they are about: the tenant is reset, or goes back, while somebody reads mail."""

import imaplib
import ssl
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from offline_tenant import seed
from tests.worlds import OfflineTenant

ADELE = "adele@contoso.com"
Change = Callable[[OfflineTenant], Any]
CHANGES: dict[str, Change] = {
    "reset": lambda offline: offline.control("POST", "reset"),
    "seed": lambda offline: offline.control("POST", "seed", {"seed": 7}),
    "restore": lambda offline: offline.control("POST", "restore", {"name": "before"}),
}


def trust(offline: OfflineTenant) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(offline.home.bundle))


@pytest.fixture
def token(offline: OfflineTenant) -> str:
    """Adele's, for a client that an administrator consented to."""
    wanted = {"displayName": "reader", "isFallbackPublicClient": True}
    app = offline.graph("POST", "/v1.0/applications", wanted)["appId"]
    client = offline.graph("POST", "/v1.0/servicePrincipals", {"appId": app})["id"]
    query = "$filter=appId eq '00000002-0000-0ff1-ce00-000000000000'"
    [exchange] = offline.graph("GET", f"/v1.0/servicePrincipals?{query}")["value"]
    grant = {"clientId": client, "resourceId": exchange["id"], "consentType": "AllPrincipals"}
    offline.graph("POST", "/v1.0/oauth2PermissionGrants", grant | {"scope": "IMAP.AccessAsUser.All"})
    form = {"grant_type": "password", "client_id": app, "username": ADELE, "password": "Contoso-Offline-1"}
    form |= {"scope": "https://outlook.office.com/IMAP.AccessAsUser.All"}
    url = f"https://localhost:{offline.ports['https']}/{seed.TENANT_ID}/oauth2/v2.0/token"
    answer = httpx.post(url, data=form, verify=trust(offline)).raise_for_status()
    offline.control("POST", "snapshots", {"name": "before"})
    return str(answer.json()["access_token"])


def connected(offline: OfflineTenant) -> imaplib.IMAP4_SSL:
    return imaplib.IMAP4_SSL("localhost", offline.ports["imap"], ssl_context=trust(offline), timeout=30)


def log_in(client: imaplib.IMAP4_SSL, token: str) -> None:
    client.authenticate("XOAUTH2", lambda _: f"user={ADELE}\x01auth=Bearer {token}\x01\x01".encode())


def quiet(offline: OfflineTenant) -> bool:
    return "Traceback" not in (offline.home.root / "log.txt").read_text()


@pytest.mark.parametrize("change", CHANGES)
def test_the_next_command_is_refused_and_the_session_ends(
    offline: OfflineTenant, token: str, change: str
) -> None:
    client = connected(offline)
    log_in(client, token)
    assert client.append("INBOX", "", "", b"Subject: mine\r\n\r\nx\r\n")[0] == "OK"
    assert client.select("INBOX")[0] == "OK"
    CHANGES[change](offline)

    assert client.fetch("1", "(BODY[])")[0] == "NO"
    with pytest.raises(imaplib.IMAP4.abort):
        client.noop()
    client.shutdown()
    assert quiet(offline)


@pytest.mark.parametrize("change", CHANGES)
def test_who_idles_hears_of_it(offline: OfflineTenant, token: str, change: str) -> None:
    client = connected(offline)
    log_in(client, token)
    client.select("INBOX")
    client.send(b"z IDLE\r\n")
    assert client.readline().startswith(b"+ ")
    CHANGES[change](offline)

    assert client.readline().startswith(b"* BYE ")
    assert client.readline() == b""
    client.shutdown()
    assert quiet(offline)


def test_who_has_not_logged_in_yet_meets_the_new_state(offline: OfflineTenant, token: str) -> None:
    early, late = connected(offline), connected(offline)
    offline.control("POST", "restore", {"name": "before"})
    log_in(early, token)
    assert early.select("INBOX")[0] == "OK"
    early.logout()

    offline.control("POST", "reset")  # with other keys
    with pytest.raises(imaplib.IMAP4.error, match="AUTHENTICATE failed"):
        log_in(late, token)
    late.shutdown()
    assert quiet(offline)
