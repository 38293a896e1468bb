"""Eight clients at once over real TLS; ``bench/offline_load.py`` does the same with more requests."""

import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from offline_tenant import process
from offline_tenant.home import Home
from tests.offline import load_helper

pytestmark = pytest.mark.load

CLIENTS = 8
REQUESTS = 150  # of each client
GROWTH = 24 * 1024 * 1024  # bytes; the log alone may take five megabytes


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    home = Home(tmp_path / "home")
    process.start(home)
    yield home
    process.stop(home)


def test_nothing_is_lost_refused_or_leaked(home: Home) -> None:
    outcome = load_helper.run(home, CLIENTS, REQUESTS)

    assert outcome.requests >= CLIENTS * REQUESTS
    assert set(outcome.statuses) <= {200, 201, 204}
    assert outcome.lost == []
    assert outcome.after.descriptors <= outcome.before.descriptors
    assert outcome.after.memory - outcome.before.memory < GROWTH
    counted = process.control(home, "GET", "stats")
    assert counted["exchange"]["Get-Mailbox"] > CLIENTS
    assert home.log.read_text() == ""


def test_clients_that_hang_up_anyhow_leave_nothing(home: Home) -> None:
    """In the middle of the handshake, of a request, before the answer; with and without saying so."""
    port = home.remembered()["ports"]["https"]
    context = ssl.create_default_context(cafile=str(home.certificates / "ca.pem"))
    process.control(home, "GET", "clock")
    before = load_helper.figures(home)
    half = b"POST /_control/latency HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{"
    whole = b"GET /metadata/endpoints HTTP/1.1\r\nHost: localhost\r\n\r\n"
    for sent in (b"", b"GET", b"\x00" * 50, half, whole, whole * 20):
        for polite in (True, False):
            plain = socket.create_connection(("localhost", port))
            with context.wrap_socket(plain, server_hostname="localhost") as connection:
                connection.sendall(sent)
                if polite:
                    connection.shutdown(socket.SHUT_WR)
    for garbage in (b"", b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x02\x00\x01"):
        with socket.create_connection(("localhost", port)) as plain:
            plain.sendall(garbage)

    assert load_helper.settled(home, before).descriptors <= before.descriptors
    assert process.control(home, "GET", "latency") == {}
    assert "Traceback" not in home.log.read_text()
