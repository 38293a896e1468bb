"""The rows of a report: each change once, told apart from those that read alike, the gravest first."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final

from mailgrant.report.difference import ADD, REMOVE, Change
from mailgrant.report.rights import ANY, Effect, Reach, Topic

ORDER: Final = {topic: place for place, topic in enumerate(Topic)}
WHICH: Final = {
    ADD: " (another one than before, under the same name)",
    REMOVE: " (the one before, under the same name)",
}
EFFECTS: Final = {Effect.BROADENING: 0, Effect.NARROWING: 1, Effect.NEUTRAL: 2}


def rows(changes: Iterable[Change]) -> tuple[Change, ...]:
    """The changes of one stack, as a report lists them."""
    once = dict.fromkeys(_without_echoes(list(changes)))  # an owner of an application is told once
    return tuple(sorted(_distinct(_told_apart(list(once))), key=_order))


def _order(change: Change) -> tuple[Any, ...]:
    """The gravest first, then client by client, and what holds for all of them last."""
    grave = change.effect == Effect.BROADENING and change.reach == Reach.TENANT
    return (
        not grave,
        change.client == ANY,
        change.client,
        EFFECTS[change.effect],
        ORDER[change.topic],
        change.op,
        change.object,
        change.right,
        change.identity,
    )


def _without_echoes(changes: list[Change]) -> list[Change]:
    """Without "asks for" where the same is granted, or taken, in a row of its own."""
    granted = {
        (change.op, change.client, change.right)
        for change in changes
        if change.topic == Topic.PERMISSION
        or (change.topic == Topic.CONSENT and change.reach == Reach.TENANT)
    }
    return [
        change
        for change in changes
        if change.topic != Topic.ASKED
        or (change.op, change.client, change.right.removeprefix("asks for ")) not in granted
    ]


def _told_apart(changes: list[Change]) -> list[Change]:
    """What one application loses and another one of the same name gains, said to be so."""
    looks = {op: {_look(change) for change in changes if change.op == op} for op in WHICH}
    both = looks[ADD] & looks[REMOVE]
    return [
        replace(change, words=f"{change.words}{WHICH[change.op]}")
        if change.op in WHICH and _look(change) in both
        else change
        for change in changes
    ]


def _distinct(changes: list[Change]) -> list[Change]:
    """Rows that read alike, and are about different things, with what tells them apart."""
    alike = Counter((change.op, *_look(change), change.before, change.after) for change in changes)
    return [
        replace(change, object=f"{change.object} ({change.identity.strip()})")
        if alike[change.op, *_look(change), change.before, change.after] > 1
        else change
        for change in changes
    ]


def _look(change: Change) -> tuple[str, str, str]:
    return change.client, change.right, change.object
