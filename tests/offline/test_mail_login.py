"""Logging in over IMAP: every answer of Exchange, each for its real cause."""

import base64
import imaplib
import subprocess
from collections.abc import Callable
from datetime import timedelta
from shutil import which
from typing import Any

import jwt
import pytest

from offline_tenant.mail import limits
from offline_tenant.state.tenant import Installation
from tests.offline.mail_helper import MAILBOX, SID, MailServer, xoauth2

CAPABILITY = b"* CAPABILITY IMAP4 IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2 SASL-IR UIDPLUS ID UNSELECT CHILDREN IDLE NAMESPACE LITERAL+"
FAILED = b"a NO AUTHENTICATE failed."
COMPLETED = b"a OK AUTHENTICATE completed."
NOT_CONNECTED = b"b BAD User is authenticated but not connected."
OTHER = "bbbbbbbb-0000-4000-8000-00000000000f"

# What must be done to the tenant or to the token for a login to be refused.
Cause = tuple[Callable[[MailServer], None] | None, dict[str, Any]]
REFUSALS: dict[str, Cause] = {
    "no Exchange service principal": (MailServer.remove_principal, {}),
    "principal with the registration's object id": (MailServer.point_principal_at_registration, {}),
    "token of another enterprise application": (None, {"oid": OTHER}),
    "no role at all": (None, {"roles": None}),
    "role of another protocol": (None, {"roles": ["POP.AccessAsApp", "SMTP.SendAsApp"]}),
    "role of another interface": (None, {"roles": ["full_access_as_app"]}),
    "audience Microsoft Graph": (None, {"aud": "https://graph.microsoft.com"}),
    "expired token": (None, {"exp": 1_700_000_000, "nbf": 1_699_996_400}),
    "token of another tenant": (None, {"tid": OTHER}),
    "issuer of another tenant": (None, {"iss": f"https://sts.windows.net/{OTHER}/"}),
    "delegated scope of another protocol": (
        None,
        {"idtyp": "user", "roles": None, "scp": "POP.AccessAsUser.All"},
    ),
}
DISCONNECTIONS: dict[str, Callable[[MailServer], None]] = {
    "IMAP is off for the mailbox": lambda server: server.change_mailbox(ImapEnabled=False),
    "FullAccess is missing": MailServer.revoke,
    "only another right is granted": lambda server: server.grant(SID, "ReadPermission"),
}


def test_greets_as_exchange(mail: MailServer) -> None:
    with mail.wire() as wire:
        words, _, server = wire.line().partition(b" [")
        assert words == b"* OK The Microsoft Exchange IMAP4 service is ready."
        assert base64.b64decode(server.removesuffix(b"]")).decode("utf-16-le").endswith(".PROD.OUTLOOK.COM")


def test_says_what_it_can(mail: MailServer) -> None:
    with mail.wire() as wire:
        wire.line()
        assert wire.ask(b"a", b"capability") == [CAPABILITY, b"a OK CAPABILITY completed."]


@pytest.mark.parametrize("cause", REFUSALS)
def test_refuses(mail: MailServer, cause: str) -> None:
    prepare, claims = REFUSALS[cause]
    if prepare:
        prepare(mail)
    with mail.wire() as wire:
        wire.line()
        assert wire.ask(b"a", b"AUTHENTICATE XOAUTH2 " + mail.response(**claims)) == [FAILED]
        assert wire.ask(b"b", b"SELECT INBOX") == [b"b BAD Command received in Invalid state."]
    assert mail.ledger.stats()["logins"] == {"imap failed": 1}


@pytest.mark.parametrize("cause", DISCONNECTIONS)
def test_authenticates_without_a_mailbox(mail: MailServer, cause: str) -> None:
    DISCONNECTIONS[cause](mail)
    with mail.wire() as wire:
        wire.line()
        assert wire.ask(b"a", b"AUTHENTICATE XOAUTH2 " + mail.response()) == [COMPLETED]
        assert wire.ask(b"b", b"SELECT INBOX") == [NOT_CONNECTED]
        assert wire.ask(b"c", b"CAPABILITY") == [CAPABILITY, b"c OK CAPABILITY completed."]
        assert wire.ask(b"d", b"NOOP") == [NOT_CONNECTED.replace(b"b ", b"d ", 1)]
        assert wire.ask(b"e", b'LIST "" *') == [NOT_CONNECTED.replace(b"b ", b"e ", 1)]
        assert wire.line() == b"* BYE Connection closed. 14"
        assert wire.closed()
    assert mail.ledger.stats()["logins"] == {"imap not connected": 1}


def test_refuses_an_address_that_no_mailbox_has(mail: MailServer) -> None:
    with mail.wire() as wire:
        wire.line()
        assert wire.ask(b"a", b"AUTHENTICATE XOAUTH2 " + mail.response("nobody@contoso.com")) == [FAILED]


def test_refuses_a_forged_token(mail: MailServer) -> None:
    claims = jwt.decode(mail.token(), options={"verify_signature": False})
    forged = jwt.encode(claims, "a secret of 32 bytes or even more", "HS256")
    with mail.wire() as wire:
        wire.line()
        response = base64.b64encode(xoauth2(MAILBOX, forged))
        assert wire.ask(b"a", b"AUTHENTICATE XOAUTH2 " + response) == [FAILED]


def test_a_token_ends_by_the_tenants_clock(mail: MailServer) -> None:
    early = mail.response()
    mail.do(lambda: mail.tenant.clock.advance(timedelta(hours=2)))
    with mail.wire() as wire:
        wire.line()
        assert wire.ask(b"a", b"AUTHENTICATE XOAUTH2 " + early) == [FAILED]


def test_imaplib_logs_in_in_two_steps(mail: MailServer) -> None:
    with mail.logged_in() as client:
        assert client.select() == ("OK", [b"2"])
    assert mail.ledger.stats()["logins"] == {"imap ok": 1}


def test_logs_in_with_the_first_response_in_the_command(mail: MailServer) -> None:
    with mail.wire() as wire:
        wire.line()
        assert wire.ask(b"a", b"authenticate xoauth2 " + mail.response("Rechnungen@Contoso.com")) == [
            COMPLETED
        ]
        assert wire.ask(b"b", b"NOOP") == [b"b OK NOOP completed."]
        assert wire.ask(b"c", b"AUTHENTICATE XOAUTH2 eA==") == [b"c BAD Command received in Invalid state."]


def test_basic_authentication_is_gone(mail: MailServer) -> None:
    with mail.imap() as client, pytest.raises(imaplib.IMAP4.error, match=r"LOGIN failed\."):
        client.login(MAILBOX, "a password")
    with mail.wire() as wire:
        wire.line()
        assert wire.ask(b"a", b"AUTHENTICATE PLAIN AGEAYg==") == [FAILED]
    assert mail.ledger.stats()["logins"] == {"imap failed": 2}


@pytest.mark.parametrize(
    "response",
    [
        b"no*base64",
        b"eA=",
        base64.b64encode(b"user=invoices@contoso.com"),
        base64.b64encode(base64.b64encode(xoauth2(MAILBOX, "t"))),
        base64.b64encode(b"user=\xff\xfe\x01auth=Bearer x\x01\x01"),
    ],
)
def test_a_malformed_response_is_a_bad_argument(mail: MailServer, response: bytes) -> None:
    with mail.wire() as wire:
        wire.line()
        assert wire.ask(b"a", b"AUTHENTICATE XOAUTH2 " + response) == [b"a BAD Command Argument Error. 11"]
        wire.send(b"b AUTHENTICATE XOAUTH2\r\n")
        assert wire.line() == b"+ "
        wire.send(response + b"\r\n")
        assert wire.line() == b"b BAD Command Argument Error. 11"
        assert wire.ask(b"c", b"AUTHENTICATE XOAUTH2 " + mail.response()) == [b"c OK AUTHENTICATE completed."]


def test_a_token_that_is_none_is_refused(mail: MailServer) -> None:
    with mail.wire() as wire:
        wire.line()
        response = base64.b64encode(xoauth2(MAILBOX, "not.a.token"))
        assert wire.ask(b"a", b"AUTHENTICATE XOAUTH2 " + response) == [FAILED]


def test_a_client_can_give_up(mail: MailServer) -> None:
    with mail.wire() as wire:
        wire.line()
        wire.send(b"a AUTHENTICATE XOAUTH2\r\n")
        assert wire.line() == b"+ "
        wire.send(b"*\r\n")
        assert wire.line() == b"a BAD Command Argument Error. 11"


def test_a_revoked_grant_counts_from_the_next_login(mail: MailServer) -> None:
    with mail.logged_in() as before:
        mail.revoke()
        assert before.select()[0] == "OK"
        with mail.logged_in() as after, pytest.raises(imaplib.IMAP4.error, match="not connected"):
            after.select()


def test_a_person_opens_the_own_mailbox_and_those_of_others_by_full_access(mail: MailServer) -> None:
    adele = mail.do(lambda: mail.tenant.documents("mailboxes").find("Name", "adele")[0])
    claims = {"idtyp": "user", "roles": None, "scp": "IMAP.AccessAsUser.All User.Read"}
    claims |= {"oid": adele["ExternalDirectoryObjectId"], "upn": "adele@contoso.com"}

    def answer(user: str) -> bytes:
        with mail.wire() as wire:
            wire.line()
            assert wire.ask(b"a", b"AUTHENTICATE XOAUTH2 " + mail.response(user, **claims)) == [COMPLETED]
            return wire.ask(b"b", b"SELECT INBOX")[-1]

    assert answer("adele@contoso.com") == b"b OK [READ-WRITE] SELECT completed."
    assert answer(MAILBOX) == NOT_CONNECTED
    mail.grant(adele["Sid"])
    assert answer(MAILBOX) == b"b OK [READ-WRITE] SELECT completed."


def test_the_log_says_why_and_shows_no_token(mail: MailServer) -> None:
    mail.revoke()
    with mail.logged_in():
        pass
    [entry] = [entry for entry in mail.ledger.log() if entry["call"] == "login"]
    assert (entry["mailbox"], entry["outcome"]) == (MAILBOX, "not connected")
    assert entry["reason"] == "the principal has no FullAccess to the mailbox"
    assert mail.token().partition(".")[0] not in str(mail.ledger.log())


@pytest.mark.skipif(which("curl") is None, reason="curl is not installed")
def test_curl_fetches_a_message_with_a_bearer_token(mail: MailServer) -> None:
    url = f"imaps://127.0.0.1:{mail.ports['imap']}/INBOX;UID=1"
    command = ["curl", "-sS", "--cacert", str(mail.certificate.authority), "--user", f"{MAILBOX}:"]
    command += ["--oauth2-bearer", mail.token(), url]
    fetched = subprocess.run(command, check=True, capture_output=True, timeout=30).stdout
    assert fetched.startswith(b"From: accounts@fabrikam.com\r\n")
    mail.remove_principal()
    refused = subprocess.run(command, check=False, capture_output=True, timeout=30)
    assert refused.returncode == 67  # curl's CURLE_LOGIN_DENIED


def test_many_log_in_at_once(mail: MailServer, installation: Installation) -> None:
    mail.do(lambda: limits.change(installation, {"imapConnections": "unlimited"}))
    clients = [mail.logged_in() for _ in range(50)]
    assert all(client.select() == ("OK", [b"2"]) for client in clients)
    for client in clients:
        client.logout()
    assert mail.ledger.stats()["logins"] == {"imap ok": 50}
