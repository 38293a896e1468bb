"""Proof over SMTP: log in with a token; on request send a message from the mailbox to itself.

Exchange looks at the token when a client logs in, and at the mailbox only when a message is handed over: a login
alone does not show that the mailbox is open.
"""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import Final

from mailgrant.facts import Host
from mailgrant.login.answers import Answer, refused, unreachable
from mailgrant.login.xoauth2 import initial_response

PROVEN: Final = "logged in; whether it may send shows only when a message is sent (--send)"
SENT: Final = "logged in and sent a message to itself"
OPEN_THE_MAILBOX: Final = (
    "Open SMTP AUTH for this mailbox: Set-CASMailbox <mailbox> -SmtpClientAuthenticationDisabled $false. "
    "The tenant's own setting can stay off: the mailbox's comes first."
)
SLOW_DOWN: Final = "Wait; Exchange allows 3 connections and 30 messages a minute for one mailbox."

# What Exchange's SMTP says. Source: OAUTHDOC, aka.ms/smtp_auth_disabled, and what people met in the field.
ANSWERS: Final = (
    Answer(
        "smtpclientauthentication is disabled for the tenant",
        "smtp-auth-disabled-tenant",
        "SMTP AUTH is off for the whole tenant, and the mailbox does not say otherwise",
        OPEN_THE_MAILBOX,
    ),
    Answer(
        "smtpclientauthentication is disabled for the mailbox",
        "smtp-auth-disabled-mailbox",
        "SMTP AUTH is off for this mailbox",
        OPEN_THE_MAILBOX,
    ),
    Answer(
        "basic authentication",
        "basic-authentication-blocked",
        "Exchange took this for a login with a password, which it does not allow",
        "Use XOAUTH2 with an access token.",
    ),
    Answer(
        "5.7.139",
        "blocked-by-policy",
        "A policy of the tenant forbids this login: Conditional Access, security defaults, or an authentication policy",
        "Ask the tenant's administrator which policy blocked it: Entra's sign-in log names it.",
    ),
    Answer(
        "mapiexceptionlogonfailed",
        "mailbox-closed",
        "Exchange accepted the token, but the mailbox is closed to it: FullAccess is missing or not effective yet",
        "Run pulumi up; a new grant can take an hour.",
    ),
    Answer(
        "sendasdenied",
        "send-as-denied",
        "The application may not send as this address",
        "Send from the mailbox's own address, or grant SendAs on the address that is sent from.",
    ),
    Answer(
        "5.7.60",
        "send-as-denied",
        "The application may not send as this address",
        "Send from the mailbox's own address, or grant SendAs on the address that is sent from.",
    ),
    Answer("thread limit", "throttled", "Too many connections send from this mailbox at once", SLOW_DOWN),
    Answer("concurrent connections", "throttled", "Too many connections send from this mailbox", SLOW_DOWN),
    Answer(
        "submissionquotaexceeded",
        "throttled",
        "The mailbox has sent to as many recipients as Exchange allows in a day",
        "Wait until tomorrow; Exchange allows 10,000 recipients a day for one mailbox.",
    ),
    Answer(
        "authentication unsuccessful",
        "authentication-failed",
        "Exchange did not accept the token for this mailbox",
        "In this order: does Exchange know the application (Get-ServicePrincipal) with the object id of its "
        "enterprise application, is SMTP.SendAsApp of Office 365 Exchange Online consented (Mail.Send of Microsoft "
        "Graph does not count), does the mailbox exist?",
    ),
)


def prove(server: Host, mailbox: str, token: str, timeout: float) -> str:
    """Log in, sending nothing; gives what was proven.

    Args:
        server: speaks SMTP with STARTTLS.
        mailbox: its SMTP address.
        token: an access token for Exchange.
        timeout: seconds for each step.

    Raises:
        LoginError: the server refused, or did not answer.
    """
    with _session(server, mailbox, token, timeout):
        return PROVEN


def send(server: Host, mailbox: str, token: str, timeout: float) -> str:
    """Log in and send a message from the mailbox to itself; gives what was proven. See ``prove``.

    Raises:
        LoginError: the server refused, or did not answer.
    """
    with _session(server, mailbox, token, timeout) as client:
        client.send_message(_letter(mailbox), mailbox, [mailbox])
        return SENT


@contextmanager
def _session(server: Host, mailbox: str, token: str, timeout: float) -> Iterator[smtplib.SMTP]:
    try:
        with smtplib.SMTP(server.host, server.port, timeout=timeout) as client:
            client.starttls(context=ssl.create_default_context())
            client.ehlo()
            client.auth("XOAUTH2", lambda challenge=None: _response(challenge, mailbox, token))
            yield client
    except (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused) as error:
        raise refused(_said(error), ANSWERS) from None
    except OSError as error:
        raise unreachable(server, "an SMTP server with STARTTLS", error) from None


def _response(challenge: bytes | None, mailbox: str, token: str) -> str:
    # A challenge after the token describes an error (Google's way); an empty answer gets the error itself.
    return "" if challenge else initial_response(mailbox, token).decode()


def _said(error: smtplib.SMTPResponseException | smtplib.SMTPRecipientsRefused) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        code, text = error.smtp_code, error.smtp_error
    else:
        code, text = next(iter(error.recipients.values()))
    return f"{code} {text.decode('utf-8', 'replace') if isinstance(text, bytes) else text}"


def _letter(mailbox: str) -> EmailMessage:
    letter = EmailMessage()
    letter["From"] = letter["To"] = mailbox
    letter["Date"] = formatdate(localtime=False)
    letter["Message-ID"] = make_msgid(domain=mailbox.partition("@")[2])
    letter["Subject"] = "mailgrant verify --send"
    letter.set_content(
        "This mailbox can send: mailgrant verify --send wrote this message. It can be deleted.\n"
    )
    return letter
