"""What a carrier connects to, the same for all of them."""

from dataclasses import dataclass, field
from typing import Any

from mailgrant.exchange.cancellation import Cancellation
from mailgrant.exchange.cmdlets import CMDLETS
from mailgrant.exchange.cmdlets.call import Call


@dataclass(frozen=True)
class JumpHost:
    """A Windows machine that runs PowerShell for others, behind WSMan over TLS.

    Args:
        host: its name, as its certificate has it.
        port: of WinRM's TLS listener.
        auth: how the user proves who it is: ``negotiate``, ``kerberos``, ``ntlm`` or ``basic``.
        username: who signs in there; empty for the one whom Kerberos knows already.
        password: kept out of every text.
    """

    host: str
    port: int
    auth: str
    username: str = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True)
class Target:
    """Exchange as the automation of one tenant reaches it.

    Args:
        organization: the tenant's ``….onmicrosoft.com`` domain.
        token: an access token for Exchange; kept out of every text.
        ends_at: when the token ends, as seconds since the epoch; None if that is not known.
        timeout: seconds that one cmdlet may take.
        environment: ``-ExchangeEnvironmentName``; None leaves it out.
        address: the root of Exchange's own address, for carriers that need no PowerShell.
        jump_host: where PowerShell runs, for the carrier ``wsman``.
        cancellation: ends what runs.
    """

    organization: str
    token: str = field(repr=False)
    ends_at: float | None = None
    timeout: float = 900.0
    environment: str | None = None
    address: str = ""
    jump_host: JumpHost | None = None
    cancellation: Cancellation = field(default_factory=Cancellation, repr=False)

    def connecting(self) -> Call:
        """The cmdlet that connects a PowerShell to Exchange, with only the cmdlets that mailgrant needs."""
        parameters: dict[str, Any] = {
            "AccessToken": self.token,
            "Organization": self.organization,
            "CommandName": list(CMDLETS),
            "ShowBanner": False,
            "SkipLoadingFormatData": True,
        }
        if self.environment:
            parameters["ExchangeEnvironmentName"] = self.environment
        return Call("Connect-ExchangeOnline", parameters, target=self.organization)
