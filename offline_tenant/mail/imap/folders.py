"""IMAP's commands on folders (RFC 3501, 6.3; RFC 2342, 3348, 3691, 4315)."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Final

from offline_tenant.mail.imap import wire
from offline_tenant.mail.imap.flags import FLAGS, flag_list
from offline_tenant.mail.imap.session import NoError, Reply, Selected, Session
from offline_tenant.mail.imap.wire import BadArgumentError, Cursor
from offline_tenant.mail.store import (
    DEFAULT_FOLDERS,
    INBOX,
    SEPARATOR,
    DefaultFolderError,
    Folder,
    FolderExistsError,
    MailStore,
    Message,
)

LONGEST_PATH: Final = 250  # characters
DATE_TIME: Final = re.compile(
    rb'"([ \d]\d)-([A-Za-z]{3})-(\d{4}) (\d\d):(\d\d):(\d\d) ([+-]\d{4})"'
)  # RFC 3501, date-time


def namespace(session: Session, arguments: Cursor) -> Reply:  # noqa: ARG001 - as all commands
    """NAMESPACE: one personal namespace."""
    arguments.end()
    return Reply("NAMESPACE completed.", lines=[b'NAMESPACE (("" "/")) NIL NIL'])


def list_folders(session: Session, arguments: Cursor) -> Reply:
    """LIST."""
    reference, pattern = _reference_and_pattern(arguments)
    if not pattern:
        return Reply("LIST completed.", lines=[b'LIST (\\Noselect \\HasChildren) "/" ""'])
    folders = session.mailbox.folders()
    matching = [folder for folder in folders if _matches(reference + pattern, folder.path)]
    return Reply("LIST completed.", lines=[_listed(b"LIST", folder, folders) for folder in matching])


def list_subscribed(session: Session, arguments: Cursor) -> Reply:
    """LSUB."""
    reference, pattern = _reference_and_pattern(arguments)
    folders = session.mailbox.folders()
    matching = [
        folder for folder in folders if folder.subscribed and _matches(reference + pattern, folder.path)
    ]
    return Reply("LSUB completed.", lines=[_listed(b"LSUB", folder, folders) for folder in matching])


def status(session: Session, arguments: Cursor) -> Reply:
    """STATUS."""
    arguments.space()
    folder = _folder(session.mailbox, arguments.mailbox())
    arguments.space()
    wanted = arguments.listed(arguments.atom)
    arguments.end()
    values = _status_values(session.mailbox, folder)
    if not values.keys() >= set(wanted):
        raise BadArgumentError
    pairs = b" ".join(b"%b %d" % (item, values[item]) for item in wanted)
    return Reply("STATUS completed.", lines=[b"STATUS %b (%b)" % (wire.mailbox(folder.path), pairs)])


def select(session: Session, arguments: Cursor) -> Reply:
    """SELECT."""
    return _open(session, arguments, "SELECT", writable=True)


def examine(session: Session, arguments: Cursor) -> Reply:
    """EXAMINE."""
    return _open(session, arguments, "EXAMINE", writable=False)


def close(session: Session, arguments: Cursor) -> Reply:
    """CLOSE: removes what is marked as deleted, without a word about it."""
    arguments.end()
    opened = session.opened
    if opened.writable:
        deleted = [message for message in opened.messages if "\\Deleted" in message.flags]
        session.mailbox.remove(opened.folder, deleted)
    session.selected = None
    return Reply("CLOSE completed.")


def unselect(session: Session, arguments: Cursor) -> Reply:
    """UNSELECT (RFC 3691)."""
    arguments.end()
    session.selected = None
    return Reply("UNSELECT completed.")


def create(session: Session, arguments: Cursor) -> Reply:
    """CREATE."""
    arguments.space()
    path = _new_path(arguments.mailbox())
    arguments.end()
    try:
        session.mailbox.create(path)
    except FolderExistsError:
        raise NoError("Mailbox already exists.") from None
    return Reply("CREATE completed.")


def delete(session: Session, arguments: Cursor) -> Reply:
    """DELETE."""
    arguments.space()
    folder = _folder(session.mailbox, arguments.mailbox())
    arguments.end()
    try:
        session.mailbox.delete(folder)
    except DefaultFolderError:
        raise NoError("DELETE failed.") from None
    if session.selected and session.selected.folder.id == folder.id:
        session.selected = None
    return Reply("DELETE completed.")


def rename(session: Session, arguments: Cursor) -> Reply:
    """RENAME."""
    arguments.space()
    folder = _folder(session.mailbox, arguments.mailbox())
    arguments.space()
    path = _new_path(arguments.mailbox())
    arguments.end()
    try:
        session.mailbox.rename(folder, path)
    except (DefaultFolderError, FolderExistsError):
        raise NoError("RENAME failed.") from None
    return Reply("RENAME completed.")


def subscribe(session: Session, arguments: Cursor) -> Reply:
    """SUBSCRIBE."""
    return _subscribed(session, arguments, "SUBSCRIBE", to=True)


def unsubscribe(session: Session, arguments: Cursor) -> Reply:
    """UNSUBSCRIBE."""
    return _subscribed(session, arguments, "UNSUBSCRIBE", to=False)


def append(session: Session, arguments: Cursor) -> Reply:
    """APPEND, with the APPENDUID of RFC 4315."""
    arguments.space()
    path = arguments.mailbox()
    arguments.space()
    flags: tuple[str, ...] = ()
    if arguments.ahead(b"("):
        flags = flag_list(arguments)
        arguments.space()
    received = _date_time(arguments) if arguments.ahead(b'"') else None
    raw = arguments.literal()
    arguments.end()
    folder = session.mailbox.folder(path)
    if folder is None:
        raise NoError(f"[TRYCREATE] {_shown(path)} doesn't exist.")
    message = session.mailbox.append(folder.path, raw, flags, received)
    return Reply(f"[APPENDUID {folder.uid_validity} {message.uid}] APPEND completed.")


def _reference_and_pattern(arguments: Cursor) -> tuple[str, str]:
    arguments.space()
    reference = arguments.mailbox()
    arguments.space()
    pattern = arguments.mailbox(wire.LIST_PATTERN)
    arguments.end()
    return reference, pattern


def _listed(response: bytes, folder: Folder, folders: list[Folder]) -> bytes:
    parent = any(other.path.startswith(folder.path + SEPARATOR) for other in folders)
    use = DEFAULT_FOLDERS.get(folder.path)
    attributes = [
        *(["\\Marked"] if folder.path == INBOX else []),
        "\\HasChildren" if parent else "\\HasNoChildren",
        *([use] if use else []),
    ]
    return b'%b (%b) "/" %b' % (response, " ".join(attributes).encode(), wire.mailbox(folder.path))


def _matches(pattern: str, path: str) -> bool:
    # All places at once instead of a regular expression, which stars by the hundred could keep busy for hours.
    text, places = path.casefold(), {0}
    for sign in pattern.casefold():
        places = set(_steps(sign, text, places))
    return len(text) in places


def _steps(sign: str, text: str, places: set[int]) -> Iterator[int]:
    if sign not in "*%":
        yield from (place + 1 for place in places if text[place : place + 1] == sign)
        return
    for place in places:
        end = len(text) if sign == "*" else (text + SEPARATOR).index(SEPARATOR, place)
        yield from range(place, end + 1)


def _folder(mail: MailStore, path: str) -> Folder:
    folder = mail.folder(path)
    if folder is None:
        raise NoError(f"{_shown(path)} doesn't exist.")
    return folder


def _shown(path: str) -> str:
    return "".join(sign if sign.isprintable() and sign.isascii() else "?" for sign in path)


def _new_path(path: str) -> str:
    path = path.removesuffix(SEPARATOR)
    if (
        len(path) > LONGEST_PATH
        or not all(path.split(SEPARATOR))
        or any(ord(sign) < ord(" ") or sign in "*%" for sign in path)
    ):
        raise BadArgumentError
    return path


def _status_values(mail: MailStore, folder: Folder) -> dict[bytes, int]:
    messages: list[Message] = mail.messages(folder)
    return {
        b"MESSAGES": len(messages),
        b"RECENT": sum(message.uid >= folder.recent_from for message in messages),
        b"UIDNEXT": folder.uid_next,
        b"UIDVALIDITY": folder.uid_validity,
        b"UNSEEN": sum("\\Seen" not in message.flags for message in messages),
    }


def _open(session: Session, arguments: Cursor, command: str, *, writable: bool) -> Reply:
    arguments.space()
    path = arguments.mailbox()
    arguments.end()
    session.selected = None  # also when the new one cannot be opened (RFC 3501, 6.3.1)
    folder = _folder(session.mailbox, path)
    messages = session.mailbox.messages(folder)
    recent = frozenset(message.uid for message in messages if message.uid >= folder.recent_from)
    if writable and recent:
        folder = replace(folder, recent_from=folder.uid_next)
        session.mailbox.update(folder)
    session.selected = Selected(folder, messages, writable, recent)
    access = "READ-WRITE" if writable else "READ-ONLY"
    return Reply(f"[{access}] {command} completed.", lines=_opening_lines(session.selected))


def _opening_lines(selected: Selected) -> list[bytes]:
    flags = " ".join(FLAGS)
    kept = flags if selected.writable else ""
    unseen = [number for number, message in enumerate(selected.messages, 1) if "\\Seen" not in message.flags]
    lines = [
        f"{len(selected.messages)} EXISTS",
        f"{len(selected.recent)} RECENT",
        f"FLAGS ({flags})",
        f"OK [PERMANENTFLAGS ({kept})] Permanent flags",
        *([f"OK [UNSEEN {unseen[0]}] Is the first unseen message"] if unseen else []),
        f"OK [UIDVALIDITY {selected.folder.uid_validity}] UIDVALIDITY value",
        f"OK [UIDNEXT {selected.folder.uid_next}] The next unique identifier value",
    ]
    return [line.encode() for line in lines]


def _subscribed(session: Session, arguments: Cursor, command: str, *, to: bool) -> Reply:
    arguments.space()
    folder = _folder(session.mailbox, arguments.mailbox())
    arguments.end()
    session.mailbox.update(replace(folder, subscribed=to))
    return Reply(f"{command} completed.")


def _date_time(arguments: Cursor) -> datetime:
    text = arguments.match(DATE_TIME)
    arguments.space()
    day, month, rest = text[1].strip().decode(), text[2].decode().title(), text.groups()[2:]
    try:
        number = wire.MONTHS.index(month) + 1
        joined = f"{day} {number} " + " ".join(part.decode() for part in rest)
        return datetime.strptime(joined, "%d %m %Y %H %M %S %z")
    except ValueError:
        raise BadArgumentError from None
