"""Folders and messages of one mailbox: what every mail protocol reads and writes.

Each change moves the folder's ``revision``, so that a session sees with one look whether it is up to date.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Final

from offline_tenant.state.store import Document
from offline_tenant.state.tenant import Tenant

INBOX: Final = "INBOX"
SEPARATOR: Final = "/"

# Exchange's default folders with the attribute that marks their use (RFC 6154), None if they have none.
DEFAULT_FOLDERS: Final[Mapping[str, str | None]] = {
    INBOX: None,
    "Archive": None,
    "Deleted Items": "\\Trash",
    "Drafts": "\\Drafts",
    "Junk Email": "\\Junk",
    "Sent Items": "\\Sent",
}


class FolderExistsError(Exception):
    """A folder of this name is there already."""


class DefaultFolderError(Exception):
    """Exchange's own folders can neither be deleted nor renamed."""


@dataclass(frozen=True)
class Folder:
    """One folder.

    Args:
        id: the mailbox's key and the path; case does not matter in it.
        mailbox: the mailbox's key.
        path: the name with its parents, between slashes.
        uid_validity: changes when the folder is made anew.
        uid_next: the UID of the next message.
        recent_from: messages from this UID on were in no session yet.
        revision: moves with every change.
        subscribed: whether LSUB lists it.
    """

    id: str
    mailbox: str
    path: str
    uid_validity: int
    uid_next: int = 1
    recent_from: int = 1
    revision: int = 0
    subscribed: bool = True


@dataclass(frozen=True)
class Message:
    """One message without its content.

    Args:
        id: its key.
        folder: the folder's id.
        uid: its number in the folder, for ever.
        flags: as IMAP writes them.
        received: when it arrived (INTERNALDATE), aware.
        size: octets.
    """

    id: str
    folder: str
    uid: int
    flags: tuple[str, ...]
    received: datetime
    size: int


class MailStore:
    """The folders and messages of one mailbox; the default folders are made on first use.

    Args:
        tenant: the tenant of the mailbox.
        mailbox: the mailbox as Exchange keeps it.
    """

    def __init__(self, tenant: Tenant, mailbox: Document) -> None:
        self.tenant = tenant
        self._mailbox: str = mailbox["Guid"]
        self._folders = tenant.documents("folders")
        self._messages = tenant.documents("messages")
        self._contents = tenant.documents("messageContents")

    def folders(self) -> list[Folder]:
        """All folders by name, INBOX first."""
        found = self._folders.find("mailbox", self._mailbox) or self._make_defaults()
        folders = [Folder(**document) for document in found]
        return sorted(folders, key=lambda folder: (folder.path != INBOX, folder.path.casefold()))

    def folder(self, path: str) -> Folder | None:
        """The folder of this name, case ignored, or None."""
        self.folders()
        document = self._folders.get(self._folder_id(path))
        return None if document is None else Folder(**document)

    def create(self, path: str) -> Folder:
        """Make a folder, and the parents that it lacks.

        Raises:
            FolderExistsError: it is there.
        """
        if self.folder(path):
            raise FolderExistsError(path)
        parent = path.rpartition(SEPARATOR)[0]
        if parent and not self.folder(parent):
            self.create(parent)
        folder = Folder(self._folder_id(path), self._mailbox, path, self.tenant.ids.number(31) + 1)
        self._folders.insert(folder.id, asdict(folder))
        return folder

    def delete(self, folder: Folder) -> None:
        """Remove a folder and what lies in it.

        Raises:
            DefaultFolderError: it is one of Exchange's own.
        """
        if folder.path in DEFAULT_FOLDERS:
            raise DefaultFolderError(folder.path)
        self.remove(folder, self.messages(folder))
        self._folders.delete(folder.id)

    def rename(self, folder: Folder, path: str) -> None:
        """Give a folder, and those below it, another name.

        Raises:
            DefaultFolderError: it is one of Exchange's own.
            FolderExistsError: the new name is taken.
        """
        if folder.path in DEFAULT_FOLDERS:
            raise DefaultFolderError(folder.path)
        if self.folder(path):
            raise FolderExistsError(path)
        for below in self.folders():
            if below.path == folder.path or below.path.startswith(folder.path + SEPARATOR):
                self._move(below, path + below.path[len(folder.path) :])

    def update(self, folder: Folder) -> None:
        """Keep a changed folder."""
        self._folders.replace(folder.id, asdict(folder))

    def messages(self, folder: Folder) -> list[Message]:
        """The messages of a folder by UID."""
        return [_message(document) for document in self._messages.find("folder", folder.id)]

    def content(self, message: Message) -> bytes | None:
        """The octets of a message, None if it is gone."""
        document = self._contents.get(message.id)
        return None if document is None else document["raw"].encode("latin-1")

    def append(
        self, path: str, raw: bytes, flags: Iterable[str] = (), received: datetime | None = None
    ) -> Message:
        """Put a message into a folder.

        Args:
            path: a folder that exists.
            raw: the message, its octets as they will be fetched.
            flags: as IMAP writes them.
            received: its INTERNALDATE, aware; the tenant's time unless given.

        Raises:
            KeyError: there is no such folder.
        """
        folder = self.folder(path)
        if folder is None:
            raise KeyError(path)
        received = received or self.tenant.clock.now()
        id_ = f"{folder.id}#{folder.uid_validity}.{folder.uid_next}"
        message = Message(id_, folder.id, folder.uid_next, tuple(flags), received, len(raw))
        self._messages.insert(id_, _document(message))
        self._contents.insert(id_, {"raw": raw.decode("latin-1")})
        self._changed(folder, uid_next=folder.uid_next + 1)
        return message

    def set_flags(self, folder: Folder, changes: Iterable[tuple[Message, Iterable[str]]]) -> list[Message]:
        """Replace the flags of messages; those that are gone are passed over."""
        changed = [replace(message, flags=tuple(flags)) for message, flags in changes]
        present = [message for message in changed if self._messages.get(message.id)]
        for message in present:
            self._messages.replace(message.id, _document(message))
        self._changed(folder)
        return present

    def remove(self, folder: Folder, messages: Iterable[Message]) -> None:
        """Remove messages for ever."""
        for message in messages:
            self._messages.delete(message.id)
            self._contents.delete(message.id)
        self._changed(folder)

    def forget(self) -> None:
        """Remove everything: the mailbox is gone."""
        for document in self._folders.find("mailbox", self._mailbox):
            folder = Folder(**document)
            self.remove(folder, self.messages(folder))
            self._folders.delete(folder.id)
        self.tenant.documents("submissions").delete(self._mailbox)

    def _changed(self, folder: Folder, **fields: int) -> None:
        now = self._folders.get(folder.id)
        if now is not None:
            self._folders.replace(folder.id, {**now, **fields, "revision": now["revision"] + 1})

    def _make_defaults(self) -> list[Document]:
        with self.tenant.store.transaction():
            for path in DEFAULT_FOLDERS:
                folder = Folder(self._folder_id(path), self._mailbox, path, self.tenant.ids.number(31) + 1)
                self._folders.insert(folder.id, asdict(folder))
        return self._folders.find("mailbox", self._mailbox)

    def _move(self, folder: Folder, path: str) -> None:
        moved = replace(folder, id=self._folder_id(path), path=path)
        self._folders.delete(folder.id)
        self._folders.insert(moved.id, asdict(moved))
        for document in self._messages.find("folder", folder.id):
            self._messages.replace(document["id"], {**document, "folder": moved.id})

    def _folder_id(self, path: str) -> str:
        return f"{self._mailbox}/{path.casefold()}"


def deliver(tenant: Tenant, mailbox: Document, raw: bytes, folder: str = INBOX) -> Message:
    """Put a message that has arrived into a mailbox, in one transaction.

    Args:
        tenant: the tenant of the mailbox.
        mailbox: the mailbox as Exchange keeps it.
        raw: the message with CRLF line ends.
        folder: a folder that exists.

    Raises:
        KeyError: there is no such folder.
    """
    with tenant.store.transaction():
        return MailStore(tenant, mailbox).append(folder, raw)


def _message(document: Document) -> Message:
    fields = {
        **document,
        "flags": tuple(document["flags"]),
        "received": datetime.fromisoformat(document["received"]),
    }
    return Message(**fields)


def _document(message: Message) -> Document:
    return {**asdict(message), "flags": list(message.flags), "received": message.received.isoformat()}
