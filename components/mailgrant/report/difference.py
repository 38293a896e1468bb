"""What one step changes: rights before and after, and whatever of it cannot be judged."""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from mailgrant.report import resources
from mailgrant.report.code import is_ours
from mailgrant.report.kinds import KINDS, Kind, beyond
from mailgrant.report.paths import known_depth, paths_of, value_at
from mailgrant.report.preview import DYNAMIC, QUIET, REPLACE, State, Step
from mailgrant.report.providers import explicit, is_exchanged
from mailgrant.report.resources import client_of, ignored, inputs
from mailgrant.report.rights import NOTHING, Effect, Reach, Right, Topic, effect
from mailgrant.report.values import SECRET, NotUnderstoodError, is_opaque, is_unknown

ADD: Final = "add"
REMOVE: Final = "remove"
CHANGE: Final = "change"
NOT_UNDERSTOOD: Final = "not understood"
_SEGMENT: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True)
class Change:
    """One row of a report.

    Args:
        op: ``add``, ``remove`` or ``change``.
        client: the client's name; ``rights.ANY`` for all.
        right: which right.
        object: the mailbox, scope, person or tenant that it is about.
        words: why it matters, in words that are all mailgrant's own.
        effect: what it does to what is possible.
        reach: how far it goes.
        topic: where a report tells it.
        identity: what tells it apart from a change that reads alike, such as ids and values; part of the hash.
        before: the state before, if it changes.
        after: the state after, if it changes.
        slot: the consumer of a credential.
        ends: when that ends.
        holder: the application that it is of, by id.
        period: its number, if it rotates.
        certificate: the SHA-256 of one, if it is known.
    """

    op: str
    client: str
    right: str
    object: str
    words: str
    effect: Effect
    reach: Reach
    topic: Topic
    identity: str = ""
    before: str = ""
    after: str = ""
    slot: str = ""
    ends: str = ""
    holder: str = ""
    period: int | None = None
    certificate: str = ""

    @property
    def why(self) -> str:
        """Why it matters, and from what to what it changes."""
        return f"{self.before} → {self.after}: {self.words}" if self.after else self.words


@dataclass(frozen=True)
class Difference:
    """What a step changes.

    Args:
        step: which.
        changes: the rows.
        before: all its rights before.
        after: all its rights after.
        unknown: inputs that are known only when the update is made.
    """

    step: Step
    changes: tuple[Change, ...] = ()
    before: tuple[Right, ...] = ()
    after: tuple[Right, ...] = ()
    unknown: tuple[str, ...] = ()


def difference(step: Step) -> Difference:
    """What a step changes; a step that cannot be judged is a change, too."""
    found, place = _difference(step), explicit(step.state)
    if not place:
        return found
    return replace(
        found, changes=tuple(replace(one, identity=f"{one.identity} {place}") for one in found.changes)
    )


def _difference(step: Step) -> Difference:
    kind = KINDS.get(step.type)
    if _is_quiet(step):
        return Difference(step, tuple(_exchanged(step)))
    if kind is None and not step.state.custom:
        return Difference(step)  # a component is what its children are
    if kind is None:
        return Difference(step, (strange(step, "mailgrant does not know what this kind of resource allows"),))
    try:
        return _judged(step, kind)
    except NotUnderstoodError as error:
        return Difference(step, (strange(step, f"it is not written as mailgrant knows it: {error}"),))


def _is_quiet(step: Step) -> bool:
    """Whether nothing changes; what was found is looked at even where the engine would leave it as it is."""
    if not step.found or KINDS.get(step.type) is None:
        return step.op in QUIET
    return step.op in QUIET and _values(step.old) == _values(step.new)


def _values(state: State | None) -> tuple[Any, Any]:
    return (state.inputs, state.outputs) if state else (None, None)


def _exchanged(step: Step) -> Iterator[Change]:
    """Code, or a provider, that has another one in its place, with which nothing changes as they say themselves."""
    yield from _elsewhere(step)
    old, new = (state.inputs.get("__provider") if state else None for state in (step.old, step.new))
    if step.type.startswith(DYNAMIC) and step.old and new not in (None, old) and not is_ours(new, step.type):
        yield strange(step, "the code behind it is another one, and not mailgrant's", value=new)


def _elsewhere(step: Step) -> Iterator[Change]:
    if is_exchanged(step):
        name = explicit(step.new)
        words = "another provider works on it from now on, maybe in another tenant"
        yield strange(step, words, f"provider {name or 'default'}", name)


def _judged(step: Step, kind: Kind) -> Difference:
    old, new = resources.sides(step)
    before, after = tuple(kind.rights(old, new)), tuple(kind.rights(new, old))
    # What is only let go of stays in the tenant.
    kept = step.old is not None and step.old.retain_on_delete and step.op != "update" and not step.found
    if step.op == "import":  # it is there, and stays as it is
        before = after
    changed = _changed(step)
    renewed = kind.renews and step.op in REPLACE
    compared = tuple(_compare(before, (*after, *(before if kept else ())), renewed=renewed))
    unjudged = tuple(_unjudged(step, beyond(kind, changed)))
    hidden = () if step.op == "import" else tuple(_hidden(step, kind, changed))
    gone = () if compared else tuple(_gone(step, kind))
    told = (*compared, *_elsewhere(step), *unjudged, *hidden, *gone)
    return Difference(step, told, before, after, _unknown(step))


def _gone(step: Step, kind: Kind) -> Iterator[Change]:
    """What gives no right by itself, and is found not to be there: something that rests on it may not work."""
    if step.found and step.new is None:
        words = "it is gone from the tenant, and what rests on it does not work"
        yield Change(
            REMOVE,
            client_of(step),
            kind.title,
            step.name,
            words,
            Effect.NARROWING,
            Reach.APPLICATION,
            Topic.SIGN_IN,
        )


def _compare(before: Iterable[Right], after: Iterable[Right], *, renewed: bool) -> Iterator[Change]:
    was = {(*right.identity, ""): right for right in before}
    will = {(*right.identity, "new" if renewed else ""): right for right in after}
    for key in dict.fromkeys([*was, *will]):
        old, new = was.get(key), will.get(key)
        if old and new:
            yield from _altered(old, new)
        elif new:
            yield _row(ADD, new, new.given, effect(NOTHING, new.breadth))
        elif old:
            yield _row(REMOVE, old, old.taken or f"no longer {old.given}", effect(old.breadth, NOTHING))


def _altered(old: Right, new: Right) -> Iterator[Change]:
    if (old.state, old.breadth) != (new.state, new.breadth):
        yield _row(CHANGE, new, new.given, effect(old.breadth, new.breadth), old.state, new.state)


def _row(op: str, right: Right, words: str, does: Effect, before: str = "", after: str = "") -> Change:
    return Change(
        op,
        right.client,
        right.right,
        right.object,
        words,
        does,
        right.reach,
        right.topic,
        identity=f"{right.key} {right.state}",
        before=before,
        after=after,
        slot=right.slot,
        ends=right.ends,
        holder=right.holder,
        period=right.period,
        certificate=right.certificate,
    )


def strange(step: Step, words: str, path: str = "", value: Any = None) -> Change:
    """A row about what cannot be judged.

    Args:
        step: which.
        words: why, in words that are all mailgrant's own.
        path: of the property; empty for the whole of it.
        value: of the property; part of the hash.
    """
    op = ADD if step.old is None else REMOVE if step.new is None else CHANGE
    return Change(
        op,
        client_of(step),
        NOT_UNDERSTOOD,
        f"{step.type} {step.name}{f': {path}' if path else ''}",
        words,
        Effect.BROADENING,
        Reach.TENANT,
        Topic.UNKNOWN,
        identity=_digest(step.new.inputs if step.new and not path and value is None else value),
    )


def _digest(value: Any) -> str:
    """Stands for a value that nobody here can judge, so that the one that was approved is the one that is applied."""
    written = json.dumps(value, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(written.encode()).hexdigest()


def _unjudged(step: Step, paths: Iterable[str]) -> Iterator[Change]:
    for path in paths:
        value = value_at(inputs(step.new), path)
        yield strange(step, "mailgrant does not know what this property allows", path, value)
    if step.new and not step.found and not is_ours(step.new.inputs.get("__provider"), step.type):
        yield strange(step, "the code behind it is not mailgrant's")


def _hidden(step: Step, kind: Kind, changed: Iterable[str]) -> Iterator[Change]:
    """What decides about rights and changes, where neither a preview nor a row of its own shows to what."""
    old, new = inputs(step.old), inputs(step.new)
    for name in sorted({path.partition(".")[0] for path in changed} & kind.decisive):
        if not (step.old and step.new and (is_opaque(old.get(name)) or is_opaque(new.get(name)))):
            continue
        if _is_secret(old.get(name)) or _is_secret(new.get(name)) or not _shows(step, kind, name):
            yield strange(step, "it changes, and the preview does not show to what", name, new.get(name))


def _is_secret(value: Any) -> bool:
    return SECRET in json.dumps(value)


def _shows(step: Step, kind: Kind, name: str) -> bool:
    """Whether rights differ by this property alone."""
    old, new = resources.sides(step)
    as_before = replace(new, values={**new.values, name: old.get(name)})
    renewed = kind.renews and step.op in REPLACE
    return renewed or {*kind.rights(as_before, old)} != {*kind.rights(new, old)}


def _changed(step: Step) -> set[str]:
    """Paths of properties that differ: as the engine says, and as is seen."""
    if step.op in {"delete", "delete-replaced", *QUIET}:
        return set()  # with the whole of it, everything that it gave is gone
    old, new = inputs(step.old), inputs(step.new)
    seen = {path for path in paths_of(old) | paths_of(new) if value_at(old, path) != value_at(new, path)}
    said = {".".join(_SEGMENT.findall(reason)[:2]) for reason in step.reasons}
    changed = {known_depth(path, seen) for path in said if path}
    if not (step.found and changed):  # what is found holds defaults, too: the engine knows them
        changed |= seen
    return {path for path in changed if path.partition(".")[0] not in ignored(step)}


def _unknown(step: Step) -> tuple[str, ...]:
    given = inputs(step.new)
    return tuple(name for name, value in given.items() if is_unknown(value))
