"""What mailgrant says about a login: one verdict and one remedy for each answer of Exchange, caused for real."""

import base64
import smtplib
from typing import Final

import pytest

from mailgrant.errors import LoginError
from mailgrant.facts import Host
from mailgrant.login import answers, imap, pop, smtp
from mailgrant.login.verify import PROOFS, SENDING
from tests.offline.conftest import (  # noqa: F401 - fixtures
    certificate,
    installation,
    ledger,
    mail,
    reactor_thread,
    signing_key_document,
    tenant,
)
from tests.offline.mail_faults import IMAP, POP, SMTP, Row
from tests.offline.mail_helper import HOST, MAILBOX, MailServer
from tests.offline.test_mail_faults import arranged

TIMEOUT = 10
TABLES: Final = {"imap": IMAP, "pop": POP, "smtp": SMTP}

# A part of the server's answer → the verdict.
VERDICTS: Final = {
    "AUTHENTICATE failed": "authentication-failed",
    "unknown user name or bad password": "authentication-failed",
    "5.7.3 ": "authentication-failed",
    "disabled for the Tenant": "smtp-auth-disabled-tenant",
    "disabled for the Mailbox": "smtp-auth-disabled-mailbox",
    "not connected": "not-connected",
    "MapiExceptionLogonFailed": "mailbox-closed",
}


@pytest.fixture(autouse=True)
def trust(mail: MailServer, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    monkeypatch.setenv("SSL_CERT_FILE", str(mail.certificate.authority))


def token_of(response: bytes) -> str:
    return base64.b64decode(response).split(b"auth=Bearer ")[1].rstrip(b"\x01").decode()


def cases() -> list[tuple[str, Row]]:
    """Every row in which the client sends as the mailbox that it logs in to."""
    return [
        (protocol, row)
        for protocol, rows in TABLES.items()
        for row in rows
        if row.sender is None and row.author is None
    ]


@pytest.mark.parametrize(("protocol", "row"), cases(), ids=lambda case: getattr(case, "cause", case))
def test_every_cause_has_its_verdict(mail: MailServer, protocol: str, row: Row) -> None:  # noqa: F811
    token = token_of(arranged(mail, row))
    answer = row.after or row.login
    wanted = next((verdict for mark, verdict in VERDICTS.items() if mark in answer), None)
    if protocol == "smtp" and row.person and row.user == MAILBOX and "SendAsDenied" in answer:
        wanted = "send-as-denied"
    server = Host(HOST, mail.ports[protocol])

    if wanted is None:
        assert SENDING[protocol](server, row.user, token, TIMEOUT)
        return
    with pytest.raises(LoginError) as caught:
        SENDING[protocol](server, row.user, token, TIMEOUT)
    assert caught.value.verdict == wanted
    assert caught.value.remedy
    assert token not in str(caught.value)


def test_a_message_is_sent_only_on_request(mail: MailServer) -> None:  # noqa: F811
    mail.allow_smtp()
    token, before = mail.token(), len(mail.letters())
    server = Host(HOST, mail.ports["smtp"])

    assert "--send" in PROOFS["smtp"](server, MAILBOX, token, TIMEOUT)
    assert len(mail.letters()) == before

    SENDING["smtp"](server, MAILBOX, token, TIMEOUT)
    assert b"Subject: mailgrant verify --send" in mail.letters()[-1]


@pytest.mark.parametrize("protocol", TABLES)
def test_a_port_without_its_server_is_unreachable(mail: MailServer, protocol: str) -> None:  # noqa: F811
    other = {"imap": "pop", "pop": "smtp", "smtp": "imap"}[protocol]
    for port in (1, mail.ports[other]):
        with pytest.raises(LoginError) as caught:
            PROOFS[protocol](Host(HOST, port), MAILBOX, "t", 2)
        assert caught.value.verdict in {"unreachable", "refused"}
        assert str(port) in str(caught.value) or caught.value.verdict == "refused"


# Texts of exchange-facts that no single login provokes.
@pytest.mark.parametrize(
    ("table", "said", "verdict"),
    [
        (imap.ANSWERS, "Request is throttled. Suggested Backoff Time: 89117 milliseconds", "throttled"),
        (pop.ANSWERS, "-ERR Request is throttled. Suggested Backoff Time: 299910 milliseconds", "throttled"),
        (smtp.ANSWERS, "432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded", "throttled"),
        (smtp.ANSWERS, "432 4.3.2 Concurrent connections limit exceeded", "throttled"),
        (smtp.ANSWERS, "554 5.2.0 STOREDRV; SubmissionQuotaExceededException", "throttled"),
        (
            smtp.ANSWERS,
            "550 5.7.60 SMTP; Client does not have permissions to send as this sender",
            "send-as-denied",
        ),
        (
            smtp.ANSWERS,
            (
                "535 5.7.139 Authentication unsuccessful, the request did not meet the criteria to be authenticated "
                "successfully. Contact your administrator."
            ),
            "blocked-by-policy",
        ),
        (
            smtp.ANSWERS,
            (
                "535 5.7.139 Authentication unsuccessful, user is locked by your organization's security defaults policy. "
                "Contact your administrator."
            ),
            "blocked-by-policy",
        ),
        (
            smtp.ANSWERS,
            "535 5.7.139 Authentication unsuccessful, basic authentication is disabled.",
            "basic-authentication-blocked",
        ),
        (
            smtp.ANSWERS,
            "550 5.7.30 Basic authentication is not supported for Client Submission.",
            "basic-authentication-blocked",
        ),
        (smtp.ANSWERS, "250 something that nobody expects", "refused"),
    ],
)
def test_every_known_text_has_its_verdict(table: tuple[answers.Answer, ...], said: str, verdict: str) -> None:
    assert answers.refused(said, table).verdict == verdict


def test_a_challenge_after_the_token_is_answered_with_nothing() -> None:
    assert smtp._response(b"eyJzdGF0dXMiOiI0MDEifQ==", MAILBOX, "t") == ""  # noqa: SLF001 - Google's way, which Exchange has not
    assert issubclass(smtplib.SMTPException, OSError)  # which the last handler relies on
