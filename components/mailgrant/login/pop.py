"""Proof over POP: log in with a token and ask how many messages there are, with Python's own client."""

import poplib
import ssl
from base64 import b64encode
from typing import Final

from mailgrant.facts import Host
from mailgrant.login.answers import THROTTLED, Answer, refused, unreachable
from mailgrant.login.xoauth2 import initial_response

PROVEN: Final = "logged in and counted the messages"

# What Exchange's POP says. Source: OAUTHDOC and what people met in the field.
ANSWERS: Final = (
    Answer(
        "not connected",
        "not-connected",
        "Exchange accepted the token, but the mailbox is closed to it: FullAccess is missing or not effective yet, "
        "or POP is switched off for the mailbox",
        "Run pulumi up; a new grant can take an hour. Get-CASMailbox shows whether POP is on.",
    ),
    THROTTLED,
    Answer(
        "authentication failure",
        "authentication-failed",
        "Exchange did not accept the token for this mailbox",
        "In this order: does Exchange know the application (Get-ServicePrincipal) with the object id of its "
        "enterprise application, is POP.AccessAsApp consented, does the mailbox exist, and has it POP switched on "
        "(Get-CASMailbox)?",
    ),
)


class _Client(poplib.POP3_SSL):
    """Python's client, which knows no SASL (RFC 5034), with the one mechanism that is needed."""

    def xoauth2(self, response: bytes) -> None:
        self._shortcmd("AUTH XOAUTH2")  # type: ignore[attr-defined]
        self._shortcmd(b64encode(response).decode())  # type: ignore[attr-defined]


def prove(server: Host, mailbox: str, token: str, timeout: float) -> str:
    """Log in to the mailbox and ask for its size, reading nothing; gives what was proven.

    Args:
        server: speaks POP over TLS.
        mailbox: its SMTP address.
        token: an access token for Exchange.
        timeout: seconds for each step.

    Raises:
        LoginError: the server refused, or did not answer.
    """
    client = None
    try:
        client = _Client(server.host, server.port, timeout=timeout, context=ssl.create_default_context())
        client.xoauth2(initial_response(mailbox, token))
        client.stat()
        client.quit()
    except poplib.error_proto as error:
        raise refused(_said(error), ANSWERS) from None
    except OSError as error:
        raise unreachable(server, "a POP server over TLS", error) from None
    finally:
        if client is not None:
            client.close()
    return PROVEN


def _said(error: poplib.error_proto) -> str:
    said = error.args[0]
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
