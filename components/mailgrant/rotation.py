"""When credentials rotate: computed from the date alone, with neither state nor timer.

Time is cut into periods of the length ``rotate``. Every period has a credential of its own, made in that period and
valid until ``lifetime`` after its begin. All that have not expired are kept side by side, so that the passing of
time never ends a credential that somebody may still use.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

# Frozen, as is the phase below: with another day, every credential of every stack would rotate at once.
FIRST_DAY: Final = datetime(2020, 1, 1, tzinfo=UTC)

MOST_AT_ONCE: Final = 6
LONGEST: Final = timedelta(days=730)  # the most that Entra's portal offers
DAY: Final = timedelta(days=1)


@dataclass(frozen=True)
class Period:
    """One credential among those that overlap.

    Args:
        number: which period, counted from the first day.
        expires_at: when its credential ends.
        rotates_at: when its successor is due.
    """

    number: int
    expires_at: datetime
    rotates_at: datetime


def most_at_once(lifetime: timedelta, rotate: timedelta) -> int:
    """How many credentials overlap at the most: the lifetime in periods, rounded up."""
    return -(-lifetime // rotate)


def phase(name: str, rotate: timedelta) -> timedelta:
    """By how much a credential's periods are shifted, in whole days: not all of a tenant's rotate on one day."""
    digest = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big")
    return digest % max(1, rotate // DAY) * DAY


def periods(now: datetime, lifetime: timedelta, rotate: timedelta, name: str) -> list[Period]:
    """The credentials that exist at this moment, the one to hand out first.

    Args:
        now: aware.
        lifetime: how long one is valid at the most, counted from the begin of its period; at least twice ``rotate``.
        rotate: the length of a period, positive.
        name: whose credential it is; decides on which day its periods begin.
    """
    first = FIRST_DAY + phase(name, rotate)
    current = (now - first) // rotate
    candidates = range(current, current - most_at_once(lifetime, rotate), -1)
    found = [_period(number, first, lifetime, rotate) for number in candidates]
    return [period for period in found if period.expires_at > now]


def _period(number: int, first: datetime, lifetime: timedelta, rotate: timedelta) -> Period:
    begin = first + number * rotate
    return Period(number, begin + lifetime, begin + rotate)
