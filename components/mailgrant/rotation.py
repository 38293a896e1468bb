"""When credentials rotate: computed from the date alone, with neither state nor timer.

Time is cut into periods of the length ``rotate``, counted from a fixed day. Every period has a credential of its
own, made in that period and valid until ``lifetime`` after its begin. As many credentials as overlap are kept at
once, each in a slot, and a slot is used again only when what it held has expired: a rotation never ends a
credential that somebody may still use.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

# Frozen: with another day, every credential of every stack would rotate at once.
FIRST_DAY: Final = datetime(2020, 1, 1, tzinfo=UTC)

MOST_SLOTS: Final = 6


@dataclass(frozen=True)
class Slot:
    """One credential among those that overlap.

    Args:
        number: which slot, from 0.
        period: which period it belongs to, counted from ``FIRST_DAY``.
        expires_at: when it ends.
        rotates_at: when its successor is due.
    """

    number: int
    period: int
    expires_at: datetime
    rotates_at: datetime


def slots_needed(lifetime: timedelta, rotate: timedelta) -> int:
    """How many credentials overlap: the lifetime in periods, rounded up."""
    return -(-lifetime // rotate)


def slots(now: datetime, lifetime: timedelta, rotate: timedelta) -> list[Slot]:
    """The credentials that exist at this moment, the one to hand out first.

    Args:
        now: aware.
        lifetime: how long one is valid, counted from the begin of its period; at least twice ``rotate``.
        rotate: the length of a period, positive.
    """
    current = (now - FIRST_DAY) // rotate
    count = slots_needed(lifetime, rotate)
    return [_slot(period, count, lifetime, rotate) for period in range(current, current - count, -1)]


def _slot(period: int, count: int, lifetime: timedelta, rotate: timedelta) -> Slot:
    begin = FIRST_DAY + period * rotate
    return Slot(period % count, period, begin + lifetime, begin + rotate)
