"""The tenant's clock: the machine's, shifted or stopped, so that a year passes in a test at once."""

from datetime import UTC, datetime, timedelta

from offline_tenant.state.store import Store

ID = "clock"


class Clock:
    """The one clock of an installation; survives a restart."""

    def __init__(self, store: Store) -> None:
        self._settings = store.collection("", "settings")

    def now(self) -> datetime:
        """The tenant's time, aware, in UTC."""
        setting = self._settings.get(ID) or {}
        if "stopped" in setting:
            return datetime.fromisoformat(setting["stopped"])
        return datetime.now(UTC) + timedelta(seconds=setting.get("shift", 0.0))

    def advance(self, by: timedelta) -> None:
        """Move on (or back) by so much; a stopped clock stays stopped."""
        setting = self._settings.get(ID) or {}
        if "stopped" in setting:
            self.stop(self.now() + by)
        else:
            self._settings.put(ID, {"shift": setting.get("shift", 0.0) + by.total_seconds()})

    def set(self, to: datetime) -> None:
        """Show this time now, and go on from there."""
        self._settings.put(ID, {"shift": (to - datetime.now(UTC)).total_seconds()})

    def stop(self, at: datetime) -> None:
        """Show this time until told otherwise."""
        self._settings.put(ID, {"stopped": at.astimezone(UTC).isoformat()})

    def reset(self) -> None:
        """The machine's time again."""
        self._settings.delete(ID)
