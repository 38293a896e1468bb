"""Reading and changing a mailbox over IMAP: Exchange's texts, and the octets exactly as they came."""

import imaplib
from collections.abc import Iterator
from email import message_from_bytes
from typing import Any

import pytest

from offline_tenant.mail.store import MailStore, deliver
from tests.offline.mail_helper import MAILBOX, MULTIPART, PLAIN, MailServer, Wire

INNER = b"Subject: inner\r\n\r\ninner text"
ATTACHMENT = b"\x00\xff\xfe raw"
FLAGS = rb"\Seen \Answered \Flagged \Deleted \Draft $MDNSent"


@pytest.fixture
def wire(mail: MailServer) -> Iterator[Wire]:
    """A connection that has logged in."""
    with mail.wire() as wire:
        wire.line()
        wire.ask(b"0", b"AUTHENTICATE XOAUTH2 " + mail.response())
        yield wire


@pytest.fixture
def inbox(wire: Wire) -> Wire:
    """A connection that has opened the inbox."""
    wire.ask(b"0", b"SELECT INBOX")
    return wire


@pytest.fixture
def client(mail: MailServer) -> Iterator[imaplib.IMAP4_SSL]:
    """imaplib, with the inbox open."""
    with mail.logged_in() as client:
        client.select()
        yield client


def fetched(client: imaplib.IMAP4_SSL, number: str, what: str) -> Any:
    status, data = client.fetch(number, what)
    assert status == "OK"
    return data[0][1] if isinstance(data[0], tuple) else data[0]


def test_lists_exchanges_folders(wire: Wire) -> None:
    assert wire.ask(b"a", b'LIST "" "*"') == [
        rb'* LIST (\Marked \HasNoChildren) "/" INBOX',
        rb'* LIST (\HasNoChildren) "/" Archive',
        rb'* LIST (\HasNoChildren \Trash) "/" "Deleted Items"',
        rb'* LIST (\HasNoChildren \Drafts) "/" Drafts',
        rb'* LIST (\HasNoChildren \Junk) "/" "Junk Email"',
        rb'* LIST (\HasNoChildren \Sent) "/" "Sent Items"',
        b"a OK LIST completed.",
    ]


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        (b'"" inbox', [b"INBOX"]),
        (b'"" %e%s', [b'"Deleted Items"', b"Projects", b'"Sent Items"']),
        (b'"Sent " Items', [b'"Sent Items"']),
        (b'"" Projects/%', [b'"Projects/2026"']),
        (
            b'"" %',
            [
                b"INBOX",
                b"Archive",
                b'"Deleted Items"',
                b"Drafts",
                b'"Junk Email"',
                b"Projects",
                b'"Sent Items"',
            ],
        ),
        (b'"" ' + b"*" * 500 + b"q", []),
    ],
)
def test_list_patterns(wire: Wire, arguments: bytes, names: list[bytes]) -> None:
    wire.ask(b"a", b"CREATE Projects/2026")
    listed = wire.ask(b"b", b"LIST " + arguments)[:-1]
    assert [
        line.partition(b'"/" ')[2].replace(b"Projects/2026", b'"Projects/2026"') for line in listed
    ] == names


def test_asks_for_the_separator(wire: Wire) -> None:
    assert wire.ask(b"a", b'LIST "" ""') == [
        rb'* LIST (\Noselect \HasChildren) "/" ""',
        b"a OK LIST completed.",
    ]
    assert wire.ask(b"b", b"NAMESPACE") == [b'* NAMESPACE (("" "/")) NIL NIL', b"b OK NAMESPACE completed."]


def test_says_what_it_is(wire: Wire) -> None:
    answer = [
        b'* ID ("name" "Microsoft.Exchange.Imap4.Imap4Server" "version" "15.20")',
        b"a OK ID completed.",
    ]
    assert wire.ask(b"a", b"ID NIL") == answer
    assert wire.ask(b"a", b'ID ("name" "poller" "version" NIL)') == answer
    assert wire.ask(b"a", b'ID ("name")') == [b"a BAD Command Argument Error. 11"]


def test_opens_a_folder(mail: MailServer, wire: Wire) -> None:
    store = MailStore(mail.tenant, mail.mailbox)
    folder = mail.do(lambda: store.folder("inbox"))
    assert folder is not None
    assert wire.ask(b"a", b"SELECT inbox") == [
        b"* 2 EXISTS",
        b"* 2 RECENT",
        b"* FLAGS (" + FLAGS + b")",
        b"* OK [PERMANENTFLAGS (" + FLAGS + b")] Permanent flags",
        b"* OK [UNSEEN 1] Is the first unseen message",
        b"* OK [UIDVALIDITY %d] UIDVALIDITY value" % folder.uid_validity,
        b"* OK [UIDNEXT 3] The next unique identifier value",
        b"a OK [READ-WRITE] SELECT completed.",
    ]
    assert wire.ask(b"b", b"EXAMINE INBOX")[1] == b"* 0 RECENT"
    assert wire.ask(b"c", b"SELECT Nowhere") == [b"c NO Nowhere doesn't exist."]
    assert wire.ask(b"d", b"FETCH 1 UID") == [b"d BAD Command received in Invalid state."]


def test_status(wire: Wire) -> None:
    assert wire.ask(b"a", b"STATUS INBOX (MESSAGES UNSEEN UIDNEXT RECENT)") == [
        b"* STATUS INBOX (MESSAGES 2 UNSEEN 2 UIDNEXT 3 RECENT 2)",
        b"a OK STATUS completed.",
    ]
    assert wire.ask(b"b", b"STATUS INBOX (HIGHESTMODSEQ)") == [b"b BAD Command Argument Error. 11"]


@pytest.mark.parametrize(
    ("number", "section", "octets"),
    [
        ("1", "[]", PLAIN),
        ("2", "[]", MULTIPART),
        ("1", "[HEADER]", PLAIN[: PLAIN.index(b"\r\n\r\n") + 4]),
        ("1", "[TEXT]", b"Please find our invoice.\r\n"),
        ("1", "[1]", b"Please find our invoice.\r\n"),
        ("1", "[]<6.8>", b"accounts"),
        ("1", "[TEXT]<1000.10>", b""),
        ("1", "[HEADER.FIELDS (subject X-None)]", b"Subject: Invoice FAB-20417\r\n\r\n"),
        ("1", "[HEADER.FIELDS.NOT (from to date message-id)]", b"Subject: Invoice FAB-20417\r\n\r\n"),
        ("2", "[1]", b"Danke f=C3=BCr\r\nalles"),
        ("2", "[2]", ATTACHMENT),
        ("2", "[3.MIME]", b"Content-Type: message/rfc822\r\n\r\n"),
        ("2", "[3]", INNER),
        ("2", "[3.1]", b"inner text"),
        ("2", "[3.TEXT]", b"inner text"),
        ("2", "[3.HEADER]", b"Subject: inner\r\n\r\n"),
        ("2", "[3.HEADER.FIELDS (SUBJECT)]", b"Subject: inner\r\n\r\n"),
    ],
)
def test_fetches_octets(client: imaplib.IMAP4_SSL, number: str, section: str, octets: bytes) -> None:
    assert fetched(client, number, f"(BODY.PEEK{section})") == octets


@pytest.mark.parametrize("section", ["[2]", "[1.1]", "[1.TEXT]"])
def test_a_part_that_is_not_there_is_nil(client: imaplib.IMAP4_SSL, section: str) -> None:
    assert fetched(client, "1", f"BODY.PEEK{section}") == f"1 (BODY{section} NIL)".encode()


def test_fetches_what_is_known_of_a_message(inbox: Wire) -> None:
    lines = inbox.ask(b"a", b"FETCH 1 (UID FLAGS RFC822.SIZE ENVELOPE BODY)")
    assert lines == [
        rb"* 1 FETCH (UID 1 FLAGS (\Recent) RFC822.SIZE %d "
        % len(PLAIN)
        + b'ENVELOPE ("Mon, 2 Nov 2026 08:00:00 +0100" "Invoice FAB-20417" ((NIL NIL "accounts" "fabrikam.com")) '
        b'((NIL NIL "accounts" "fabrikam.com")) ((NIL NIL "accounts" "fabrikam.com")) '
        b'((NIL NIL "invoices" "contoso.com")) NIL NIL NIL "<1@fabrikam.com>") '
        b'BODY ("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 26 1))',
        b"a OK FETCH completed.",
    ]


def test_fetches_the_structure_of_a_message(inbox: Wire) -> None:
    [line, _] = inbox.ask(b"a", b"FETCH 2 BODYSTRUCTURE")
    assert line == (
        b'* 2 FETCH (BODYSTRUCTURE (("text" "plain" ("charset" "utf-8") NIL NIL "quoted-printable" 21 1 NIL NIL NIL NIL)'
        b'("application" "octet-stream" NIL NIL NIL "8bit" 7 NIL ("attachment" ("filename" "bean.bin")) NIL NIL)'
        b'("message" "rfc822" NIL NIL NIL "7bit" 28 (NIL "inner" NIL NIL NIL NIL NIL NIL NIL NIL) '
        b'("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 10 0 NIL NIL NIL NIL) 2 NIL NIL NIL NIL) '
        b'"mixed" ("boundary" "cut here") NIL NIL NIL))'
    )


def test_an_envelope_keeps_encoded_words_and_quoted_names(inbox: Wire) -> None:
    [line, _] = inbox.ask(b"a", b"FETCH 2 ENVELOPE")
    assert b'"=?utf-8?q?Rechnung_f=C3=BCr?= =?utf-8?q?_Kaffee?="' in line
    assert b'(("=?utf-8?q?Caf=C3=A9?=" NIL "cafe" "example.org"))' in line
    assert b'(("Vance, Adele" NIL "adele" "contoso.com"))' in line


def test_reading_marks_as_seen_and_says_so(inbox: Wire) -> None:
    assert inbox.ask(b"a", b"FETCH 1 BODY.PEEK[TEXT]")[-2] == b")"
    assert inbox.ask(b"b", b"FETCH 1 BODY[TEXT]")[-2] == rb" FLAGS (\Seen \Recent))"
    assert inbox.ask(b"c", b"FETCH 1 FLAGS")[0] == rb"* 1 FETCH (FLAGS (\Seen \Recent))"


def test_examine_changes_nothing(client: imaplib.IMAP4_SSL) -> None:
    client.select(readonly=True)
    assert fetched(client, "1", "RFC822") == PLAIN
    assert fetched(client, "1", "FLAGS") == b"1 (FLAGS ())"
    assert client.store("1", "+FLAGS", r"\Seen") == ("NO", [b"The folder is read-only."])


@pytest.mark.parametrize(
    ("criteria", "numbers"),
    [
        ("ALL", b"1 2"),
        ("UNSEEN", b"1 2"),
        ("SEEN", b""),
        ("FROM fabrikam", b"1"),
        ('FROM "Caf\\\\"', b""),
        ('SUBJECT "invoice fab"', b"1"),
        ("SUBJECT Kaffee", b"2"),
        ("TO invoices@contoso.com NOT CC adele", b"1"),
        ("BODY alles", b"2"),
        ("BODY Kaffee", b""),
        ("TEXT kaffee", b"2"),
        ("TEXT 'inner", b""),
        ("HEADER Message-ID fabrikam", b"1"),
        ('HEADER Message-ID ""', b"1"),
        ("SENTSINCE 2-Nov-2026", b"1"),
        ("SENTBEFORE 2-Nov-2026", b""),
        ("SENTON 02-Nov-2026", b"1"),
        ("SINCE 1-Jan-2020", b"1 2"),
        ("BEFORE 1-Jan-2020", b""),
        ("LARGER 500", b"2"),
        ("SMALLER 500", b"1"),
        ("OR FROM fabrikam CC adele", b"1 2"),
        ("(OR (FROM fabrikam SEEN) UNSEEN) 2:*", b"2"),
        ("UID 2", b"2"),
        ("*", b"2"),
        ("CHARSET US-ASCII FROM fabrikam", b"1"),
        ("UNANSWERED UNDELETED UNDRAFT UNFLAGGED NEW", b"1 2"),
        ("OLD", b""),
        ("KEYWORD $MDNSent", b""),
    ],
)
def test_searches(client: imaplib.IMAP4_SSL, criteria: str, numbers: bytes) -> None:
    assert client.search(None, criteria) == ("OK", [numbers])


def test_searches_in_ascii_only(client: imaplib.IMAP4_SSL) -> None:
    refused = ("NO", [b"[BADCHARSET (US-ASCII)] The specified charset is not supported."])
    assert client.search("UTF-8", "ALL") == refused


def test_searches_for_a_literal(client: imaplib.IMAP4_SSL) -> None:
    client.literal = b"Invoice"  # type: ignore[assignment]  # that is how imaplib sends one
    assert client.uid("SEARCH", "SUBJECT") == ("OK", [b"1"])


def test_stores_flags_and_keeps_them(mail: MailServer, inbox: Wire) -> None:
    assert inbox.ask(b"a", rb"STORE 1 +FLAGS (\Flagged \answered $Forwarded)") == [
        rb"* 1 FETCH (FLAGS (\Answered \Flagged \Recent))",
        b"a OK STORE completed.",
    ]
    assert inbox.ask(b"b", rb"STORE 1 -FLAGS.SILENT \Flagged") == [b"b OK STORE completed."]
    assert inbox.ask(b"c", rb"UID STORE 2 FLAGS (\Seen)") == [
        rb"* 2 FETCH (FLAGS (\Seen \Recent) UID 2)",
        b"c OK STORE completed.",
    ]
    assert inbox.ask(b"d", rb"STORE 1 +FLAGS (\Recent)") == [b"d BAD Command Argument Error. 11"]
    with mail.logged_in() as later:
        later.select()
        assert later.fetch("1:2", "FLAGS") == ("OK", [rb"1 (FLAGS (\Answered))", rb"2 (FLAGS (\Seen))"])


def test_uids_that_are_not_there_are_passed_over_and_numbers_are_not(inbox: Wire) -> None:
    assert inbox.ask(b"a", b"UID FETCH 1,7:9 (FLAGS)") == [
        rb"* 1 FETCH (FLAGS (\Recent) UID 1)",
        b"a OK FETCH completed.",
    ]
    assert inbox.ask(b"b", b"FETCH 3 (FLAGS)") == [b"b BAD The specified message set is invalid."]
    assert inbox.ask(b"c", b"UID FETCH 9:* (UID)") == [b"* 2 FETCH (UID 2)", b"c OK FETCH completed."]


def test_hears_of_new_mail(mail: MailServer, inbox: Wire) -> None:
    mail.do(lambda: deliver(mail.tenant, mail.mailbox, PLAIN))
    assert inbox.ask(b"a", b"NOOP") == [b"* 3 EXISTS", b"a OK NOOP completed."]
    mail.do(lambda: deliver(mail.tenant, mail.mailbox, PLAIN))
    assert inbox.ask(b"b", b"SEARCH UID 3:*") == [b"* 4 EXISTS", b"* SEARCH 3 4", b"b OK SEARCH completed."]


def test_hears_of_new_mail_while_idling(mail: MailServer, inbox: Wire) -> None:
    inbox.send(b"a IDLE\r\n")
    assert inbox.line() == b"+ IDLE accepted, awaiting DONE command."
    mail.do(lambda: deliver(mail.tenant, mail.mailbox, PLAIN))
    assert inbox.line() == b"* 3 EXISTS"
    inbox.send(b"DONE\r\n")
    assert inbox.line() == b"a OK IDLE completed."


def test_expunges_and_others_hear_of_it_when_numbers_may_change(mail: MailServer, inbox: Wire) -> None:
    with mail.logged_in() as other:
        other.select()
        other.store("1", "+FLAGS", r"(\Deleted)")
        assert other.expunge() == ("OK", [b"1"])
    assert inbox.ask(b"a", b"FETCH 2 (UID)") == [b"* 2 FETCH (UID 2)", b"a OK FETCH completed."]
    assert inbox.ask(b"b", b"FETCH 1 (BODY[])") == [b"b NO Some of the requested messages no longer exist."]
    assert inbox.ask(b"c", b"NOOP") == [b"* 1 EXPUNGE", b"* 1 EXISTS", b"c OK NOOP completed."]
    assert inbox.ask(b"d", b"FETCH 1 (UID)") == [b"* 1 FETCH (UID 2)", b"d OK FETCH completed."]


def test_expunge_tells_numbers_and_count(inbox: Wire) -> None:
    inbox.ask(b"a", rb"STORE 1:2 +FLAGS.SILENT (\Deleted)")
    assert inbox.ask(b"b", b"UID EXPUNGE 1") == [b"* 1 EXPUNGE", b"* 1 EXISTS", b"b OK EXPUNGE completed."]
    assert inbox.ask(b"c", b"CLOSE") == [b"c OK CLOSE completed."]
    assert inbox.ask(b"d", b"STATUS INBOX (MESSAGES)")[0] == b"* STATUS INBOX (MESSAGES 0)"


def test_appends(client: imaplib.IMAP4_SSL) -> None:
    octets = b"Subject: draft\r\n\r\n\xc3\xa4\xff\r\n"
    status, [text] = client.append("Drafts", r"(\Draft)", '" 2-Nov-2026 08:00:00 +0100"', octets)
    assert (status, text.partition(b" ")[0], text.partition(b"] ")[2]) == (
        "OK",
        b"[APPENDUID",
        b"APPEND completed.",
    )
    assert client.select("Drafts") == ("OK", [b"1"])
    assert fetched(client, "1", "RFC822") == octets
    assert fetched(client, "1", "(INTERNALDATE)") == b'1 (INTERNALDATE " 2-Nov-2026 08:00:00 +0100")'
    assert client.append("Nowhere", None, None, octets) == ("NO", [b"[TRYCREATE] Nowhere doesn't exist."])


def test_copies(inbox: Wire) -> None:
    assert inbox.ask(b"a", b"COPY 1:2 Archive")[-1].startswith(b"a OK [COPYUID ")
    assert inbox.ask(b"b", b"UID COPY 2 Archive")[-1].endswith(b" 2 3] COPY completed.")
    assert inbox.ask(b"c", b"COPY 1 Nowhere") == [b"c NO [TRYCREATE] Nowhere doesn't exist."]
    assert inbox.ask(b"d", b"STATUS Archive (MESSAGES)")[0] == b"* STATUS Archive (MESSAGES 3)"


def test_makes_renames_and_deletes_folders(wire: Wire) -> None:
    name = "Bücher".encode("imap4-utf-7")
    assert wire.ask(b"a", b"CREATE Projects/" + name) == [b"a OK CREATE completed."]
    assert wire.ask(b"b", b'LIST "" Projects*')[:-1] == [
        rb'* LIST (\HasChildren) "/" Projects',
        rb'* LIST (\HasNoChildren) "/" Projects/' + name,
    ]
    assert wire.ask(b"c", b"RENAME Projects Done") == [b"c OK RENAME completed."]
    assert wire.ask(b"d", b"UNSUBSCRIBE Done") == [b"d OK UNSUBSCRIBE completed."]
    assert wire.ask(b"e", b'LSUB "" Done*')[:-1] == [rb'* LSUB (\HasNoChildren) "/" Done/' + name]
    assert wire.ask(b"f", b"DELETE Done/" + name) == [b"f OK DELETE completed."]
    assert wire.ask(b"g", b"DELETE INBOX") == [b"g NO DELETE failed."]
    assert wire.ask(b"h", b'CREATE "a//b"') == [b"h BAD Command Argument Error. 11"]


def test_signs_off(inbox: Wire) -> None:
    assert inbox.ask(b"a", b"UNSELECT") == [b"a OK UNSELECT completed."]
    assert inbox.ask(b"b", b"LOGOUT") == [
        b"* BYE Microsoft Exchange Server IMAP4 server signing off.",
        b"b OK LOGOUT completed.",
    ]
    assert inbox.closed()


def test_imaplib_reads_what_the_standard_library_understands(client: imaplib.IMAP4_SSL) -> None:
    message = message_from_bytes(fetched(client, "2", "(RFC822)"))
    assert [part.get_content_type() for part in message.walk()][1:3] == [
        "text/plain",
        "application/octet-stream",
    ]
    assert message["To"] == MAILBOX
