"""A credential that gives way to the next one of the same consumer is a rotation, and gives nobody anything new.

One that has not ended yet is what its consumer holds: that it stops working is told, whatever follows it.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from mailgrant.report.difference import ADD, CHANGE, REMOVE, Change
from mailgrant.report.resources import NEW
from mailgrant.report.rights import Effect

Slot = tuple[str, str, str, str]  # client, right, consumer, application
ENDED: Final = "it has ended, and opens nothing any more"
TYPES: Final = {"client secret": "secret", "certificate": "certificate"}


def rotated(
    changes: Iterable[Change], consumers: frozenset[tuple[str, str, str]], now: datetime
) -> list[Change]:
    """The changes, where each credential for a consumer that has one already is the next one of it.

    Args:
        changes: of one stack.
        consumers: client, type and name of each credential that there is.
        now: by which a credential has ended, aware.
    """
    listed = list(changes)
    ended = {_slot(change) for change in listed if change.op == REMOVE and change.slot}
    following = {_slot(change) for change in listed if _is_next(change, ended, consumers)}
    return [_in_turn(change, now) if _slot(change) in following else change for change in listed]


def _slot(change: Change) -> Slot:
    return change.client, change.right, change.slot, change.identity


def _is_next(change: Change, ended: set[Slot], consumers: frozenset[tuple[str, str, str]]) -> bool:
    if change.op != ADD or not change.slot or change.identity == NEW:
        return False  # of a new application, it is the first one
    there = (change.client, TYPES.get(change.right, ""), change.slot) in consumers
    return there or _slot(change) in ended


def _in_turn(change: Change, now: datetime) -> Change:
    if change.op == REMOVE:
        return replace(change, effect=Effect.NEUTRAL, words=ENDED) if _has_ended(change, now) else change
    words = f"the next one of the same consumer: {change.words}"
    return replace(change, op=CHANGE, words=words, effect=Effect.NEUTRAL)


def _has_ended(change: Change, now: datetime) -> bool:
    try:
        ends = datetime.fromisoformat(change.ends)
    except ValueError:
        return False
    return (ends if ends.tzinfo else ends.replace(tzinfo=UTC)) <= now
