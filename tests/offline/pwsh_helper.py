"""A small PSRP client over a process's pipes, on psrpcore's client classes; and a tenant that it can reach."""

import base64
import os
import socket
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from xml.etree import ElementTree as ET

import uvicorn
from psrpcore import (
    ClientHostResponder,
    ClientPowerShell,
    ClientRunspacePool,
    Command,
    ErrorRecordEvent,
    InformationRecordEvent,
    PipelineHostCallEvent,
    PipelineOutputEvent,
    PipelineStateEvent,
    PowerShell,
    ProgressRecordEvent,
    PSRPEvent,
    PSRPPayload,
    StreamType,
    VerboseRecordEvent,
    WarningRecordEvent,
)
from psrpcore.types import (
    ErrorRecord,
    HostInfo,
    PSInvocationState,
    PSObject,
    RunspacePoolState,
)

from offline_tenant import certificates

VOID = -100  # the id of calls of the host that nobody answers
EMPTY = uuid.UUID(int=0)
NULL_HOST = HostInfo(IsHostNull=True, IsHostUINull=True, IsHostRawUINull=True, UseRunspaceHost=True)
REAL_HOST = HostInfo(IsHostNull=False, IsHostUINull=False, IsHostRawUINull=True, UseRunspaceHost=False)
ENDED = {PSInvocationState.Completed, PSInvocationState.Failed, PSInvocationState.Stopped}


def argv(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "offline_tenant.pwsh", *arguments]


@dataclass
class Run:
    """One pipeline, and what came of it."""

    pipeline: ClientPowerShell
    answer: int | None = 0  # to every question of the host; None says nothing
    output: list[Any] = field(default_factory=list)
    errors: list[ErrorRecord] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    information: list[str] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)
    host_lines: list[str] = field(default_factory=list)
    verbose: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    reason: ErrorRecord | None = None
    state: PSInvocationState = PSInvocationState.NotStarted

    @property
    def ended(self) -> bool:
        return self.state in ENDED


class Client:
    """One session with a ``pwsh`` process: everything happens on the caller's thread."""

    def __init__(self, environment: dict[str, str] | None = None, runspaces: int = 1) -> None:
        inherited = {name: value for name, value in os.environ.items() if name != "OFFLINE_TENANT_URL"}
        self.process = subprocess.Popen(
            argv("-NoProfile", "-NoLogo", "-s"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=inherited | (environment or {}),
        )
        self.pool = ClientRunspacePool(host=NULL_HOST, min_runspaces=1, max_runspaces=runspaces)
        self.runs: dict[uuid.UUID, Run] = {}
        self.messages: list[str] = []
        self.acknowledged: list[tuple[str, uuid.UUID]] = []

    def __enter__(self) -> Self:
        self.pool.open()
        self.push()
        while self.pool.state != RunspacePoolState.Opened:
            self.pull()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None and self.process.poll() is None:
            self.close()
        self.kill()

    def close(self) -> int:
        """Close the session as a good client does; gives the exit code."""
        for id_ in list(self.runs):
            self.close_run(id_)
        self.tell("Close", EMPTY)
        return self.process.wait(10)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            assert stream
            stream.close()

    # --- pipelines

    def run(
        self, cmdlet: str, *positional: Any, host: HostInfo = NULL_HOST, answer: int | None = 0, **named: Any
    ) -> Run:
        """Run one command to its end."""
        started = self.start(cmdlet, *positional, host=host, answer=answer, **named)
        self.finish(started)
        return started

    def start(
        self, cmdlet: str, *positional: Any, host: HostInfo = NULL_HOST, answer: int | None = 0, **named: Any
    ) -> Run:
        command = Command(cmdlet)
        for value in positional:
            command.add_argument(value)
        for name, value in named.items():
            command.add_parameter(name, value)
        return self.start_commands([command], host, answer)

    def start_commands(
        self, commands: list[Command], host: HostInfo = NULL_HOST, answer: int | None = 0
    ) -> Run:
        pipeline = ClientPowerShell(self.pool)
        powershell = PowerShell(host=host)
        powershell.commands.extend(commands)
        pipeline.metadata = powershell
        started = self.runs[pipeline.pipeline_id] = Run(pipeline, answer)
        pipeline.start()
        self.tell("Command", pipeline.pipeline_id)
        self.push()
        return started

    def finish(self, *started: Run) -> None:
        while not all(one.ended for one in started):
            self.pull()
        for one in started:
            self.close_run(one.pipeline.pipeline_id)

    def close_run(self, id_: uuid.UUID) -> None:
        self.tell("Close", id_)
        self.runs.pop(id_).pipeline.close()

    def connect(self, token: str, **more: Any) -> Run:
        given = {"AccessToken": token, "Organization": "contoso.onmicrosoft.com", "ShowBanner": False, **more}
        run = self.run("Connect-ExchangeOnline", **given)
        assert run.reason is None, run.reason
        return run

    # --- packets

    def tell(self, kind: str, id_: uuid.UUID) -> None:
        """Send a packet without data and wait for its acknowledgement."""
        self.write(f"<{kind} PSGuid='{id_}' />\n".encode())
        self._await((f"{kind}Ack", id_))

    def push(self) -> None:
        """Send what psrpcore has, one packet after the other's acknowledgement."""
        while payload := self.pool.data_to_send(32 * 1024):
            name = "Default" if payload.stream_type == StreamType.default else "PromptResponse"
            text = base64.b64encode(payload.data).decode()
            id_ = payload.pipeline_id or EMPTY
            self.write(f"<Data Stream='{name}' PSGuid='{id_}'>{text}</Data>\n".encode())
            self._await(("DataAck", id_))

    def write(self, line: bytes) -> None:
        assert self.process.stdin
        self.process.stdin.write(line)
        self.process.stdin.flush()

    def _await(self, packet: tuple[str, uuid.UUID]) -> None:
        while packet not in self.acknowledged:
            self.pull()
        self.acknowledged.remove(packet)

    def pull(self) -> None:
        """Read one packet and do what it asks."""
        assert self.process.stdout
        line = self.process.stdout.readline()
        if not line:
            raise EOFError(f"pwsh ended with {self.process.wait(10)}")
        element = ET.fromstring(line)  # noqa: S314 - our own process wrote it
        id_ = uuid.UUID(element.attrib["PSGuid"])
        if element.tag != "Data":
            self.acknowledged.append((element.tag, id_))
            return
        data = base64.b64decode(element.text or "")
        self.pool.receive_data(PSRPPayload(data, StreamType.default, None if id_ == EMPTY else id_))
        while (event := self.pool.next_event()) is not None:
            self._note(event)

    def _note(self, event: PSRPEvent[Any, Any]) -> None:
        name = type(event).__name__.removesuffix("Event")
        run = self.runs.get(event.pipeline_id) if event.pipeline_id else None
        if run is None:
            self.messages.append(name)
            return
        run.messages.append(name)
        if isinstance(event, PipelineHostCallEvent):
            if event.ci == VOID:
                run.host_lines.append(str(event.method_parameters[0]))
                return
            run.questions.append(str(event.method_parameters[1]))
            if run.answer is not None:
                ClientHostResponder(run.pipeline).prompt_for_choice(event.ci, run.answer)
                self.push()
            return
        _collect(run, event)


def _collect(run: Run, event: PSRPEvent[Any, Any]) -> None:
    if isinstance(event, PipelineOutputEvent):
        run.output.append(event.data)
    elif isinstance(event, ErrorRecordEvent):
        run.errors.append(event.record)
    elif isinstance(event, WarningRecordEvent):
        run.warnings.append(str(event.record.Message))
    elif isinstance(event, VerboseRecordEvent):
        run.verbose.append(str(event.record.Message))
    elif isinstance(event, InformationRecordEvent):
        run.information.append(str(event.record.MessageData))
    elif isinstance(event, PipelineStateEvent):
        run.state, run.reason = event.state, event.reason
    else:
        assert isinstance(event, ProgressRecordEvent), event


def properties(value: PSObject) -> dict[str, Any]:
    return {found.name: getattr(value, found.name) for found in value.PSObject.extended_properties}


@contextmanager
def served(application: Any, folder: Path) -> Iterator[dict[str, str]]:
    """Serve an ASGI application over TLS on a free port; gives the environment that leads a process to it."""
    certificates.ensure(folder)
    # Named as TCP, because asyncio switches Nagle's algorithm off only then: 40 ms a request.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    listener.listen(128)  # whoever comes before the server runs waits instead of being refused
    configuration = uvicorn.Config(
        application, ssl_certfile=folder / "server.pem", log_config=None, lifespan="off", access_log=False
    )
    configuration.timeout_graceful_shutdown = 1  # second; a call that a test has left may still wait
    server = uvicorn.Server(configuration)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    port = listener.getsockname()[1]
    yield {"OFFLINE_TENANT_URL": f"https://localhost:{port}", "SSL_CERT_FILE": str(folder / "bundle.pem")}
    server.should_exit = True
    thread.join()
    listener.close()
