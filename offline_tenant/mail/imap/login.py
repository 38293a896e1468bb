"""IMAP's commands for any state, and the login (RFC 3501, 6.1 and 6.2; RFC 2971, 4959).

The texts are Exchange Online's, as seen in public transcripts.
"""

import base64
import binascii
import re
from typing import Final

from offline_tenant.mail import xoauth2
from offline_tenant.mail.authentication import Decision, Outcome, authenticate, refused
from offline_tenant.mail.imap.session import Reply, Session
from offline_tenant.mail.imap.wire import BadArgumentError, Cursor
from offline_tenant.mail.protocol import greeting_mark

CAPABILITIES: Final = (
    b"IMAP4 IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2 SASL-IR UIDPLUS ID UNSELECT CHILDREN IDLE NAMESPACE LITERAL+"
)
SERVER: Final = b'("name" "Microsoft.Exchange.Imap4.Imap4Server" "version" "15.20")'
SIGNING_OFF: Final = b"BYE Microsoft Exchange Server IMAP4 server signing off."
_REST: Final = re.compile(rb"[^ ]+")
GREETING: Final = "The Microsoft Exchange IMAP4 service is ready."


def greeting() -> bytes:
    """The first line."""
    return f"OK {GREETING} {greeting_mark()}".encode()


def capability(session: Session, arguments: Cursor) -> Reply:  # noqa: ARG001 - as all commands
    """CAPABILITY: the same list before and after the login."""
    arguments.end()
    return Reply("CAPABILITY completed.", lines=[b"CAPABILITY " + CAPABILITIES])


def identify(session: Session, arguments: Cursor) -> Reply:  # noqa: ARG001
    """ID (RFC 2971): Exchange says what it is and forgets what the client said."""
    arguments.space()
    if not arguments.skip(b"NIL"):
        fields = arguments.listed(lambda: arguments.skip(b"NIL") or bool(arguments.astring()) or True)
        if len(fields) % 2:
            raise BadArgumentError
    arguments.end()
    return Reply("ID completed.", lines=[b"ID " + SERVER])


def noop(session: Session, arguments: Cursor) -> Reply:  # noqa: ARG001
    """NOOP: the dispatcher adds what is new in the open folder."""
    arguments.end()
    return Reply("NOOP completed.")


def logout(session: Session, arguments: Cursor) -> Reply:  # noqa: ARG001
    """LOGOUT."""
    arguments.end()
    return Reply("LOGOUT completed.", lines=[SIGNING_OFF], hang_up=True)


def login(session: Session, arguments: Cursor) -> Reply:
    """LOGIN: basic authentication is off for good, whatever the password."""
    arguments.space()
    arguments.astring()
    arguments.space()
    arguments.astring()
    arguments.end()
    return _answered(session, "LOGIN", "", refused("basic authentication is disabled"))


def sasl(session: Session, arguments: Cursor) -> Reply:
    """AUTHENTICATE, with the first response in the command (SASL-IR) or after a prompt."""
    arguments.space()
    mechanism = arguments.atom()
    step = {b"XOAUTH2": _xoauth2, b"PLAIN": _plain}.get(mechanism)
    if step is None:
        raise BadArgumentError
    if arguments.skip(b" "):
        response = arguments.match(_REST)[0]
        return step(session, b"" if response == b"=" else response)
    arguments.end()
    return Reply(prompt=b"", then=lambda line: step(session, line))


def _xoauth2(session: Session, response: bytes) -> Reply:
    try:
        wanted = xoauth2.parse(response)
    except xoauth2.MalformedResponseError:
        session.note("imap", "", refused("the response has not the form of XOAUTH2"))
        raise BadArgumentError from None
    decision = session.counted("imap", authenticate(session.installation, "imap", wanted.user, wanted.token))
    return _answered(session, "AUTHENTICATE", wanted.user, decision)


def _plain(session: Session, response: bytes) -> Reply:
    try:
        base64.b64decode(response, validate=True)
    except binascii.Error:
        raise BadArgumentError from None
    return _answered(session, "AUTHENTICATE", "", refused("basic authentication is disabled"))


def _answered(session: Session, command: str, user: str, decision: Decision) -> Reply:
    session.note("imap", user, decision)
    if decision.outcome is Outcome.REFUSED:
        return Reply(f"{command} failed.", "NO")
    session.log_in(decision)
    return Reply(f"{command} completed.")
