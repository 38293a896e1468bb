"""One PowerShell runspace on a host's pipes: one cmdlet at a time, plain values in and out."""

import time
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Final

import psrpcore
from psrpcore.types import ErrorRecord, HostMethodIdentifier, PSInvocationState, RunspacePoolState

from mailgrant.errors import CancelledError, HostLostError
from mailgrant.exchange.carriers import framing, psobject
from mailgrant.exchange.carriers.fragments import Joiner, NotAMessageError
from mailgrant.exchange.carriers.framing import SESSION, Packet
from mailgrant.exchange.carriers.host import INTERRUPT, Host
from mailgrant.exchange.carriers.pipelines import SIZE, Pipelines
from mailgrant.exchange.cmdlets import call as cmdlets
from mailgrant.exchange.cmdlets.call import Call, Reply

ENDED: Final = (PSInvocationState.Completed, PSInvocationState.Failed, PSInvocationState.Stopped)
HELPLESS: Final = (RunspacePoolState.Broken, RunspacePoolState.Closed)
STOP_PATIENCE: Final = 5.0  # seconds that PowerShell may take to stop a cmdlet
CLOSE_PATIENCE: Final = 5.0  # seconds that it may take to close the session
NO_ANSWER: Final = -100  # the call id of host calls that expect none
QUESTIONS: Final = (psrpcore.PipelineHostCallEvent, psrpcore.RunspacePoolHostCallEvent)


class Runspace:
    """A runspace that is open until ``close``.

    Args:
        host: a host that was just started.
        timeout: seconds that opening, and each cmdlet, may take.

    Raises:
        HostLostError: the host ended, is no PowerShell host, or does not answer.
        CancelledError: the host was interrupted.
    """

    def __init__(self, host: Host, timeout: float) -> None:
        self._host, self._timeout = host, timeout
        self._stop_by: float | None = None  # when patience ends, once the host was interrupted
        self._pool = psrpcore.ClientRunspacePool()
        self._pipelines, self._joiner = Pipelines(self._pool), Joiner()
        self._said: deque[psrpcore.PSRPEvent[Any, Any]] = deque()
        self._pool.open()
        self._send_all()
        deadline = time.monotonic() + timeout
        while self._pool.state != RunspacePoolState.Opened:
            self._take(deadline)
            if self._stop_by is not None:
                raise CancelledError(begun=False)
            for event in self._events():
                self._decline(event)
            if self._pool.state in HELPLESS:
                raise HostLostError("PowerShell did not open a runspace")

    def run(self, call: Call) -> Reply:
        """Run one cmdlet.

        Raises:
            CmdletError: it failed.
            HostLostError: the host ended or did not answer in time; the runspace is of no further use.
            CancelledError: the host was interrupted, and the cmdlet stopped.
        """
        pipeline, data = self._pipelines.create(call)
        outcome = _Outcome(call)
        try:
            self._finish(pipeline, data, outcome)
        except BaseException as error:
            # A host does not close a session in which a pipeline is open: nobody is to ask it for that, and wait.
            self._host.kill()
            if isinstance(error, HostLostError) and self._stop_by is not None:
                raise CancelledError(begun=True) from None
            raise
        if outcome.state == PSInvocationState.Stopped:
            raise CancelledError(begun=True)
        return outcome.reply()

    def _finish(self, pipeline: psrpcore.ClientPowerShell, data: list[bytes], outcome: "_Outcome") -> None:
        self._exchange(Packet("Command", pipeline.pipeline_id))
        for part in data:
            self._exchange(Packet("Data", pipeline.pipeline_id, part))
        told = False
        deadline = time.monotonic() + self._timeout
        while not self._ended(outcome):
            if self._stop_by is not None and not told:
                told = True
                self._exchange(Packet("Signal", pipeline.pipeline_id))
            else:
                self._take(deadline)
        self._forget(pipeline)

    def close(self) -> None:
        """Close the session, so that the host ends in peace; one that does not is killed, or gone already."""
        try:
            self._exchange(Packet("Close", SESSION), min(CLOSE_PATIENCE, self._timeout))
        except HostLostError:
            self._host.kill()

    def _forget(self, pipeline: psrpcore.ClientPowerShell) -> None:
        # Nobody waits for the acknowledgement: the next pipeline is another one. A host that is gone is found by it.
        with suppress(HostLostError):
            self._host.send(framing.encode(Packet("Close", pipeline.pipeline_id)))
        pipeline.close()

    def _events(self) -> Iterator[psrpcore.PSRPEvent[Any, Any]]:
        while self._said:
            yield self._said.popleft()

    def _ended(self, outcome: "_Outcome") -> bool:
        """Whether the pipeline has, after all that came until now: while an acknowledgement was awaited, too."""
        for event in self._events():
            self._decline(event)
            outcome.add(event)
        return outcome.state in ENDED

    def _decline(self, event: psrpcore.PSRPEvent[Any, Any]) -> None:
        """Nobody sits here to answer a question; one that waits for no answer is ignored."""
        if not isinstance(event, QUESTIONS) or event.ci == NO_ANSWER:
            return
        method = HostMethodIdentifier(event.method_identifier).name
        asker = self._pool.pipeline_table[event.pipeline_id] if event.pipeline_id else self._pool
        problem = f"mailgrant answers no questions, and was asked one ({method})"
        asker.host_response(event.ci, error_record=_error_record(problem))
        self._send_all()

    def _send_all(self) -> None:
        while (payload := self._pool.data_to_send(SIZE)) is not None:
            self._exchange(Packet("Data", payload.pipeline_id or SESSION, payload.data))

    def _exchange(self, packet: Packet, patience: float | None = None) -> None:
        """Send a packet and wait until it is acknowledged: hosts hand each line to another thread."""
        self._host.send(framing.encode(packet))
        deadline = time.monotonic() + (self._timeout if patience is None else patience)
        while self._take(deadline) != packet.acknowledgement:
            pass

    def _take(self, deadline: float) -> Packet | None:
        """Take in what the host says; None if it was interrupted."""
        try:
            until = deadline if self._stop_by is None else min(deadline, self._stop_by)
            line = self._host.receive(max(0.0, until - time.monotonic()))
            if line == INTERRUPT:
                self._stop_by = time.monotonic() + STOP_PATIENCE
                return None
            packet = framing.decode(line)
        except TimeoutError:
            raise HostLostError(
                f"PowerShell said nothing for {self._timeout:g} seconds, and was ended"
            ) from None
        except framing.NotAPacketError as error:
            raise _strange(str(error)) from error
        if packet.kind == "Data":
            self._take_in(packet)
        return packet

    def _take_in(self, packet: Packet) -> None:
        """Read it now, whatever is awaited: after what cannot be read, nothing else may come."""
        id_ = None if packet.id == SESSION else packet.id
        try:
            for message in self._joiner.join(packet.data):
                self._pool.receive_data(psrpcore.PSRPPayload(message, psrpcore.StreamType.default, id_))
            self._said += iter(self._pool.next_event, None)
        except NotAMessageError as error:
            raise _strange(str(error)) from error
        except Exception as error:  # psrpcore raises anything for bytes that are no message
            raise _strange(f"a message that cannot be read ({type(error).__name__})") from error


class _Outcome:
    """What a pipeline has given so far."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._records: list[cmdlets.Record] = []
        self._warnings: list[str] = []
        self._error: ErrorRecord | None = None
        self.state: PSInvocationState | None = None

    def add(self, event: psrpcore.PSRPEvent[Any, Any]) -> None:
        if isinstance(event, psrpcore.PipelineOutputEvent):
            self._records.append(psobject.record(event.data))
        elif isinstance(event, psrpcore.WarningRecordEvent):
            self._warnings.append(str(event.record.Message))
        elif isinstance(event, psrpcore.ErrorRecordEvent):
            self._error = self._error or event.record
        elif isinstance(event, psrpcore.PipelineStateEvent):
            self._error = event.reason or self._error
            self.state = event.state

    def reply(self) -> Reply:
        if self._error is not None:
            raise cmdlets.error(self._call, str(self._error.FullyQualifiedErrorId or ""), str(self._error))
        return Reply(tuple(self._records), tuple(self._warnings))


def _strange(what: str) -> HostLostError:
    return HostLostError(f"PowerShell's output is not what a host says: {what}")


def _error_record(message: str) -> ErrorRecord:
    types = psrpcore.types
    category = types.ErrorCategoryInfo(Category=types.ErrorCategory.NotImplemented, Reason="NoHost")
    return types.ErrorRecord(
        types.NETException(message), CategoryInfo=category, FullyQualifiedErrorId="NoHost"
    )
