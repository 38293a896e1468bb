"""Pipelines of one cmdlet, and the message that creates one, which is what psrpcore takes longest for.

Thousands of calls differ in a few texts. psrpcore writes the first of them with marks in the place of its texts, and
that is the stencil of the others. No text of a call ever goes through psrpcore, which does not escape all that it must.
"""

from collections.abc import Iterator
from itertools import count
from typing import Any, Final
from uuid import UUID, uuid4

import psrpcore
from psrpcore.types import PSInvocationState

from mailgrant.exchange.carriers.clixml import element_text
from mailgrant.exchange.carriers.fragments import FRAGMENT, MESSAGE, split
from mailgrant.exchange.carriers.values import sendable
from mailgrant.exchange.cmdlets.call import Call

SIZE: Final = 32 * 1024  # bytes of one packet's data, as PowerShell itself sends them
STENCILS: Final = 100  # that are kept; mailgrant needs about twenty
OBJECTS: Final = 1 << 32  # where the numbers begin that psrpcore's own counter does not reach

Shape = tuple[Any, ...]
Values = dict[str, Any]


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
        values = {name: sendable(name, value) for name, value in call.parameters.items()}
        stencil = self._stencil(call.cmdlet, values)
        pipeline = psrpcore.ClientPowerShell(self._pool)
        pipeline.state = PSInvocationState.Running
        message = _filled(stencil, values, pipeline.pipeline_id)
        return pipeline, split(next(self._objects), message, SIZE)

    def _stencil(self, cmdlet: str, values: Values) -> list[bytes]:
        shape = (cmdlet, *values, *map(_shape, values.values()))
        stencil = self._stencils.get(shape)
        if stencil is None:
            stencil = self._cut(cmdlet, values)
            if len(self._stencils) < STENCILS:
                self._stencils[shape] = stencil
        return stencil

    def _cut(self, cmdlet: str, values: Values) -> list[bytes]:
        """What psrpcore writes for a call: the pieces between its texts."""
        mark = uuid4().hex
        pipeline = psrpcore.ClientPowerShell(self._pool)
        pipeline.add_command(cmdlet)
        for name, value in values.items():
            pipeline.add_parameter(name, _marked(value, mark))
        pipeline.add_parameter("ErrorAction", "Stop")
        pipeline.start()
        del self._pool.pipeline_table[pipeline.pipeline_id]  # it never runs
        (payload,) = iter(self._pool.data_to_send, None)
        return payload.data[FRAGMENT.size :].split(mark.encode())


def _filled(stencil: list[bytes], values: Values, pipeline: UUID) -> bytes:
    head, *rest = stencil
    receiver, kind, pool, _ = MESSAGE.unpack_from(head)
    begin = MESSAGE.pack(receiver, kind, pool, pipeline.bytes_le) + head[MESSAGE.size :]
    pairs = zip(_texts(list(values.values())), rest, strict=True)
    return b"".join([begin, *(element_text(text) + following for text, following in pairs)])


def _shape(value: Any) -> Any:
    """What two values have in common that differ in texts only."""
    if isinstance(value, str):
        return ""
    return tuple(map(_shape, value)) if isinstance(value, list) else repr(value)


def _marked(value: Any, mark: str) -> Any:
    if isinstance(value, str):
        return mark
    return [_marked(member, mark) for member in value] if isinstance(value, list) else value


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for member in value:
            yield from _texts(member)
