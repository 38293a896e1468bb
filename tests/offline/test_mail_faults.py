"""Each answer of Exchange's mail servers for its real cause; and those of SMTP that need no login."""

import base64
import socket
from typing import Any

import pytest

from offline_tenant.exchange.access import mailbox_of
from tests.offline.mail_faults import ADELE, IMAP, POP, SMTP, SMTP_OK, TENANT_OFF, UNSUCCESSFUL, Row
from tests.offline.mail_helper import HOST, MAILBOX, MailServer, Wire

MARK = "[LO2P265CA0001.GBRP265.PROD.OUTLOOK.COM 20"


def arranged(mail: MailServer, row: Row) -> bytes:
    """The tenant as the row has it; gives the client's response."""
    for arrange in row.arrange:
        arrange(mail)
    person = _person(mail, row.person) if row.person else {}
    return mail.response(row.user, **(person | dict(row.claims)))


def _person(mail: MailServer, address: str) -> dict[str, Any]:
    mailbox = mail.do(lambda: mailbox_of(mail.tenant, address))
    assert mailbox
    claims = {"idtyp": "user", "roles": None, "scp": "IMAP.AccessAsUser.All POP.AccessAsUser.All SMTP.Send"}
    return claims | {"oid": mailbox["ExternalDirectoryObjectId"], "upn": address}


@pytest.mark.parametrize("row", IMAP, ids=lambda row: row.cause)
def test_imap(mail: MailServer, row: Row) -> None:
    response = arranged(mail, row)
    with mail.wire() as wire:
        wire.line()
        assert wire.ask(b"a", b"AUTHENTICATE XOAUTH2 " + response) == [row.login.encode()]
        if row.after:
            assert wire.ask(b"b", b"SELECT INBOX")[-1] == row.after.encode()


@pytest.mark.parametrize("row", POP, ids=lambda row: row.cause)
def test_pop(mail: MailServer, row: Row) -> None:
    response = arranged(mail, row)
    with mail.wire("pop") as wire:
        wire.line()
        wire.send(b"AUTH XOAUTH2\r\n")
        assert wire.line() == b"+ "
        wire.send(response + b"\r\n")
        assert wire.line() == row.login.encode()
        if row.after:
            wire.send(b"STAT\r\n")
            assert wire.line().startswith(row.after.encode())


@pytest.mark.parametrize("steps", [1, 2], ids=["one step", "two steps"])
@pytest.mark.parametrize("row", SMTP, ids=lambda row: row.cause)
def test_smtp(mail: MailServer, row: Row, steps: int) -> None:
    response = arranged(mail, row)
    with mail.encrypted() as wire:
        if steps == 2:
            assert wire.say(b"AUTH XOAUTH2") == b"334 "
            answer = wire.say(response)
        else:
            answer = wire.say(b"AUTH XOAUTH2 " + response)
        assert answer.decode().startswith(row.login)
        if row.login != SMTP_OK:
            assert (
                wire.say(b"MAIL FROM:<a@b>")
                == b"530 5.7.57 Client not authenticated to send mail. Error: " + answer
            )
        if row.after:
            assert submitted(wire, row).startswith(row.after)
            assert wire.say(b"NOOP") == b"250 2.0.0 OK"


def submitted(wire: Wire, row: Row) -> str:
    """The answer to a whole message."""
    sender = row.user if row.sender is None else row.sender
    assert wire.say(f"MAIL FROM:<{sender}>".encode()) == b"250 2.1.0 Sender OK"
    assert wire.say(f"RCPT TO:<{ADELE}>".encode()) == b"250 2.1.5 Recipient OK"
    assert wire.say(b"DATA") == b"354 Start mail input; end with <CRLF>.<CRLF>"
    return wire.say(f"From: <{row.author or row.user}>\r\nSubject: x\r\n\r\nText\r\n.".encode()).decode()


def test_smtp_without_a_login(mail: MailServer) -> None:
    with mail.encrypted() as wire:
        answer = wire.say(b"MAIL FROM:<a@b>").decode()
        assert answer.startswith(f"530 5.7.57 Client not authenticated to send mail. {MARK}")


def test_smtp_without_tls(mail: MailServer) -> None:
    plain = socket.create_connection((HOST, mail.ports["smtp"]), timeout=10)
    with plain, plain.makefile("rwb", buffering=0) as file:
        said = []
        file.readline()
        for line in (b"MAIL FROM:<a@b>", b"HELO x", b"MAIL FROM:<a@b>", b"AUTH XOAUTH2", b"AUTH LOGIN"):
            file.write(line + b"\r\n")
            said.append(file.readline().decode())
    assert said[0].startswith(f"503 5.5.2 Send hello first {MARK}")
    assert said[2].startswith(f"451 5.7.3 STARTTLS is required to send mail {MARK}")
    for answer in said[3:]:
        assert answer.startswith(f"530 5.7.0 Must issue a STARTTLS command first {MARK}")


def encoded(text: str) -> bytes:
    return base64.b64encode(text.encode())


def test_smtp_passwords(mail: MailServer) -> None:
    def answer(*lines: bytes) -> str:
        with mail.encrypted() as wire:
            return [wire.say(line).decode() for line in lines][-1]

    login = (b"AUTH LOGIN", encoded(MAILBOX), encoded("secret"))
    assert answer(*login).startswith(TENANT_OFF)
    mail.allow_smtp()
    assert answer(*login) == "550 5.7.30 Basic authentication is not supported for Client Submission."
    assert answer(b"AUTH LOGIN " + encoded(MAILBOX), encoded("secret")).startswith("550 5.7.30 ")
    policy = {"Name": "Modern", "AllowBasicAuthSmtp": False}
    mail.do(lambda: mail.tenant.documents("authenticationPolicies").insert("policy", policy))
    mail.change_mailbox(AuthenticationPolicy="policy")
    blocked = f"535 5.7.139 Authentication unsuccessful, basic authentication is disabled. {MARK}"
    assert answer(*login).startswith(blocked)
    assert answer(b"AUTH LOGIN") == "334 VXNlcm5hbWU6"
    assert answer(b"AUTH LOGIN", encoded(MAILBOX)) == "334 UGFzc3dvcmQ6"
    assert answer(b"AUTH LOGIN", b"****").startswith("501 5.5.4 ")
    assert answer(b"AUTH PLAIN AGEAYg==").startswith(f"504 5.7.4 Unrecognized authentication type {MARK}")
    assert mail.ledger.stats()["logins"] == {"smtp failed": 4}


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        ([b"AUTH XOAUTH2 ****"], "501 5.5.124 Invalid XOAUTH2 auth data"),
        ([b"AUTH XOAUTH2 ="], "501 5.5.124 Invalid XOAUTH2 auth data"),
        ([b"AUTH XOAUTH2", b""], "501 5.5.124 Invalid XOAUTH2 auth data"),
        ([b"AUTH XOAUTH2", b"\x00\xff"], "501 5.5.124 Invalid XOAUTH2 auth data"),
        ([b"AUTH XOAUTH2", b"*"], "501 5.7.0 Authentication cancelled"),
        ([b"AUTH"], "504 5.7.4 Unrecognized authentication type"),
    ],
)
def test_smtp_responses_without_form(mail: MailServer, lines: list[bytes], text: str) -> None:
    mail.allow_smtp()
    with mail.encrypted() as wire:
        assert [wire.say(line).decode() for line in lines][-1].startswith(text)
        assert wire.say(b"AUTH XOAUTH2 " + mail.response(exp=1)).decode().startswith(UNSUCCESSFUL)
        assert wire.say(b"AUTH XOAUTH2 " + mail.response()).decode() == SMTP_OK


def test_a_pipelined_login_is_answered_in_order(mail: MailServer) -> None:
    mail.allow_smtp()
    with mail.encrypted() as wire:
        wire.send(b"AUTH XOAUTH2\r\n" + mail.response() + b"\r\nMAIL FROM:<a@b>\r\nQUIT\r\n")
        assert [wire.reply()[:3] for _ in range(4)] == [b"334", b"235", b"250", b"221"]
        assert wire.closed()


@pytest.mark.parametrize(
    "field", ["From: a\r\nFrom: support@contoso.com", "From: =?utf-8?q?=0D=0A250_x?= <support@contoso.com>"]
)
def test_nobody_hides_behind_another_from(mail: MailServer, field: str) -> None:
    mail.allow_smtp()
    with mail.encrypted() as wire:
        wire.say(b"AUTH XOAUTH2 " + mail.response())
        wire.say(b"MAIL FROM:<" + MAILBOX.encode() + b">")
        wire.say(b"RCPT TO:<adele@contoso.com>")
        wire.say(b"DATA")
        assert wire.say(field.encode() + b"\r\n\r\n.").startswith(b"554 5.2.252 SendAsDenied; ")
