"""What happened and what shall happen to calls: counters, a log, injected latency and faults."""

import itertools
import time
from collections import Counter, defaultdict, deque
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from itertools import islice
from typing import Any, Final

from offline_tenant.web.faults import Fault

__all__ = ["Fault", "Ledger"]

LOG_LENGTH: Final = 5_000  # entries, of about a kilobyte each
NAMES: Final = 500  # different calls of one service that are counted apart; callers make some of the names up
OTHERS: Final = "(others)"
TEXT_LENGTH: Final = 300  # characters of one value in the log
MAIL: Final = ("imap", "pop", "smtp")  # services that have no routes


class Ledger:
    """Counters and a log of every call of every service, and the faults and latencies to inject.

    Kept in memory, and bounded: it belongs to a run of the process, not to the tenant.
    """

    def __init__(self) -> None:
        self._counters: dict[str, Counter[str]] = defaultdict(Counter)
        self._totals: Counter[str] = Counter()
        self._log: deque[tuple[float, dict[str, Any]]] = deque(maxlen=LOG_LENGTH)
        self._fault_ids = itertools.count(1)
        self.services: set[str] = set(MAIL)  # whose calls may be delayed and failed
        self.faults: list[Fault] = []
        self.latencies: dict[str, float] = {}

    def count(self, area: str, name: str) -> None:
        """One more call of this name."""
        names = self._counters[area]
        names[name if name in names or len(names) < NAMES else OTHERS] += 1

    def count_total(self, name: str) -> None:
        """One more of something that has no names of its own, such as connects."""
        self._totals[name] += 1

    def latency(self, area: str, name: str) -> float:
        """Seconds to wait before this call: the sum of all patterns that match."""
        if not self.latencies:
            return 0.0
        call = f"{area} {name}"
        return sum(seconds for match, seconds in self.latencies.items() if fnmatchcase(call, match))

    def fault(self, area: str, name: str) -> Fault | None:
        """The fault that strikes this call, if any."""
        if not self.faults:
            return None
        matching = (fault for fault in self.faults if fault.matches(f"{area} {name}"))
        return next((fault for fault in matching if fault.strikes()), None)

    def add_fault(self, fault: Fault) -> Fault:
        """Inject one more, with a number of its own."""
        fault.id = next(self._fault_ids)
        self.faults.append(fault)
        return fault

    def record(self, entry: dict[str, Any]) -> None:
        """Add a line to the log; the time is added. Values that are None are left out, long texts are cut.

        Args:
            entry: ``area`` and ``call``, and whatever tells more; no token, no secret.
        """
        kept = {name: _cut(value) for name, value in entry.items() if value is not None}
        self._log.append((time.time(), kept))

    def log(self, last: int = LOG_LENGTH) -> list[dict[str, Any]]:
        """The newest entries of the log, oldest first; ``time`` is the machine's, in UTC."""
        first = max(len(self._log) - last, 0)
        return [{"time": _written(moment), **entry} for moment, entry in islice(self._log, first, None)]

    def stats(self) -> dict[str, Any]:
        """The counters, as ``mailgrant offline stats --json`` prints them."""
        always: dict[str, Any] = {"exchange": {}, "graph": {}, "connects": 0, "logins": {}}
        return always | {area: dict(names) for area, names in self._counters.items()} | dict(self._totals)

    def reset(self) -> None:
        """Counters and log back to nothing; faults and latencies stay."""
        self._counters.clear()
        self._totals.clear()
        self._log.clear()

    def describe_faults(self) -> list[dict[str, Any]]:
        """The faults as the control plane shows them."""
        return [fault.described() for fault in self.faults]


def _cut(value: Any) -> Any:
    return value[:TEXT_LENGTH] if isinstance(value, str) else value


def _written(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
