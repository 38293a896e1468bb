"""The carrier ``pwsh``: PowerShell 7 on this machine, over PowerShell remoting on its pipes."""

import os
import shutil
from typing import Final

from mailgrant.errors import CmdletError, ConnectError, SetupError
from mailgrant.exchange.carriers.host import Host
from mailgrant.exchange.carriers.runspace import Runspace
from mailgrant.exchange.carriers.target import Target
from mailgrant.exchange.cmdlets.call import Call, Reply
from mailgrant.exchange.session import Carrier

ARGUMENTS: Final = ("-NoProfile", "-NoLogo", "-s")
# What proves who runs mailgrant: PowerShell is given a token for Exchange, and no more.
OURS_ALONE: Final = (
    *("ARM_", "PULUMI_", "MAILGRANT_WSMAN_", "ACTIONS_ID_TOKEN_", "SYSTEM_ACCESSTOKEN"),
    *("AZURE_CLIENT_SECRET", "AZURE_CLIENT_CERTIFICATE_", "AZURE_PASSWORD", "IDENTITY_HEADER"),
)


class PwshCarrier(Carrier):
    """One PowerShell process, connected to Exchange once.

    Args:
        target: what to connect to.

    Raises:
        SetupError: there is no PowerShell.
        ExchangeError: PowerShell or Exchange did not take us.
    """

    def __init__(self, target: Target) -> None:
        self.ends_at, self._cancellation = target.ends_at, target.cancellation
        self._host = Host([_program(), *ARGUMENTS], _environment())
        try:
            with self._cancellation.telling(self._host.interrupt):
                self._runspace = Runspace(self._host, target.timeout)
                self._runspace.run(target.connecting())
        except CmdletError as error:
            self._host.kill()
            self._host.close()
            raise ConnectError(target.organization, error.text) from error
        except BaseException:
            self._host.kill()
            self._host.close()
            raise

    def run(self, call: Call) -> Reply:
        """Run one cmdlet.

        Raises:
            CmdletError: it failed.
            HostLostError: PowerShell is gone.
            CancelledError: the run was to end, and PowerShell was told to stop the cmdlet.
        """
        with self._cancellation.telling(self._host.interrupt):
            return self._runspace.run(call)

    def close(self) -> None:
        """End the process."""
        self._runspace.close()
        self._host.close()


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.upper().startswith(OURS_ALONE)}


def _program() -> str:
    found = shutil.which("pwsh")
    if found is None:
        raise SetupError(
            "there is no pwsh on PATH",
            "Install PowerShell 7.4 or newer and its module ExchangeOnlineManagement 3.5 or newer "
            '(Install-Module ExchangeOnlineManagement); for the offline tenant: eval "$(mailgrant offline env)"',
        )
    return found
