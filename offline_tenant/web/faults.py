"""Faults that are injected into calls: an error instead of the work, or the work and a lost answer."""

from dataclasses import asdict, dataclass, field
from fnmatch import fnmatchcase
from typing import Any, Final

REFUSE: Final = "refuse"
LOSE: Final = "lose"


@dataclass
class Fault:
    """An error to answer with instead of doing the work.

    Args:
        match: a pattern (``*`` and ``?``) over ``<area> <name>``, such as ``graph POST /v1.0/applications``.
        status: the HTTP status; mail servers use it only to know that there is a fault.
        code: the service's error code; the service's own for the status unless given.
        message: the service's text.
        headers: further headers, such as ``Retry-After``.
        times: how many calls it hits; 0 is without end.
        after: how many matching calls pass before the first hit.
        effect: ``refuse`` answers without doing the work; ``lose`` does the work and then drops the connection.
        hits: how many calls it has hit.
        id: a number of its own, once it stands in a ledger.
    """

    match: str
    status: int = 500
    code: str = ""
    message: str = "injected"
    headers: dict[str, str] = field(default_factory=dict)
    times: int = 1
    after: int = 0
    effect: str = REFUSE
    hits: int = 0
    id: int = 0

    def matches(self, call: str) -> bool:
        """Whether it is meant for this call, ``<area> <name>``."""
        return fnmatchcase(call, self.match)

    def strikes(self) -> bool:
        """Count one matching call; true if this one is hit."""
        if self.after > 0:
            self.after -= 1
            return False
        if self.times and self.hits >= self.times:
            return False
        self.hits += 1
        return True

    def described(self) -> dict[str, Any]:
        """All of it, and ``left``: how many hits are still to come, None without end."""
        return asdict(self) | {"left": max(self.times - self.hits, 0) if self.times else None}
