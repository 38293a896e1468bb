"""Packets of PowerShell remoting over a process's pipes (``pwsh -s``), one XML element a line. No I/O.

Source: PowerShell's OutOfProcTransportManager; what was measured stands in the tests.
"""

import base64
import binascii
import re
from dataclasses import dataclass
from typing import Final
from uuid import UUID

SESSION: Final = UUID(int=0)  # packets for the session itself, not for one pipeline

PACKET: Final = re.compile(
    r"<(?P<kind>[A-Za-z]+)(?: Stream='(?P<stream>[A-Za-z]*)')? PSGuid='(?P<id>[0-9A-Fa-f-]{36})'\s*"
    r"(?:/>|>(?P<data>[A-Za-z0-9+/=]*)</(?P=kind)>)"
)


class NotAPacketError(ValueError):
    """A line that is no packet: the program on the other side is no PowerShell host, or talks on stdout."""


@dataclass(frozen=True)
class Packet:
    """One packet.

    Args:
        kind: ``Data``, ``Command``, ``Close``, ``Signal``, or one of these with ``Ack``.
        id: the pipeline, or ``SESSION``.
        data: fragments of messages; empty but for ``Data``.
    """

    kind: str
    id: UUID = SESSION
    data: bytes = b""

    @property
    def acknowledgement(self) -> "Packet":
        """What the other side answers at once, before it does anything."""
        return Packet(f"{self.kind}Ack", self.id)


def encode(packet: Packet) -> bytes:
    """A packet as a line."""
    if packet.kind == "Data":
        return f"<Data Stream='Default' PSGuid='{packet.id}'>{_base64(packet.data)}</Data>\n".encode()
    return f"<{packet.kind} PSGuid='{packet.id}' />\n".encode()


def decode(line: bytes) -> Packet:
    """A line as a packet.

    Raises:
        NotAPacketError: it is none.
    """
    match = PACKET.fullmatch(line.decode("ascii", "replace").strip())
    if match is None:
        raise NotAPacketError(line[:200].decode("utf-8", "replace"))
    try:
        return Packet(match["kind"], UUID(match["id"]), base64.b64decode(match["data"] or "", validate=True))
    except (binascii.Error, ValueError) as error:
        raise NotAPacketError(line[:200].decode("utf-8", "replace")) from error


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
