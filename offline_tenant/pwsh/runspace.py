"""One runspace: its connections, the commands that it knows, and how it runs one of them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any, Final, Protocol

from psrpcore.types import PSGuid, PSObject, PSVersion

from offline_tenant.exchange.binder import BindingError, NotEmulatedError, bind
from offline_tenant.exchange.syntax import SYNTAX
from offline_tenant.exchange.syntax.parameters import COMMON, Syntax
from offline_tenant.pwsh import remote
from offline_tenant.pwsh.admin_api import MODULE_VERSION
from offline_tenant.pwsh.commands import BUILT_IN, CONNECT, DISCONNECT, GET_MODULE, IMPORT_MODULE, INFORMATION
from offline_tenant.pwsh.connection import Connection, connect
from offline_tenant.pwsh.errors import (
    NonTerminatingError,
    PowerShellError,
    invalid,
    not_emulated,
    not_recognized,
)
from offline_tenant.pwsh.plain import made
from offline_tenant.pwsh.site import Site

MODULE: Final = "ExchangeOnlineManagement"
MODULE_GUID: Final = "b5eced50-afa4-455b-847a-d8fb64140a22"
BANNER: Final = "This is the offline tenant's stand-in of the Exchange Online PowerShell module."
DISCONNECTING: Final = (
    "Running this cmdlet clears all active sessions created using Connect-ExchangeOnline or Connect-IPPSSession.\n"
    "Press(Y/y/A/a) if you want to continue."
)
VALIDATION: Final = "ParameterArgumentValidationError"


class Streams(Protocol):
    """Where a command writes, and whom it may ask."""

    def output(self, value: PSObject) -> None:
        """A result."""

    def warning(self, message: str) -> None:
        """A warning."""

    def information(self, message: str) -> None:
        """What Write-Host would show."""

    def verbose(self, message: str) -> None:
        """What Write-Verbose would show: nothing without -Verbose."""

    def error(self, error: NonTerminatingError) -> None:
        """An error after which the command goes on."""

    def host_line(self, text: str) -> None:
        """A line on the screen of whoever sits there; lost where nobody does."""

    def wait(self, seconds: float) -> None:
        """Wait, unless the pipeline is stopped meanwhile."""

    def progress(self, activity: str, status: str, *, done: bool) -> None:
        """How far it got."""

    def confirms(self, message: str) -> bool:
        """Ask the person at the other end; false is no."""


class Runspace:
    """What one thread of PowerShell keeps between commands.

    Args:
        site: finds the tenant.
    """

    def __init__(self, site: Callable[[], Site]) -> None:
        self._site = site
        self.connections: list[Connection] = []
        self._made = 0

    def find(self, name: str) -> Syntax:
        """The command of a name.

        Raises:
            PowerShellError: there is none (yet).
        """
        key = name.casefold()
        if key in BUILT_IN:
            return BUILT_IN[key]
        if key in SYNTAX and (self._connection(key) or _always_there(key)):
            return SYNTAX[key]
        raise not_recognized(name)

    def run(
        self, syntax: Syntax, named: Mapping[str, Any], positional: Sequence[Any], streams: Streams
    ) -> dict[str, Any]:
        """Bind the arguments and run a command; gives the bound common parameters back."""
        bound = bound_parameters(syntax, named, positional)
        if syntax.name in HERE:
            HERE[syntax.name](self, bound, streams)
        else:
            self._forward(syntax, bound, streams)
        return bound

    def abort(self) -> None:
        """Break the call that runs."""
        for connection in self.connections:
            connection.api.abort()

    def close(self) -> None:
        """Forget all connections."""
        for connection in self.connections:
            connection.api.close()
        self.connections.clear()

    def _connection(self, key: str) -> Connection | None:
        return next((one for one in reversed(self.connections) if key in one.cmdlets), None)

    def _forward(self, syntax: Syntax, bound: Mapping[str, Any], streams: Streams) -> None:
        key = syntax.name.casefold()
        connection = self._connection(key) or (self.connections[-1] if self.connections else None)
        if connection is None:
            raise invalid(
                "You must call the Connect-ExchangeOnline cmdlet before calling any other cmdlets.",
                "NotConnected",
            )
        remote.run(connection, syntax, bound, streams)

    def _connect(self, bound: Mapping[str, Any], streams: Streams) -> None:
        self._made += 1
        self.connections.append(connect(self._site, bound, self._made))
        streams.progress("Connecting to Exchange Online", "Connected", done=True)
        if bound.get("ShowBanner", True):
            streams.information(BANNER)

    def _disconnect(self, bound: Mapping[str, Any], streams: Streams) -> None:
        chosen = list(self._chosen(bound))
        if bound.get("Confirm", True) and not streams.confirms(DISCONNECTING):
            return
        for connection in chosen:
            connection.api.close()
            self.connections.remove(connection)

    def _information(self, bound: Mapping[str, Any], streams: Streams) -> None:
        for connection in self._chosen(bound):
            streams.output(made(connection.information(), INFORMATION.output))

    def _chosen(self, bound: Mapping[str, Any]) -> Iterator[Connection]:
        wanted = bound.get("ConnectionId")
        return (one for one in list(self.connections) if wanted is None or one.id in wanted)

    def _import_module(self, bound: Mapping[str, Any], _: Streams) -> None:
        for name in bound["Name"]:
            if name.casefold() != MODULE.casefold():
                raise PowerShellError(
                    f"The specified module '{name}' was not loaded because no valid module file was found in any module "
                    "directory.",
                    error_id="Modules_ModuleNotFound,Microsoft.PowerShell.Commands.ImportModuleCommand",
                    category="ResourceUnavailable",
                    exception="System.IO.FileNotFoundException",
                    target=name,
                )

    def _get_module(self, bound: Mapping[str, Any], streams: Streams) -> None:
        if any(fnmatchcase(MODULE.casefold(), name.casefold()) for name in bound.get("Name") or ["*"]):
            values = {"Name": MODULE, "Version": PSVersion(MODULE_VERSION), "Guid": PSGuid(MODULE_GUID)}
            streams.output(made(values, GET_MODULE.output))


HERE: Final[Mapping[str, Callable[[Runspace, Mapping[str, Any], Streams], None]]] = {
    CONNECT.name: Runspace._connect,  # noqa: SLF001 - the table of the class above
    DISCONNECT.name: Runspace._disconnect,  # noqa: SLF001
    INFORMATION.name: Runspace._information,  # noqa: SLF001
    IMPORT_MODULE.name: Runspace._import_module,  # noqa: SLF001
    GET_MODULE.name: Runspace._get_module,  # noqa: SLF001
}


def bound_parameters(syntax: Syntax, named: Mapping[str, Any], positional: Sequence[Any]) -> dict[str, Any]:
    """The values by parameter name.

    Raises:
        PowerShellError: as the binder of PowerShell words it.
    """
    try:
        return bind(syntax, named, positional)
    except NotEmulatedError as error:
        raise not_emulated(f"{error} of {syntax.name}") from error
    except BindingError as error:
        raise PowerShellError(
            error.message,
            error_id=f"{error.error_id},{syntax.name}",
            category=error.category,
            exception=_exception(error.error_id),
        ) from error


def common(bound: Mapping[str, Any]) -> dict[str, Any]:
    """What of it is PowerShell's own business."""
    names = {parameter.name for parameter in COMMON}
    return {name: value for name, value in bound.items() if name in names}


def _exception(error_id: str) -> str:
    kind = "Validation" if error_id.startswith(VALIDATION) else ""
    kind = "ArgumentTransformation" if error_id == "ParameterArgumentTransformationError" else kind
    return f"System.Management.Automation.ParameterBinding{kind}Exception"


def _always_there(key: str) -> bool:
    # Get-EXO* belong to the module itself; all others are made by connecting.
    return key.startswith("get-exo")
