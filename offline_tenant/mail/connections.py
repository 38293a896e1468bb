"""What every connection of one mail service shares: the state, the clock of the reactor, and each other."""

from typing import Any

from twisted.internet.defer import Deferred, succeed

from offline_tenant.mail.limits import Limits
from offline_tenant.state.tenant import Installation
from offline_tenant.web.ledger import Ledger


class Connections:
    """The open connections of one service.

    Args:
        reactor: Twisted's, for delays and time limits.
        installation: whose tenants have the mailboxes.
        ledger: counters, log, faults and latencies.
    """

    def __init__(self, reactor: Any, installation: Installation, ledger: Ledger) -> None:
        self.reactor, self.installation, self.ledger = reactor, installation, ledger
        self.limits = Limits(installation)
        self._open: set[Any] = set()
        self._all_gone: Deferred[None] | None = None

    def __len__(self) -> int:
        return len(self._open)

    def add(self, protocol: Any) -> None:
        """A connection was made."""
        self._open.add(protocol)

    def remove(self, protocol: Any) -> None:
        """A connection is gone."""
        self._open.discard(protocol)
        if self._all_gone and not self._open:
            waiting, self._all_gone = self._all_gone, None
            waiting.callback(None)

    def drop_all(self) -> Deferred[None]:
        """Break every connection; fires when all are gone."""
        if not self._open:
            return succeed(None)
        self._all_gone = Deferred()
        gone = self._all_gone
        for protocol in list(self._open):
            protocol.transport.abortConnection()
        return gone
