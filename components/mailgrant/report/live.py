"""What the tenant says of a stack, where somebody lets it be asked: beside the report, and no part of verdict and hash."""

from dataclasses import dataclass
from enum import StrEnum

from mailgrant.report.difference import Change


class Sort(StrEnum):
    """What a name is to be the name of."""

    MAILBOX = "mailbox"
    GROUP = "group"
    PERSON = "person"


class Problem(StrEnum):
    """Why an update would fail at a name."""

    ABSENT = "absent"
    SOFT_DELETED = "soft-deleted"
    ANOTHER_KIND = "another-kind"
    SAME_MAILBOX = "same-mailbox"
    AMBIGUOUS = "ambiguous"


@dataclass(frozen=True, order=True)
class Named:
    """Something in Exchange that a change names anew.

    Args:
        sort: what it is to be.
        name: its address, or a person's sign-in name.
        uses: client and right, one each; the client is ``rights.ANY`` where it is none's.
    """

    sort: Sort
    name: str
    uses: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Missing:
    """A name at which an update would fail.

    Args:
        named: which.
        problem: why.
        other: what it is in place of what it is to be, or the other name of the same mailbox; may be empty.
    """

    named: Named
    problem: Problem
    other: str = ""


@dataclass(frozen=True)
class Unseen:
    """Names that could not be looked up.

    Args:
        named: which.
        reason: why not; may hold anything that somebody outside said.
        remedy: what to do; may be empty.
    """

    named: tuple[Named, ...]
    reason: str
    remedy: str = ""


@dataclass(frozen=True)
class Live:
    """What the tenant says.

    Args:
        asked: everything that the change names anew.
        missing: what is not there, or not as it is to be.
        renamed: what has another primary address, with that.
        unseen: what nobody knows.
        drift: what others have changed since the last update; None if that could not be looked at.
        blind: why it could not, and what to do.
    """

    asked: tuple[Named, ...] = ()
    missing: tuple[Missing, ...] = ()
    renamed: tuple[tuple[Named, str], ...] = ()
    unseen: tuple[Unseen, ...] = ()
    drift: tuple[Change, ...] | None = ()
    blind: tuple[str, str] = ("", "")

    @property
    def there(self) -> int:
        """How many are there, as they are to be."""
        return len(self.asked) - len(self.missing) - sum(len(one.named) for one in self.unseen)
