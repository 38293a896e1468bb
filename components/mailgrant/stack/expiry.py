"""What ends when: the credentials of stacks, and which of them somebody has to look after."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

DAY: Final = timedelta(days=1)
# What is wrong, by its stable id → in words.
WARNINGS: Final = {
    "ended": "has ended",
    "rotation-overdue": "its successor is due: run pulumi up",
    "ends-soon": "ends soon, and nothing makes its successor",
}


@dataclass(frozen=True)
class Held:
    """A credential as its consumer holds it; never its value.

    Args:
        stack: that put it out.
        client: whose it is; None for the application that mailgrant runs as.
        credential: the consumer's name.
        type: ``secret``, ``certificate``, ``federated`` or ``external``.
        key_id: as Entra lists it; None if it has none, or nobody knows.
        expires_at: when it ends; None if it does not, or nobody knows.
        rotates_at: when its successor is due; None if there will be none.
    """

    stack: str
    client: str | None
    credential: str
    type: str
    key_id: str | None = None
    expires_at: datetime | None = None
    rotates_at: datetime | None = None

    def days_left(self, now: datetime) -> int | None:
        """Whole days until it ends, negative afterwards."""
        return (self.expires_at - now) // DAY if self.expires_at else None

    def warning(self, now: datetime, warn_days: int) -> str | None:
        """The id in ``WARNINGS`` of what is wrong, or None.

        One that rotates is only wrong when its successor is late: it is handed out long before the end.
        """
        if self.expires_at and self.expires_at <= now:
            return "ended"
        if self.rotates_at:
            return "rotation-overdue" if self.rotates_at <= now else None
        near = self.expires_at and self.expires_at - now <= warn_days * DAY
        return "ends-soon" if near else None


def report(credentials: Iterable[Held], now: datetime, warn_days: int) -> dict[str, Any]:
    """What ``mailgrant credentials --json`` prints: stable, moments in UTC ending in Z.

    ``{"ok": bool, "now": moment, "warn_days": n, "credentials": [{stack, client, credential, type, key_id,
    expires_at, days_left, rotates_at, warning}]}``
    """
    entries = [_entry(one, now, warn_days) for one in credentials]
    ok = not any(entry["warning"] for entry in entries)
    return {"ok": ok, "now": _utc(now), "warn_days": warn_days, "credentials": entries}


def _entry(one: Held, now: datetime, warn_days: int) -> dict[str, Any]:
    return {
        "stack": one.stack,
        "client": one.client,
        "credential": one.credential,
        "type": one.type,
        "key_id": one.key_id,
        "expires_at": _utc(one.expires_at),
        "days_left": one.days_left(now),
        "rotates_at": _utc(one.rotates_at),
        "warning": one.warning(now, warn_days),
    }


def _utc(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None
