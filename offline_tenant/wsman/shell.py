"""One shell: a PowerShell session whose messages wait until the client fetches them."""

import asyncio
from collections import deque
from collections.abc import Callable
from datetime import datetime
from typing import Final
from uuid import UUID

from psrpcore import PSRPPayload, StreamType

from offline_tenant.pwsh.session import Session
from offline_tenant.pwsh.site import Site
from offline_tenant.wsman import faults
from offline_tenant.wsman.faults import FaultError

STREAMS: Final = {"stdin": StreamType.default, "pr": StreamType.prompt_response}
OVERHEAD: Final = 4096  # bytes of an envelope beside what it carries
BASE64: Final = 0.75
# Pipelines that a client stopped and never closed, as some do; the oldest are closed for it.
STOPPED_KEPT: Final = 32


class Shell:
    """One client's shell; the event loop's thread calls everything but ``_send``.

    Args:
        id_: the client's, or made up.
        resource: as it was asked for.
        site: the tenant, for the shell's cmdlets.
        idle: seconds without a request after which nobody is taken to be there.
        now: when it was made.
    """

    def __init__(self, id_: str, resource: str, site: Callable[[], Site], idle: float, now: datetime) -> None:
        self.id, self.resource, self.idle, self.began, self.used = id_, resource, idle, now, now
        self.waiting = 0  # requests that hold a connection open: somebody is there
        self._session = Session(self._send, site)
        self._outboxes: dict[UUID | None, deque[bytes]] = {None: deque()}
        self._stopped: deque[UUID] = deque()
        self._loop, self._news, self._closed = asyncio.get_running_loop(), asyncio.Event(), False

    # --- what comes

    def receive(self, data: bytes, stream: str, command: UUID | None) -> None:
        """Data of the client for the shell itself, or for one of its pipelines.

        Raises:
            FaultError: there is no such stream or pipeline, or nobody could understand the data: then the shell ends.
        """
        if stream not in STREAMS:
            raise faults.malformed()
        self._known(command)
        try:
            self._session.receive(PSRPPayload(data, STREAMS[stream], command))
        except Exception as error:  # psrpcore raises anything for bytes that are no message
            self.close()
            raise FaultError(faults.INTERNAL, faults.NO_SENSE) from error

    def command(self, id_: UUID, data: bytes) -> None:
        """Begin a pipeline.

        Raises:
            FaultError: nobody could understand the data, or the id is taken.
        """
        if id_ in self._outboxes:
            raise faults.malformed()
        self._outboxes[id_] = deque()
        self._session.announce(id_)
        self.receive(data, "stdin", id_)

    def stop(self, id_: UUID) -> None:
        """Stop a pipeline; what it still says can be fetched.

        Raises:
            FaultError: there is none of that id.
        """
        self._known(id_)
        self._session.signal(id_)
        if id_ not in self._stopped:
            self._stopped.append(id_)
        while len(self._stopped) > STOPPED_KEPT:
            self._forget(self._stopped[0])
        self._news.set()

    def close_pipeline(self, id_: UUID) -> None:
        """Stop and forget a pipeline; one that is not there is forgotten already."""
        if id_ in self._outboxes:
            self._forget(id_)
        self._news.set()

    def close(self) -> None:
        """Stop everything and forget it; whoever waits is told that the shell is gone."""
        if self._closed:
            return
        self._closed = True
        for id_ in [one for one in self._outboxes if one is not None]:
            self._forget(id_)
        self._session.close()
        self._news.set()

    # --- what goes

    async def fetch(self, command: UUID | None, size: int, patience: float) -> tuple[list[bytes], bool]:
        """What there is for the client, as soon as there is something; and whether nothing more will come.

        Args:
            command: of which pipeline; None for the shell's own messages.
            size: bytes that the envelope may have.
            patience: seconds to wait at most.

        Raises:
            FaultError: nothing came in time, or there is no such pipeline or shell any more.
        """
        self._known(command)
        until = self._loop.time() + patience
        while True:
            self._news.clear()
            found, done = self._taken(command, size)
            if found or done:
                return found, done
            await self._changed(until - self._loop.time())
            if self._closed:
                raise faults.shell_gone(self.id)
            self._known(command)

    async def _changed(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(max(seconds, 0)):
                await self._news.wait()
        except TimeoutError as error:
            raise faults.timed_out() from error

    def _taken(self, command: UUID | None, size: int) -> tuple[list[bytes], bool]:
        room = (size - OVERHEAD) * BASE64
        with self._session.changed:
            outbox = self._outboxes[command]
            found: list[bytes] = []
            while outbox and (not found or room >= len(outbox[0])):
                found.append(outbox.popleft())
                room -= len(found[-1])
            return found, not outbox and self._session.ended(command)

    def _send(self, payload: PSRPPayload) -> None:
        """From any thread, with the session's lock held."""
        outbox = self._outboxes.get(payload.pipeline_id)
        if outbox is not None:
            outbox.append(bytes(payload.data))
            self._loop.call_soon_threadsafe(self._news.set)

    def _known(self, command: UUID | None) -> None:
        if command not in self._outboxes:
            raise FaultError(faults.UNKNOWN_COMMAND, faults.NO_COMMAND)

    def _forget(self, id_: UUID) -> None:
        with self._session.changed:
            self._session.close_pipeline(id_)
            self._outboxes.pop(id_, None)
        if id_ in self._stopped:
            self._stopped.remove(id_)
