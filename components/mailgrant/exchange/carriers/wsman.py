"""The carrier ``wsman``: PowerShell on a jump host, over WSMan with TLS. It needs ``pip install 'mailgrant[wsman]'``."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, Final
from xml.etree.ElementTree import Element

import requests
from pypsrp.complex_objects import GenericComplexObject, PSInvocationState
from pypsrp.exceptions import AuthenticationError, WinRMError
from pypsrp.powershell import PowerShell, RunspacePool
from pypsrp.serializer import Serializer
from pypsrp.shell import SignalCode
from pypsrp.wsman import WSMan

from mailgrant.errors import CancelledError, CmdletError, ConnectError, HostLostError, SetupError
from mailgrant.exchange.carriers.clixml import escaped, readable
from mailgrant.exchange.carriers.target import JumpHost, Target
from mailgrant.exchange.carriers.values import PLAIN, sendable
from mailgrant.exchange.cmdlets.call import Call, Record, Reply
from mailgrant.exchange.cmdlets.call import error as error_of
from mailgrant.exchange.session import Carrier

# It writes whole messages, and the token in them, at its lowest level.
logging.getLogger("pypsrp").setLevel(logging.INFO)

POLL: Final = 20  # seconds that one request may wait for output
BROKEN: Final = (requests.RequestException, WinRMError, OSError)


class WsmanCarrier(Carrier):
    """One runspace on the jump host, connected to Exchange once.

    Args:
        target: what to connect to; with a jump host.

    Raises:
        SetupError: the jump host does not let us in.
        HostLostError: it does not answer.
        ConnectError: Exchange did not take us.
    """

    def __init__(self, target: Target) -> None:
        if target.jump_host is None:
            raise SetupError("the carrier wsman needs a jump host", "Name it in mailgrant:exchange.host.")
        self.ends_at, self._timeout, self._cancellation = target.ends_at, target.timeout, target.cancellation
        self._where = f"{target.jump_host.host}:{target.jump_host.port}"
        self._wsman = _wsman(target.jump_host)
        self._pool = _Pool(self._wsman)
        try:
            self._open()
            self.run(target.connecting())
        except CmdletError as error:
            self.close()
            raise ConnectError(target.organization, error.text) from None
        except BaseException:
            self.close()
            raise

    def run(self, call: Call) -> Reply:
        """Run one cmdlet.

        Raises:
            CmdletError: it failed.
            HostLostError: the jump host did not answer, or not in time; the carrier is of no further use.
            CancelledError: the run was to end, and PowerShell was told to stop the cmdlet.
        """
        shell = PowerShell(self._pool)
        shell.add_cmdlet(call.cmdlet)
        for name, value in {**call.parameters, "ErrorAction": "Stop"}.items():
            shell.add_parameter(name, _written(sendable(name, value)))
        try:
            with self._cancellation.telling(_aside(lambda: _signal(shell))):
                self._finish(shell)
            shell.close()
        except BROKEN as error:
            if self._cancellation.asked:
                raise CancelledError(begun=True) from None
            raise HostLostError(f"the jump host {self._where} was lost ({type(error).__name__})") from None
        except HostLostError:
            raise
        except Exception as error:  # noqa: BLE001 - pypsrp raises anything for bytes that are no message
            raise HostLostError(
                f"the jump host {self._where} sent a message that cannot be read ({type(error).__name__})"
            ) from None
        if shell.state == PSInvocationState.STOPPED:
            raise CancelledError(begun=True)
        return _reply(call, shell)

    def close(self) -> None:
        """Close the runspace and the connection; a host that is gone is closed enough."""
        with suppress(*BROKEN):
            self._pool.close()
        self._wsman.close()

    def _open(self) -> None:
        try:
            self._pool.open()
        except AuthenticationError:
            raise SetupError(
                f"the jump host {self._where} does not let us in",
                "Check MAILGRANT_WSMAN_USERNAME, MAILGRANT_WSMAN_PASSWORD and mailgrant:exchange.auth, and that the "
                "account may use PowerShell remoting there.",
            ) from None
        except BROKEN as error:
            raise HostLostError(
                f"the jump host {self._where} does not answer ({type(error).__name__})"
            ) from None

    def _finish(self, shell: PowerShell) -> None:
        deadline = time.monotonic() + self._timeout
        shell.begin_invoke()
        while shell.state == PSInvocationState.RUNNING:
            if time.monotonic() > deadline:
                shell.stop()
                raise HostLostError(
                    f"the jump host {self._where} said nothing for {self._timeout:g} seconds, and was left"
                )
            shell.poll_invoke(timeout=POLL)


class _Serializer(Serializer):
    """As pypsrp's, and takes whatever PowerShell writes."""

    def deserialize(self, element: Any, metadata: Any = None, clear: bool = True) -> Any:  # noqa: FBT001, FBT002 - pypsrp's
        if isinstance(element, str):
            element = readable(element.encode()).decode()
        return super().deserialize(element, metadata, clear)


class _Pool(RunspacePool):
    """With a serializer that can read; pypsrp has no argument for it."""

    def __init__(self, connection: WSMan) -> None:
        super().__init__(connection)
        self._serializer = self._fragmenter.serializer = _Serializer()


def _aside(work: Callable[[], None]) -> Callable[[], None]:
    """In a thread of its own: the jump host may take its time."""
    return lambda: threading.Thread(target=work, daemon=True).start()


def _signal(shell: PowerShell) -> None:
    """Stop a pipeline while another thread waits for its output, which then says that it is stopped.

    ``PowerShell.stop`` of pypsrp also forgets the pipeline, and what comes for one that is forgotten is an error.
    """
    with suppress(*BROKEN):
        shell.runspace_pool.shell.signal(SignalCode.PS_CTRL_C, str(shell.id).upper())


def _wsman(jump: JumpHost) -> WSMan:
    return WSMan(
        jump.host,
        port=jump.port,
        ssl=True,
        auth=jump.auth,
        username=jump.username or None,
        password=jump.password or None,
        operation_timeout=POLL,
        read_timeout=POLL + 10,
    )


def _written(value: Any) -> Any:
    """A value for pypsrp, which escapes less than it must: XML as soon as there is a text in it."""
    if isinstance(value, list):
        return [_written(member) for member in value]
    if not isinstance(value, str):
        return value
    element = Element("S")
    element.text = escaped(value)
    return element


def _reply(call: Call, shell: PowerShell) -> Reply:
    if shell.streams.error:
        first = shell.streams.error[0]
        raise error_of(call, str(first.fq_error or ""), _message(first))
    if shell.state != PSInvocationState.COMPLETED:
        raise error_of(call, "", "PowerShell did not complete the cmdlet")
    return Reply(
        tuple(_records(shell.output)), tuple(str(warning.message) for warning in shell.streams.warning)
    )


def _records(output: list[Any]) -> Iterator[Record]:
    for one in output:
        if not isinstance(one, GenericComplexObject):
            # What pypsrp does not understand it hands over as text.
            yield {"": str(one)}
            continue
        yield {
            name: _plain(value) for name, value in (one.adapted_properties | one.extended_properties).items()
        }


def _plain(value: Any) -> Any:
    """None, text, number, truth, or a list of these; anything else as PowerShell prints it."""
    if value is None or type(value) in PLAIN:
        return value
    return [_plain(member) for member in value] if isinstance(value, list) else str(value)


def _message(record: Any) -> str:
    exception = getattr(record, "exception", None)
    properties = getattr(exception, "adapted_properties", {}) | getattr(exception, "extended_properties", {})
    return str(properties.get("Message") or record)
