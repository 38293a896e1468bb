"""What each action of WS-Management does to a shell, and the body of its answer."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final

from offline_tenant.wsman import envelope, faults
from offline_tenant.wsman.envelope import NAMES, Request
from offline_tenant.wsman.faults import FaultError
from offline_tenant.wsman.shells import Shells

TRANSFER: Final = NAMES["x"]
SHELL: Final = NAMES["rsp"]
CONFIG: Final = "http://schemas.microsoft.com/wbem/wsman/1/config"
TIMEOUT: Final = 60.0  # seconds, WinRM's own; also the longest
LONGEST: Final = 600.0  # seconds
ENVELOPE_KB: Final = 500
TERMINATE: Final = "terminate"


@dataclass(frozen=True)
class Host:
    """What the actions work on.

    Args:
        shells: the open ones.
        user: who signed in.
        address: of the endpoint.
    """

    shells: Shells
    user: str
    address: str


async def _create(host: Host, request: Request) -> str:
    shell = host.shells.create(request)
    fields = (
        ("ShellId", shell.id),
        ("ResourceUri", shell.resource),
        ("Owner", host.user),
        ("ClientIP", "127.0.0.1"),
        ("IdleTimeOut", f"PT{shell.idle:.3f}S"),
        ("InputStreams", "stdin pr"),
        ("OutputStreams", "stdout"),
        ("State", "Connected"),
        ("ShellRunTime", "P0DT0H0M0S"),
        ("ShellInactivity", "P0DT0H0M0S"),
    )
    return envelope.created(host.address, shell.resource, shell.id, envelope.shell(fields))


async def _delete(host: Host, request: Request) -> str:
    host.shells.delete(host.shells.find(request.shell_id))
    return ""


async def _command(host: Host, request: Request) -> str:
    shell, line = host.shells.find(request.shell_id), request.find(".")
    id_ = "" if line is None else line.get("CommandId", "")
    data = envelope.decoded(request.find("rsp:Arguments"))
    host.shells.told(shell, lambda: shell.command(envelope.guid(id_), data))
    return f"<rsp:CommandResponse><rsp:CommandId>{id_}</rsp:CommandId></rsp:CommandResponse>"


async def _send(host: Host, request: Request) -> str:
    shell = host.shells.find(request.shell_id)
    if not (streams := request.all("rsp:Stream")):
        raise faults.malformed()
    for stream in streams:
        data, id_ = envelope.decoded(stream), stream.get("CommandId")
        name, command = stream.get("Name", ""), envelope.guid(id_) if id_ else None
        host.shells.told(shell, lambda d=data, n=name, c=command: shell.receive(d, n, c))  # type: ignore[misc]
    return "<rsp:SendResponse/>"


async def _receive(host: Host, request: Request) -> str:
    shell, stream = host.shells.find(request.shell_id), request.find("rsp:DesiredStream")
    id_ = "" if stream is None else stream.get("CommandId", "")
    timeout = TIMEOUT if request.timeout is None else min(request.timeout, LONGEST)
    shell.waiting += 1
    try:
        command = envelope.guid(id_) if id_ else None
        parts, done = await shell.fetch(command, request.envelope_size, timeout)
    finally:
        shell.waiting -= 1
    return envelope.received(parts, id_, done=done)


async def _signal(host: Host, request: Request) -> str:
    shell, signal = host.shells.find(request.shell_id), request.find(".")
    command = envelope.guid(None if signal is None else signal.get("CommandId"))
    code = request.find("rsp:Code")
    name = ((code.text if code is not None else "") or "").strip().rpartition("/")[2].casefold()
    # All that a client sends to stop something is some form of control and C; PowerShell's own is misspelt.
    if name == TERMINATE:
        shell.close_pipeline(command)
    else:
        shell.stop(command)
    return "<rsp:SignalResponse/>"


async def _get(host: Host, request: Request) -> str:
    if request.resource.startswith(CONFIG):
        size = f"<cfg:MaxEnvelopeSizekb>{ENVELOPE_KB}</cfg:MaxEnvelopeSizekb>"
        return f'<cfg:Config xmlns:cfg="{CONFIG}">{size}</cfg:Config>'
    if request.resource.casefold() != SHELL.casefold():
        raise FaultError(faults.UNREACHABLE, faults.NO_RESOURCE.format(request.resource))
    shell = host.shells.find(request.shell_id)
    return envelope.shell((("ShellId", shell.id), ("ResourceUri", shell.resource), ("State", "Connected")))


Action = Callable[[Host, Request], Awaitable[str]]
ACTIONS: Final[Mapping[str, Action]] = {
    f"{TRANSFER}/Create": _create,
    f"{TRANSFER}/Delete": _delete,
    f"{TRANSFER}/Get": _get,
    f"{SHELL}/Command": _command,
    f"{SHELL}/Send": _send,
    f"{SHELL}/Receive": _receive,
    f"{SHELL}/Signal": _signal,
}
