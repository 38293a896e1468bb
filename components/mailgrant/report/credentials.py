"""A credential that gives way to the next one of the same consumer is a rotation, and gives nobody anything new.

One that has not ended yet is what its consumer holds: that it stops working is told, whatever follows it. One whose key
somebody has made elsewhere, or that lasts longer than rotations alone make one last, is no rotation.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from mailgrant import rotation
from mailgrant.report.difference import ADD, CHANGE, REMOVE, Change
from mailgrant.report.entra import SHOWN_OF_KEY
from mailgrant.report.kinds import CERTIFICATE, KEY_PAIR, KINDS, PASSWORD
from mailgrant.report.preview import QUIET, State, Step
from mailgrant.report.resources import NEW, OURS, sides
from mailgrant.report.rights import Effect, Right
from mailgrant.report.values import NotUnderstoodError

Slot = tuple[str, str, str, str]  # client, right, consumer, application
Made = tuple[str, str, int | None]  # client, consumer, period
Given = tuple[str, str]  # client, consumer
ENDED: Final = "it has ended, and opens nothing any more"
NEXT: Final = "the next one of the same consumer"
LONGER: Final = "ends later than the next one in turn would"
ANOTHER: Final = "another key than before"
LONGEST_PERIOD: Final = rotation.LONGEST / 2  # a lifetime is two periods at the least
SECRET: Final = "client secret"  # noqa: S105 - a right's name
CERTIFICATES: Final = "certificate"


@dataclass(frozen=True)
class Held:
    """A credential that a consumer has already; ``stays`` says whether it has it after the update, too."""

    right: Right
    stays: bool


@dataclass(frozen=True)
class Before:
    """What there is before an update.

    Args:
        held: the credentials, by consumer.
        made: whose key pairs are made in the update, so that nobody has them yet.
        shown: the SHA-256 of each certificate that is given, by client and consumer, before and after; a preview hides
            the certificates themselves.
    """

    held: Mapping[Slot, Sequence[Held]]
    made: frozenset[Made]
    shown: tuple[Mapping[Given, str], Mapping[Given, str]]


def before(steps: Iterable[Step]) -> Before:
    """What there is before an update, as the state has it: a stack may put out anything.

    Args:
        steps: of one stack.
    """
    held: dict[Slot, list[Held]] = {}
    made: set[Made] = set()
    shown: tuple[dict[Given, str], dict[Given, str]] = ({}, {})
    for step in steps:
        if step.type.startswith(OURS):
            for state, found in zip((step.old, step.new), shown, strict=True):
                found.update(_given(step.name, state))
        if step.type == KEY_PAIR and step.new and step.op not in QUIET:
            resource = sides(step)[1]
            made.add((resource.client, *resource.consumer))
        for right in _held(step):
            slot = right.client, right.right, right.slot, right.holder
            held.setdefault(slot, []).append(Held(right, step.op in QUIET))
    return Before(held, frozenset(made), shown)


def _given(client: str, state: State | None) -> dict[Given, str]:
    told = state.inputs.get("certificates") if state else None
    listed = told.items() if isinstance(told, Mapping) else ()
    return {(client, consumer): digest for consumer, digest in listed if isinstance(digest, str)}


def _held(step: Step) -> Iterator[Right]:
    if step.type in {PASSWORD, CERTIFICATE} and step.old:
        try:
            yield from KINDS[step.type].rights(*sides(step))
        except NotUnderstoodError:
            return  # the table says that it is not understood


def rotated(changes: Iterable[Change], there: Before, now: datetime) -> list[Change]:
    """The changes, where each credential for a consumer that has one already is the next one of it.

    Args:
        changes: of one stack.
        there: before them.
        now: by which a credential has ended, aware.
    """
    return [_in_turn(change, there, now) if change.slot else change for change in changes]


def _in_turn(change: Change, there: Before, now: datetime) -> Change:
    if change.op == REMOVE:
        ended = (ends := _moment(change.ends)) is not None and ends <= now
        return replace(change, effect=Effect.NEUTRAL, words=ENDED) if ended else change
    every = there.held.get((change.client, change.right, change.slot, change.holder), ())
    # A certificate that is generated follows none that was given, nor the other way round.
    held = [one for one in every if (one.right.period is None) == (change.period is None)]
    change = _with_key(change, there)
    if change.op != ADD or change.holder == NEW or not held:
        return change  # of a new application, it is the first one
    if not _is_made(change, there) and not _is_same_key(change, held, there):
        return replace(change, words=f"{ANOTHER}: {change.words}")
    if not _is_in_time(change, [one for one in map(_term, held) if one], now):
        return replace(change, words=f"{LONGER}: {change.words}")
    return replace(change, op=CHANGE, words=f"{NEXT}: {change.words}", effect=Effect.NEUTRAL)


def _with_key(change: Change, there: Before) -> Change:
    """One that is given, with the begin of its SHA-256: another one is another change."""
    digest = there.shown[1].get((change.client, change.slot))
    if change.certificate or change.right != CERTIFICATES or change.period is not None or digest is None:
        return change
    object_ = f"{change.slot}, key {digest[:SHOWN_OF_KEY]}{change.object.removeprefix(change.slot)}"
    return replace(change, object=object_, certificate=digest, identity=f"{change.identity} {digest}")


def _is_same_key(change: Change, held: Sequence[Held], there: Before) -> bool:
    before = {one.right.certificate or there.shown[0].get((change.client, change.slot)) for one in held}
    return bool(change.certificate) and change.certificate in before


def _is_made(change: Change, there: Before) -> bool:
    """Whether nobody can have it yet: Entra makes secrets, and a key pair of ours is made in the same update."""
    ours = (change.client, change.slot, change.period) in there.made
    return change.right == SECRET or (ours and not change.certificate)


@dataclass(frozen=True)
class _Term:
    """When one that a consumer has ends, and which period it is of."""

    ends: datetime
    period: int | None
    stays: bool


def _term(one: Held) -> _Term | None:
    ends = _moment(one.right.ends)
    return _Term(ends, one.right.period, one.stays) if ends else None


def _is_in_time(change: Change, terms: Sequence[_Term], now: datetime) -> bool:
    """Whether it ends no later than those before it, or when the next one in turn does."""
    ends = _moment(change.ends)
    if ends is None or not terms:
        return False
    *earlier, last = sorted(terms, key=lambda one: one.ends)
    if ends <= last.ends:
        return True
    if change.period is None or last.period is None or change.period <= last.period:
        return False
    more = change.period - last.period
    before_it = [one for one in earlier if one.period is not None and one.period < last.period]
    if not before_it:  # nobody knows its rotation
        return last.stays and more <= rotation.MOST_AT_ONCE and ends - last.ends <= LONGEST_PERIOD
    rotate = (last.ends - before_it[-1].ends) / (last.period - (before_it[-1].period or 0))
    return ends <= last.ends + more * rotate and ends <= now + rotation.LONGEST


def _moment(written: str) -> datetime | None:
    try:
        ends = datetime.fromisoformat(written)
    except ValueError:
        return None
    return ends if ends.tzinfo else ends.replace(tzinfo=UTC)
