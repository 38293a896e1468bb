"""The line-delimited XML packets of ``pwsh -s`` (OutOfProcessUtils.cs): text to fields, fields to text."""

import binascii
from base64 import b64decode, b64encode
from dataclasses import dataclass
from typing import Final
from uuid import UUID
from xml.etree import ElementTree as ET

from psrpcore import PSRPPayload, StreamType

SESSION: Final = UUID(int=0)  # packets of the runspace pool itself
KINDS: Final = frozenset({"Data", "Command", "Close", "Signal"})
STREAMS: Final = {"Default": StreamType.default, "PromptResponse": StreamType.prompt_response}
STREAM_NAMES: Final = {stream: name for name, stream in STREAMS.items()}


class MalformedPacketError(Exception):
    """A line that is no packet of the protocol."""


@dataclass(frozen=True)
class Packet:
    """One packet from the client.

    Args:
        kind: Data, Command, Close or Signal.
        id: the pipeline, or ``SESSION``.
        payload: of a Data packet, empty for the others.
    """

    kind: str
    id: UUID
    payload: PSRPPayload


def parse(line: bytes) -> Packet:
    """One line as a packet.

    Raises:
        MalformedPacketError: it is none; the text says why, without what was in it.
    """
    try:
        element = ET.fromstring(line)  # noqa: S314 - expat expands nothing external, and our parent speaks
        kind, id_ = element.tag, UUID(element.get("PSGuid", ""))
        stream = STREAMS[element.get("Stream", "Default")]
        data = b64decode(element.text or "", validate=True) if kind == "Data" else b""
    except (ET.ParseError, ValueError, KeyError, binascii.Error) as error:
        raise MalformedPacketError(
            f"a line of {len(line)} bytes is no packet ({type(error).__name__})"
        ) from error
    if kind not in KINDS:
        raise MalformedPacketError(f"there is no packet of the kind {kind[:40]!r}")
    return Packet(kind, id_, PSRPPayload(data, stream, None if id_ == SESSION else id_))


def data(payload: PSRPPayload) -> bytes:
    """A packet with a piece of a message for the client."""
    name = STREAM_NAMES[payload.stream_type]
    text = b64encode(payload.data).decode()
    return f"<Data Stream='{name}' PSGuid='{payload.pipeline_id or SESSION}'>{text}</Data>\n".encode()


def acknowledgement(kind: str, id_: UUID) -> bytes:
    """The answer to a packet: DataAck, CommandAck, CloseAck or SignalAck."""
    return f"<{kind}Ack PSGuid='{id_}' />\n".encode()
