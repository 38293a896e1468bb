"""POP's commands before the login, and the login itself (RFC 1939, 4 and 7; RFC 2449, 2595, 5034).

The texts are Exchange Online's, as seen in public transcripts.
"""

from typing import Final

from offline_tenant.mail import xoauth2
from offline_tenant.mail.authentication import Decision, Outcome, authenticate, refused
from offline_tenant.mail.pop.session import RefusedError, Reply, Session

CAPABILITIES: Final = b"TOP\r\nUIDL\r\nSASL PLAIN XOAUTH2\r\nUSER\r\n"
AUTHENTICATED: Final = Reply("User successfully authenticated.")
FAILED: Final = Reply("Authentication failure: unknown user name or bad password.", ok=False)
LOGON_FAILED: Final = Reply("Logon failure: unknown user name or bad password.", ok=False)
BASIC: Final = "basic authentication is disabled"


def capabilities(session: Session, arguments: list[bytes]) -> Reply:  # noqa: ARG001 - as all commands
    """CAPA: the same list before and after the login."""
    return Reply(body=CAPABILITIES)


def user(session: Session, arguments: list[bytes]) -> Reply:
    """USER: any name will do, for PASS fails anyway."""
    session.user = b" ".join(arguments).decode("latin-1")
    return Reply()


def password(session: Session, arguments: list[bytes]) -> Reply:  # noqa: ARG001
    """PASS: basic authentication is off for good, whatever the password."""
    if session.user is None:
        raise RefusedError("Command is not valid in this state.")
    named, session.user = session.user, None
    return _answered(session, named, refused(BASIC), LOGON_FAILED)


def sasl(session: Session, arguments: list[bytes]) -> Reply:
    """AUTH, with the response in the command or after a prompt.

    Clients cannot put a whole token into the command: it is longer than a line may be here, and Exchange then
    closes the connection.
    """
    step = {b"XOAUTH2": _xoauth2, b"PLAIN": _plain}.get(arguments[0].upper())
    if step is None:
        raise RefusedError("Unsupported authentication mechanism.")
    if len(arguments) > 1:
        return step(session, b"" if arguments[1] == b"=" else arguments[1])
    return Reply(prompt=True, then=lambda line: step(session, line))


def _xoauth2(session: Session, response: bytes) -> Reply:
    try:
        wanted = xoauth2.parse(response)
    except xoauth2.MalformedResponseError:
        return _answered(session, "", refused("the response has not the form of XOAUTH2"), FAILED)
    decision = authenticate(session.installation, "pop", wanted.user, wanted.token)
    return _answered(session, wanted.user, decision, FAILED)


def _plain(session: Session, response: bytes) -> Reply:  # noqa: ARG001 - as all mechanisms
    return _answered(session, "", refused(BASIC), FAILED)


def _answered(session: Session, named: str, decision: Decision, failure: Reply) -> Reply:
    session.note("pop", named, decision)
    if decision.outcome is Outcome.REFUSED:
        return failure
    session.log_in(decision)
    return AUTHENTICATED
