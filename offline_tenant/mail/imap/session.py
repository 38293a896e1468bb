"""What one IMAP connection knows, and how a command answers; no I/O."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from offline_tenant.mail.imap.wire import NumberSet
from offline_tenant.mail.session import MailSession
from offline_tenant.mail.store import Folder, Message


class State(Enum):
    """RFC 3501's states, and Exchange's own: logged in, but to no mailbox."""

    NOT_AUTHENTICATED = "not authenticated"
    NOT_CONNECTED = "authenticated but not connected"
    AUTHENTICATED = "authenticated"
    SELECTED = "selected"


@dataclass(frozen=True)
class Reply:
    """The answer to a command.

    Args:
        text: what follows the status; None sends no tagged line.
        status: OK, NO or BAD.
        lines: untagged lines before it, without ``*`` and line end.
        bye: the text of a BYE after it, with which the connection ends.
        hang_up: ends the connection after the tagged line.
        prompt: instead of the rest, ask the client to go on with this text.
        then: takes the line that the client sends after the prompt.
        idle: until then, the client hears of what is new.
    """

    text: str | None = None
    status: str = "OK"
    lines: Iterable[bytes] = ()
    bye: str | None = None
    hang_up: bool = False
    prompt: bytes | None = None
    then: "Callable[[bytes], Reply] | None" = None
    idle: bool = False


class NoError(Exception):
    """A command is refused with NO and this text."""


class BadError(Exception):
    """A command is refused with BAD and this text."""


@dataclass
class Selected:
    """The folder that is open, as the client knows it.

    Args:
        folder: as it was when last looked at.
        messages: by message number; number 1 is the first.
        writable: SELECT, not EXAMINE.
        recent: UIDs that no session had before this one.
    """

    folder: Folder
    messages: list[Message]
    writable: bool
    recent: frozenset[int] = frozenset()

    def chosen(self, numbers: NumberSet, *, by_uid: bool) -> list[tuple[int, Message]]:
        """The messages of a set with their numbers; UIDs that are not there are passed over.

        Raises:
            BadError: there is no message of such a number.
        """
        if by_uid:
            wanted = set(numbers.among([message.uid for message in self.messages]))
            return [pair for pair in enumerate(self.messages, 1) if pair[1].uid in wanted]
        count = len(self.messages)
        if numbers.highest(count) > count or not count:
            raise BadError("The specified message set is invalid.")
        return [(number, self.messages[number - 1]) for number in numbers.among(range(1, count + 1))]

    def flags(self, message: Message) -> bytes:
        """The flags as FETCH shows them, "recent" among them."""
        recent = ("\\Recent",) if message.uid in self.recent else ()
        return b"FLAGS (" + " ".join((*message.flags, *recent)).encode() + b")"

    def took(self, changed: Sequence[Message], now: Folder | None) -> None:
        """Take over messages whose flags this session has changed.

        Args:
            changed: the messages as they are now.
            now: their folder after this one change.
        """
        by_uid = {message.uid: message for message in changed}
        self.messages = [by_uid.get(message.uid, message) for message in self.messages]
        if now and now.revision == self.folder.revision + 1:
            self.folder = now  # nobody else has changed it meanwhile: no need to read it again


@dataclass
class Session(MailSession):
    """One connection.

    Args:
        selected: the open folder.
        invalid_commands: so many came in a state that does not allow them.
    """

    selected: Selected | None = None
    invalid_commands: int = 0

    @property
    def state(self) -> State:
        """Which commands are allowed."""
        if self.decision is None:
            return State.NOT_AUTHENTICATED
        if self.mail is None:
            return State.NOT_CONNECTED
        return State.SELECTED if self.selected else State.AUTHENTICATED

    @property
    def opened(self) -> Selected:
        """The open folder; the state has been checked."""
        assert self.selected is not None  # noqa: S101 - the command table admits no other state
        return self.selected

    def news(self, *, expunged: bool) -> list[bytes]:
        """Untagged lines about what others did in the open folder; the client then knows it.

        Args:
            expunged: whether message numbers may change now (not in FETCH, STORE and SEARCH: RFC 3501, 7.4.1).
        """
        if self.selected is None or self.mail is None:
            return []
        known = self.selected
        folder = self.mail.folder(known.folder.path)
        if folder is None or folder.revision == known.folder.revision:
            return []
        now = self.mail.messages(folder)
        if not expunged:
            now, folder = _with_gone(known, now, folder)
        self.selected = Selected(folder, now, known.writable, known.recent)
        return _differences(known, self.selected)


def _with_gone(known: Selected, now: list[Message], folder: Folder) -> tuple[list[Message], Folder]:
    present = {message.uid: message for message in now}
    kept = [present.pop(message.uid, message) for message in known.messages]
    messages = [*kept, *present.values()]
    # With messages in the list that are gone, this session stays behind, and hears of them later.
    return messages, folder if len(messages) == len(now) else known.folder


def _differences(known: Selected, now: Selected) -> list[bytes]:
    present = {message.uid for message in now.messages}
    before = {message.uid: message.flags for message in known.messages}
    gone = [number for number, message in enumerate(known.messages, 1) if message.uid not in present]
    lines = [b"%d EXPUNGE" % number for number in reversed(gone)]
    if gone or present - before.keys():
        lines.append(b"%d EXISTS" % len(now.messages))
    for number, message in enumerate(now.messages, 1):
        if before.get(message.uid, message.flags) != message.flags:
            lines.append(b"%d FETCH (%b)" % (number, now.flags(message)))
    return lines
