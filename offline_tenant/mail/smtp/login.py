"""AUTH (RFC 4954): who may submit mail at all.

In Exchange's order: whether SMTP AUTH is on for the mailbox, then what the token says. What the login may do is
found out only when a message comes.
https://learn.microsoft.com/exchange/clients-and-mobile-in-exchange-online/authenticated-client-smtp-submission
"""

import base64
import binascii
from collections.abc import Callable, Mapping
from typing import Final

from offline_tenant.exchange.access import mailbox_of, smtp_auth_is_off
from offline_tenant.mail import xoauth2
from offline_tenant.mail.authentication import Outcome, authenticate, refused
from offline_tenant.mail.smtp import passwords, texts
from offline_tenant.mail.smtp.session import RefusedError, Reply, Session
from offline_tenant.state.tenant import Installation


def authentication(session: Session, argument: str) -> Reply:
    """AUTH, with the first response in the command or after a prompt."""
    if not session.encrypted:
        raise RefusedError(texts.NO_TLS_TO_LOG_IN)
    if session.client is None:
        raise RefusedError(texts.SEND_HELLO)
    if session.decision is not None:
        raise RefusedError(texts.ALREADY_AUTHENTICATED)
    mechanism, _, response = argument.partition(" ")
    step = MECHANISMS.get(mechanism.upper())
    if step is None:
        raise RefusedError(texts.UNKNOWN_MECHANISM)
    return step(session, response.strip().encode())


def _xoauth2(session: Session, response: bytes) -> Reply:
    if not response:
        return Reply(334, "", then=lambda line: _xoauth2_response(session, line))
    return _xoauth2_response(session, b"" if response == b"=" else response)


def _xoauth2_response(session: Session, response: bytes) -> Reply:
    try:
        wanted = xoauth2.parse(response)
    except xoauth2.MalformedResponseError:
        return _refused(session, "", "the response has not the form of XOAUTH2", texts.MALFORMED_XOAUTH2)
    if what := _disabled(session.installation, wanted.user):
        return _refused(session, wanted.user, f"SMTP AUTH is off for the {what}", texts.disabled(what))
    decision = authenticate(session.installation, "smtp", wanted.user, wanted.token)
    if decision.outcome is Outcome.REFUSED:
        return _refused(session, wanted.user, decision.reason, texts.NOT_ACCEPTED)
    session.note("smtp", wanted.user, decision)
    session.log_in(decision)
    session.enter("smtp", decision)
    return texts.AUTHENTICATED


def _login(session: Session, response: bytes) -> Reply:
    def password(user: bytes) -> Reply:
        name = _decoded(user)
        return Reply(334, _encoded("Password:"), then=lambda line: _basic(session, name, line))

    if response:
        return password(response)
    return Reply(334, _encoded("Username:"), then=password)


def _basic(session: Session, user: str, password: bytes) -> Reply:
    _decoded(password)
    if what := _disabled(session.installation, user):
        return _refused(session, user, f"SMTP AUTH is off for the {what}", texts.disabled(what))
    return _refused(session, user, *passwords.refusal(session.installation, user))


MECHANISMS: Final[Mapping[str, Callable[[Session, bytes], Reply]]] = {"XOAUTH2": _xoauth2, "LOGIN": _login}


def _refused(session: Session, user: str, reason: str, reply: Reply) -> Reply:
    session.note("smtp", user, refused(reason))
    text = f"{reply.text} {session.mark}" if reply.marked else reply.text
    session.failure = f"{reply.code} {text}"  # MAIL will say it once more, to the letter
    return Reply(reply.code, text)


def _disabled(installation: Installation, address: str) -> str | None:
    """Whether SMTP AUTH is off for the ``Mailbox`` of an address or for its ``Tenant``; None if it is on."""
    tenant = installation.tenant(address.rpartition("@")[2])
    mailbox = mailbox_of(tenant, address) if tenant else None
    return smtp_auth_is_off(tenant, mailbox) if tenant and mailbox else None


def _encoded(prompt: str) -> str:
    return base64.b64encode(prompt.encode()).decode()


def _decoded(line: bytes) -> str:
    try:
        return base64.b64decode(line, validate=True).decode("utf-8", "replace")
    except binascii.Error:
        raise RefusedError(texts.INVALID_ARGUMENTS) from None
