"""IMAP's bytes cut at any place, one at a time, and with garbage behind: the answers are those to the whole."""

import base64
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport

from offline_tenant.mail.connections import Connections
from offline_tenant.mail.imap.protocol import ImapConnection
from offline_tenant.state.tenant import Installation
from offline_tenant.web.ledger import Ledger
from tests.offline.mail_helper import MAILBOX, fill, token, xoauth2

# What changes nothing, so that every run gets the same answers.
SESSION = (
    b'b ID ("name" {4}\r\ntest)\r\n'
    b"c SELECT {5+}\r\nINBOX\r\n"
    b"d UID FETCH 1:* (FLAGS BODY.PEEK[HEADER.FIELDS (Subject)] BODY.PEEK[]<3.20>)\r\n"
    b"e SEARCH SUBJECT {7}\r\nInvoice OR SEEN UNSEEN\r\n"
    b"f APPEND Nowhere (\\Seen) {13+}\r\nA: b\r\n\r\n{3}\r\n\r\n"
    b'g LIST {0+}\r\n "%"\r\n'
    b"\x00\xff\r\n"
    b"h STARTTLS\r\n"
    b"i IDLE\r\nDONE\r\n"
    b"j FETCH 1 (FLAGS\r\n"
    b"k COPY 1 {3+}\r\nx/y\r\n"
    b"l UID EXPUNGE 99\r\n"
    b"m LOGOUT\r\n"
)
ENDING = b"m OK LOGOUT completed.\r\n"


@pytest.fixture
def connections(installation: Installation) -> Connections:
    fill(installation.tenants()[0])
    return Connections(Clock(), installation, Ledger())


def said(connections: Connections, pieces: Sequence[bytes]) -> bytes:
    """Everything that the server says to these pieces, up to the end of the connection."""
    transport = StringTransport()  # type: ignore[no-untyped-call]
    connection = ImapConnection(connections)
    connection.makeConnection(transport)  # type: ignore[no-untyped-call]
    for piece in pieces:
        connection.dataReceived(piece)
    connection.connectionLost()
    found: bytes = transport.value()  # type: ignore[no-untyped-call]
    return found


def login(connections: Connections) -> bytes:
    tenant = connections.installation.tenants()[0]
    return b"a AUTHENTICATE XOAUTH2 " + base64.b64encode(xoauth2(MAILBOX, token(tenant))) + b"\r\n"


@pytest.fixture
def whole(connections: Connections) -> bytes:
    """The answers to the session in one piece; the second time, when nothing is recent any more."""
    said(connections, [login(connections) + SESSION])
    found = said(connections, [login(connections) + SESSION])
    assert found.endswith(ENDING)
    tagged = [
        line.split(b" ")[:2] for line in found.splitlines() if line[1:2] == b" " and line[:1] not in b"*+"
    ]
    outcomes = b"".join(tag + outcome[:1] for tag, outcome in tagged)
    assert outcomes == b"aObOcOdOeOfNgOhBiOjBkNlOmO"
    return found


def test_cut_at_every_place(connections: Connections, whole: bytes) -> None:
    first = login(connections)
    for place in range(len(SESSION)):
        assert said(connections, [first + SESSION[:place], SESSION[place:]]) == whole, place


def test_one_byte_at_a_time(connections: Connections, whole: bytes) -> None:
    octets = login(connections) + SESSION
    assert said(connections, [octets[place : place + 1] for place in range(len(octets))]) == whole


@pytest.mark.parametrize(
    "garbage", [b"n NOOP\r\n", b"\x00" * 100_000, b"\xff\r\n" * 1000, b"n APPEND x {9}\r\n"]
)
def test_nothing_is_answered_behind_the_end(connections: Connections, whole: bytes, garbage: bytes) -> None:
    assert said(connections, [login(connections) + SESSION + garbage]) == whole
    assert said(connections, [login(connections), SESSION, garbage, garbage]) == whole


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(places=st.lists(st.integers(0, len(SESSION)), max_size=12).map(sorted))
def test_cut_anyhow(connections: Connections, whole: bytes, places: list[int]) -> None:
    edges = [0, *places, len(SESSION)]
    pieces = [SESSION[low:high] for low, high in pairwise(edges)]
    assert said(connections, [login(connections), *pieces]) == whole


NOISE = st.one_of(
    st.binary(max_size=60),
    st.sampled_from(
        [
            *(b"\r\n", b"a {5}\r\n", b"a {99999999999}\r\n", b"a {4294967296+}\r\n", b"{", b"}", b"{0}\r\n"),
            *(b"a LOGIN ", b"a AUTHENTICATE XOAUTH2 ", b"*\r\n", b"=\r\n", b'"', b"\\", b"A" * 17_000),
            b"a IDLE\r\n",
        ]
    ),
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(noise=st.lists(NOISE, max_size=12), inside=st.booleans())
def test_any_bytes_are_answered_and_the_next_one_is_served(
    connections: Connections, noise: list[bytes], *, inside: bool
) -> None:
    first = [login(connections), b"b EXAMINE INBOX\r\n"] if inside else []
    for answer in said(connections, [*first, *noise]).split(b"\r\n"):
        assert answer.startswith((b"* ", b"+ ", b"")), answer
        assert b"Traceback" not in answer
        assert b"Server Unavailable" not in answer
    assert len(connections) == 0
    assert said(connections, [login(connections), b"z LOGOUT\r\n"]).endswith(b"z OK LOGOUT completed.\r\n")
