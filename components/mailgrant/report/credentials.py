"""A credential that gives way to the next one of the same consumer is a rotation, and gives nobody anything new."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from mailgrant.report.difference import ADD, CHANGE, REMOVE, Change
from mailgrant.report.resources import NEW
from mailgrant.report.rights import Effect

Slot = tuple[str, str, str, str]  # client, right, consumer, application
TYPES: Final = {"client secret": "secret", "certificate": "certificate"}


def rotated(changes: Iterable[Change], consumers: frozenset[tuple[str, str, str]]) -> list[Change]:
    """The changes, where each credential for a consumer that has one already is the next one of it.

    Args:
        changes: of one stack.
        consumers: client, type and name of each credential that there is.
    """
    listed = list(changes)
    ended = {_slot(change) for change in listed if change.op == REMOVE and change.slot}
    following = {_slot(change) for change in listed if _is_next(change, ended, consumers)}
    return [_in_turn(change) if _slot(change) in following else change for change in listed]


def _slot(change: Change) -> Slot:
    return change.client, change.right, change.slot, change.identity


def _is_next(change: Change, ended: set[Slot], consumers: frozenset[tuple[str, str, str]]) -> bool:
    if change.op != ADD or not change.slot or change.identity == NEW:
        return False  # of a new application, it is the first one
    there = (change.client, TYPES.get(change.right, ""), change.slot) in consumers
    return there or _slot(change) in ended


def _in_turn(change: Change) -> Change:
    if change.op == REMOVE:
        return replace(change, effect=Effect.NEUTRAL)
    words = f"the next one of the same consumer: {change.words}"
    return replace(change, op=CHANGE, words=words, effect=Effect.NEUTRAL)
