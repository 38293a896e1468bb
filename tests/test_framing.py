"""Packets of PowerShell's pipes, as lines."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailgrant.exchange.carriers.framing import SESSION, NotAPacketError, Packet, decode, encode

KINDS = st.sampled_from(
    ["Data", "Command", "Close", "Signal", "DataAck", "CommandAck", "CloseAck", "SignalAck"]
)


@given(KINDS, st.uuids(), st.binary(max_size=1000))
def test_a_packet_survives_its_line(kind: str, id_: UUID, data: bytes) -> None:
    packet = Packet(kind, id_, data if kind == "Data" else b"")

    assert decode(encode(packet)) == packet


def test_lines_as_powershell_writes_them() -> None:
    session = "00000000-0000-0000-0000-000000000000"

    assert decode(f"<DataAck PSGuid='{session}' />\r\n".encode()) == Packet("DataAck", SESSION)
    assert decode(f"<Data Stream='Default' PSGuid='{session}'>AAEC</Data>".encode()).data == b"\x00\x01\x02"
    assert encode(Packet("Command", SESSION)) == f"<Command PSGuid='{session}' />\n".encode()


@given(st.binary(max_size=200))
def test_anything_else_is_refused(line: bytes) -> None:
    with pytest.raises(NotAPacketError):
        decode(line)


@pytest.mark.parametrize(
    "line", ["<Data Stream='Default' PSGuid='00000000-0000-0000-0000-000000000000'>A</Data>"]
)
def test_half_an_octet_is_refused(line: str) -> None:
    with pytest.raises(NotAPacketError):
        decode(line.encode())
