"""emailproxy, which gives old programs OAuth, stands between them and the tenant: IMAP, POP and SMTP with a password."""

import imaplib
import poplib
import smtplib
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from offline_tenant import seed
from tests.bridges import free_ports, needs_the_bridge, running
from tests.worlds import OfflineTenant

MAILBOX = "invoices@contoso.com"
PASSWORD = "an app password that only the proxy knows"
LETTER = b"From: invoices@contoso.com\r\nTo: adele@contoso.com\r\nSubject: By proxy\r\n\r\nText.\r\n"
EXCHANGE = "00000002-0000-0ff1-ce00-000000000000"
ROLES = ("IMAP.AccessAsApp", "POP.AccessAsApp", "SMTP.SendAsApp")


@pytest.fixture
def trust(offline: OfflineTenant) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(offline.home.bundle))


@pytest.fixture
def application(offline: OfflineTenant, trust: ssl.SSLContext) -> dict[str, str]:
    """A daemon client with everything that it needs, made by an administrator with nothing but Graph and cmdlets."""
    with httpx.Client(base_url=f"https://localhost:{offline.ports['https']}", verify=trust) as web:
        web.headers["Authorization"] = f"Bearer {admin_token(web)}"

        def graph(path: str, body: dict[str, Any]) -> dict[str, Any]:
            made: dict[str, Any] = web.post(f"/v1.0/{path}", json=body).raise_for_status().json()
            return made

        registration = graph("applications", {"displayName": "Old program"})
        principal = graph("servicePrincipals", {"appId": registration["appId"]})
        secret = graph(f"applications/{registration['id']}/addPassword", {"passwordCredential": {}})[
            "secretText"
        ]
        found = web.get(f"/v1.0/servicePrincipals(appId='{EXCHANGE}')").raise_for_status().json()
        for role in found["appRoles"]:
            if role["value"] in ROLES:
                body = {"principalId": principal["id"], "resourceId": found["id"], "appRoleId": role["id"]}
                graph(f"servicePrincipals/{principal['id']}/appRoleAssignments", body)
    ids = {"AppId": registration["appId"], "ObjectId": principal["id"]}
    offline.cmdlet("New-ServicePrincipal", DisplayName="Old program", **ids)
    offline.cmdlet(
        "Add-MailboxPermission",
        Identity=MAILBOX,
        User=principal["id"],
        AccessRights=["FullAccess"],
        Confirm=False,
    )
    offline.cmdlet("Set-TransportConfig", SmtpClientAuthenticationDisabled=False)
    return {"client_id": registration["appId"], "client_secret": secret}


def admin_token(web: httpx.Client) -> str:
    form = {
        "grant_type": "client_credentials",
        "client_id": seed.AUTOMATION_CLIENT_ID,
        "client_secret": seed.AUTOMATION_SECRET,
        "scope": f"https://localhost:{web.base_url.port}/.default",
    }
    answer = web.post(f"/{seed.TENANT_ID}/oauth2/v2.0/token", data=form).raise_for_status().json()
    return str(answer["access_token"])


def configuration(offline: OfflineTenant, application: dict[str, str], ports: dict[str, int]) -> str:
    sections = [
        f"[{service.upper()}-{port}]\nserver_address = localhost\nserver_port = {offline.ports[service]}\n"
        f"local_address = 127.0.0.1\n" + ("server_starttls = True\n" if service == "smtp" else "")
        for service, port in ports.items()
    ]
    token_url = f"https://localhost:{offline.ports['https']}/{seed.TENANT_ID}/oauth2/v2.0/token"
    account = (
        f"[{MAILBOX}]\ntoken_url = {token_url}\noauth2_scope = https://outlook.office365.com/.default\n"
        "oauth2_flow = client_credentials\nredirect_uri = http://localhost\n"
        f"client_id = {application['client_id']}\nclient_secret = {application['client_secret']}\n"
    )
    return "\n".join([*sections, account])


@pytest.fixture
def proxy(offline: OfflineTenant, application: dict[str, str], tmp_path: Path) -> Iterator[dict[str, int]]:
    """A running emailproxy; gives its ports."""
    ports = free_ports()
    settings = tmp_path / "emailproxy.config"
    settings.write_text(configuration(offline, application, ports))
    with running(settings, offline.environment):
        yield ports


@needs_the_bridge
def test_old_programs_read_and_send_by_proxy(offline: OfflineTenant, proxy: dict[str, int]) -> None:
    with smtplib.SMTP("127.0.0.1", proxy["smtp"], timeout=30) as sender:
        sender.login(MAILBOX, PASSWORD)
        assert sender.sendmail(MAILBOX, [MAILBOX, "adele@contoso.com"], LETTER) == {}
    with imaplib.IMAP4("127.0.0.1", proxy["imap"], timeout=30) as reader:
        reader.login(MAILBOX, PASSWORD)
        reader.select()
        assert reader.search(None, "SUBJECT", '"By proxy"')[1] != [b""]
    pop = poplib.POP3("127.0.0.1", proxy["pop"], timeout=30)
    pop.user(MAILBOX)
    pop.pass_(PASSWORD)
    assert b"Subject: By proxy" in pop.retr(pop.stat()[0])[1]
    pop.quit()
    assert offline.stats()["logins"] == {"smtp ok": 1, "imap ok": 1, "pop ok": 1}
