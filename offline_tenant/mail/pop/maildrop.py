"""The inbox as one POP session sees it: the messages that were there at the login, by number.

Several sessions may look into one mailbox: what one of them deletes is gone for the others, which keep their numbers.
"""

import re
from collections.abc import Iterator
from typing import Final

from offline_tenant.mail.mime import Part
from offline_tenant.mail.store import INBOX, MailStore, Message

BARE: Final = re.compile(rb"\r(?!\n)|(?<!\r)\n")  # line ends that the protocol does not have


class Maildrop:
    """The inbox of one mailbox at one moment.

    Args:
        mail: the mailbox.
    """

    def __init__(self, mail: MailStore) -> None:
        self._mail = mail
        folder = mail.folder(INBOX)
        self._validity = folder.uid_validity if folder else 0
        self._messages = mail.messages(folder) if folder else []
        self._deleted: set[int] = set()

    def __len__(self) -> int:
        return len(self._messages)

    def listed(self) -> Iterator[tuple[int, Message]]:
        """Numbers and messages without those that are marked as deleted."""
        numbered = enumerate(self._messages, 1)
        return (pair for pair in numbered if pair[0] not in self._deleted)

    def message(self, number: int) -> Message | None:
        """The message of a number that is in use; None if it is marked as deleted."""
        return None if number in self._deleted else self._messages[number - 1]

    def content(self, number: int, lines: int | None = None) -> bytes | None:
        """The octets of a message, with CRLF line ends; None if another session has deleted it.

        Args:
            number: one that is in use.
            lines: so many lines of the body only; None gives all.
        """
        raw = self._mail.content(self._messages[number - 1])
        if raw is None:
            return None
        whole = BARE.sub(b"\r\n", raw)
        if lines is None:
            return whole
        part = Part(whole)
        return part.header + b"".join(part.body.splitlines(keepends=True)[:lines])

    def unique_id(self, message: Message) -> str:
        """What the message is called for ever, in every session."""
        return f"{self._validity:08X}{message.uid:08X}"

    def delete(self, number: int) -> None:
        """Mark a message as deleted."""
        self._deleted.add(number)

    def reset(self) -> None:
        """Take back all marks."""
        self._deleted.clear()

    def commit(self) -> None:
        """Delete what is marked, for ever."""
        folder = self._mail.folder(INBOX)
        if folder and self._deleted:
            present = {message.id for message in self._mail.messages(folder)}
            marked = (self._messages[number - 1] for number in self._deleted)
            self._mail.remove(folder, [message for message in marked if message.id in present])
        self._deleted.clear()
