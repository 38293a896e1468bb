"""What all formats for people say of a report, before it is dressed up for any of them.

A line is words of ours, with names from outside between them: those are ``Name``, so that each format makes them inert.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from mailgrant.report.difference import ADD, CHANGE, REMOVE, Change
from mailgrant.report.formats.occasions import phrases
from mailgrant.report.kinds import APPLICATION, title
from mailgrant.report.preview import REPLACE, Occasion, Step
from mailgrant.report.providers import explicit
from mailgrant.report.report import Count, StackReport
from mailgrant.report.resources import client_of
from mailgrant.report.rights import ANY, Effect, Reach, Topic

SIGNS: Final[Mapping[str, str]] = {ADD: "+", REMOVE: "−", CHANGE: "~"}
COLUMNS: Final = ("", "application", "right", "mailbox, scope or tenant", "why it matters")
ANY_APPLICATION: Final = "any application"
STOPS: Final = "What somebody holds stops working at once"
OVERLAP: Final = (
    "To go without an outage: add another credential, let its consumer change over, then take this one away"
)
OWNERS: Final = (
    "An update leaves owners as they are: take one away in the Entra admin center, App registrations → Owners"
)
ELSEWHERE: Final = "Through a provider of the program's own: look in which tenant it works"
STOPPED: Final = "stopped"  # in place of an operation: a credential that had not ended
IN_FULL: Final = "in what Pulumi says"
MOST_LINES: Final = 12  # of a section; the table has them all
_IDS: Final = (
    "app_id object_id principal applicationId clientId principalObjectId servicePrincipalObjectId roleId"
)
# What is known only when the update is made, by the resource's property
LATER: Final[Mapping[str, str]] = {
    **dict.fromkeys(_IDS.split(), "ids of what is made new"),
    **dict.fromkeys(("found", "unread"), "what the switches say today"),
    "value": "the new certificate",
}


@dataclass(frozen=True)
class Name:
    """Something from outside."""

    text: str


Line = tuple[str | Name, ...]


@dataclass(frozen=True)
class Section:
    """Something that a report sets apart.

    Args:
        title: its heading.
        lines: at most ``MOST_LINES``, and one that says how many more there are.
    """

    title: str
    lines: tuple[Line, ...]


def who(client: str) -> str | Name:
    """The application of a row."""
    return ANY_APPLICATION if client == ANY else Name(client)


def headline(stack: StackReport) -> Line:
    """The verdict, and of what."""
    return (f"{stack.verdict}, stack ", Name(stack.place))


def meaning(stack: StackReport) -> str:
    """The verdict in a sentence."""
    said = phrases(stack.occasion)
    return said.verdicts[stack.verdict] if stack.changes else said.nothing


def summary(stack: StackReport) -> list[Line]:
    """One line a client: its mailboxes, and how many rights it gains and loses."""
    counts = {count.client: count for count in stack.counts}
    gains = {change.client: Counter[str]() for change in stack.changes}
    for change in stack.changes:
        gains[change.client][change.op] += 1
    clients = sorted({*counts, *gains}, key=lambda name: (name == ANY, name))
    return [
        (
            who(client),
            f": {'; '.join((*_mailboxes(counts.get(client)), *_gained(client, gains.get(client))))}",
        )
        for client in clients
    ]


def _mailboxes(count: Count | None) -> Iterator[str]:
    if count:
        before = "" if count.before == count.after else f"{count.before:,} → "
        yield before + counted(count.after, "mailboxes")


def _gained(client: str, ops: Counter[str] | None) -> Iterator[str]:
    words = ((ADD, "gained"), (REMOVE, "lost"), (CHANGE, "changed"))
    if not ops:
        return
    told = ", ".join(f"{ops[op]:,} {word}" for op, word in words if ops[op])
    yield f"settings: {ops.total():,} changed" if client == ANY else f"rights: {told}"


def counted(number: int, plural: str) -> str:
    """A number and its noun, in a plural that ends in ``s`` or ``es`` after an ``x``."""
    singular = plural.removesuffix("es") if plural.endswith("xes") else plural.removesuffix("s")
    return f"{number:,} {singular if number == 1 else plural}"


def first(stack: StackReport) -> list[Section]:
    """What nobody may overlook, for above the table."""
    return [
        *_section(
            "Not understood: look at these yourself", stack.changes, lambda one: one.topic == Topic.UNKNOWN
        ),
        *capped(ELSEWHERE, _through(stack), IN_FULL),
        *_section("For the whole tenant", stack.changes, _is_tenant_wide),
        *_section("SMTP AUTH may be open where it was not", stack.changes, _opens_smtp),
        *capped(STOPS, _stopped(stack)),
    ]


def _through(stack: StackReport) -> list[Line]:
    through = Counter(explicit(step.state) for step in stack.steps if step.state.custom)
    return [(Name(name), f": {counted(through[name], 'steps')}") for name in sorted(through) if name]


def _is_tenant_wide(change: Change) -> bool:
    apart = change.topic in {Topic.UNKNOWN, Topic.SMTP_AUTH}
    return change.reach == Reach.TENANT and change.effect == Effect.BROADENING and not apart


def _stopped(stack: StackReport) -> list[Line]:
    """What consumers hold, of a stack that has consumers: a drift tells what is gone below."""
    if stack.occasion != Occasion.PREVIEW:
        return []
    ended = [change for change in stack.changes if _stops(change)]
    followed = {
        _consumer(change)
        for change in stack.changes
        if change.topic == Topic.CREDENTIAL and change.op == CHANGE
    }
    advice: list[Line] = [(OVERLAP,)] if followed & set(map(_consumer, ended)) else []
    return [*map(told, ended), *advice]


def _stops(change: Change) -> bool:
    return change.topic == Topic.CREDENTIAL and change.op == REMOVE and change.effect == Effect.NARROWING


def _consumer(change: Change) -> tuple[str, str, str]:
    return change.client, change.right, change.slot


def _opens_smtp(change: Change) -> bool:
    return change.topic == Topic.SMTP_AUTH and change.effect == Effect.BROADENING


def _section(heading: str, changes: Iterable[Change], wanted: Callable[[Change], bool]) -> list[Section]:
    return capped(heading, [told(change) for change in changes if wanted(change)])


def capped(heading: str, lines: list[Line], where: str = "in the table below") -> list[Section]:
    """A section of at most ``MOST_LINES``; none if there are no lines.

    Args:
        heading: its title.
        lines: all of them.
        where: the others are found.
    """
    if not lines:
        return []
    rest = len(lines) - MOST_LINES
    more: list[Line] = [(f"and {rest:,} more, {where}",)] if rest > 0 else []
    return [Section(heading, (*lines[:MOST_LINES], *more))]


def told(change: Change) -> Line:
    """A change in one line."""
    return (f"{SIGNS[change.op]} ", who(change.client), ": ", Name(change.right), ", ", Name(change.object))


def last(stack: StackReport) -> list[Section]:
    """What else a reviewer wants to know, for below the table."""
    above = "in the table above"
    ended = [_ended(step) for step in stack.steps if _ends(step) and step.state.custom]
    taken = [_thing("", step) for step in stack.steps if step.op == "import"]
    return [
        *capped("Credentials", _credentials(stack), above),
        *capped(phrases(stack.occasion).ended, [*_exchanged(stack), *ended], IN_FULL),
        *capped("Taken over as they are", taken, IN_FULL),
        *capped("Known only when the update is made", _later(stack), IN_FULL),
        *capped("What to do", _next(stack)),
    ]


def _next(stack: StackReport) -> list[Line]:
    name = stack.place.rpartition("/")[2]
    told = phrases(stack.occasion).next if stack.changes else ()
    lines: list[Line] = [(f"{what}: ", Name(f"{command} --stack {name}")) for what, command in told]
    owners = any(change.topic == Topic.OWNER and change.op == ADD for change in stack.changes)
    return [*lines, *([(OWNERS,)] if told and owners else [])]


def _ends(step: Step) -> bool:
    return step.op in REPLACE or step.op.startswith("delete")


def _exchanged(stack: StackReport) -> list[Line]:
    """Applications that are another one afterwards, which is not seen by their names."""
    of_applications = [step for step in stack.steps if step.type == APPLICATION]
    ended = {client_of(step) for step in of_applications if _ends(step)}
    made = {client_of(step) for step in of_applications if step.op == "create" or step.op in REPLACE}
    told = " becomes another application: its client id changes, and every consumer needs the new one"
    return [(Name(client), told) for client in sorted(ended & made)]


def _ended(step: Step) -> Line:
    kept = bool(step.old and step.old.retain_on_delete)
    verb = "let go, and stays in the tenant" if kept else "replaced" if step.op in REPLACE else "deleted"
    return _thing(f"{verb}: ", step)


def _thing(verb: str, step: Step) -> Line:
    known = title(step.type)
    return (verb, Name(known) if known == step.type else known, " ", Name(step.name))


def _credentials(stack: StackReport) -> list[Line]:
    """Made, rotated, revoked: one line a consumer."""
    ops: dict[tuple[str, str, str], list[str]] = {}
    for change in stack.changes:
        if change.topic == Topic.CREDENTIAL:
            did = STOPPED if _stops(change) else change.op
            ops.setdefault((change.client, change.right, change.slot or change.object), []).append(did)
    return [
        (Name(client), f": {right} ", Name(slot), f" {_became(did, phrases(stack.occasion).revoked)}")
        for (client, right, slot), did in sorted(ops.items())
    ]


def _became(ops: list[str], revoked: str) -> str:
    if STOPPED in ops:
        return "replaced: what it holds stops working at once" if CHANGE in ops or ADD in ops else revoked
    if CHANGE in ops or {ADD, REMOVE} <= {*ops}:
        ended = "; an earlier one ends" if REMOVE in ops else ""
        return f"rotated{ended}"
    return "made" if ADD in ops else revoked


def _later(stack: StackReport) -> list[Line]:
    """What is not known, and of whom."""
    whose: dict[str, list[str]] = {}
    for client, properties in stack.unknown:
        for told in dict.fromkeys(LATER.get(name, name) for name in properties):
            whose.setdefault(told, []).append(client)
    return [(_known(told), *_of(clients)) for told, clients in sorted(whose.items())]


def _known(told: str) -> str | Name:
    return told if told in LATER.values() else Name(told)


def _of(clients: list[str]) -> Iterator[str | Name]:
    named = [Name(client) for client in clients if client != ANY]
    for index, name in enumerate(named):
        yield from ((", " if index else " of "), name)
