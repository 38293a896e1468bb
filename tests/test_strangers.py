"""Programs that we did not write log in with what a stack gives them, and are refused in Exchange's own words."""

import imaplib
import json
import os
import shutil
import ssl
import subprocess
from collections.abc import Iterator
from typing import Any

import msal
import pytest

from mailgrant.errors import LoginError, SignInError
from mailgrant.facts import Host
from mailgrant.identities.identity import Identity, TokenSource
from mailgrant.login import imap
from tests.worlds import OfflineTenant, Project

pytestmark = pytest.mark.engine

MAILBOX = "invoices@contoso.com"
TIMEOUT = 20.0


@pytest.fixture
def poller(project: Project, offline: OfflineTenant, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The settings of the deployed daemon, and a process that trusts the tenant."""
    project.pulumi("up", "--yes", "--skip-preview")
    monkeypatch.setenv("SSL_CERT_FILE", str(offline.home.bundle))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(offline.home.bundle))
    outputs = json.loads(project.pulumi("stack", "output", "--json", "--show-secrets"))
    found: dict[str, Any] = outputs["clients"]["invoice-poller"]
    return found


@pytest.fixture
def token(poller: dict[str, Any]) -> str:
    """An access token, by MSAL as anybody would use it."""
    application = msal.ConfidentialClientApplication(
        poller["client_id"],
        client_credential=poller["credentials"]["poller-vm"]["value"],
        authority=poller["authority"],
        instance_discovery=False,
    )
    answer = application.acquire_token_for_client([poller["scope"]])
    assert "access_token" in answer, answer
    return str(answer["access_token"])


@pytest.fixture
def client(poller: dict[str, Any]) -> Iterator[imaplib.IMAP4_SSL]:
    server = poller["protocols"]["imap"]
    context = ssl.create_default_context()
    with imaplib.IMAP4_SSL(server["host"], server["port"], ssl_context=context, timeout=TIMEOUT) as client:
        yield client


def revoke(offline: OfflineTenant, poller: dict[str, Any]) -> None:
    offline.cmdlet(
        "Remove-MailboxPermission",
        Identity=MAILBOX,
        User=poller["service_principal_object_id"],
        AccessRights=["FullAccess"],
        Confirm=False,
    )


def curl(poller: dict[str, Any], token: str) -> subprocess.CompletedProcess[str]:
    server = poller["protocols"]["imap"]
    return subprocess.run(
        ["curl", "--silent", "--show-error", "--verbose", "--config", "-"],
        input=f'url = "imaps://{server["host"]}:{server["port"]}/INBOX;UID=1"\n'
        f'user = "{MAILBOX}"\noauth2-bearer = "{token}"\ncacert = "{os.environ["SSL_CERT_FILE"]}"\n',
        capture_output=True,
        text=True,
        check=False,
    )


def test_imaplib_logs_in_reads_and_is_refused_when_the_grant_is_gone(
    client: imaplib.IMAP4_SSL, poller: dict[str, Any], token: str, offline: OfflineTenant
) -> None:
    assert client.authenticate("XOAUTH2", lambda _: f"user={MAILBOX}\x01auth=Bearer {token}\x01\x01".encode())
    assert client.select("INBOX")[0] == "OK"
    status, [_, *_] = client.search(None, "ALL")
    assert status == "OK"

    revoke(offline, poller)
    server = poller["protocols"]["imap"]
    with imaplib.IMAP4_SSL(
        server["host"], server["port"], ssl_context=ssl.create_default_context(), timeout=TIMEOUT
    ) as again:
        assert again.authenticate(
            "XOAUTH2", lambda _: f"user={MAILBOX}\x01auth=Bearer {token}\x01\x01".encode()
        )
        with pytest.raises(imaplib.IMAP4.error, match=r"User is authenticated but not connected\."):
            again.select("INBOX")


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed here")
def test_curl_fetches_a_message_and_is_refused_when_the_grant_is_gone(
    poller: dict[str, Any], token: str, offline: OfflineTenant
) -> None:
    fetched = curl(poller, token)
    assert fetched.returncode == 0, fetched.stderr
    assert "Subject: " in fetched.stdout

    revoke(offline, poller)
    refused = curl(poller, token)
    assert refused.returncode != 0
    assert "User is authenticated but not connected." in refused.stderr


def test_every_fault_has_its_verdict(poller: dict[str, Any], token: str, offline: OfflineTenant) -> None:
    server = Host(poller["protocols"]["imap"]["host"], poller["protocols"]["imap"]["port"])
    imap.prove(server, MAILBOX, token, TIMEOUT)

    def verdict(mailbox: str = MAILBOX, bearer: str = token, at: Host = server) -> str:
        with pytest.raises(LoginError) as caught:
            imap.prove(at, mailbox, bearer, TIMEOUT)
        assert bearer not in str(caught.value)
        assert caught.value.remedy
        return caught.value.verdict

    assert verdict(mailbox="nobody@contoso.com") == "authentication-failed"
    assert verdict(bearer=token[:-8] + "AAAAAAAA") == "authentication-failed"
    assert verdict(at=Host("localhost", 1)) == "unreachable"
    revoke(offline, poller)
    assert verdict() == "not-connected"
    offline.cmdlet("Remove-ServicePrincipal", Identity=poller["service_principal_object_id"], Confirm=False)
    assert verdict() == "authentication-failed"


def test_a_wrong_secret_is_named_by_entras_code_and_never_shown(poller: dict[str, Any]) -> None:
    identity = Identity(poller["tenant_id"], poller["client_id"], "not-the-secret")

    with pytest.raises(SignInError, match="AADSTS7000215") as caught:
        TokenSource(identity, poller["authority"]).token(poller["scope"])

    assert caught.value.code == "AADSTS7000215"
    assert "not-the-secret" not in str(caught.value)
    assert "not-the-secret" not in repr(identity)


def test_verify_tells_people_what_to_do(
    project: Project, poller: dict[str, Any], offline: OfflineTenant
) -> None:
    revoke(offline, poller)

    said = project.mailgrant("verify", "--send", expect=1)

    assert "3 of 6 logins verified" in said
    assert "not-connected" in said
    assert "mailbox-closed" in said
    assert "FullAccess is missing" in " ".join(said.split())
    assert poller["credentials"]["poller-vm"]["value"] not in said
