"""Stands before a real PowerShell host, and breaks once: when the first call after connecting waits for it.

Its arguments are that host, how it breaks, a file that remembers that it did, and the host's own arguments.
"""

import base64
import os
import signal
import struct
import subprocess
import sys
import threading
from collections.abc import Iterable
from pathlib import Path
from uuid import UUID

OUTPUT = 0x00041004  # MS-PSRP 2.2.1
CONNECTED = 2  # the first pipeline connects


def main(real: str, fault: str, once: Path, arguments: list[str]) -> None:
    """Hand on what comes, both ways, until it is time."""
    host = subprocess.Popen([real, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert host.stdin
    assert host.stdout
    threading.Thread(target=hand_on, args=(host.stdout,), daemon=True).start()
    pipelines = 0
    for line in sys.stdin.buffer:
        pipelines += line.startswith(b"<Command")
        if pipelines == CONNECTED and line.startswith(b"<Data") and not once.exists():
            once.touch()
            break_down(fault, UUID(line.split(b"'")[3].decode()))
        else:
            host.stdin.write(line)
            host.stdin.flush()


def hand_on(lines: Iterable[bytes]) -> None:
    """What the host says."""
    for line in lines:
        say(line)


def break_down(fault: str, pipeline: UUID) -> None:
    """As it is told to."""
    if fault == "ends":
        os._exit(3)
    if fault == "is killed":
        subprocess.Popen(["sleep", "60"])  # it lives on, and has the same stdout
        os.kill(os.getpid(), signal.SIGKILL)
    if fault == "writes garbage":
        say(b"Unhandled exception.\n")
    if fault == "writes no XML":
        say(data(pipeline, fragment(pipeline, b"<S>\x1b</S>")))
    if fault == "writes half a fragment":
        say(data(pipeline, b"half"))


def fragment(pipeline: UUID, xml: bytes) -> bytes:
    """A message."""
    body = struct.pack("<II", 1, OUTPUT) + bytes(16) + pipeline.bytes_le + xml
    return struct.pack(">QQBI", 1 << 40, 0, 3, len(body)) + body


def data(pipeline: UUID, content: bytes) -> bytes:
    """A packet."""
    return (
        f"<Data Stream='Default' PSGuid='{pipeline}'>{base64.b64encode(content).decode()}</Data>\n".encode()
    )


def say(line: bytes) -> None:
    """Write a line to the client."""
    sys.stdout.buffer.write(line)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]), sys.argv[4:])
