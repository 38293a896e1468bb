"""Submitting mail over SMTP: what is advertised works, and messages land where they belong."""

import smtplib
import subprocess
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from shutil import which
from typing import Any

import pytest

from offline_tenant.exchange import groups
from offline_tenant.exchange.access import mailbox_of
from offline_tenant.mail.smtp import texts
from offline_tenant.web.ledger import Fault
from tests.offline.mail_helper import HOST, MAILBOX, MailServer, Wire

ADELE, ALEX = "adele@contoso.com", "alex@contoso.com"
LETTER = b"From: invoices@contoso.com\r\nTo: adele@contoso.com\r\nSubject: Hello\r\n\r\nText.\r\n"
REPORTED = "multipart/report"


@pytest.fixture
def open_mail(mail: MailServer) -> MailServer:
    """A tenant in which SMTP AUTH is on."""
    mail.allow_smtp()
    return mail


@pytest.fixture
def client(open_mail: MailServer) -> Iterator[smtplib.SMTP]:
    with open_mail.submitting() as client:
        yield client


@pytest.fixture
def wire(open_mail: MailServer) -> Iterator[Wire]:
    """A raw connection that has logged in."""
    with open_mail.encrypted() as wire:
        assert wire.say(b"AUTH XOAUTH2 " + open_mail.response()) == b"235 2.7.0 Authentication successful"
        yield wire


def parsed(raw: bytes) -> EmailMessage:
    message = message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def test_says_what_it_can(open_mail: MailServer) -> None:
    with smtplib.SMTP(HOST, open_mail.ports["smtp"], timeout=10) as plain:
        plain.ehlo()
        assert "auth" not in plain.esmtp_features
        assert plain.esmtp_features["size"] == "157286400"
        plain.starttls(context=open_mail.certificate.trusted())
        plain.ehlo()
        assert plain.esmtp_features["auth"].split() == ["LOGIN", "XOAUTH2"]
        offered = {"pipelining", "dsn", "enhancedstatuscodes", "8bitmime", "chunking", "smtputf8"}
        assert offered == set(plain.esmtp_features) - {"auth", "size"}


def test_a_message_lands_in_the_mailbox_and_in_sent_items(
    open_mail: MailServer, client: smtplib.SMTP
) -> None:
    message = EmailMessage(policy=policy.SMTP)
    message["From"], message["To"], message["Subject"] = MAILBOX, ADELE, "Grüße"
    message["Bcc"] = ALEX
    message.set_content("Zeile\n.\n..Punkte\n")
    assert client.sendmail(MAILBOX, [ADELE, ALEX], bytes(message)) == {}
    for mailbox in (ADELE, ALEX):
        got = parsed(open_mail.letters(mailbox=mailbox)[-1])
        assert (got["Subject"], got.get_content()) == ("Grüße", "Zeile\r\n.\r\n..Punkte\r\n")
        assert got["Bcc"] is None
        assert got["Return-Path"] == MAILBOX
        assert got["Received"].startswith("from ")
        assert got["Message-ID"]
        assert got["Date"]
    [sent] = open_mail.letters("Sent Items")
    assert parsed(sent)["Bcc"] == ALEX
    assert parsed(sent)["Received"] is None
    assert open_mail.ledger.stats()["messages"] == {"delivered": 2}


def test_a_submitted_message_is_fetched_over_imap_and_pop(
    open_mail: MailServer, client: smtplib.SMTP
) -> None:
    client.sendmail(MAILBOX, [MAILBOX], LETTER)
    pop = open_mail.popped()
    assert b"Subject: Hello" in pop.retr(3)[1]
    pop.quit()
    with open_mail.logged_in() as imap:
        imap.select()
        assert imap.search(None, "SUBJECT", "Hello") == ("OK", [b"3"])


def test_aliases_groups_and_repeated_recipients(open_mail: MailServer, client: smtplib.SMTP) -> None:
    tenant = open_mail.tenant

    def make() -> None:
        sids = [found["Sid"] for name in (ADELE, ALEX) if (found := mailbox_of(tenant, name))]
        inner = groups.add_group(tenant, "team@contoso.com", "Team", members=(sids[0], sids[1]))
        groups.add_group(tenant, "all@contoso.com", "All", members=(inner["Sid"], sids[0]))

    open_mail.do(make)
    client.sendmail(MAILBOX, ["all@contoso.com", ADELE, "rechnungen@contoso.com"], LETTER)
    assert [len(open_mail.letters(mailbox=name)) for name in (ADELE, ALEX)] == [1, 1]
    assert len(open_mail.letters()) == 3


def test_nothing_leaves_the_tenant(open_mail: MailServer, client: smtplib.SMTP) -> None:
    assert client.sendmail(MAILBOX, ["someone@example.org"], LETTER) == {}
    assert open_mail.ledger.stats()["messages"] == {"outside the tenant": 1}
    [entry] = [entry for entry in open_mail.ledger.log() if entry["call"] == "delivery"]
    assert (entry["recipient"], entry["reason"]) == ("someone@example.org", "outside the tenant")


def test_an_unknown_recipient_is_reported_to_the_sender(open_mail: MailServer, client: smtplib.SMTP) -> None:
    client.sendmail(MAILBOX, ["nobody@contoso.com", ADELE], LETTER)
    assert len(open_mail.letters(mailbox=ADELE)) == 1
    report = parsed(open_mail.letters()[-1])
    assert report.get_content_type() == REPORTED
    assert report["Subject"] == "Undeliverable: Hello"
    words, status, original = report.iter_parts()
    assert "550 5.1.10 RESOLVER.ADR.RecipientNotFound" in words.get_content()
    assert [part["Final-Recipient"] for part in status.iter_parts()] == [None, "rfc822;nobody@contoso.com"]
    assert original.get_content()["Subject"] == "Hello"


@pytest.mark.parametrize(
    ("notify", "recipient", "subject"),
    [
        ("NEVER", "nobody@contoso.com", None),
        ("SUCCESS", "nobody@contoso.com", None),
        ("SUCCESS,FAILURE", "nobody@contoso.com", "Undeliverable: Hello"),
        ("SUCCESS", ADELE, "Delivered: Hello"),
        ("FAILURE", ADELE, None),
        ("SUCCESS", "someone@example.org", "Relayed: Hello"),
    ],
)
def test_reports_are_asked_for(
    open_mail: MailServer, client: smtplib.SMTP, notify: str, recipient: str, subject: str | None
) -> None:
    options = [f"NOTIFY={notify}", f"ORCPT=rfc822;{recipient}+0D+0AX"]
    client.sendmail(MAILBOX, [recipient], LETTER, ["RET=HDRS", "ENVID=a+2Bb+0D+0A"], options)
    found = [parsed(raw) for raw in open_mail.letters()[2:]]
    assert [report["Subject"] for report in found] == ([subject] if subject else [])
    for report in found:
        status, original = list(report.iter_parts())[1:]
        of_message, of_recipient = status.iter_parts()
        assert of_message["Original-Envelope-Id"] == "a+b??"
        assert of_recipient["Original-Recipient"] == f"rfc822;{recipient}??X"
        assert original.get_content_type() == "text/rfc822-headers"


def test_chunks_and_other_letters(open_mail: MailServer, wire: Wire) -> None:
    wire.send(
        "MAIL FROM:<invoices@contoso.com> BODY=8BITMIME SMTPUTF8\r\nRCPT TO:<jörg@contoso.com>\r\n"
        "RCPT TO:<adele@contoso.com>\r\nBDAT 30\r\nSubject: Käse\r\nFrom: invoices".encode()
    )
    assert [wire.reply()[:3] for _ in range(4)] == [b"250"] * 4
    rest = b"@contoso.com\r\n\r\n.\r\n\xff"
    wire.send(b"BDAT %d LAST\r\n" % len(rest) + rest + b"NOOP\r\n")
    assert wire.reply().startswith(b"250 2.0.0 OK <")
    assert wire.reply() == b"250 2.0.0 OK"
    got = open_mail.letters(mailbox=ADELE)[-1]
    assert got.endswith("Subject: Käse\r\nFrom: invoices@contoso.com\r\n\r\n.\r\n".encode() + b"\xff\r\n")
    assert "rfc822;jörg@contoso.com".encode() in open_mail.letters()[-1]


def test_an_empty_chunk_is_the_last(open_mail: MailServer, wire: Wire) -> None:
    wire.send(
        b"MAIL FROM:<invoices@contoso.com>\r\nRCPT TO:<adele@contoso.com>\r\n"
        b"BDAT 6\r\nA: b\r\nBDAT 0 LAST\r\nQUIT\r\n"
    )
    assert [wire.reply()[:3] for _ in range(5)] == [b"250", b"250", b"250", b"250", b"221"]
    assert parsed(open_mail.letters(mailbox=ADELE)[-1])["A"] == "b"


@pytest.mark.parametrize(
    "raw", [b"", b"no field at all\r\n", b"\r\nonly a body\r\n", b"A: b", b"bare\nfeeds\r"]
)
def test_a_message_gets_the_fields_that_it_lacks(
    open_mail: MailServer, client: smtplib.SMTP, raw: bytes
) -> None:
    client.mail(MAILBOX)
    client.rcpt(ADELE)
    assert client.data(raw)[0] == 250
    got = parsed(open_mail.letters(mailbox=ADELE)[-1])
    assert got["From"] == MAILBOX
    assert got["Message-ID"]
    assert ("no field at all" in raw.decode()) == ("no field" in got.get_content())


def test_the_size_limit(open_mail: MailServer, wire: Wire) -> None:
    start = b"MAIL FROM:<invoices@contoso.com>"
    assert wire.say(start + b" SIZE=157286401").startswith(b"552 5.3.4 ")
    wire.say(start + b" SIZE=157286400")
    wire.say(b"RCPT TO:<adele@contoso.com>")
    wire.say(b"DATA")
    line = b"x" * 998 + b"\r\n"
    for _ in range(texts.MESSAGE_LIMIT // len(line) // 100 + 1):
        wire.send(line * 100)
    assert wire.say(b".").startswith(b"552 5.3.4 Message size exceeds fixed maximum message size [")
    assert wire.say(b"NOOP") == b"250 2.0.0 OK"
    wire.say(start)
    wire.say(b"RCPT TO:<adele@contoso.com>")
    wire.send(b"BDAT %d\r\n" % (texts.MESSAGE_LIMIT + 1) + b"x" * (texts.MESSAGE_LIMIT + 1))
    assert wire.reply().startswith(b"552 5.3.4 ")
    assert open_mail.letters(mailbox=ADELE) == []


def test_too_many_recipients(wire: Wire) -> None:
    wire.say(b"MAIL FROM:<invoices@contoso.com>")
    wire.send(b"RCPT TO:<adele@contoso.com>\r\n" * 501)
    assert [wire.reply()[:9] for _ in range(501)] == [b"250 2.1.5"] * 500 + [b"452 4.5.3"]


@pytest.mark.parametrize(
    ("lines", "answer"),
    [
        ([b"MAIL FROM:<a@b>", b"MAIL FROM:<a@b>"], b"503 5.5.2 Sender already specified ["),
        ([b"RCPT TO:<a@b>"], b"503 5.5.2 Need mail command ["),
        ([b"DATA"], b"503 5.5.2 Need mail command ["),
        ([b"MAIL FROM:<a@b>", b"DATA"], b"503 5.5.2 Need rcpt command ["),
        ([b"BDAT 5\r\nabc"], b"503 5.5.2 Need mail command ["),
        ([b"MAIL FROM:<a@b>", b"BDAT 5 LAST\r\nabc"], b"503 5.5.2 Need rcpt command ["),
        ([b"MAIL FROM:<a@b>", b"RCPT TO:<a@b>", b"BDAT 3\r\na", b"DATA"], b"503 5.5.2 Need BDAT command ["),
        ([b"MAIL FROM:<a@b>", b"RSET", b"RCPT TO:<a@b>"], b"503 5.5.2 Need mail command ["),
        ([b"MAIL FROM:<a@b>", b"EHLO again", b"DATA"], b"503 5.5.2 Need mail command ["),
        ([b"MAIL FROM:<not an address>"], b"501 5.1.7 Invalid address ["),
        ([b"MAIL FROM:<a@b> WHAT=EVER"], b"501 5.5.4 Invalid arguments ["),
        ([b"MAIL FROM:<a@b> SIZE=1 SIZE=2"], b"501 5.5.4 Invalid arguments ["),
        ([b"MAIL FROM:<a@b> BODY=BINARYMIME"], b"501 5.5.4 Invalid arguments ["),
        (["MAIL FROM:<jörg@b>".encode()], b"550 5.6.7 "),
        ([b"MAIL FROM:<a@b>", b"RCPT TO:<>"], b"501 5.1.3 Invalid address ["),
        ([b"MAIL FROM:<a@b>", "RCPT TO:<jörg@b>".encode()], b"550 5.6.7 "),
        ([b"MAIL FROM:<a@b>", b"RCPT TO:<a@b> NOTIFY=SOMETIMES"], b"501 5.5.4 Invalid arguments ["),
        ([b"MAIL"], b"501 5.1.7 Invalid address ["),
        ([b"MAIL FROM:<a\x00@b>"], b"501 5.5.4 Invalid arguments ["),
        ([b"MAIL FROM:<a@\xff>"], b"501 5.5.4 Invalid arguments ["),
        ([b"EHLO"], b"501 5.5.4 Invalid arguments ["),
        ([b"EHLO a\nX-Injected: b"], b"501 5.5.4 Invalid arguments ["),
        ([b"DATA now"], b"501 5.5.4 Invalid arguments ["),
        ([b"BDAT many"], b"501 5.5.4 Invalid arguments ["),
        ([b"STARTTLS"], b"503 5.5.2 "),
        ([b"AUTH XOAUTH2 x"], b"503 5.5.2 Already authenticated ["),
        ([b"VRFY adele"], b"252 2.1.5 Cannot VRFY user"),
        ([b"EXPN all"], b"502 5.3.3 Command not implemented ["),
        ([b"TURN"], b"500 5.3.3 Unrecognized command 'TURN' ["),
        ([b"\xff\x00"], b"500 5.3.3 Unrecognized command '"),
        ([b""], b"500 5.3.3 Unrecognized command '' ["),
    ],
)
def test_answers_and_goes_on(wire: Wire, lines: list[bytes], answer: bytes) -> None:
    *before, last = lines
    assert all(wire.say(line).startswith(b"250") for line in before)
    assert wire.say(last).startswith(answer)
    assert wire.say(b"NOOP") == b"250 2.0.0 OK"


def test_ten_unknown_commands_are_enough(wire: Wire) -> None:
    wire.send(b"WHAT\r\n" * 20)
    assert [wire.reply()[:3] for _ in range(10)] == [b"500"] * 9 + [b"421"]
    assert wire.closed()


def test_a_line_without_end_closes_the_connection(open_mail: MailServer, wire: Wire) -> None:
    wire.send(b"x" * 20_000)
    assert wire.reply().startswith(b"500 5.5.2 ")
    assert wire.closed()
    with open_mail.submitting() as other:
        assert other.noop()[0] == 250


def test_what_was_sent_before_the_handshake_is_forgotten(open_mail: MailServer) -> None:
    with smtplib.SMTP(HOST, open_mail.ports["smtp"], timeout=10) as client:
        client.ehlo()
        # In one write, as somebody between client and server would do it (CVE-2011-0411).
        client.send(b"STARTTLS\r\nEHLO injected\r\nMAIL FROM:<a@b>\r\n")
        assert client.getreply()[0] == 220
        client.sock = open_mail.certificate.trusted().wrap_socket(client.sock, server_hostname=HOST)  # type: ignore[arg-type]
        client.file = None
        assert client.docmd("MAIL", "FROM:<a@b>") == (503, client_mark(b"5.5.2 Send hello first"))
        client.ehlo()


def client_mark(text: bytes) -> Any:
    """Whatever begins with these words, and has Exchange's mark behind them."""

    class Marked:
        def __eq__(self, other: object) -> bool:
            return isinstance(other, bytes) and other.startswith(text + b" [") and other.endswith(b"]")

        __hash__ = None  # type: ignore[assignment]

    return Marked()


@pytest.mark.parametrize("size", [1, 3, 64])
def test_a_session_comes_in_pieces(open_mail: MailServer, size: int) -> None:
    with open_mail.encrypted() as wire:
        session = (
            b"AUTH XOAUTH2\r\n" + open_mail.response() + b"\r\nMAIL FROM:<invoices@contoso.com>\r\n"
            b"RCPT TO:<adele@contoso.com>\r\nDATA\r\n" + LETTER + b"..\r\n.\n.\r\n\r\n.\r\nQUIT\r\nNOOP\r\n"
        )
        for place in range(0, len(session), size):
            wire.send(session[place : place + size])
        codes = [wire.reply()[:3] for _ in range(7)]
        assert codes == [b"334", b"235", b"250", b"250", b"354", b"250", b"221"]
        assert wire.closed()
    assert open_mail.letters(mailbox=ADELE)[-1].endswith(b"Text.\r\n.\r\n\r\n.\r\n\r\n")


def test_a_client_that_vanishes_sends_nothing(open_mail: MailServer, wire: Wire) -> None:
    wire.send(b"MAIL FROM:<invoices@contoso.com>\r\nRCPT TO:<adele@contoso.com>\r\nDATA\r\n" + LETTER)
    wire.connection.close()
    with open_mail.submitting() as other:
        other.noop()
    assert open_mail.letters(mailbox=ADELE) == []


def test_faults_and_latency(open_mail: MailServer, client: smtplib.SMTP) -> None:
    text = "4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded"
    open_mail.ledger.add_fault(Fault("smtp MESSAGE", code="432", message=text))
    open_mail.ledger.latencies["smtp MESSAGE"] = 0.05
    with pytest.raises(smtplib.SMTPDataError) as caught:
        client.sendmail(MAILBOX, [ADELE], LETTER)
    assert (caught.value.smtp_code, caught.value.smtp_error) == (432, text.encode())
    assert client.sendmail(MAILBOX, [ADELE], LETTER) == {}
    open_mail.ledger.add_fault(Fault("smtp MESSAGE", effect="lose"))
    with pytest.raises(smtplib.SMTPServerDisconnected):
        client.sendmail(MAILBOX, [ADELE], LETTER)
    assert len(open_mail.letters(mailbox=ADELE)) == 2


def test_latency_of_the_handshake(open_mail: MailServer) -> None:
    open_mail.ledger.latencies["smtp *"] = 0.02
    with open_mail.submitting() as client:
        assert client.noop()[0] == 250


def test_a_session_ends_with_its_state(open_mail: MailServer, wire: Wire) -> None:
    open_mail.do(open_mail.tenant.store.empty)
    assert wire.say(b"NOOP").startswith(b"421 4.3.2 ")
    assert wire.closed()


def test_logins_are_counted_and_the_log_has_no_token(open_mail: MailServer, client: smtplib.SMTP) -> None:
    client.sendmail(MAILBOX, [ADELE], LETTER)
    with open_mail.smtp() as other, pytest.raises(smtplib.SMTPAuthenticationError):
        other.auth("XOAUTH2", lambda _=None: "user=a@contoso.com\x01auth=Bearer secret\x01\x01")
    assert open_mail.ledger.stats()["logins"] == {"smtp ok": 1, "smtp failed": 1}
    log = open_mail.ledger.log()
    assert {"area": "smtp", "call": "MESSAGE", "mailbox": MAILBOX, "status": 250}.items() <= log[
        -9
    ].items() or any(entry["call"] == "MESSAGE" and entry["status"] == 250 for entry in log)
    assert "secret" not in str(log)


@pytest.mark.skipif(which("curl") is None, reason="curl is not installed here")
def test_curl_sends_a_message(open_mail: MailServer) -> None:
    done = subprocess.run(
        ["curl", "--silent", "--show-error", "--ssl-reqd", "--config", "-", "--upload-file", "."],
        input=f'url = "smtp://{HOST}:{open_mail.ports["smtp"]}/client.example"\nuser = "{MAILBOX}"\n'
        f'oauth2-bearer = "{open_mail.token()}"\ncacert = "{open_mail.certificate.authority}"\n'
        f'mail-from = "{MAILBOX}"\nmail-rcpt = "{ADELE}"\n',
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert len(open_mail.letters(mailbox=ADELE)) == 1
