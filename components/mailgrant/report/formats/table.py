"""The table of a report in Markdown: a row a change, or a row for many that differ in their object alone, with a list."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from mailgrant.report import words
from mailgrant.report.difference import Change
from mailgrant.report.formats import wording
from mailgrant.report.formats.escaping import code, fenced, html_code, is_cut, line, shortened, size
from mailgrant.report.formats.wording import Name

LOUD: Final = frozenset({words.EVERYBODY, words.TENANT})
OWN: Final = frozenset({words.GRANTED, words.NEW_APPLICATION, words.BY_CODE})
HEAD: Final = f"| {' | '.join(wording.COLUMNS)} |\n|{'---|' * len(wording.COLUMNS)}"
FEW: Final = 5  # objects that stand in rows of their own however little room there is
END: Final = "\n\n</details>\n"

Group = tuple[Change, ...]  # that differ in their object alone


@dataclass(frozen=True)
class Table:
    """What fits of a table.

    Args:
        text: Markdown; empty if there are no changes.
        missing: changes that nobody can read there.
    """

    text: str
    missing: tuple[Change, ...] = ()


def is_whole(change: Change) -> bool:
    """Whether every cell shows all of its value."""
    return not any(map(is_cut, (change.client, change.right, change.object, change.before, change.after)))


def within(changes: Sequence[Change], room: int) -> Table:
    """A row a change, if they fit; else rows for many, with lists of their objects as far as they fit.

    Args:
        changes: in the order of the report.
        room: in bytes of UTF-8.
    """
    if not changes:
        return Table("")
    every = _table([_row(change) for change in changes])
    return Table(every) if size(every) <= room else _compact(_groups(changes), room)


def name(text: str) -> str:
    """A name from outside as code, or words of ours as they are."""
    return f"**{text}**" if text in LOUD else text if text in OWN else code(text)


def _table(rows: Sequence[str]) -> str:
    return "\n".join(["", HEAD, *rows, ""])


def _row(change: Change, what: str | None = None) -> str:
    who = wording.who(change.client)
    states = f"{code(change.before)} → {code(change.after)}: " if change.after else ""
    cells = (
        wording.SIGNS[change.op],
        code(who.text) if isinstance(who, Name) else who,
        code(change.right),
        what or name(change.object),
        f"{states}{change.words}",
    )
    return f"| {' | '.join(cells)} |"


def _groups(changes: Sequence[Change]) -> list[Group]:
    groups: dict[Change, list[Change]] = {}
    for change in changes:
        groups.setdefault(replace(change, object="", identity=""), []).append(change)
    return [part for group in groups.values() for part in _parted(tuple(group))]


def _parted(group: Group) -> list[Group]:
    return [group] if len(group) > FEW else [(change,) for change in group]


def _compact(groups: Sequence[Group], room: int) -> Table:
    rows = [_row(group[0], _counted(group)) for group in groups]
    kept = _that_fit(rows, room - size(_table([])))
    text = _table(rows[:kept])
    left_out = tuple(change for group in groups[kept:] for change in group)
    listed = _lists([group for group in groups[:kept] if len(group) > 1], room - size(text))
    return Table(text + listed.text, (*left_out, *listed.missing))


def _counted(group: Group) -> str | None:
    return f"{len(group):,} of them, listed below" if len(group) > 1 else None


def _that_fit(rows: Sequence[str], room: int) -> int:
    used = 0
    for index, row in enumerate(rows):
        used += size(row) + 1
        if used > room:
            return index
    return len(rows)


def _lists(groups: Sequence[Group], room: int) -> Table:
    """Groups of the same objects have one list."""
    lists: dict[tuple[str, ...], list[Group]] = {}
    for group in groups:
        lists.setdefault(tuple(line(change.object) for change in group), []).append(group)
    text, missing = "", []
    for objects, those in lists.items():
        begin = _begin(those)
        lines = shortened(objects, room - size(text) - size(begin) - size(END) - size(fenced("")))
        if lines:
            text += begin + fenced("\n".join(lines)) + END
        missing += [change for group in those for change in group[len(lines) :]]
    return Table(text, tuple(missing))


def _begin(groups: Sequence[Group]) -> str:
    told = "; ".join(map(_heading, groups))
    return f"\n<details><summary>{told}: {len(groups[0]):,}</summary>\n\n"


def _heading(group: Group) -> str:
    change = group[0]
    who = wording.who(change.client)
    whose = html_code(who.text) if isinstance(who, Name) else who
    return f"{wording.SIGNS[change.op]} {whose}, {html_code(change.right)}"


def missing_by_client(missing: Sequence[Change]) -> Iterator[tuple[str, str, int]]:
    """Client, operation and number, the most first."""
    counts: dict[tuple[str, str], int] = {}
    for change in missing:
        key = change.client, change.op
        counts[key] = counts.get(key, 0) + 1
    for (client, op), number in sorted(counts.items(), key=lambda one: (-one[1], one[0])):
        yield client, op, number
