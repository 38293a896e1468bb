"""How much Exchange lets one caller do: calls in a window of time, calls at once, delays; and the longest cmdlet.

All goes by the tenant's clock. Nothing is enforced until the installation is told to; the counting is always shown in
the headers that Exchange sends. The numbers are those that callers saw, not documented ones.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil
from typing import Any, Final
from weakref import WeakKeyDictionary

from offline_tenant.exchange import wire
from offline_tenant.exchange.errors import CmdletError
from offline_tenant.state.store import Collection
from offline_tenant.web.call import Answer, Call, Gate, Passage
from offline_tenant.web.caller import caller
from offline_tenant.web.ledger import Ledger

SETTING: Final = "throttle"
LONGEST_CMDLET: Final = timedelta(minutes=15)  # the reference of the module, "exchange-online-powershell-v2"
KNOWN_CALLERS: Final = 1000  # callers make their names up
# What the service showed to callers; the length of the window is a guess.
REQUESTS: Final = 30_000
SECONDS: Final = 300.0
REALISTIC: Final[Mapping[str, Any]] = {
    "requests": REQUESTS,
    "seconds": SECONDS,
    "concurrency": 10,
    "delay": {"after": 5_000, "milliseconds": 250},
}
WARNING: Final = (
    "Micro delay applied. Actual delayed: {0} msecs, Enforced: True, Capped delay: {0} msecs, Required: False, "
    "Additional info: ."
)
RATE: Final = "The number of requests of this application is over the limit of {} in {:g} seconds."
CONCURRENCY: Final = "This connection has more than {} requests under way."
AT_ONCE: Final = 1  # second until a place should be free
TOO_LONG: Final = CmdletError(
    "System.TimeoutException", "The operation has timed out.", status=504, category="OperationTimeout"
)


@dataclass
class Window:
    """The calls of one application in one stretch of time, under the same limits."""

    began: datetime
    limits: Mapping[str, Any]
    used: int = 0


@dataclass
class Counts:
    """What one run of the process has counted."""

    windows: dict[str, Window] = field(default_factory=dict)
    running: Counter[str] = field(default_factory=Counter)

    def window(self, who: str, now: datetime, limits: Mapping[str, Any]) -> Window:
        """The window that is open for a caller; a new one where the last is over, or was under other limits."""
        known, length = self.windows.get(who), _length(limits)
        if known is None or known.limits != limits or not known.began <= now < known.began + length:
            self.windows.pop(who, None)
            while len(self.windows) >= KNOWN_CALLERS:
                self.windows.pop(next(iter(self.windows)))  # the oldest one
            known = self.windows[who] = Window(now, limits)
        return known


def _length(limits: Mapping[str, Any]) -> timedelta:
    return timedelta(seconds=limits.get("seconds", SECONDS))


_counts: Final[WeakKeyDictionary[Ledger, Counts]] = WeakKeyDictionary()


def configured(settings: Collection) -> dict[str, Any]:
    """The limits that are enforced: ``requests`` in ``seconds``, ``concurrency``, ``delay``; empty for none."""
    return settings.get(SETTING) or {}


def configure(settings: Collection, limits: Mapping[str, Any]) -> None:
    """Enforce these limits and no others; see ``configured``."""
    settings.put(SETTING, dict(limits))


def gate(cost: Callable[[Call], int]) -> Gate:
    """What each call of the endpoint passes.

    Args:
        cost: as how many cmdlets a call counts.
    """

    @contextmanager
    def passing(call: Call) -> Iterator[Passage]:
        counts = _counts.setdefault(call.ledger, Counts())
        who = f"{call.parameters['tenant']}/{caller(call)}"
        connection = f"{who}/{call.headers.get('connection-id', '')}"
        # Both counts under one name where there is no connection-id would count each call twice.
        held = (f"app {who}", f"connection {connection}")
        counts.running.update(held)
        try:
            yield _Passage(call, counts, who, [counts.running[name] for name in held], cost(call))
        finally:
            counts.running.subtract(held)
            for name in held:
                if not counts.running[name]:
                    del counts.running[name]

    return passing


class _Passage(Passage):
    """One call: what it costs is taken when it comes, and given back to nobody."""

    def __init__(self, call: Call, counts: Counts, who: str, running: list[int], cost: int) -> None:
        self._limits = configured(call.installation.settings)
        self._clock, self._running = call.installation.clock, running
        self._began = self._clock.now()
        self._window = counts.window(who, self._began, self._limits)
        self._ends = self._window.began + _length(self._limits)
        self._most = self._limits.get("requests") or REQUESTS
        self.longest = LONGEST_CMDLET.total_seconds()
        self.refusal = self._refused(cost)
        if self.refusal is None:
            self._window.used += cost
            self.delay = self._delay()

    def too_late(self) -> Answer | None:
        """A cmdlet that took longer than Exchange lets it."""
        if self._clock.now() - self._began >= LONGEST_CMDLET:
            return wire.error(TOO_LONG)
        return None

    def finished(self, answer: Answer) -> Answer:
        """The answer with what Exchange says about the caller's account."""
        body = answer.body
        if self.delay and isinstance(body, dict) and "@adminapi.warnings" in body:
            warning = WARNING.format(round(self.delay * 1000))
            body = {**body, "@adminapi.warnings": [warning, *body["@adminapi.warnings"]]}
        return Answer(answer.status, body, {**answer.headers, **self._headers()}, answer.lost)

    def _headers(self) -> dict[str, str]:
        application, connection = self._running
        return {
            "Rate-Limit-Limit": str(self._most),
            "Rate-Limit-Remaining": str(max(self._most - self._window.used, 0)),
            "Rate-Limit-Reset": self._ends.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "X-Concurrencycount": str(connection),
            "X-Combinedapponlyconcurrencycount": str(application),
        }

    def _refused(self, cost: int) -> Answer | None:
        most = self._limits.get("concurrency")
        if most and self._running[1] > most:
            return self._busy(CONCURRENCY.format(most), AT_ONCE)
        if self._limits.get("requests") and self._window.used + cost > self._most:
            seconds = self._limits.get("seconds", SECONDS)
            return self._busy(RATE.format(self._most, seconds), (self._ends - self._began).total_seconds())
        return None

    def _busy(self, message: str, seconds: float) -> Answer:
        shaped = wire.plain_error(429, wire.CODES[429], message)
        headers = {**shaped.headers, **self._headers(), "Retry-After": str(ceil(seconds))}
        return Answer(shaped.status, shaped.body, headers)

    def _delay(self) -> float:
        wanted = self._limits.get("delay")
        if not wanted or self._window.used <= wanted["after"]:
            return 0.0
        return float(wanted["milliseconds"]) / 1000
