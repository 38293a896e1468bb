"""IMAPClient, a stranger, does everything that it can with the IMAP server."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from imapclient import IMAPClient
from imapclient.exceptions import CapabilityError, IMAPClientError, LoginError

from offline_tenant.mail.store import deliver
from tests.offline.mail_helper import HOST, MAILBOX, MULTIPART, PLAIN, MailServer


@pytest.fixture
def client(mail: MailServer) -> Iterator[IMAPClient]:
    """Connected, not logged in."""
    found = IMAPClient(HOST, mail.ports["imap"], ssl_context=mail.certificate.trusted(), timeout=10)
    yield found
    found.shutdown()


@pytest.fixture
def inside(mail: MailServer, client: IMAPClient) -> IMAPClient:
    client.oauth2_login(MAILBOX, mail.token())
    return client


@pytest.fixture
def inbox(inside: IMAPClient) -> IMAPClient:
    opened = inside.select_folder("INBOX")
    assert (opened[b"EXISTS"], opened[b"READ-WRITE"], opened[b"UIDNEXT"]) == (2, True, 3)
    return inside


def test_a_password_is_refused(client: IMAPClient) -> None:
    with pytest.raises(LoginError, match=r"LOGIN failed\."):
        client.login(MAILBOX, "a password")
    with pytest.raises(LoginError, match=r"AUTHENTICATE failed\."):
        client.plain_login(MAILBOX, "a password")


def test_a_login_that_is_not_connected(mail: MailServer, client: IMAPClient) -> None:
    mail.revoke()
    client.oauth2_login(MAILBOX, mail.token())
    with pytest.raises(IMAPClientError, match=r"User is authenticated but not connected\."):
        client.select_folder("INBOX")


def test_what_the_server_can(client: IMAPClient) -> None:
    assert client.welcome.startswith(b"* OK The Microsoft Exchange IMAP4 service is ready.")
    names = (
        *("IMAP4REV1", "AUTH=XOAUTH2", "SASL-IR", "UIDPLUS", "ID", "UNSELECT", "CHILDREN", "IDLE"),
        *("NAMESPACE", "LITERAL+"),
    )
    assert all(client.has_capability(name) for name in names)
    assert not any(client.has_capability(name) for name in ("MOVE", "CONDSTORE", "SORT", "STARTTLS", "QUOTA"))


def test_id_and_namespace(inside: IMAPClient) -> None:
    [pairs] = inside.id_({"name": "IMAPClient"})
    assert pairs[:2] == (b"name", b"Microsoft.Exchange.Imap4.Imap4Server")
    assert inside.namespace().personal == (("", "/"),)
    assert inside.noop()[0] == b"NOOP completed."


def test_folders(inside: IMAPClient) -> None:
    names = [name for _, _, name in inside.list_folders()]
    assert {"INBOX", "Sent Items", "Drafts", "Deleted Items"} <= set(names)
    inside.create_folder("Rechnungen/Müller & Söhne")
    inside.subscribe_folder("Rechnungen/Müller & Söhne")
    assert inside.folder_exists("Rechnungen/Müller & Söhne")
    flags = {name: flags for flags, _, name in inside.list_folders()}
    assert b"\\HasChildren" in flags["Rechnungen"]
    inside.rename_folder("Rechnungen/Müller & Söhne", "Rechnungen/2027")
    inside.unsubscribe_folder("Rechnungen/2027")
    inside.delete_folder("Rechnungen/2027")
    assert not inside.folder_exists("Rechnungen/2027")
    assert inside.folder_status("INBOX", ["MESSAGES", "UNSEEN"]) == {b"MESSAGES": 2, b"UNSEEN": 2}


def test_searches_and_fetches(inbox: IMAPClient) -> None:
    assert inbox.search("ALL") == [1, 2]
    assert inbox.search(["FROM", "accounts@fabrikam.com", "NOT", ["SEEN"]]) == [1]
    with pytest.raises(IMAPClientError, match="BADCHARSET"):
        inbox.search(["SUBJECT", "Rechnung für"], "UTF-8")
    found = inbox.fetch([1, 2], ["ENVELOPE", "BODYSTRUCTURE", "RFC822.SIZE", "INTERNALDATE", "BODY.PEEK[]"])
    assert found[1][b"BODY[]"] == PLAIN
    assert found[2][b"BODY[]"] == MULTIPART
    assert found[2][b"RFC822.SIZE"] == len(MULTIPART)
    assert found[1][b"ENVELOPE"].subject == b"Invoice FAB-20417"
    assert found[2][b"BODYSTRUCTURE"].is_multipart
    assert inbox.get_flags([1]) == {1: (b"\\Recent",)}
    part = inbox.fetch(2, ["BODY[1]<0.6>"])[2]
    assert part[b"BODY[1]<0>"] == b"Danke "
    assert inbox.get_flags([2]) == {2: (b"\\Seen", b"\\Recent")}


def test_stores_appends_copies_and_expunges(inbox: IMAPClient) -> None:
    inbox.add_flags([1], [b"\\Flagged"])
    assert inbox.remove_flags([1], [b"\\Flagged"]) == {1: (b"\\Recent",)}
    when = datetime(2027, 1, 31, 12, tzinfo=UTC)
    answer = inbox.append("Drafts", PLAIN, (b"\\Draft",), when)
    assert b"APPENDUID" in answer
    inbox.copy([1, 2], "Drafts")
    inbox.delete_messages([1, 2])
    inbox.uid_expunge([2])
    assert inbox.search() == [1]
    inbox.expunge()
    assert inbox.search() == []
    inbox.unselect_folder()
    assert inbox.select_folder("Drafts", readonly=True)[b"EXISTS"] == 3
    inbox.close_folder()


def test_several_appends_in_one_command_and_moves_are_not_offered(inbox: IMAPClient) -> None:
    with pytest.raises(CapabilityError):
        inbox.move([1], "Drafts")
    with pytest.raises(CapabilityError):
        inbox.multiappend("INBOX", [PLAIN])


def test_idles(mail: MailServer, inbox: IMAPClient) -> None:
    inbox.idle()
    mail.do(lambda: deliver(mail.tenant, mail.mailbox, PLAIN))
    assert inbox.idle_check(timeout=10) == [(3, b"EXISTS")]
    text, _ = inbox.idle_done()
    assert text == b"IDLE completed."
