"""``pwsh -s``: a session over standard input and output, one packet a line."""

import os
import sys
import threading
from collections.abc import Callable, Mapping
from typing import BinaryIO, Final

from psrpcore import PSRPPayload

from offline_tenant.pwsh.framing import SESSION, MalformedPacketError, Packet, acknowledgement, data, parse
from offline_tenant.pwsh.session import Session

GOOD: Final = 0
BROKEN: Final = 1


class Server:
    """One session over a pair of streams.

    Args:
        reader: the client's packets.
        writer: ours, and nothing else.
        complain: takes a sentence about what went wrong.
    """

    def __init__(self, reader: BinaryIO, writer: BinaryIO, complain: Callable[[str], None]) -> None:
        self._reader, self._writer, self._complain = reader, writer, complain
        self._writing = threading.Lock()
        self._session = Session(self._send)
        self._closing = False

    def serve(self) -> int:
        """Serve until the client closes the session; gives the exit code."""
        try:
            for line in self._reader:
                self._handle(parse(line))
                if self._closing and not self._session.pipelines:
                    return self._end()
        except MalformedPacketError as error:
            return self._broken(f"malformed packet: {error}")
        except BrokenPipeError:
            return self._broken("the client does not read any more")
        except Exception as error:  # noqa: BLE001 - psrpcore raises anything for bytes that are no message
            return self._broken(f"malformed message ({type(error).__name__})")
        return self._broken("standard input ended before the session was closed")

    def _broken(self, why: str) -> int:
        self._complain(f"pwsh (offline tenant): {why}")
        return BROKEN

    def _handle(self, packet: Packet) -> None:
        HANDLERS[packet.kind](self, packet)

    def _data(self, packet: Packet) -> None:
        # The acknowledgement comes first: it says that the packet arrived, not that it was understood.
        self._write(acknowledgement("Data", packet.id))
        self._session.receive(packet.payload)

    def _command(self, packet: Packet) -> None:
        self._session.announce(packet.id)
        self._write(acknowledgement("Command", packet.id))

    def _signal(self, packet: Packet) -> None:
        self._session.signal(packet.id)
        self._write(acknowledgement("Signal", packet.id))

    def _close(self, packet: Packet) -> None:
        if packet.id == SESSION:
            self._closing = True  # answered when the last pipeline is closed
            return
        self._session.close_pipeline(packet.id)
        self._write(acknowledgement("Close", packet.id))

    def _end(self) -> int:
        self._session.close()
        self._write(acknowledgement("Close", SESSION))
        return GOOD

    def _send(self, payload: PSRPPayload) -> None:
        self._write(data(payload))

    def _write(self, packet: bytes) -> None:
        with self._writing:
            self._writer.write(packet)
            self._writer.flush()


HANDLERS: Final[Mapping[str, Callable[[Server, Packet], None]]] = {
    "Data": Server._data,  # noqa: SLF001 - the table of the class above
    "Command": Server._command,  # noqa: SLF001
    "Signal": Server._signal,  # noqa: SLF001
    "Close": Server._close,  # noqa: SLF001
}


def serve() -> int:
    """Serve on this process's own streams."""
    # Whatever prints from now on prints to standard error: the real standard output carries packets only.
    with os.fdopen(os.dup(1), "wb") as packets:
        os.dup2(2, 1)
        server = Server(sys.stdin.buffer, packets, lambda text: print(text, file=sys.stderr, flush=True))  # noqa: T201
        return server.serve()
