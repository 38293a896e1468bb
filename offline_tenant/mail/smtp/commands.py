"""SMTP's commands as one table: who answers."""

import re
from collections.abc import Callable, Mapping
from typing import Final

from offline_tenant.mail.smtp import login, submission, texts, wire
from offline_tenant.mail.smtp.content import with_line_ends
from offline_tenant.mail.smtp.session import Envelope, Recipient, RefusedError, Reply, Session

UNKNOWN_COMMANDS_LIMIT: Final = 10

MAIL_PARAMETERS: Final[Mapping[str, re.Pattern[str]]] = {
    "SIZE": re.compile(r"\d{1,20}"),
    "BODY": re.compile(r"7BIT|8BITMIME", re.IGNORECASE),
    "SMTPUTF8": re.compile(""),
    "RET": re.compile(r"FULL|HDRS", re.IGNORECASE),
    "ENVID": re.compile(r".{1,100}"),
    "AUTH": re.compile(r".{1,500}"),
}
RCPT_PARAMETERS: Final[Mapping[str, re.Pattern[str]]] = {
    "NOTIFY": re.compile(r"NEVER|(?:SUCCESS|FAILURE|DELAY)(?:,(?:SUCCESS|FAILURE|DELAY))*", re.IGNORECASE),
    "ORCPT": re.compile(r"[A-Za-z0-9-]+;.{1,500}"),
}
CHUNK: Final = re.compile(r"(\d{1,12})( +LAST)?", re.IGNORECASE)


def _helo(session: Session, argument: str) -> Reply:
    _greeted(session, argument)
    return Reply(250, f"{texts.NAME} Hello [{session.peer}]")


def _ehlo(session: Session, argument: str) -> Reply:
    _greeted(session, argument)
    offers = texts.SECURED if session.encrypted else texts.UNSECURED
    return Reply(250, "\n".join((f"{texts.NAME} Hello [{session.peer}]", *offers)))


def _greeted(session: Session, argument: str) -> None:
    if not argument.strip():
        raise RefusedError(texts.INVALID_ARGUMENTS)
    session.client, session.envelope = argument.strip(), None


def _starttls(session: Session, argument: str) -> Reply:
    if session.encrypted:
        raise RefusedError(texts.ALREADY_ENCRYPTED)
    if argument.strip():
        raise RefusedError(texts.INVALID_ARGUMENTS)
    # What the client said before is forgotten: somebody between us may have said it (RFC 3207, 4.2).
    session.client, session.envelope, session.encrypted = None, None, True
    return texts.START_TLS


def _mail(session: Session, argument: str) -> Reply:
    if session.client is None:
        raise RefusedError(texts.SEND_HELLO)
    if not session.encrypted:
        raise RefusedError(texts.NO_TLS_TO_SEND)
    if session.decision is None:
        raise RefusedError(texts.not_authenticated(session.failure))
    if session.envelope is not None:
        raise RefusedError(texts.SENDER_KNOWN)
    session.envelope = _envelope(argument)
    return texts.SENDER_OK


def _envelope(argument: str) -> Envelope:
    sender, parameters = _path(argument, "FROM", MAIL_PARAMETERS, texts.INVALID_SENDER)
    if int(parameters.get("SIZE") or 0) > texts.SIZE:
        raise RefusedError(texts.TOO_BIG)
    utf8 = "SMTPUTF8" in parameters
    if not (utf8 or sender.isascii()):
        raise RefusedError(texts.NEEDS_UTF8)
    id_ = parameters.get("ENVID")
    return Envelope(
        sender, utf8, parameters.get("RET", "").upper() == "HDRS", wire.unquoted(id_) if id_ else None
    )


def _rcpt(session: Session, argument: str) -> Reply:
    if session.envelope is None:
        raise RefusedError(texts.NEED_MAIL)
    address, parameters = _path(argument, "TO", RCPT_PARAMETERS, texts.INVALID_RECIPIENT)
    if not address:
        raise RefusedError(texts.INVALID_RECIPIENT)
    if not (session.envelope.utf8 or address.isascii()):
        raise RefusedError(texts.NEEDS_UTF8)
    if len(session.envelope.recipients) >= texts.RECIPIENTS_LIMIT:
        raise RefusedError(texts.TOO_MANY_RECIPIENTS)
    notify = frozenset(parameters.get("NOTIFY", "FAILURE").upper().split(","))
    session.envelope.recipients.append(Recipient(address, notify, parameters.get("ORCPT")))
    return texts.RECIPIENT_OK


def _path(
    argument: str, word: str, known: Mapping[str, re.Pattern[str]], invalid: Reply
) -> tuple[str, dict[str, str]]:
    try:
        address, parameters = wire.path(argument, word)
        wire.allowed(parameters, known)
    except wire.BadPathError:
        raise RefusedError(invalid) from None
    except wire.BadParameterError:
        raise RefusedError(texts.INVALID_ARGUMENTS) from None
    return address, parameters


def _data(session: Session, argument: str) -> Reply:
    if argument.strip():
        raise RefusedError(texts.INVALID_ARGUMENTS)
    if _ready(session).chunks:
        raise RefusedError(texts.NO_DATA_AFTER_CHUNKS)
    return texts.START_INPUT


def _bdat(session: Session, argument: str) -> Reply:  # noqa: ARG001 - as all commands
    found = CHUNK.fullmatch(argument.strip())
    if found is None:
        raise RefusedError(texts.INVALID_ARGUMENTS)
    # Whether it is welcome or not: the octets come, and must be read before the answer.
    return Reply(250, "", chunk=int(found[1]), last=bool(found[2]))


def _ready(session: Session) -> Envelope:
    if session.envelope is None:
        raise RefusedError(texts.NEED_MAIL)
    if not session.envelope.recipients:
        raise RefusedError(texts.NEED_RECIPIENT)
    return session.envelope


def _rset(session: Session, argument: str) -> Reply:  # noqa: ARG001
    session.envelope = None
    return texts.RESETTING


def _vrfy(session: Session, argument: str) -> Reply:  # noqa: ARG001
    if not argument.strip():
        raise RefusedError(texts.INVALID_ARGUMENTS)
    return texts.CANNOT_VERIFY


def _said(reply: Reply) -> Callable[[Session, str], Reply]:
    return lambda _session, _argument: reply


COMMANDS: Final[Mapping[str, Callable[[Session, str], Reply]]] = {
    "HELO": _helo,
    "EHLO": _ehlo,
    "STARTTLS": _starttls,
    "AUTH": login.authentication,
    "MAIL": _mail,
    "RCPT": _rcpt,
    "DATA": _data,
    "BDAT": _bdat,
    "RSET": _rset,
    "NOOP": _said(texts.OK),
    "VRFY": _vrfy,
    "EXPN": _said(texts.NOT_IMPLEMENTED),
    "HELP": _said(texts.HELP),
    "QUIT": _said(texts.CLOSING),
}


def run(session: Session, name: str, argument: str) -> Reply:
    """Answer one command.

    Args:
        session: the connection that it came on.
        name: the command, in capitals.
        argument: what follows it.

    Raises:
        RefusedError: it is refused.
    """
    command = COMMANDS.get(name)
    if command is not None:
        return command(session, argument)
    session.unknown_commands += 1
    if session.unknown_commands >= UNKNOWN_COMMANDS_LIMIT:
        raise RefusedError(texts.TOO_MANY_ERRORS)
    raise RefusedError(texts.unknown_command(name[:40]))


def message(session: Session, content: bytes | None) -> Reply:
    """Answer a whole message, after which the transaction is over.

    Args:
        session: the connection that it came on.
        content: its octets as they came; None if it was too big to keep.

    Raises:
        RefusedError: it is refused.
    """
    envelope, session.envelope = _ready(session), None
    if content is None or len(content) > texts.MESSAGE_LIMIT:
        raise RefusedError(texts.TOO_BIG)
    return submission.submit(session, envelope, with_line_ends(content))


def chunk(session: Session, content: bytes | None, *, last: bool) -> Reply:
    """Answer the octets of a BDAT (RFC 3030).

    Args:
        session: the connection that it came on.
        content: the octets; None if there were too many to keep.
        last: whether the message is complete with them.

    Raises:
        RefusedError: it is refused.
    """
    envelope = _ready(session)
    size = sum(map(len, envelope.chunks)) + len(content or b"")
    if content is None or size > texts.MESSAGE_LIMIT:
        session.envelope = None
        raise RefusedError(texts.TOO_BIG)
    envelope.chunks.append(content)
    if last:
        return message(session, b"".join(envelope.chunks))
    return Reply(250, f"2.6.0 CHUNK received OK, {len(content)} octets")
