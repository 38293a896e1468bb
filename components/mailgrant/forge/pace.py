"""How long a forge wants to be left alone.

Sources: docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api (403 or 429 with retry-after, or with
x-ratelimit-remaining: 0 and x-ratelimit-reset, or for a secondary limit with neither, then at least a minute);
learn.microsoft.com/azure/devops/integrate/concepts/rate-limits (429 with Retry-After).
"""

from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Final

TOO_MANY: Final = 429
FORBIDDEN: Final = 403
MINUTE: Final = 60.0
SECONDARY: Final = "secondary rate limit"


def delay(status: int, headers: Mapping[str, str], said: str, now: datetime) -> float | None:
    """For how many seconds not to ask again; None if the answer is no limit of the rate.

    Args:
        status: of HTTP.
        headers: whose names may be written in any case, as those of requests may.
        said: the forge's own reason.
        now: with a zone.
    """
    if status not in {TOO_MANY, FORBIDDEN}:
        return None
    if "retry-after" in headers:
        return _after(headers["retry-after"], now)
    if headers.get("x-ratelimit-remaining") == "0":
        return _until(headers.get("x-ratelimit-reset", ""), now)
    return MINUTE if status == TOO_MANY or SECONDARY in said.lower() else None


def _after(text: str, now: datetime) -> float:
    """Of seconds or a date (RFC 9110, 10.2.3)."""
    if text.strip().isdecimal():
        return float(text)
    try:
        return max(0.0, (parsedate_to_datetime(text) - now).total_seconds())
    except (TypeError, ValueError):  # no date, or one without a zone
        return MINUTE


def _until(text: str, now: datetime) -> float:
    """Of seconds since 1970."""
    return max(0.0, float(text) - now.timestamp()) if text.strip().isdecimal() else MINUTE
