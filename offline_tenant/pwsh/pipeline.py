"""One pipeline: takes a runspace, runs its commands on a thread of its own, can be stopped, asks the client's host."""

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from psrpcore import Command, GetMetadata, PipelineHostResponseEvent, ServerHostRequestor, ServerPipeline
from psrpcore.types import (
    ChoiceDescription,
    ErrorRecord,
    HostInfo,
    PipelineResultTypes,
    ProgressRecordType,
    PSInvocationState,
    PSObject,
    PSRPMessageType,
)

from offline_tenant.pwsh.errors import NonTerminatingError, PowerShellError, failed, not_emulated
from offline_tenant.pwsh.plain import plain
from offline_tenant.pwsh.runspace import Runspace, bound_parameters, common

if TYPE_CHECKING:
    from offline_tenant.pwsh.session import Session

CHOICES: Final = (
    ("&Yes", "Continue with only the next step of the operation."),
    ("Yes to &All", "Continue with all the steps of the operation."),
    ("&No", "Skip this operation and proceed with the next operation."),
    ("No to A&ll", "Skip this operation and all subsequent operations."),
    (
        "&Suspend",
        'Pause the current pipeline and return to the command prompt. Type "exit" to resume the pipeline.',
    ),
)
ENDED: Final = (PSInvocationState.Completed, PSInvocationState.Failed, PSInvocationState.Stopped)
YES: Final = (0, 1)
QUIET: Final = frozenset({"SilentlyContinue", "Ignore"})
LOUD: Final = frozenset({None, "Continue"})
NO_UI: Final = (
    "A command that prompts the user failed because the host program or the command type does not support user "
    "interaction. The host was attempting to request confirmation with the following message: "
)


class StoppedError(Exception):
    """The client stopped the pipeline: whatever runs for it ends."""


class QuietServerPipeline(ServerPipeline):
    """As a real host does, it does not tell that a pipeline begins to run."""

    def start(self) -> None:
        """Run, without a message."""
        self._change_state(PSInvocationState.Running, emit=False)

    def write(self, record: ErrorRecord) -> None:
        """Write to the error stream; psrpcore's ``write_error`` makes a record of its own."""
        self.prepare_message(record, message_type=PSRPMessageType.ErrorRecord)

    def fail(self, record: ErrorRecord) -> None:
        """End with a terminating error."""
        self._change_state(PSInvocationState.Failed, record)


class Pipeline:
    """One pipeline of a session; also what its commands write to (``runspace.Streams``).

    Args:
        session: it belongs to.
        id_: the client's.
    """

    def __init__(self, session: "Session", id_: UUID) -> None:
        self._session = session
        self._wire = QuietServerPipeline(session.pool, id_)
        self._runspace: Runspace | None = None
        self._answers: dict[int, PipelineHostResponseEvent] = {}
        self._preferences: dict[str, Any] = {}
        self._activity = ""

    @property
    def running(self) -> bool:
        """Whether it has begun and not ended."""
        return bool(self._wire.state == PSInvocationState.Running)

    @property
    def ended(self) -> bool:
        """Whether it was begun, and says nothing more."""
        return self._wire.state in ENDED

    # --- what the client does to it (the session's lock is held)

    def start(self) -> None:
        """Begin, on a thread of its own."""
        self._wire.start()
        threading.Thread(target=self._main, daemon=True).start()

    def stop(self) -> None:
        """End now, whatever it does."""
        if self.running:
            self._wire.stop()
            if self._runspace:
                self._runspace.abort()
            self._session.changed.notify_all()

    def close(self) -> None:
        """Stop and forget it."""
        self.stop()
        self._wire.close()

    def answer(self, event: PipelineHostResponseEvent) -> None:
        """The client's host answered a question."""
        self._answers[event.ci] = event
        self._session.changed.notify_all()

    # --- its own thread

    def _main(self) -> None:
        try:
            runspace = self._session.take(lambda: not self.running)
        except StoppedError:
            return
        self._runspace = runspace
        try:
            self._run_all(runspace)
        except (StoppedError, BrokenPipeError):
            pass
        finally:
            self._runspace = None
            self._session.give_back(runspace)

    def _run_all(self, runspace: Runspace) -> None:
        activity = ""
        try:
            for command in self._commands():
                activity = str(command.command_text)
                self._run(runspace, command)
        except PowerShellError as error:
            self._fail(error, activity)
        except (StoppedError, BrokenPipeError):
            raise
        except Exception as error:  # noqa: BLE001 - a client that waits for the end of a pipeline must get one
            self._fail(failed(error), activity)
        else:
            self._do(self._wire.complete)

    def _fail(self, error: PowerShellError, activity: str) -> None:
        self._do(lambda: self._wire.fail(error.record(activity)))

    def _commands(self) -> list[Command]:
        metadata = self._wire.metadata
        if isinstance(metadata, GetMetadata) or metadata is None:
            raise not_emulated("the discovery of commands")
        for command in metadata.commands:
            if command.is_script:
                raise not_emulated("scripts")
            if not command.end_of_statement:
                raise not_emulated("pipelines of several commands")
            if any(merge != PipelineResultTypes.none for merge in (command.merge_my, command.merge_error)):
                raise not_emulated("merged streams")
        if not metadata.no_input:
            raise not_emulated("pipeline input")
        return list(metadata.commands)

    def _run(self, runspace: Runspace, command: Command) -> None:
        syntax = runspace.find(str(command.command_text))
        named = {str(name).strip("-:"): plain(value) for name, value in command.parameters if name}
        positional = [plain(value) for name, value in command.parameters if not name]
        self._activity = syntax.name
        self._preferences = common(bound_parameters(syntax, named, positional))
        try:
            runspace.run(syntax, named, positional, self)
        except NonTerminatingError as error:
            self._error(error, syntax.name)

    def _error(self, error: NonTerminatingError, activity: str) -> None:
        action = self._preferences.get("ErrorAction")
        if action in QUIET:
            return
        if action not in LOUD:
            raise error
        self._do(lambda: self._wire.write(error.record(activity)))

    def _do(self, write: Callable[[], None]) -> None:
        with self._session.changed:
            if not self.running:
                raise StoppedError
            write()
            self._session.flush()

    # --- Streams

    def output(self, value: PSObject) -> None:
        """A result."""
        self._do(lambda: self._wire.write_output(value))

    def warning(self, message: str) -> None:
        """A warning, or the end of it all where the caller wants to stop at warnings."""
        action = self._preferences.get("WarningAction")
        if action in QUIET:
            return
        if action not in LOUD:
            raise PowerShellError(
                'The running command stopped because the preference variable "WarningPreference" or common parameter '
                f"is set to Stop: {message}",
                error_id="ActionPreferenceStop",
                category="OperationStopped",
                exception="System.Management.Automation.ActionPreferenceStopException",
            )
        self._do(lambda: self._wire.write_warning(message))

    def information(self, message: str) -> None:
        """What Write-Host would show."""
        self._do(
            lambda: self._wire.write_information(message, "Write-Host", tags=["PSHOST"], computer="", user="")
        )

    def verbose(self, message: str) -> None:
        """What Write-Verbose would show: nothing without -Verbose."""
        if self._preferences.get("Verbose"):
            self._do(lambda: self._wire.write_verbose(message))

    def error(self, error: NonTerminatingError) -> None:
        """An error after which the command goes on, unless -ErrorAction says otherwise."""
        self._error(error, self._activity)

    def host_line(self, text: str) -> None:
        """A line on the screen of the client's host; nothing comes back, so nothing is waited for."""
        if not self._host_is_null():
            self._do(lambda: ServerHostRequestor(self._wire).write_line(text))

    def wait(self, seconds: float) -> None:
        """Wait, unless the pipeline is stopped meanwhile."""
        with self._session.changed:
            self._session.changed.wait_for(lambda: not self.running, seconds)
            if not self.running:
                raise StoppedError

    def progress(self, activity: str, status: str, *, done: bool) -> None:
        """How far it got."""
        kind = ProgressRecordType.Completed if done else ProgressRecordType.Processing
        self._do(lambda: self._wire.write_progress(activity, 0, status, record_type=kind))

    def confirms(self, message: str) -> bool:
        """Ask the person at the other end.

        Raises:
            PowerShellError: there is nobody, or they answered with an error.
        """
        if self._host_is_null():
            raise PowerShellError(
                NO_UI + message,
                error_id="HostFunctionNotSupported",
                category="NotImplemented",
                exception="System.Management.Automation.Host.HostException",
            )
        response = self._ask(message)
        if response.error is not None:
            raise PowerShellError(
                str(response.error),
                error_id=str(response.error.FullyQualifiedErrorId or "HostException"),
                exception="System.Management.Automation.Host.HostException",
            )
        return response.result in YES

    def _ask(self, message: str) -> PipelineHostResponseEvent:
        choices = [ChoiceDescription(Label=label, HelpMessage=text) for label, text in CHOICES]
        asked: list[int] = []
        host = ServerHostRequestor(self._wire)
        self._do(lambda: asked.append(host.prompt_for_choice("Confirm", message, choices, 0)))
        with self._session.changed:
            self._session.changed.wait_for(lambda: asked[0] in self._answers or not self.running)
            if not self.running:
                raise StoppedError
            return self._answers.pop(asked[0])

    def _host_is_null(self) -> bool:
        host: HostInfo | None = getattr(self._wire.metadata, "host", None)
        if host is not None and host.UseRunspaceHost:
            host = self._session.pool.host
        return host is None or bool(host.IsHostNull or host.IsHostUINull)
