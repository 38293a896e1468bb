"""The shells of the jump host: made, found, counted, and given up when nobody asks for them any more."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from offline_tenant.pwsh.site import Site
from offline_tenant.state.clock import Clock
from offline_tenant.wsman import envelope, faults
from offline_tenant.wsman.envelope import Request
from offline_tenant.wsman.faults import FaultError

if TYPE_CHECKING:
    from offline_tenant.wsman.shell import Shell

MOST: Final = 30  # WinRM's MaxShellsPerUser
IDLE: Final = 7200.0  # seconds; WinRM's IdleTimeout
SHORTEST_IDLE: Final = 60.0  # seconds; WinRM takes no less
RESOURCES: Final = (
    "http://schemas.microsoft.com/powershell/Microsoft.PowerShell",
    "http://schemas.microsoft.com/powershell/PowerShell.7",
)


class Shells:
    """All shells of one process.

    Args:
        clock: by which a shell has been idle.
        site: the tenant, for the cmdlets of the shells.
    """

    def __init__(self, clock: Clock, site: Callable[[], Site]) -> None:
        self._clock, self._site = clock, site
        self._open: dict[str, Shell] = {}

    def __len__(self) -> int:
        return len(self._open)

    def create(self, request: Request) -> "Shell":
        """A new shell.

        Raises:
            FaultError: there are enough, or the request does not describe one.
        """
        from offline_tenant.wsman.shell import Shell  # noqa: PLC0415 - a tenth of a second, for those who need it

        if not any(request.resource.casefold() == known.casefold() for known in RESOURCES):
            raise FaultError(faults.UNREACHABLE, faults.NO_RESOURCE.format(request.resource))
        self.sweep()
        if len(self._open) >= MOST:
            raise FaultError(faults.QUOTA, faults.TOO_MANY.format(MOST))
        described = request.find(".")
        given = "" if described is None else described.get("ShellId", "")
        id_ = str(envelope.guid(given) if given else uuid.uuid4()).upper()
        if id_ in self._open:
            raise faults.malformed()
        data = envelope.decoded(request.find(envelope.CREATION))
        shell = Shell(id_, request.resource, self._site, _idle(request), self._clock.now())
        self._open[id_] = shell
        self._guarded(shell, lambda: shell.receive(data, "stdin", None))
        return shell

    def find(self, id_: str) -> "Shell":
        """A shell that somebody asks for.

        Raises:
            FaultError: there is none of that id.
        """
        self.sweep()
        if (shell := self._open.get(id_.upper())) is None:
            raise faults.shell_gone(id_)
        shell.used = self._clock.now()
        return shell

    def delete(self, shell: "Shell") -> None:
        """End a shell."""
        self._open.pop(shell.id, None)
        shell.close()

    def sweep(self) -> None:
        """End the shells that nobody has asked for, for longer than they said."""
        now = self._clock.now()
        for shell in list(self._open.values()):
            if not shell.waiting and now - shell.used > timedelta(seconds=shell.idle):
                self.delete(shell)

    def close(self) -> None:
        """End all of them."""
        for shell in list(self._open.values()):
            self.delete(shell)

    def _guarded(self, shell: "Shell", work: Callable[[], None]) -> None:
        try:
            work()
        except FaultError as error:
            if error.kind is faults.INTERNAL:
                self.delete(shell)
            raise

    def told(self, shell: "Shell", work: Callable[[], None]) -> None:
        """Hand a shell something; what it cannot understand is its end.

        Raises:
            FaultError: as ``work`` does.
        """
        self._guarded(shell, work)


def _idle(request: Request) -> float:
    wanted = request.find("rsp:IdleTimeOut")
    seconds = envelope.duration((wanted.text or "").strip()) if wanted is not None else None
    return max(seconds, SHORTEST_IDLE) if seconds is not None else IDLE
