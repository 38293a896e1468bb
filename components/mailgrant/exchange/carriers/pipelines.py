"""Pipelines of one cmdlet, and the message that creates one, which is what psrpcore takes longest for.

Thousands of calls differ in a few plain texts. psrpcore writes the first of them with marks in the place of its texts,
and that is the stencil of the others. A call with a text in which anything would have to be escaped is written by
psrpcore alone.
"""

import re
import struct
from itertools import count
from typing import Final
from uuid import UUID, uuid4

import psrpcore
from psrpcore.types import PSInvocationState

from mailgrant.exchange.carriers.values import sendable
from mailgrant.exchange.cmdlets.call import Call

SIZE: Final = 32 * 1024  # bytes of one packet's data, as PowerShell itself sends them
# Nothing of XML, nothing beyond ASCII, and no _x, with which PowerShell's escapes begin.
PLAIN: Final = re.compile(r"(?:[A-Za-z0-9 .,:;@+=/()*'-]|_(?![xX]))*")
STENCILS: Final = 100  # that are kept; mailgrant needs about twenty
# Of a fragment (MS-PSRP 2.2.4): object, number, flags, length. Of a message (2.2.1): receiver, type, pool, pipeline.
FRAGMENT: Final = struct.Struct(">QQBI")
MESSAGE: Final = struct.Struct("<II16s16s")
WHOLE: Final = 3  # the flags of a fragment that is a message's first and last
OBJECTS: Final = 1 << 32  # where the numbers begin that psrpcore's own counter does not reach

Shape = tuple[str, ...]


class Pipelines:
    """Creates the pipelines of a runspace pool.

    Args:
        pool: open, so that it knows which version the other side speaks.
    """

    def __init__(self, pool: psrpcore.ClientRunspacePool) -> None:
        self._pool = pool
        self._stencils: dict[Shape, list[bytes]] = {}
        self._objects = count(OBJECTS)

    def create(self, call: Call) -> tuple[psrpcore.ClientPowerShell, list[bytes]]:
        """The pipeline of a call, and the data that begins it on the other side, packet by packet.

        Raises:
            TypeError: a parameter is no plain value.
        """
        pipeline = psrpcore.ClientPowerShell(self._pool)
        if data := self._filled(call, pipeline.pipeline_id):
            pipeline.state = PSInvocationState.Running
            return pipeline, [data]
        return pipeline, self._written(pipeline, call, SIZE)

    def _filled(self, call: Call, pipeline: UUID) -> bytes | None:
        texts = [value for value in call.parameters.values() if isinstance(value, str)]
        stencil = self._stencil(call) if all(map(PLAIN.fullmatch, texts)) else None
        if stencil is None:
            return None
        head, *rest = stencil
        receiver, kind, pool, _ = MESSAGE.unpack_from(head)
        begin = MESSAGE.pack(receiver, kind, pool, pipeline.bytes_le) + head[MESSAGE.size :]
        pairs = zip(texts, rest, strict=True)
        message = b"".join([begin, *(text.encode() + following for text, following in pairs)])
        fragment = FRAGMENT.pack(next(self._objects), 0, WHOLE, len(message)) + message
        return fragment if len(fragment) <= SIZE else None

    def _stencil(self, call: Call) -> list[bytes] | None:
        shape = _shape(call)
        if shape not in self._stencils and len(self._stencils) < STENCILS:
            self._stencils[shape] = self._cut(call)
        return self._stencils.get(shape)

    def _cut(self, call: Call) -> list[bytes]:
        """What psrpcore writes for a call: the pieces between its texts."""
        mark = uuid4().hex
        parameters = call.parameters.items()
        marked = {name: mark if isinstance(value, str) else value for name, value in parameters}
        pipeline = psrpcore.ClientPowerShell(self._pool)
        (data,) = self._written(pipeline, Call(call.cmdlet, marked))
        del self._pool.pipeline_table[pipeline.pipeline_id]  # it never runs
        return data[FRAGMENT.size :].split(mark.encode())

    def _written(
        self, pipeline: psrpcore.ClientPowerShell, call: Call, size: int | None = None
    ) -> list[bytes]:
        pipeline.add_command(call.cmdlet)
        for name, value in {**call.parameters, "ErrorAction": "Stop"}.items():
            pipeline.add_parameter(name, sendable(name, value))
        pipeline.start()
        return [payload.data for payload in iter(lambda: self._pool.data_to_send(size), None)]


def _shape(call: Call) -> Shape:
    """What two calls have in common that differ in texts only."""
    values = ("" if isinstance(value, str) else repr(value) for value in call.parameters.values())
    return (call.cmdlet, *call.parameters, *values)
