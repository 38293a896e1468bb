"""The report as Markdown, for comments and summaries: within a limit, and never complete when it is not."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from mailgrant.report import words
from mailgrant.report.difference import Change
from mailgrant.report.formats import failure, looked, steps, wording
from mailgrant.report.formats.escaping import code, fenced, hidden, is_cut, item
from mailgrant.report.formats.occasions import phrases
from mailgrant.report.formats.wording import Line, Name, Section
from mailgrant.report.preview import Occasion
from mailgrant.report.report import FAILED, Report, StackReport
from mailgrant.report.rights import Effect

# In bytes of UTF-8, which are never fewer than the letters that a platform counts.
LIMITS: Final = {
    "markdown": 65_535,  # a comment on GitHub: 65,536 letters (github.com/orgs/community/discussions/27190)
    "github-summary": 1_000_000,  # of 1 MiB a step (docs.github.com/actions, workflow commands, job summaries)
    "azure-comment": 150_000,  # "A discussion comment cannot be longer than 150000 characters."
    "azure-summary": 1_000_000,  # Microsoft names no limit
}
LOUD: Final = frozenset({words.EVERYBODY, words.TENANT})
OWN: Final = frozenset({words.GRANTED, words.NEW_APPLICATION, words.BY_CODE})
HEAD: Final = f"| {' | '.join(wording.COLUMNS)} |\n|{'---|' * len(wording.COLUMNS)}"
FAILURES: Final = 8  # of a limit, the part that one stack that failed may take
CUT: Final = "**This report is cut and is no approval.**"
WHERE: Final = "Read it whole with `{} --format text`, or in the pipeline's summary."


@dataclass(frozen=True)
class _Parts:
    """A stack's report in pieces that may be left out."""

    stack: StackReport
    head: str
    rows: tuple[str, ...]
    foot: str

    @property
    def whole(self) -> bool:
        """Whether every cell shows all of its value."""
        return not any(is_cut(text) for change in self.stack.changes for text in _values(change))


def markdown(report: Report, limit: int) -> str:
    """The report of all stacks, one after the other.

    Args:
        report: of one or several stacks.
        limit: in bytes of UTF-8.
    """
    parts = {stack.place: _parts(stack) for stack in report.stacks}
    failed = [failure.markdown(one, limit // FAILURES) for one in report.failures]
    least_first = sorted(parts, key=lambda place: len(parts[place].rows))
    written: dict[str, str] = {}
    top = _top(report)
    left = limit - _size(top) - sum(_size(one) + 1 for one in failed)
    for index, place in enumerate(least_first):
        # What small ones leave is the big ones'.
        written[place] = _within(parts[place], left // (len(parts) - index) - 2)
        left -= _size(written[place]) + 2
    return top + "\n\n".join([*(written[stack.place] for stack in report.stacks), *failed]) + "\n"


def _top(report: Report) -> str:
    if len(report.stacks) + len(report.failures) == 1:
        return ""
    counts: Counter[str] = Counter(stack.verdict for stack in report.stacks)
    counts[FAILED] = len(report.failures)
    each = ", ".join(f"{counts[told]} {told}" for told in [*Effect, FAILED] if counts[told])
    title = phrases(report.occasion).title
    total = len(report.stacks) + len(report.failures)
    whole = f" Hash of all their changes: `{report.hash}`" if report.hash else ""
    return f"## {title}: {report.told} in {total} stacks\n\n{each}.{whole}\n\n"


def _parts(stack: StackReport) -> _Parts:
    sections = "".join(map(_section, [*wording.first(stack), *looked.sections(stack.live)]))
    told = "".join(f"- {_line(line)}\n" for line in wording.summary(stack))
    said = phrases(stack.occasion)
    title = f"### {said.title}: {_line(wording.headline(stack))}\n\n{wording.meaning(stack)}\n"
    head = title + (f"\n{told}" if told else "") + sections
    foot = "".join(map(_section, wording.last(stack)))
    foot += f"\n{said.hash}: `{stack.hash}`\n"
    return _Parts(stack, head, tuple(map(_row, stack.changes)), foot)


def _line(line: Line) -> str:
    return "".join(_name(part.text) if isinstance(part, Name) else part for part in line)


def _name(text: str) -> str:
    return f"**{text}**" if text in LOUD else text if text in OWN else code(text)


def _section(section: Section) -> str:
    lines = "".join(f"{item(_line(line))}\n" for line in section.lines)
    return f"\n**{section.title}**\n\n{lines}"


def _row(change: Change) -> str:
    who = wording.who(change.client)
    states = f"{code(change.before)} → {code(change.after)}: " if change.after else ""
    cells = (
        wording.SIGNS[change.op],
        code(who.text) if isinstance(who, Name) else who,
        code(change.right),
        _name(change.object),
        f"{states}{change.words}",
    )
    return f"| {' | '.join(cells)} |"


def _values(change: Change) -> tuple[str, ...]:
    return change.client, change.right, change.object, change.before, change.after


def _within(parts: _Parts, limit: int) -> str:
    """As much as fits: all of it, without Pulumi's part, or with rows left out and said to be."""
    text = _assembled(parts, parts.rows, whole=parts.whole)
    if _size(text) <= limit:
        return _with_steps(text, parts.stack, limit - _size(text))
    room = limit - _size(_assembled(parts, (), whole=False))
    kept = _that_fit(parts.rows, room)
    text = _assembled(parts, parts.rows[:kept], whole=False)
    return text if _size(text) <= limit else _bare(parts.stack)


def _that_fit(rows: Sequence[str], room: int) -> int:
    used = 0
    for index, row in enumerate(rows):
        used += _size(row) + 1
        if used > room:
            return index
    return len(rows)


def _assembled(parts: _Parts, rows: Sequence[str], *, whole: bool) -> str:
    table = "\n".join(["", HEAD, *rows, ""]) if parts.rows else ""
    missing = parts.stack.changes[len(rows) :] if not whole else ()
    return "\n".join(
        [_marker(parts.stack, whole=whole), parts.head + table + _missing(parts, missing, whole) + parts.foot]
    )


def _missing(parts: _Parts, missing: Sequence[Change], whole: bool) -> str:  # noqa: FBT001 - private, named where it is given
    if whole:
        return ""
    counts = Counter((change.client, change.op) for change in missing).most_common(wording.MOST_LINES)
    each = "".join(
        f"- {number:,} of {_line((wording.who(client),))} ({wording.SIGNS[op]})\n"
        for (client, op), number in counts
    )
    rows = (
        f"{len(missing):,} of {len(parts.rows):,} rows are missing:\n\n{each}"
        if missing
        else "Long values are cut."
    )
    return f"\n{CUT} {rows}\n{_where(parts.stack)}\n"


def _where(stack: StackReport) -> str:
    return WHERE.format(phrases(stack.occasion).whole)


def _marker(stack: StackReport, *, whole: bool) -> str:
    told: dict[str, Any] = {
        "stack": stack.place,
        "hash": stack.hash,
        "verdict": stack.verdict,
        "complete": whole,
    }
    if stack.occasion == Occasion.DRIFT:
        told["changes"] = len(stack.changes)
    return f"<!-- {phrases(stack.occasion).marker} {hidden(json.dumps(told, ensure_ascii=False))} -->"


def _bare(stack: StackReport) -> str:
    """Where not even the sections fit."""
    said, changes = phrases(stack.occasion), wording.counted(len(stack.changes), "changes")
    return f"{_marker(stack, whole=False)}\n### {said.title}: {stack.verdict}\n\n{CUT} It is of {changes}. {_where(stack)}\n"


def _with_steps(text: str, stack: StackReport, room: int) -> str:
    """Pulumi's own part, folded away; what does not fit is cut there, which takes nothing from the report."""
    if not stack.steps:
        return text
    count = wording.counted(len(stack.steps), "steps")
    said = "".join(f"{line}\n" for message in stack.said for line in message.splitlines())
    listed = said + steps.listing(stack.steps)
    note = "\n(cut: pulumi preview --diff shows it all)"
    frame = f"\n<details><summary>{phrases(stack.occasion).steps} ({count})</summary>\n\n{{}}\n\n</details>\n"
    space = room - _size(frame) - 2 * len("````````````diff")
    body = fenced(listed, "diff")
    if _size(body) > space:
        body = fenced(_shortened(listed, space - _size(note)) + note, "diff")
    whole = text + frame.replace("{}", body)
    return whole if _size(whole) <= room + _size(text) else text


def _shortened(text: str, size: int) -> str:
    """Whole lines from its begin; letters that have to be written out take up to eight times their room."""
    kept: list[str] = []
    for line in text.split("\n"):
        size -= _size(fenced(line)) - _size(fenced("")) + 1
        if size < 0:
            break
        kept.append(line)
    return "\n".join(kept)


def _size(text: str) -> int:
    return len(text.encode())
