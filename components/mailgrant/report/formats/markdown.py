"""The report as Markdown, for comments and summaries: within a limit, and never complete when it is not."""

import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from mailgrant.report.difference import Change
from mailgrant.report.formats import above, failure, steps, table, wording
from mailgrant.report.formats.escaping import fenced, hidden, item, shortened, size
from mailgrant.report.formats.occasions import phrases
from mailgrant.report.formats.table import Table
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
FAILURES: Final = 8  # of a limit, the part that one stack that failed may take
INCOMPLETE: Final = re.compile(r'^<!-- mailgrant:.*"complete": false.*-->$', re.MULTILINE)
CUT: Final = "**This report is cut and is no approval.**"
WHERE: Final = "Read it whole with `{} --format text`, or in the pipeline's summary."


@dataclass(frozen=True)
class _Parts:
    """A stack's report in pieces that may be left out."""

    stack: StackReport
    head: str
    foot: str

    @property
    def whole(self) -> bool:
        """Whether every cell shows all of its value."""
        return all(map(table.is_whole, self.stack.changes))


def markdown(report: Report, limit: int) -> str:
    """The report of all stacks, one after the other.

    Args:
        report: of one or several stacks.
        limit: in bytes of UTF-8.
    """
    parts = {stack.place: _parts(stack) for stack in report.stacks}
    failed = [failure.markdown(one, limit // FAILURES) for one in report.failures]
    least_first = sorted(parts, key=lambda place: len(parts[place].stack.changes))
    written: dict[str, str] = {}
    top = _top(report)
    left = limit - size(top) - sum(size(one) + 1 for one in failed)
    for index, place in enumerate(least_first):
        # What small ones leave is the big ones'.
        written[place] = _within(parts[place], left // (len(parts) - index) - 2)
        left -= size(written[place]) + 2
    return top + "\n\n".join([*(written[stack.place] for stack in report.stacks), *failed]) + "\n"


def is_whole(written: str) -> bool:
    """Whether a report says of itself, in each hidden first line, that it holds everything."""
    return not INCOMPLETE.search(written)


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
    sections = "".join(map(_section, above.sections(stack)))
    told = "".join(f"- {_line(line)}\n" for line in wording.summary(stack))
    said = phrases(stack.occasion)
    title = f"### {said.title}: {_line(wording.headline(stack))}\n\n{wording.meaning(stack)}\n"
    head = title + (f"\n{told}" if told else "") + sections
    foot = "".join(map(_section, wording.last(stack)))
    foot += f"\n{said.hash}: `{stack.hash}`\n"
    return _Parts(stack, head, foot)


def _line(line: Line) -> str:
    return "".join(table.name(part.text) if isinstance(part, Name) else part for part in line)


def _section(section: Section) -> str:
    lines = "".join(f"{item(_line(line))}\n" for line in section.lines)
    return f"\n**{section.title}**\n\n{lines}"


def _within(parts: _Parts, limit: int) -> str:
    """As much as fits: all of it, without Pulumi's part, or with changes left out and said to be."""
    changes = parts.stack.changes
    shown = table.within(changes, limit - size(_assembled(parts, Table(""))))
    if shown.missing:  # then room is needed to say so
        shown = table.within(changes, limit - size(_assembled(parts, Table("", changes))))
    text = _assembled(parts, shown)
    if size(text) > limit:
        return _bare(parts.stack)
    return text if shown.missing else _with_steps(text, parts.stack, limit - size(text))


def _assembled(parts: _Parts, shown: Table) -> str:
    whole = parts.whole and not shown.missing
    told = "" if whole else _missing(parts.stack, shown.missing)
    return "\n".join([_marker(parts.stack, whole=whole), parts.head + shown.text + told + parts.foot])


def _missing(stack: StackReport, missing: Sequence[Change]) -> str:
    most = islice(table.missing_by_client(missing), wording.MOST_LINES)
    each = "".join(
        f"- {number:,} of {_line((wording.who(client),))} ({wording.SIGNS[op]})\n"
        for client, op, number in most
    )
    told = (
        f"{len(missing):,} of {len(stack.changes):,} changes cannot be read here:\n\n{each}"
        if missing
        else "Long values are cut."
    )
    return f"\n{CUT} {told}\n{_where(stack)}\n"


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
    space = room - size(frame) - 2 * len("````````````diff")
    body = fenced(listed, "diff")
    if size(body) > space:
        body = fenced("\n".join(shortened(listed.split("\n"), space - size(note))) + note, "diff")
    whole = text + frame.replace("{}", body)
    return whole if size(whole) <= room + size(text) else text
