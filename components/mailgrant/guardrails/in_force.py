"""Which guardrails are in force for a plan: the stack puts them out, so that its next change can be held against them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, ValidationError

from mailgrant.model import Guardrails, Plan, Severity, Waiver
from mailgrant.schema.guardrails import RULES
from mailgrant.schema.words import duration

ERROR: Final[Severity] = "error"
LEAST_FIRST: Final[tuple[Severity, ...]] = ("off", "warning", ERROR)
AT_MOST, ADDRESSES, FREE = "at_most", "addresses", "allowed"


class InForce(BaseModel):
    """The guardrails of a stack and their waivers.

    Args:
        severities: by rule.
        longest_secret: for ``secret_lifetime``.
        most_mailboxes: for ``mailboxes_per_client``.
        forbidden: for ``forbidden_mailboxes``.
        waivers: of guardrails.
    """

    model_config = ConfigDict(frozen=True)

    severities: Mapping[str, Severity]
    longest_secret: timedelta
    most_mailboxes: int
    forbidden: tuple[str, ...]
    waivers: tuple[Waiver, ...] = ()


@dataclass(frozen=True)
class Loosened:
    """What a guardrail lets pass that it did not let pass before.

    Args:
        rule: its key in the configuration.
        where: its limit, or the place of a waiver; empty if the rule as a whole.
        before: what held.
        after: what holds now.
    """

    rule: str
    where: str
    before: str
    after: str


def in_force(guardrails: Guardrails, waivers: tuple[Waiver, ...] = ()) -> InForce:
    """Those of a plan; with the defaults, those that hold where a stack says nothing."""
    return InForce(
        severities={rule: getattr(guardrails, rule) for rule in RULES},
        longest_secret=guardrails.longest_secret,
        most_mailboxes=guardrails.most_mailboxes,
        forbidden=guardrails.forbidden,
        waivers=waivers,
    )


def put_out(plan: Plan) -> dict[str, Any]:
    """The stack's output ``guardrails``."""
    return in_force(plan.guardrails, plan.waivers).model_dump(mode="json")


def read(output: Any) -> InForce | None:
    """What an earlier update put out; None if it put out none, or in a shape that this version does not know."""
    try:
        return InForce.model_validate(output)
    except ValidationError:
        return None


def loosened(before: InForce, after: InForce) -> list[Loosened]:
    """What may pass now and could not before, the gravest first; what is stricter now is left out."""
    return [
        *_freed(before, after),
        *_severities(before, after),
        *_limits(before, after),
        *_waived(before, after),
    ]


def _severities(before: InForce, after: InForce) -> Iterator[Loosened]:
    for rule, now in after.severities.items():
        then = before.severities.get(rule, now)
        if LEAST_FIRST.index(now) < LEAST_FIRST.index(then):
            yield Loosened(rule, "", then, now)


def _limits(before: InForce, after: InForce) -> Iterator[Loosened]:
    if after.longest_secret > before.longest_secret and _counts("secret_lifetime", before, after):
        limits = duration(before.longest_secret), duration(after.longest_secret)
        yield Loosened("secret_lifetime", AT_MOST, *limits)
    if after.most_mailboxes > before.most_mailboxes and _counts("mailboxes_per_client", before, after):
        limits = f"{before.most_mailboxes:,}", f"{after.most_mailboxes:,}"
        yield Loosened("mailboxes_per_client", AT_MOST, *limits)


def _counts(rule: str, *both: InForce) -> bool:
    """Whether its limit was and is held against anything: a rule that is new loosens nothing, and one that ends is told."""
    return all(one.severities.get(rule) != LEAST_FIRST[0] for one in both)


def _freed(before: InForce, after: InForce) -> Iterator[Loosened]:
    held = {address.lower() for address in after.forbidden}
    for address in before.forbidden:
        if address.lower() not in held:
            yield Loosened("forbidden_mailboxes", ADDRESSES, address, FREE)


def _waived(before: InForce, after: InForce) -> Iterator[Loosened]:
    for one in after.waivers:
        known = [other.until for other in before.waivers if _of(other) == _of(one)]
        # Where the rule stopped nothing before, it is the same with a waiver as without.
        stopped = before.severities.get(one.rule, ERROR) == ERROR
        if stopped and all(until < one.until for until in known):
            then = f"waived until {max(known)}" if known else ERROR
            yield Loosened(*_of(one), then, f"waived by {one.owner} until {one.until}: {one.reason}")


def _of(waiver: Waiver) -> tuple[str, str]:
    """The rule, and what it is waived for."""
    return waiver.rule, waiver.place or f"clients.{waiver.client}"
