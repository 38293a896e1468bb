"""What lies in a mailbox: it survives a restart, is cheap until it is used, and is cut without losing an octet."""

from datetime import UTC, datetime
from email import message_from_bytes
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offline_tenant.exchange import seed as exchange
from offline_tenant.exchange.access import mailbox_of
from offline_tenant.exchange.mailboxes import add_mailbox
from offline_tenant.mail import seed as mail
from offline_tenant.mail.imap import structure
from offline_tenant.mail.mime import Part
from offline_tenant.mail.seed import LETTERS
from offline_tenant.mail.store import DefaultFolderError, Folder, FolderExistsError, MailStore, deliver
from offline_tenant.state.tenant import Installation, Tenant
from tests.offline.mail_helper import MULTIPART, PLAIN

TENANT_ID = "0ff11ce0-7e4a-4b1d-9c3e-c0a750000001"
EVERY_OCTET = bytes(range(256))


def inbox(store: MailStore) -> Folder:
    folder = store.folder("inbox")
    assert folder is not None
    return folder


def test_a_mailbox_survives_a_restart(tmp_path: Path) -> None:
    before = Installation(tmp_path / "tenant.sqlite3")
    mailbox = add_mailbox(before.add_tenant(TENANT_ID, ["contoso.com"]), "a@contoso.com", "A")
    deliver(before.tenants()[0], mailbox, EVERY_OCTET)
    known = inbox(MailStore(before.tenants()[0], mailbox))
    before.store.close()

    after = Installation(tmp_path / "tenant.sqlite3")
    store = MailStore(after.tenants()[0], mailbox)
    assert inbox(store) == known
    [message] = store.messages(known)
    assert (message.uid, store.content(message)) == (1, EVERY_OCTET)
    after.store.close()


def test_uids_are_never_used_again(tenant: Tenant) -> None:
    store = MailStore(tenant, add_mailbox(tenant, "a@contoso.com", "A"))
    first = store.append("INBOX", PLAIN)
    store.remove(inbox(store), [first])
    assert store.append("INBOX", PLAIN).uid == first.uid + 1


def test_a_folder_made_anew_has_another_uid_validity(tenant: Tenant) -> None:
    store = MailStore(tenant, add_mailbox(tenant, "a@contoso.com", "A"))
    one = store.create("Projects")
    with pytest.raises(FolderExistsError):
        store.create("PROJECTS")
    store.append("projects", PLAIN)
    store.delete(one)
    other = store.create("Projects")
    assert (store.messages(other), other.uid_validity == one.uid_validity) == ([], False)
    with pytest.raises(DefaultFolderError):
        store.delete(inbox(store))


def test_a_renamed_folder_keeps_its_messages(tenant: Tenant) -> None:
    store = MailStore(tenant, add_mailbox(tenant, "a@contoso.com", "A"))
    store.create("a/b")
    store.append("a/b", PLAIN)
    parent = store.folder("a")
    assert parent is not None
    store.rename(parent, "c")
    moved = store.folder("c/b")
    assert moved is not None
    assert [store.content(message) for message in store.messages(moved)] == [PLAIN]
    assert store.folder("a/b") is None


def test_a_mailbox_that_nobody_opened_has_nothing(tenant: Tenant) -> None:
    add_mailbox(tenant, "a@contoso.com", "A")
    assert tenant.documents("folders").count() == 0


def test_the_seeded_letters_can_be_read(tenant: Tenant) -> None:
    tenant.clock.stop(datetime(2026, 11, 22, 12, tzinfo=UTC))
    exchange.seed(tenant)
    mail.seed(tenant)
    found = []
    for address in dict.fromkeys(letter.to for letter in LETTERS):
        mailbox = mailbox_of(tenant, address)
        assert mailbox is not None
        store = MailStore(tenant, mailbox)
        found += [store.content(message) or b"" for message in store.messages(inbox(store))]
    attached = [part.get_payload(decode=True) for raw in found for part in message_from_bytes(raw).walk()]
    assert len(found) == len(LETTERS)
    assert sum(bytes(payload or b"").startswith(b"%PDF-1.4\n") for payload in attached) == 3
    assert all(raw.isascii() and b"\n" not in raw.replace(b"\r\n", b"") for raw in found)


@given(st.binary(max_size=300), st.integers(0, len(MULTIPART)))
def test_any_octets_can_be_cut_and_described(noise: bytes, place: int) -> None:
    part = Part(MULTIPART[:place] + noise + MULTIPART[place:])
    assert part.header + part.body == part.raw
    assert structure.body(part, extended=True).startswith(b"(")
    assert structure.envelope(part).endswith(b")")
    assert list(part.texts()) is not None
