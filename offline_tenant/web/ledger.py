"""What happened and what shall happen to calls: counters, a log, injected latency and faults."""

from collections import Counter, defaultdict, deque
from dataclasses import asdict, dataclass, field
from fnmatch import fnmatchcase
from typing import Any, Final

LOG_LENGTH: Final = 10_000


@dataclass
class Fault:
    """An error to answer with instead of doing the work.

    Args:
        match: a pattern (``*`` and ``?``) over ``<area> <name>``, such as ``graph POST /v1.0/applications``.
        status: the HTTP status; mail servers use it only to know that there is a fault.
        code: the service's error code.
        message: the service's text.
        headers: further headers, such as ``Retry-After``.
        times: how many calls it hits; 0 is without end.
        after: how many matching calls pass before the first hit.
        effect: ``refuse`` answers without doing the work; ``lose`` does the work and then drops the connection.
    """

    match: str
    status: int = 500
    code: str = "InternalServerError"
    message: str = "injected"
    headers: dict[str, str] = field(default_factory=dict)
    times: int = 1
    after: int = 0
    effect: str = "refuse"
    hits: int = 0

    def strikes(self) -> bool:
        """Count one matching call; true if this one is hit."""
        if self.after > 0:
            self.after -= 1
            return False
        if self.times and self.hits >= self.times:
            return False
        self.hits += 1
        return True


class Ledger:
    """Counters and a log of every call of every service, and the faults and latencies to inject.

    Kept in memory: it belongs to a run of the process, not to the tenant.
    """

    def __init__(self) -> None:
        self._counters: dict[str, Counter[str]] = defaultdict(Counter)
        self._totals: Counter[str] = Counter()
        self._log: deque[dict[str, Any]] = deque(maxlen=LOG_LENGTH)
        self.faults: list[Fault] = []
        self.latencies: dict[str, float] = {}

    def count(self, area: str, name: str) -> None:
        """One more call of this name."""
        self._counters[area][name] += 1

    def count_total(self, name: str) -> None:
        """One more of something that has no names of its own, such as connects."""
        self._totals[name] += 1

    def latency(self, area: str, name: str) -> float:
        """Seconds to wait before this call: the sum of all patterns that match."""
        return sum(
            seconds for match, seconds in self.latencies.items() if fnmatchcase(f"{area} {name}", match)
        )

    def fault(self, area: str, name: str) -> Fault | None:
        """The fault that strikes this call, if any."""
        matching = (fault for fault in self.faults if fnmatchcase(f"{area} {name}", fault.match))
        return next((fault for fault in matching if fault.strikes()), None)

    def record(self, entry: dict[str, Any]) -> None:
        """Add a line to the log."""
        self._log.append(entry)

    def log(self, last: int = LOG_LENGTH) -> list[dict[str, Any]]:
        """The newest entries of the log, oldest first."""
        return list(self._log)[-last:] if last else []

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
        return [asdict(fault) for fault in self.faults]
