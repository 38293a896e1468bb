"""Bad input, delays and injected faults over IMAP: the protocol's own error, and nobody else disturbed."""

import imaplib
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from offline_tenant.mail.imap import commands
from offline_tenant.mail.imap.session import BadError, NoError, Session
from offline_tenant.mail.imap.wire import BadArgumentError, Cursor
from offline_tenant.mail.store import MailStore
from offline_tenant.state.tenant import Installation
from offline_tenant.web.ledger import Fault, Ledger
from tests.offline.mail_helper import MailServer, Wire, fill

BAD_ARGUMENT = b"BAD Command Argument Error. 11"
TOO_LONG = b"BAD Command Error. 10"
CLOSED = b"* BYE Connection closed. 14"


@pytest.fixture
def inbox(mail: MailServer) -> Iterator[Wire]:
    """A connection that has opened the inbox."""
    with mail.wire() as wire:
        wire.line()
        wire.ask(b"0", b"AUTHENTICATE XOAUTH2 " + mail.response())
        wire.ask(b"0", b"SELECT INBOX")
        yield wire


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        (b"", b"* BAD Command Error. 12"),
        (b"a", b"a BAD Command Error. 12"),
        (b"a FLY", b"a BAD Command Error. 12"),
        (b"a STARTTLS", b"a BAD Command Error. 12"),
        (b"a MOVE 1 Drafts", b"a BAD Command Error. 12"),
        (b"a UID MOVE 1 Drafts", b"a " + BAD_ARGUMENT),
        (b"a SORT (DATE) UTF-8 ALL", b"a BAD Command Error. 12"),
        (b"a ENABLE CONDSTORE", b"a BAD Command Error. 12"),
        (b"a GETQUOTAROOT INBOX", b"a BAD Command Error. 12"),
        (b"GET / HTTP/1.1", b"GET BAD Command Error. 12"),
        (b"{} {} {}", b"* BAD Command Error. 12"),
        (b'a LIST "" "caf\xc3\xa9"', b"a BAD Command Error. 11"),
        (b"a NOOP\x00", b"a BAD Command Error. 12"),
        (b"a NOOP now", b"a " + BAD_ARGUMENT),
        (b"a SELECT", b"a " + BAD_ARGUMENT),
        (b'a SELECT "INBOX', b"a " + BAD_ARGUMENT),
        (b"a SELECT &!-", b"a " + BAD_ARGUMENT),
        (b"a FETCH 1 ()", b"a " + BAD_ARGUMENT),
        (b"a FETCH 1 (FLAGS", b"a " + BAD_ARGUMENT),
        (b"a FETCH 1 BODY[", b"a " + BAD_ARGUMENT),
        (b"a FETCH 1 BODY[0]", b"a " + BAD_ARGUMENT),
        (b"a FETCH 1 BODY[MIME]", b"a " + BAD_ARGUMENT),
        (b"a FETCH 1 BODY[]<5>", b"a " + BAD_ARGUMENT),
        (b"a FETCH 0 FLAGS", b"a " + BAD_ARGUMENT),
        (b"a FETCH 1:2:3 FLAGS", b"a " + BAD_ARGUMENT),
        (b"a FETCH 99999999999 FLAGS", b"a " + BAD_ARGUMENT),
        (b"a FETCH 4294967295 FLAGS", b"a BAD The specified message set is invalid."),
        (b"a STORE 1 FLAGS", b"a " + BAD_ARGUMENT),
        (b"a STORE 1 FLAGS (\\Nonsense)", b"a " + BAD_ARGUMENT),
        (b"a SEARCH", b"a " + BAD_ARGUMENT),
        (b"a SEARCH FOUND", b"a " + BAD_ARGUMENT),
        (b"a SEARCH SINCE 31-Feb-2026", b"a " + BAD_ARGUMENT),
        (b"a SEARCH " + b"NOT " * 1000 + b"ALL", b"a " + BAD_ARGUMENT),
        (b"a SEARCH " + b"(" * 1000, b"a " + BAD_ARGUMENT),
        (b"a UID NOOP", b"a " + BAD_ARGUMENT),
        (b"a CREATE " + b"a/" * 5000 + b"a", b"a " + BAD_ARGUMENT),
        (b'a APPEND INBOX "yesterday" {1+}\r\nx', b"a " + BAD_ARGUMENT),
        (b"a APPEND INBOX", b"a " + BAD_ARGUMENT),
        (b"a NOOP {3+}\r\nabc", b"a " + BAD_ARGUMENT),
    ],
)
def test_answers_and_goes_on(inbox: Wire, line: bytes, answer: bytes) -> None:
    inbox.send(line + b"\r\n")
    assert inbox.line() == answer
    assert inbox.ask(b"z", b"FETCH 1 (UID)") == [b"* 1 FETCH (UID 1)", b"z OK FETCH completed."]


def test_a_line_without_end_closes_the_connection(mail: MailServer, inbox: Wire) -> None:
    inbox.send(b"a SEARCH UID " + b"1," * 10_000)
    assert (inbox.line(), inbox.line()) == (b"a " + TOO_LONG, CLOSED)
    assert inbox.closed()
    with mail.logged_in() as other:
        assert other.select()[0] == "OK"


def test_a_literal_that_is_too_long_is_not_asked_for(inbox: Wire) -> None:
    assert inbox.ask(b"a", b"APPEND INBOX {99999999999}") == [b"a " + BAD_ARGUMENT]
    assert inbox.ask(b"b", b"NOOP") == [b"b OK NOOP completed."]
    inbox.send(b"c APPEND INBOX {99999999999+}\r\n")
    assert (inbox.line(), inbox.line()) == (b"c " + TOO_LONG, CLOSED)
    assert inbox.closed()


def test_strangers_may_send_only_little(mail: MailServer) -> None:
    with mail.wire() as wire:
        wire.line()
        assert wire.ask(b"a", b"LOGIN {70000}") == [b"a " + BAD_ARGUMENT]
        wire.send(b"b LOGIN {4}\r\n")
        assert wire.line() == b"+ Ready for additional command text."
        wire.send(b"user {0}\r\n")
        assert wire.line() == b"+ Ready for additional command text."
        wire.send(b"\r\n")
        assert wire.line() == b"b NO LOGIN failed."


def test_bytes_come_one_at_a_time(mail: MailServer) -> None:
    with mail.wire() as wire:
        wire.line()
        session = (
            b"a AUTHENTICATE XOAUTH2 "
            + mail.response()
            + b"\r\nb APPEND {5}\r\nInbox {3+}\r\nx\r\n\r\nc NOOP\r\n"
        )
        for place in range(len(session)):
            wire.send(session[place : place + 1])
        assert wire.line() == b"a OK AUTHENTICATE completed."
        assert wire.line() == b"+ Ready for additional command text."
        assert wire.line().endswith(b"] APPEND completed.")
        assert wire.line() == b"c OK NOOP completed."


def test_commands_come_all_at_once(mail: MailServer) -> None:
    with mail.wire() as wire:
        wire.line()
        wire.send(
            b"a AUTHENTICATE XOAUTH2 " + mail.response() + b"\r\nb SELECT INBOX\r\nc LOGOUT\r\nd NOOP\r\n"
        )
        lines = [*wire.until(b"a"), *wire.until(b"b"), *wire.until(b"c")]
        assert lines[-3:] == [
            b"b OK [READ-WRITE] SELECT completed.",
            b"* BYE Microsoft Exchange Server IMAP4 server signing off.",
            b"c OK LOGOUT completed.",
        ]
        assert wire.closed()


def test_a_client_that_vanishes_disturbs_nobody(mail: MailServer, inbox: Wire) -> None:
    with mail.wire() as vanishing:
        vanishing.send(b"a APPEND INBOX {1000+}\r\nhalf of it")
    assert inbox.ask(b"a", b"STATUS INBOX (MESSAGES)")[0] == b"* STATUS INBOX (MESSAGES 2)"


def test_a_fault_of_ours_is_no_traceback_for_the_client(mail: MailServer, inbox: Wire) -> None:
    mail.do(lambda: mail.tenant.documents("messageContents").put(_first(mail), {"broken": True}))
    inbox.send(b"a FETCH 1 BODY[]\r\n")
    assert (inbox.line(), inbox.line()) == (b"a NO Server Unavailable. 15", CLOSED)
    with mail.logged_in() as other:
        assert other.select()[0] == "OK"


def _first(mail: MailServer) -> str:
    store = MailStore(mail.tenant, mail.mailbox)
    folder = store.folder("INBOX")
    assert folder is not None
    return store.messages(folder)[0].id


def test_an_injected_fault_strikes_once(mail: MailServer, inbox: Wire) -> None:
    throttled = "Request is throttled. Suggested Backoff Time: 89117 milliseconds"
    mail.ledger.faults.append(Fault("imap FETCH", code="BAD", message=throttled))
    assert inbox.ask(b"a", b"UID FETCH 1 (FLAGS)") == [b"a BAD " + throttled.encode()]
    assert inbox.ask(b"b", b"UID FETCH 1 (UID)")[-1] == b"b OK FETCH completed."
    mail.ledger.faults.append(
        Fault("imap *", code="NO", message="busy", headers={"BYE": "Connection closed. 14"})
    )
    inbox.send(b"c NOOP\r\n")
    assert (inbox.line(), inbox.line()) == (b"c NO busy", CLOSED)


def test_a_lost_answer_is_work_done(mail: MailServer, inbox: Wire) -> None:
    mail.ledger.faults.append(Fault("imap STORE", effect="lose"))
    inbox.send(b"a STORE 1 FLAGS (\\Flagged)\r\n")
    assert inbox.dropped()
    with mail.logged_in() as other:
        other.select()
        assert other.fetch("1", "FLAGS") == ("OK", [rb"1 (FLAGS (\Flagged))"])


def test_latency_delays_in_order(mail: MailServer, inbox: Wire) -> None:
    mail.ledger.latencies["imap NOOP"] = 0.05
    inbox.send(b"a NOOP\r\nb CHECK\r\nc NOOP\r\n")
    assert [inbox.line() for _ in range(3)] == [
        b"a OK NOOP completed.",
        b"b OK CHECK completed.",
        b"c OK NOOP completed.",
    ]


def test_a_login_can_be_throttled(mail: MailServer) -> None:
    mail.ledger.faults.append(Fault("imap AUTHENTICATE", code="NO", message="Request is throttled."))
    with pytest.raises(imaplib.IMAP4.error, match="throttled"):
        mail.logged_in()


PIECES = (
    rb"FETCH SEARCH STORE UID LIST APPEND SELECT STATUS COPY 1:* * ( ) BODY[ ] <0.1> FLAGS \Seen NOT OR { INBOX % "
    rb"HEADER.FIELDS HEADER SINCE 1-Jan-2026 RFC822 CHARSET NIL"
)
ATOMS = st.sampled_from([*PIECES.split(), b" ", b'"'])


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from(sorted(commands.COMMANDS)),
    chunks=st.lists(
        st.lists(st.one_of(ATOMS, st.binary(max_size=4)), max_size=12).map(b"".join), min_size=1, max_size=3
    ),
)
def test_any_arguments_are_answered(installation: Installation, name: bytes, chunks: list[bytes]) -> None:
    tenant = installation.tenants()[0]
    mailbox = next(iter(tenant.documents("mailboxes").all()), None) or fill(tenant)
    session = Session(installation, Ledger(), mail=MailStore(tenant, mailbox))
    commands.run(session, b"EXAMINE", Cursor([b" INBOX"]))
    try:
        reply = commands.run(
            session, name, Cursor([b" " + b"".join(chunks[:1]), *_with_text_last(chunks[1:])])
        )
    except (BadArgumentError, BadError, NoError):
        return
    assert reply.prompt is not None or reply.text


def _with_text_last(chunks: list[bytes]) -> list[bytes]:
    return [*chunks, b""] if len(chunks) % 2 else chunks
