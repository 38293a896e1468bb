"""The tenant's clock: the machine's, shifted or stopped, so that a year passes in a test at once."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from offline_tenant.state.store import Store

ID = "clock"
# Where tokens, certificates and mail can still write down the time.
FIRST: Final = datetime(1990, 1, 1, tzinfo=UTC)
LAST: Final = datetime(2990, 1, 1, tzinfo=UTC)


class Clock:
    """The one clock of an installation; survives a restart."""

    def __init__(self, store: Store) -> None:
        self._settings = store.collection("", "settings")

    def now(self) -> datetime:
        """The tenant's time, aware, in UTC."""
        setting = self._setting()
        if "stopped" in setting:
            return datetime.fromisoformat(setting["stopped"])
        return datetime.now(UTC) + timedelta(seconds=setting.get("shift", 0.0))

    def stopped(self) -> bool:
        """Whether it shows one and the same time until told otherwise."""
        return "stopped" in self._setting()

    def advance(self, by: timedelta) -> None:
        """Move on (or back) by so much; a stopped clock stays stopped.

        Raises:
            ValueError: out of range.
        """
        to = _sum(self.now(), by)
        if self.stopped():
            self.stop(to)
        else:
            self._keep({"shift": self._setting().get("shift", 0.0) + by.total_seconds()}, to)

    def set(self, to: datetime) -> None:
        """Show this time now, and go on from there.

        Raises:
            ValueError: out of range.
        """
        self._keep({"shift": (to - datetime.now(UTC)).total_seconds()}, to)

    def stop(self, at: datetime) -> None:
        """Show this time until told otherwise.

        Raises:
            ValueError: out of range.
        """
        self._keep({"stopped": at.astimezone(UTC).isoformat()}, at)

    def reset(self) -> None:
        """The machine's time again."""
        self._settings.delete(ID)

    def _setting(self) -> dict[str, Any]:
        return self._settings.get(ID) or {}

    def _keep(self, setting: dict[str, Any], shown: datetime) -> None:
        if not FIRST <= shown <= LAST:
            raise ValueError(f"the clock goes from the year {FIRST.year} to the year {LAST.year}")
        self._settings.put(ID, setting)


def _sum(moment: datetime, by: timedelta) -> datetime:
    try:
        return moment + by
    except OverflowError as error:
        raise ValueError(f"the clock goes from the year {FIRST.year} to the year {LAST.year}") from error
