"""A PSRP session: the runspace pool that psrpcore speaks for, its pipelines, and its runspaces.

It knows nothing of the transport: payloads go in by ``receive`` and out by the ``send`` that it is given.
"""

import threading
from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from psrpcore import (
    CreatePipelineEvent,
    GetAvailableRunspacesEvent,
    GetCommandMetadataEvent,
    PipelineHostResponseEvent,
    PSRPEvent,
    PSRPPayload,
    ResetRunspaceStateEvent,
    ServerRunspacePool,
    SetMaxRunspacesEvent,
    SetMinRunspacesEvent,
)
from psrpcore.types import PSVersion, RunspacePoolState

from offline_tenant.pwsh import VERSION
from offline_tenant.pwsh.admin_api import of_environment
from offline_tenant.pwsh.pipeline import Pipeline, StoppedError
from offline_tenant.pwsh.runspace import Runspace
from offline_tenant.pwsh.site import Site

FRAGMENT: Final = 32 * 1024  # bytes; .NET's own default for this transport


class Session:
    """One client's runspace pool.

    Args:
        send: hands a payload to the transport; called with the lock held, so in order.
        site: finds the tenant, for those who connect.
    """

    def __init__(
        self, send: Callable[[PSRPPayload], None], site: Callable[[], Site] = of_environment
    ) -> None:
        self._site = site
        self.pool = ServerRunspacePool({"PSVersionTable": _version_table()})
        # One lock for everything; notified when a runspace gets free, a pipeline is stopped, a host answers.
        self.changed = threading.Condition(threading.RLock())
        self.pipelines: dict[UUID, Pipeline] = {}
        self._send = send
        self._idle: list[Runspace] = []
        self._busy = 0

    # --- the transport calls these

    def receive(self, payload: PSRPPayload) -> None:
        """Bytes from the client.

        Raises:
            Exception: whatever psrpcore makes of bytes that are no message; the session is of no more use.
        """
        with self.changed:
            if payload.pipeline_id is not None and payload.pipeline_id not in self.pipelines:
                return  # as the real host does: data for a pipeline that nobody announced is lost
            self.pool.receive_data(payload)
            while (event := self.pool.next_event()) is not None:
                self._handle(event)
            self.flush()

    def announce(self, id_: UUID) -> None:
        """The client is about to send a pipeline of this id."""
        with self.changed:
            self.pipelines[id_] = Pipeline(self, id_)

    def signal(self, id_: UUID) -> None:
        """The client stops a pipeline."""
        with self.changed:
            if id_ in self.pipelines:
                self.pipelines[id_].stop()
            self.flush()

    def close_pipeline(self, id_: UUID) -> None:
        """The client is done with a pipeline."""
        with self.changed:
            if pipeline := self.pipelines.pop(id_, None):
                pipeline.close()
            self.flush()

    def close(self) -> None:
        """The client is done with the session; its pipelines are closed already."""
        with self.changed:
            for runspace in self._idle:
                runspace.close()
            if self.pool.state == RunspacePoolState.Opened:
                self.pool.close()
            self.flush()

    def ended(self, id_: UUID | None) -> bool:
        """Whether all has been said by a pipeline, or by the session itself for None."""
        with self.changed:
            if id_ is None:
                return False
            return id_ not in self.pipelines or self.pipelines[id_].ended

    def flush(self) -> None:
        """Hand over what is to be sent."""
        with self.changed:
            while payload := self.pool.data_to_send(FRAGMENT):
                self._send(payload)

    # --- its pipelines call these

    def take(self, given_up: Callable[[], bool]) -> Runspace:
        """A free runspace: the one used last, or a new one, or the next that gets free.

        Raises:
            StoppedError: the caller gave up before.
        """
        with self.changed:
            self.changed.wait_for(lambda: given_up() or self._idle or self._busy < self.pool.max_runspaces)
            if given_up():
                raise StoppedError
            self._busy += 1
            return self._idle.pop() if self._idle else Runspace(self._site)

    def give_back(self, runspace: Runspace) -> None:
        """The runspace is free again, with all that it remembers."""
        with self.changed:
            self._busy -= 1
            self._idle.append(runspace)
            self.changed.notify_all()

    def _handle(self, event: PSRPEvent[Any, Any]) -> None:
        if isinstance(event, CreatePipelineEvent | GetCommandMetadataEvent):
            self.pipelines[event.pipeline_id].start()
        elif isinstance(event, PipelineHostResponseEvent) and event.pipeline_id in self.pipelines:
            self.pipelines[event.pipeline_id].answer(event)
        elif isinstance(event, GetAvailableRunspacesEvent):
            self.pool.runspace_availability_response(event.ci, self.pool.max_runspaces - self._busy)
        elif isinstance(event, ResetRunspaceStateEvent | SetMaxRunspacesEvent | SetMinRunspacesEvent):
            self._resize(event)

    def _resize(self, event: Any) -> None:
        if isinstance(event, ResetRunspaceStateEvent):
            for runspace in self._idle:
                runspace.close()
            self._idle.clear()
        self.pool.runspace_availability_response(event.ci, response=True)
        self.changed.notify_all()


def _version_table() -> dict[str, Any]:
    compatible = [PSVersion(version) for version in ("1.0", "2.0", "3.0", "4.0", "5.0", "5.1", "6.0", "7.0")]
    return {
        "PSVersion": PSVersion(VERSION),
        "PSEdition": "Core",
        "GitCommitId": VERSION,
        "OS": "mailgrant offline tenant",
        "Platform": "Unix",
        "PSCompatibleVersions": compatible,
        "WSManStackVersion": PSVersion("3.0"),
    }
