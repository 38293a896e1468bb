"""A right: who may do what with which object, and how wide that is."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

ANY: Final = "*"  # the application, where it is any of them


class Reach(StrEnum):
    """How far a right goes."""

    MAILBOX = "mailbox"
    SCOPE = "scope"  # mailboxes that a group or a filter finds
    PERSON = "person"
    APPLICATION = "application"
    TENANT = "tenant"


class Topic(StrEnum):
    """What a report sets apart, in the order of its rows."""

    UNKNOWN = "unknown"  # not understood, or hidden
    MAILBOX = "mailbox"
    SCOPE = "scope"
    PERMISSION = "permission"
    CONSENT = "consent"
    CREDENTIAL = "credential"
    SIGN_IN = "sign-in"
    ASKED = "asked"  # what an application asks for, which somebody has yet to consent to
    OWNER = "owner"
    SMTP_AUTH = "smtp-auth"
    SWITCH = "switch"


@dataclass(frozen=True)
class Breadth:
    """How much something lets in, from its least to its most: the same where that is known."""

    least: int
    most: int


NOTHING: Final = Breadth(0, 0)
GIVEN: Final = Breadth(1, 1)
DENIED: Final = Breadth(-1, -1)
PERHAPS: Final = Breadth(0, 1)
ANYTHING: Final = Breadth(-1, 1)  # a setting that is not known, or that follows another one


class Effect(StrEnum):
    """What a change does to what is possible."""

    BROADENING = "broadening"
    NARROWING = "narrowing"
    NEUTRAL = "neutral"


def effect(before: Breadth, after: Breadth) -> Effect:
    """Broadening if it may let in more than before; narrowing if it certainly does not, and may let in less."""
    if after.most > before.least:
        return Effect.BROADENING
    return Effect.NARROWING if after.least < before.most else Effect.NEUTRAL


@dataclass(frozen=True)
class Right:
    """One right of one application, or one setting that holds for all.

    Args:
        client: the client's name; ``ANY`` for what holds for every application.
        right: its name, as people know it.
        object: what it is about: a mailbox, a scope, a person, the tenant.
        given: why it matters that somebody has it.
        reach: how far it goes.
        topic: where a report tells it.
        key: tells rights apart that have the same name and object, such as the holder's id.
        state: what may differ about one and the same right.
        breadth: how much it lets in.
        taken: why it matters that somebody loses it; made of ``given`` unless it is said.
        slot: the consumer of a credential, which keeps its right when a credential gives way to the next.
        ends: when a credential ends, as Entra writes it; empty if it does not, or nobody knows.
        holder: the application that a credential is of, by id.
        period: of a credential that rotates, its number.
        certificate: its SHA-256; empty if there is none, or nobody knows it yet.
    """

    client: str
    right: str
    object: str
    given: str
    reach: Reach
    topic: Topic
    key: str = ""
    state: str = ""
    breadth: Breadth = GIVEN
    taken: str = ""
    slot: str = ""
    ends: str = ""
    holder: str = ""
    period: int | None = None
    certificate: str = ""

    @property
    def identity(self) -> tuple[str, str, str, str]:
        """By which it is known again before and after."""
        return self.client, self.topic, self.object, self.key
