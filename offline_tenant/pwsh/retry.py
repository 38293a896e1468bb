"""The module's own patience: which answers it asks again for, how often, and how long it waits before."""

import os
from typing import TYPE_CHECKING, Final

from offline_tenant.pwsh.admin_api import Reply

if TYPE_CHECKING:
    from offline_tenant.pwsh.runspace import Streams

# As the module's generated code has them.
MOST: Final = 3  # retries
INTERVAL: Final = 1.0  # seconds before the first one
BASE: Final = 2.0  # each further one is so much later
THROTTLED: Final = 429
RETRIED: Final = frozenset({THROTTLED, 503})

# The module's own pauses tell nothing here, and cost tests seconds. What the tenant asks for is always waited for.
PACE: Final = "MAILGRANT_STANDIN_PACE"
HURRY: Final = 100.0
LONGEST: Final = 3600.0  # seconds; a Retry-After beyond it is nonsense


def wait_before(reply: Reply, tried: int) -> float | None:
    """Seconds to wait before the same request is sent again; None where it is not.

    Args:
        reply: that came.
        tried: how many retries were made already.
    """
    if reply.status not in RETRIED or tried >= MOST:
        return None
    if (told := _told(reply)) is not None:
        return told
    interval = INTERVAL * BASE**tried
    return interval if os.environ.get(PACE) == "real" else interval / HURRY


def exhausted(reply: Reply, tried: int) -> bool:
    """Whether it would have been sent again, had it not been sent so often."""
    return reply.status in RETRIED and tried >= MOST


def explain(reply: Reply, wait: float, tried: int, streams: "Streams") -> None:
    """What the module says with -Verbose before it waits."""
    streams.verbose(f"Query {tried + 1} failed.")
    if reply.status == THROTTLED and _told(reply) is not None:
        milliseconds = round(wait * 1000)
        streams.verbose(
            f"The current request is throttled at the server, waiting for {milliseconds} milliseconds"
        )
        return
    streams.verbose(f"Exception occurred: HTTP status code {reply.status}; Request is being retried.")
    streams.verbose("Using exponential backoff retry logic to get the wait time for next retry")


def _told(reply: Reply) -> float | None:
    try:
        seconds = float(reply.headers.get("retry-after", ""))
    except ValueError:
        return None
    return min(seconds, LONGEST) if seconds >= 0 else None
