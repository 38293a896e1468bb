"""The seam between resources and Exchange: what a session does, and what carries its cmdlets."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from mailgrant.errors import CmdletError, MailgrantError
from mailgrant.exchange.cmdlets.call import Call, Reply


class Session(Protocol):
    """What the provider needs of sessions."""

    def run(self, call: Call) -> Reply:
        """Run one cmdlet, and wait for its reply."""

    def run_each(self, calls: Iterable[Call]) -> Iterator[tuple[Call, Reply | MailgrantError]]:
        """Run many at once; each comes back with its reply or its error, in the order in which they end."""


class Carrier(ABC):
    """What carries cmdlets to Exchange; it is connected when it is made, and used by one thread."""

    # When its connection ends, as seconds since the epoch; None if that is not known.
    ends_at: float | None = None

    @abstractmethod
    def run(self, call: Call) -> Reply:
        """Run one cmdlet.

        Raises:
            CmdletError: it failed.
            HostLostError: the carrier is of no further use.
        """

    def run_many(self, calls: Sequence[Call]) -> list[Reply | CmdletError]:
        """Run several, in one request where the carrier can.

        Raises:
            HostLostError: the carrier is of no further use.
        """
        return [self._attempt(call) for call in calls]

    @abstractmethod
    def close(self) -> None:
        """Give everything back."""

    def _attempt(self, call: Call) -> Reply | CmdletError:
        try:
            return self.run(call)
        except CmdletError as error:
            return error
