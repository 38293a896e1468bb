"""Bytes that no client should send: the stand-in answers, ends in order, and never hangs or tells what it was sent."""

import base64
import io
import uuid
from collections.abc import Callable

import psrpcore
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from psrpcore import ClientPowerShell, ClientRunspacePool, Command, PowerShell, StreamType

from offline_tenant.pwsh.framing import MalformedPacketError, Packet, parse
from offline_tenant.pwsh.server import BROKEN, GOOD, Server

SESSION = uuid.UUID(int=0)
KINDS = ["Data", "Command", "Close", "Signal"]


def data(content: bytes, id_: uuid.UUID = SESSION) -> bytes:
    return f"<Data Stream='Default' PSGuid='{id_}'>{base64.b64encode(content).decode()}</Data>\n".encode()


def plain(kind: str, id_: uuid.UUID = SESSION) -> bytes:
    return f"<{kind} PSGuid='{id_}' />\n".encode()


def serve(*lines: bytes) -> tuple[int, bytes, str]:
    """Exit code, packets, and what was said on standard error."""
    written, said = io.BytesIO(), list[str]()
    return (
        Server(io.BytesIO(b"".join(lines)), written, said.append).serve(),
        written.getvalue(),
        "\n".join(said),
    )


def opening(size: int) -> list[bytes]:
    """The messages that open a session, in fragments of so many bytes."""
    pool = ClientRunspacePool()
    pool.open()
    return _all(pool, size)


def _all(pool: ClientRunspacePool, size: int) -> list[bytes]:
    found = []
    while payload := pool.data_to_send(size):
        assert payload.stream_type == StreamType.default
        found.append(bytes(payload.data))
    return found


def pipeline() -> tuple[uuid.UUID, list[bytes]]:
    """A pipeline's id, and its message in small fragments."""
    pool = ClientRunspacePool()
    pool.open()
    _all(pool, 32_768)
    pool.state = psrpcore.types.RunspacePoolState.Opened
    shell = ClientPowerShell(pool)
    shell.metadata = PowerShell()
    shell.metadata.commands.append(Command("Get-Module"))
    shell.start()
    return shell.pipeline_id, _all(pool, 256)


def fragments(first: list[bytes]) -> list[bytes]:
    """Fragments one by one, wherever a payload holds several."""
    found, rest = [], b"".join(first)
    while rest:
        end = 21 + int.from_bytes(rest[17:21], "big")
        found.append(rest[:end])
        rest = rest[end:]
    return found


GARBLED: dict[str, Callable[[list[bytes]], list[bytes]]] = {
    "out of order": lambda parts: [parts[1], parts[0], *parts[2:]],
    "the first one lost": lambda parts: parts[1:],
    "one in the middle lost": lambda parts: [parts[0], *parts[2:]],
    "one twice": lambda parts: [parts[0], parts[0], *parts[1:]],
    "cut": lambda parts: [parts[0][:-5], *parts[1:]],
    "garbage behind": lambda parts: [*parts[:-1], parts[-1] + b"\0" * 30],
    "garbage before": lambda parts: [b"\xff" * 30, *parts],
}


def test_a_session_in_small_fragments_opens() -> None:
    code, written, said = serve(*map(data, opening(64)), plain("Close"))
    assert (code, said) == (GOOD, "")
    assert written.count(b"<DataAck") == len(opening(64))


# What psrpcore makes of each: the end with a sentence, or silence until the client closes. Of the opening, of a pipeline.
ENDS = {
    "out of order": (GOOD, BROKEN),
    "the first one lost": (GOOD, BROKEN),
    "one in the middle lost": (BROKEN, BROKEN),
    "one twice": (GOOD, BROKEN),
    "cut": (BROKEN, GOOD),
    "garbage behind": (BROKEN, BROKEN),
    "garbage before": (BROKEN, BROKEN),
}


@pytest.mark.parametrize("name", GARBLED)
def test_garbled_fragments_of_the_opening_end_in_order(name: str) -> None:
    parts = fragments(opening(300))
    assert len(parts) > 3
    code, written, said = serve(*map(data, GARBLED[name](parts)), plain("Close"))
    assert code == ENDS[name][0]
    assert said.startswith("pwsh (offline tenant): malformed") == (code == BROKEN)
    assert (b"<CloseAck" in written) == (code == GOOD)
    assert len(said) < 200


@pytest.mark.parametrize("name", GARBLED)
def test_garbled_fragments_of_a_pipeline_end_in_order(name: str) -> None:
    id_, parts = pipeline()
    assert len(parts) > 3
    lines = [data(part, id_) for part in GARBLED[name](parts)]
    code, written, _ = serve(
        *map(data, opening(32_768)), plain("Command", id_), *lines, plain("Close", id_), plain("Close")
    )
    assert code == ENDS[name][1]
    assert f"<CommandAck PSGuid='{id_}' />".encode() in written


@settings(max_examples=150, deadline=None)
@given(st.lists(st.binary(max_size=60).map(lambda line: line.replace(b"\n", b"") + b"\n"), max_size=4))
def test_lines_of_bytes_end_the_process_with_a_sentence(lines: list[bytes]) -> None:
    code, _, said = serve(*lines)
    assert code == BROKEN
    assert said.startswith("pwsh (offline tenant): ")


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(KINDS), st.integers(0, 2), st.binary(max_size=80)), min_size=1, max_size=8
    )
)
def test_packets_in_any_order_are_acknowledged_or_end_it(packets: list[tuple[str, int, bytes]]) -> None:
    ids = [SESSION, uuid.UUID(int=1), uuid.UUID(int=2)]
    lines = [
        data(content, ids[number]) if kind == "Data" else plain(kind, ids[number])
        for kind, number, content in packets
    ]
    code, written, _ = serve(*map(data, opening(32_768)), *lines)
    assert code in {GOOD, BROKEN}
    assert written.count(b"Ack ") <= len(lines) + 1


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_a_line_is_a_packet_or_malformed(line: bytes) -> None:
    try:
        found: Packet | str = parse(line)
    except MalformedPacketError as error:
        found = str(error)
    assert isinstance(found, Packet) or len(found) < 120


@settings(max_examples=100, deadline=None)
@given(cut=st.integers(0, 400), behind=st.binary(max_size=20))
def test_a_packet_cut_anywhere_with_anything_behind(cut: int, behind: bytes) -> None:
    line = data(opening(32_768)[0])[:-1]
    code, _, said = serve(line[: min(cut, len(line) - 1)] + behind.replace(b"\n", b"") + b"\n")
    assert code == BROKEN
    assert base64.b64encode(opening(32_768)[0])[:40].decode() not in said
