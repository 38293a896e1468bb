"""Proof over IMAP: log in with a token and open the inbox, with Python's own client.

Opening is part of the proof: Exchange authenticates first and finds out later that the mailbox is closed.
"""

import imaplib
import ssl
from typing import Final

from mailgrant.facts import Host
from mailgrant.login.answers import THROTTLED, Answer, refused, unreachable
from mailgrant.login.xoauth2 import initial_response

PROVEN: Final = "logged in and opened the inbox"

# What Exchange's IMAP says. Source: OAUTHDOC and what people met in the field.
ANSWERS: Final = (
    Answer(
        "authenticated but not connected",
        "not-connected",
        "Exchange accepted the token, but the mailbox is closed to it: FullAccess is missing or not effective yet, "
        "or IMAP is switched off for the mailbox",
        "Run pulumi up; a new grant can take an hour. Get-CASMailbox shows whether IMAP is on.",
    ),
    THROTTLED,
    Answer(
        "authenticate failed",
        "authentication-failed",
        "Exchange did not accept the token for this mailbox",
        "In this order: does Exchange know the application (Get-ServicePrincipal) with the object id of its "
        "enterprise application, is IMAP.AccessAsApp consented, does the mailbox exist?",
    ),
)


def prove(server: Host, mailbox: str, token: str, timeout: float) -> str:
    """Log in to the mailbox and open its inbox, reading nothing; gives what was proven.

    Args:
        server: speaks IMAP over TLS.
        mailbox: its SMTP address.
        token: an access token for Exchange.
        timeout: seconds for each step.

    Raises:
        LoginError: the server refused, or did not answer.
    """
    try:
        with imaplib.IMAP4_SSL(
            server.host, server.port, ssl_context=ssl.create_default_context(), timeout=timeout
        ) as client:
            client.authenticate("XOAUTH2", lambda _: initial_response(mailbox, token))
            _check(client.select("INBOX", readonly=True))
    except imaplib.IMAP4.error as error:
        raise refused(str(error), ANSWERS) from None
    except OSError as error:
        raise unreachable(server, "an IMAP server over TLS", error) from None
    return PROVEN


def _check(answer: tuple[str, list[bytes | None]]) -> None:
    status, texts = answer
    if status != "OK":
        raise imaplib.IMAP4.error((texts[0] or b"").decode("utf-8", "replace"))
