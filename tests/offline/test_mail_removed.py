"""A mailbox that is removed while somebody is in it: the session is over, and leaves nothing behind."""

import pytest

from offline_tenant.exchange.mailboxes import add_mailbox, remove_mailbox
from offline_tenant.mail.store import MailStore
from tests.offline.mail_helper import LETTERS, MAILBOX, MailServer, Wire

KINDS = ("folders", "messages", "messageContents", "submissions")
OVER = [b"c NO Server Unavailable. 15"]
BYE = b"* BYE Connection closed. 14"
NOTHING = dict.fromkeys(KINDS, 0)


def remove(mail: MailServer) -> None:
    """As ``mailgrant offline mailbox remove`` does."""

    def work() -> None:
        with mail.tenant.store.transaction():
            MailStore(mail.tenant, mail.mailbox).forget()
            remove_mailbox(mail.tenant, mail.mailbox)

    mail.do(work)


def left(mail: MailServer) -> dict[str, int]:
    return mail.do(lambda: {kind: mail.tenant.documents(kind).count() for kind in KINDS})


def opened(mail: MailServer, wire: Wire) -> None:
    wire.line()
    assert wire.ask(b"a", b"AUTHENTICATE XOAUTH2 " + mail.response()) == [b"a OK AUTHENTICATE completed."]
    assert wire.ask(b"b", b"SELECT INBOX")[-1] == b"b OK [READ-WRITE] SELECT completed."


@pytest.mark.parametrize(
    "command",
    [b"NOOP", b"SELECT INBOX", b'LIST "" *', b"FETCH 1 BODY[]", b"CREATE Mine", b"STATUS INBOX (MESSAGES)"],
)
def test_the_next_imap_command_ends_the_session(mail: MailServer, command: bytes) -> None:
    with mail.wire() as wire:
        opened(mail, wire)
        remove(mail)
        assert wire.ask(b"c", command) == OVER
        assert wire.line() == BYE
        assert wire.closed()
    assert left(mail) == NOTHING


def test_a_message_on_its_way_into_the_mailbox_is_refused(mail: MailServer) -> None:
    with mail.wire() as wire:
        opened(mail, wire)
        wire.send(b"c APPEND INBOX {%d+}\r\nSubject: " % len(LETTERS[0]))
        remove(mail)
        wire.send(LETTERS[0][: len(LETTERS[0]) - 9] + b"\r\n")
        assert wire.until(b"c") == OVER
        assert wire.line() == BYE
    assert left(mail) == NOTHING


def test_who_idles_hears_a_goodbye(mail: MailServer) -> None:
    with mail.wire() as wire:
        opened(mail, wire)
        wire.send(b"c IDLE\r\n")
        assert wire.line() == b"+ IDLE accepted, awaiting DONE command."
        remove(mail)
        assert wire.line() == BYE
        assert wire.closed()
    assert left(mail) == NOTHING


def test_a_new_mailbox_of_the_same_address_is_another_one(mail: MailServer) -> None:
    with mail.wire() as wire:
        opened(mail, wire)
        remove(mail)
        mail.do(lambda: add_mailbox(mail.tenant, MAILBOX, "Invoices", "SharedMailbox"))
        assert wire.ask(b"c", b"SELECT INBOX") == OVER
    assert left(mail) == NOTHING


def test_another_mailbox_goes_on(mail: MailServer) -> None:
    mail.do(lambda: add_mailbox(mail.tenant, "other@contoso.com", "Other"))
    with mail.wire() as wire:
        opened(mail, wire)
        other = mail.do(lambda: mail.tenant.documents("mailboxes").find("Alias", "other")[0])
        mail.do(lambda: remove_mailbox(mail.tenant, other))
        assert wire.ask(b"c", b"NOOP") == [b"c OK NOOP completed."]


@pytest.mark.parametrize("command", [b"STAT", b"RETR 1", b"QUIT"])
def test_the_next_pop_command_is_refused(mail: MailServer, command: bytes) -> None:
    with mail.wire("pop") as wire:
        wire.line()
        wire.send(b"AUTH XOAUTH2\r\n")
        assert wire.line() == b"+ "
        wire.send(mail.response() + b"\r\n")
        assert wire.line() == b"+OK User successfully authenticated."
        wire.send(b"DELE 1\r\n")
        assert wire.line().startswith(b"+OK")
        remove(mail)
        wire.send(command + b"\r\n")
        assert wire.line() == b"-ERR Server Unavailable. 15"
        assert wire.closed()
    assert left(mail) == NOTHING


def test_a_message_of_a_removed_sender_is_not_taken(mail: MailServer) -> None:
    mail.allow_smtp()
    client = mail.submitting()
    client.sendmail(
        MAILBOX, ["adele@contoso.com"], LETTERS[0].replace(b"accounts@fabrikam.com", MAILBOX.encode())
    )
    before = mail.letters(mailbox="adele@contoso.com")
    remove(mail)
    assert client.docmd("MAIL FROM:<invoices@contoso.com>")[0] == 421
    client.close()
    assert mail.letters(mailbox="adele@contoso.com") == before
    assert mail.do(lambda: mail.tenant.documents("submissions").count()) == 0
