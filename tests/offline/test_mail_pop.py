"""Reading a mailbox over POP3: Exchange's words, the octets as they came, deletion at QUIT only."""

import poplib
import socket
import subprocess
from collections.abc import Iterator
from shutil import which

import pytest

from offline_tenant.mail.store import deliver
from offline_tenant.web.ledger import Fault
from tests.offline.mail_helper import HOST, LETTERS, MAILBOX, MULTIPART, PLAIN, MailServer, Wire

AUTHENTICATED = b"+OK User successfully authenticated."
FAILED = b"-ERR Authentication failure: unknown user name or bad password."
INVALID = b"-ERR Command is not valid in this state."
GONE = b"-ERR The requested message is no longer available; it may have been deleted."
OUT_OF_RANGE = b"-ERR The specified message is out of range."
SIGNING_OFF = b"+OK Microsoft Exchange Server POP3 server signing off."
PROTOCOL_ERROR = b"-ERR Protocol error. Connection is closed. 10"


def say(wire: Wire, line: bytes) -> bytes:
    wire.send(line + b"\r\n")
    return wire.line()


def block(wire: Wire) -> list[bytes]:
    """The lines of a multi-line answer up to the dot."""
    return list(iter(wire.line, b"."))


@pytest.fixture
def outside(mail: MailServer) -> Iterator[Wire]:
    """A connection that has not logged in."""
    with mail.wire("pop") as wire:
        assert wire.line().startswith(b"+OK The Microsoft Exchange POP3 service is ready. [")
        yield wire


@pytest.fixture
def inside(mail: MailServer, outside: Wire) -> Wire:
    assert say(outside, b"AUTH XOAUTH2") == b"+ "
    assert say(outside, mail.response()) == AUTHENTICATED
    return outside


def test_says_what_it_can(outside: Wire) -> None:
    assert say(outside, b"CAPA") == b"+OK"
    assert block(outside) == [b"TOP", b"UIDL", b"SASL PLAIN XOAUTH2", b"USER"]


def test_poplib_reads_and_deletes(mail: MailServer) -> None:
    client = mail.popped()
    assert client.stat() == (2, sum(map(len, LETTERS)))
    assert client.list()[1] == [b"1 %d" % len(PLAIN), b"2 %d" % len(MULTIPART)]
    assert [b"\r\n".join(client.retr(number)[1]) + b"\r\n" for number in (1, 2)] == [*LETTERS]
    assert client.top(1, 0)[1] == PLAIN.split(b"\r\n")[:6]
    client.dele(1)
    assert client.stat() == (1, len(MULTIPART))
    assert client.quit() == SIGNING_OFF
    assert mail.letters() == [MULTIPART]


def test_names_of_messages_stay(mail: MailServer) -> None:
    first = mail.popped()
    names = [line.split()[1] for line in first.uidl()[1]]
    first.dele(1)
    first.quit()
    mail.do(lambda: deliver(mail.tenant, mail.mailbox, PLAIN))
    second = mail.popped()
    later = [line.split()[1] for line in second.uidl()[1]]
    second.quit()
    assert len({*names, *later}) == 3
    assert later[0] == names[1]


def test_nothing_is_deleted_without_quit(mail: MailServer, inside: Wire) -> None:
    assert say(inside, b"DELE 1") == b"+OK"
    inside.connection.close()
    with mail.wire("pop"):
        pass
    assert len(mail.letters()) == 2


def test_reset_takes_marks_back(mail: MailServer, inside: Wire) -> None:
    assert [say(inside, line) for line in (b"DELE 1", b"DELE 2", b"RSET", b"QUIT")][-1] == SIGNING_OFF
    assert inside.closed()
    assert len(mail.letters()) == 2


def test_two_sessions_keep_their_numbers(mail: MailServer, inside: Wire) -> None:
    other = mail.popped()
    other.dele(1)
    other.quit()
    assert say(inside, b"STAT").startswith(b"+OK 2 ")
    assert say(inside, b"RETR 1") == GONE
    assert say(inside, b"RETR 2") == b"+OK"
    assert block(inside)[0] == MULTIPART.split(b"\r\n")[0]
    say(inside, b"DELE 1")
    assert say(inside, b"QUIT") == SIGNING_OFF
    assert mail.letters() == [MULTIPART]


@pytest.mark.parametrize(
    ("raw", "lines"),
    [
        (b"A: b\r\n\r\n.\r\n..\r\n.x\r\n", [b"A: b", b"", b"..", b"...", b"..x"]),
        (b"A: b\r\n\r\nno end", [b"A: b", b"", b"no end"]),
        (b"A: b\n\nbare\n.\nmore\r\rend\n", [b"A: b", b"", b"bare", b"..", b"more", b"", b"end"]),
        (b"", []),
        (b"\x00\xff\r\n", [b"\x00\xff"]),
    ],
)
def test_any_octets_can_be_fetched(mail: MailServer, raw: bytes, lines: list[bytes]) -> None:
    mail.do(lambda: deliver(mail.tenant, mail.mailbox, raw))
    with mail.wire("pop") as wire:
        wire.line()
        say(wire, b"AUTH XOAUTH2")
        say(wire, mail.response())
        assert say(wire, b"RETR 3") == b"+OK"
        assert block(wire) == lines
        assert say(wire, b"NOOP") == b"+OK"


@pytest.mark.parametrize(
    ("lines", "body"), [(0, []), (1, [b"one"]), (2, [b"one", b"two"]), (9, [b"one", b"two"])]
)
def test_top_counts_lines_of_the_body(mail: MailServer, lines: int, body: list[bytes]) -> None:
    mail.do(lambda: deliver(mail.tenant, mail.mailbox, b"A: b\r\n\r\none\r\ntwo\r\n"))
    client = mail.popped()
    assert client.top(3, lines)[1] == [b"A: b", b"", *body]
    client.quit()


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        (b"STLS", INVALID),
        (b"STAT", INVALID),
        (b"RETR 1", INVALID),
        (b"NOOP", INVALID),
        (b"APOP a b", INVALID),
        (b"", INVALID),
        (b"\x00\xff\x01", INVALID),
        (b"AUTH", b"-ERR Invalid arguments."),
        (b"AUTH GSSAPI", b"-ERR Unsupported authentication mechanism."),
        (b"AUTH PLAIN AGEAYg==", FAILED),
        (b"AUTH XOAUTH2 =", FAILED),
        (b"AUTH XOAUTH2 ****", FAILED),
        (b"PASS x", INVALID),
    ],
)
def test_before_the_login(outside: Wire, line: bytes, answer: bytes) -> None:
    assert say(outside, line) == answer
    assert say(outside, b"QUIT") == SIGNING_OFF


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        (b"RETR 3", OUT_OF_RANGE),
        (b"RETR 0", OUT_OF_RANGE),
        (b"DELE 999999999", OUT_OF_RANGE),
        (b"LIST 3", OUT_OF_RANGE),
        (b"UIDL 3", OUT_OF_RANGE),
        (b"TOP 3 1", OUT_OF_RANGE),
        (b"RETR -1", b"-ERR Invalid arguments."),
        (b"RETR one", b"-ERR Invalid arguments."),
        (b"RETR", b"-ERR Invalid arguments."),
        (b"RETR 1 2", b"-ERR Invalid arguments."),
        (b"TOP 1", b"-ERR Invalid arguments."),
        (b"TOP 1 -1", b"-ERR Invalid arguments."),
        (b"RETR 99999999999", b"-ERR Invalid arguments."),
        (b"AUTH XOAUTH2", INVALID),
        (b"USER a", INVALID),
        (b"XTND", INVALID),
        (b"DELE 1\r\nDELE 1", b"+OK"),
    ],
)
def test_after_the_login(inside: Wire, line: bytes, answer: bytes) -> None:
    assert say(inside, line) == answer
    if b"\r\n" in line:
        assert inside.line() == GONE
    assert say(inside, b"QUIT") == SIGNING_OFF


def test_passwords_are_refused(outside: Wire) -> None:
    assert say(outside, b"USER invoices@contoso.com") == b"+OK"
    assert (
        say(outside, b"PASS with spaces in it") == b"-ERR Logon failure: unknown user name or bad password."
    )


def test_a_token_in_one_line_is_too_long(mail: MailServer, outside: Wire) -> None:
    assert say(outside, b"AUTH XOAUTH2 " + mail.response()) == PROTOCOL_ERROR
    assert outside.closed()


def test_lines_without_end_close_the_connection(mail: MailServer, inside: Wire) -> None:
    inside.send(b"x" * 1000)
    assert inside.line() == PROTOCOL_ERROR
    assert inside.closed()
    with mail.wire("pop") as other:
        other.line()
        say(other, b"AUTH XOAUTH2")
        other.send(b"x" * 20_000)
        assert other.line() == PROTOCOL_ERROR


def test_logins_are_counted_and_logged_without_the_token(mail: MailServer, outside: Wire) -> None:
    response = mail.response(user="nobody@contoso.com")
    say(outside, b"AUTH XOAUTH2")
    assert say(outside, response) == FAILED
    say(outside, b"AUTH XOAUTH2")
    assert say(outside, mail.response()) == AUTHENTICATED
    assert mail.ledger.stats()["logins"] == {"pop failed": 1, "pop ok": 1}
    assert "no mailbox has this address" in [entry.get("reason") for entry in mail.ledger.log()]
    assert response.decode() not in str(mail.ledger.log())


def test_a_response_that_comes_late_is_not_logged(mail: MailServer, outside: Wire) -> None:
    assert say(outside, b"c2VjcmV0") == INVALID
    assert mail.ledger.log()[-1]["call"] == "(unknown)"


@pytest.mark.parametrize("size", [1, 2, 7])
def test_commands_come_in_pieces(mail: MailServer, size: int) -> None:
    with mail.wire("pop") as wire:
        wire.line()
        session = b"AUTH XOAUTH2\r\n" + mail.response() + b"\r\nSTAT\r\nQUIT\r\nSTAT\r\n"
        for place in range(0, len(session), size):
            wire.send(session[place : place + size])
        assert [wire.line() for _ in range(4)] == [
            b"+ ",
            AUTHENTICATED,
            b"+OK 2 %d" % sum(map(len, LETTERS)),
            SIGNING_OFF,
        ]
        assert wire.closed()


def test_faults_and_latency(mail: MailServer, inside: Wire) -> None:
    mail.ledger.add_fault(Fault("pop STAT", message="Server Unavailable. 21"))
    mail.ledger.latencies["pop NOOP"] = 0.05
    inside.send(b"NOOP\r\nSTAT\r\nNOOP\r\n")
    assert [inside.line() for _ in range(3)] == [b"+OK", b"-ERR Server Unavailable. 21", b"+OK"]
    mail.ledger.add_fault(Fault("pop DELE", effect="lose"))
    inside.send(b"DELE 1\r\nQUIT\r\n")
    assert inside.dropped()
    assert len(mail.letters()) == 2


def test_a_session_ends_with_its_state(mail: MailServer, inside: Wire) -> None:
    mail.do(mail.tenant.store.empty)
    assert say(inside, b"STAT") == b"-ERR Server Unavailable. 15"
    assert inside.closed()


def test_without_tls_nothing_is_answered(mail: MailServer) -> None:
    with socket.create_connection((HOST, mail.ports["pop"]), timeout=10) as plain:
        plain.sendall(b"CAPA\r\n")
        assert b"+OK" not in plain.recv(1000)


@pytest.mark.skipif(which("curl") is None, reason="curl is not installed here")
def test_curl_fetches_a_message(mail: MailServer) -> None:
    done = subprocess.run(
        ["curl", "--silent", "--show-error", "--config", "-"],
        input=f'url = "pop3s://{HOST}:{mail.ports["pop"]}/1"\nuser = "{MAILBOX}"\n'
        f'oauth2-bearer = "{mail.token()}"\ncacert = "{mail.certificate.authority}"\n',
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Subject: Invoice FAB-20417" in done.stdout


def test_poplib_is_refused_with_a_password(mail: MailServer) -> None:
    client = mail.pop()
    client.user(MAILBOX)
    with pytest.raises(poplib.error_proto, match="Logon failure"):
        client.pass_("secret")
    client.quit()
