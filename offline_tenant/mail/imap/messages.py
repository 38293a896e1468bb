"""IMAP's commands on messages (RFC 3501, 6.4; RFC 4315)."""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from offline_tenant.mail.imap import fetch as fetching
from offline_tenant.mail.imap.fetch import SIMPLE, Fetched, Item
from offline_tenant.mail.imap.flags import flag_arguments
from offline_tenant.mail.imap.search import Candidate, question
from offline_tenant.mail.imap.session import NoError, Reply, Selected, Session
from offline_tenant.mail.imap.wire import BadArgumentError, Cursor, NumberSet, compact
from offline_tenant.mail.mime import Part
from offline_tenant.mail.store import Folder, Message

UID, FLAGS = SIMPLE[b"UID"], SIMPLE[b"FLAGS"]

GONE: Final = "Some of the requested messages no longer exist."

# How STORE makes new flags of the old ones and the given ones.
MODES: Final[Mapping[bytes, Callable[[set[str], set[str]], set[str]]]] = {
    b"": lambda old, given: given,  # noqa: ARG005
    b"+": lambda old, given: old | given,
    b"-": lambda old, given: old - given,
}


def fetch(session: Session, arguments: Cursor, *, by_uid: bool = False) -> Reply:
    """FETCH and UID FETCH."""
    arguments.space()
    numbers = arguments.numbers()
    arguments.space()
    items = fetching.items(arguments)
    arguments.end()
    if by_uid and UID not in items:
        items.append(UID)
    chosen = session.opened.chosen(numbers, by_uid=by_uid)
    return _fetched(session, chosen, items)


def store(session: Session, arguments: Cursor, *, by_uid: bool = False) -> Reply:
    """STORE and UID STORE."""
    arguments.space()
    numbers = arguments.numbers()
    arguments.space()
    mode = next((sign for sign in (b"+", b"-") if arguments.skip(sign)), b"")
    arguments.expect(b"FLAGS")
    silent = arguments.skip(b".SILENT")
    arguments.space()
    flags = set(flag_arguments(arguments))
    arguments.end()
    opened = _writable(session)
    chosen = opened.chosen(numbers, by_uid=by_uid)
    changes = [(message, sorted(MODES[mode](set(message.flags), flags))) for _, message in chosen]
    _set_flags(session, changes)
    shown = [] if silent else _flag_lines(opened, [number for number, _ in chosen], by_uid=by_uid)
    return Reply("STORE completed.", lines=shown)


def search(session: Session, arguments: Cursor, *, by_uid: bool = False) -> Reply:
    """SEARCH and UID SEARCH."""
    arguments.space()
    opened = session.opened
    ask = question(arguments, opened)
    candidates = (
        Candidate(session.mailbox, opened, number, message)
        for number, message in enumerate(opened.messages, 1)
    )
    found = [
        candidate.message.uid if by_uid else candidate.number for candidate in candidates if ask(candidate)
    ]
    return Reply("SEARCH completed.", lines=[b" ".join([b"SEARCH", *(b"%d" % number for number in found)])])


def copy(session: Session, arguments: Cursor, *, by_uid: bool = False) -> Reply:
    """COPY and UID COPY, with the COPYUID of RFC 4315."""
    arguments.space()
    numbers = arguments.numbers()
    arguments.space()
    target = session.mailbox.folder(path := arguments.mailbox())
    arguments.end()
    chosen = [message for _, message in session.opened.chosen(numbers, by_uid=by_uid)]
    if target is None:
        raise NoError(f"[TRYCREATE] {ascii(path)[1:-1]} doesn't exist.")
    copies = [_copied(session, message, target) for message in chosen]
    if not copies:
        return Reply("COPY completed.")
    uids = (compact([message.uid for message in group]).decode() for group in (chosen, copies))
    return Reply(f"[COPYUID {target.uid_validity} {' '.join(uids)}] COPY completed.")


def expunge(session: Session, arguments: Cursor, *, by_uid: bool = False) -> Reply:
    """EXPUNGE, and UID EXPUNGE of RFC 4315."""
    wanted: NumberSet | None = None
    if by_uid:
        arguments.space()
        wanted = arguments.numbers()
    arguments.end()
    opened = _writable(session)
    chosen = opened.chosen(wanted, by_uid=True) if wanted else list(enumerate(opened.messages, 1))
    deleted = [message for _, message in chosen if "\\Deleted" in message.flags]
    session.mailbox.remove(opened.folder, deleted)
    return Reply("EXPUNGE completed.")


def by_uid(session: Session, arguments: Cursor) -> Reply:
    """UID: a command whose numbers are UIDs."""
    arguments.space()
    command = BY_UID.get(arguments.atom())
    if command is None:
        raise BadArgumentError
    return command(session, arguments, by_uid=True)


BY_UID: Final[Mapping[bytes, Callable[..., Reply]]] = {
    b"COPY": copy,
    b"EXPUNGE": expunge,
    b"FETCH": fetch,
    b"SEARCH": search,
    b"STORE": store,
}


def _fetched(session: Session, chosen: list[tuple[int, Message]], items: list[Item]) -> Reply:
    lines, gone = [], False
    for number, message in chosen:
        raw = session.mailbox.content(message) if any(item.whole for item in items) else b""
        if raw is None:
            gone = True
            continue
        shown, asked = _seen(session, message, items)
        lines.append(fetching.line(number, asked, Fetched(session.opened, shown, Part(raw))))
    if gone:
        return Reply(GONE, "NO", lines=lines)
    return Reply("FETCH completed.", lines=lines)


def _seen(session: Session, message: Message, items: list[Item]) -> tuple[Message, list[Item]]:
    opened = session.opened
    if "\\Seen" in message.flags or not opened.writable or not any(item.marks_seen for item in items):
        return message, items
    changed = _set_flags(session, [(message, ("\\Seen", *message.flags))])
    return changed[0], [*items, *([] if FLAGS in items else [FLAGS])]


def _set_flags(session: Session, changes: Iterable[tuple[Message, Iterable[str]]]) -> list[Message]:
    opened = session.opened
    changed = session.mailbox.set_flags(opened.folder, changes)
    opened.took(changed, session.mailbox.folder(opened.folder.path))
    return changed


def _flag_lines(opened: Selected, numbers: list[int], *, by_uid: bool) -> list[bytes]:
    items = [FLAGS, *([UID] if by_uid else [])]
    messages = ((number, opened.messages[number - 1]) for number in numbers)
    return [fetching.line(number, items, Fetched(opened, message, Part(b""))) for number, message in messages]


def _copied(session: Session, message: Message, target: Folder) -> Message:
    raw = session.mailbox.content(message)
    if raw is None:
        raise NoError(GONE)
    return session.mailbox.append(target.path, raw, message.flags, message.received)


def _writable(session: Session) -> Selected:
    if not session.opened.writable:
        raise NoError("The folder is read-only.")
    return session.opened
