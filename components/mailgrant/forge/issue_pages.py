"""What an issue says: inert, within a limit, and with a marker by which it is found again."""

import hashlib
import html
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from mailgrant.forge.findings import Findings, Problem
from mailgrant.forge.reports import length
from mailgrant.report.formats.escaping import code, fenced, hidden

KIND: Final = "issue"  # of markers
MARKER: Final = f"mailgrant:{KIND} "
TITLE: Final = "mailgrant: {stack} needs a look"
LONGEST_NAME: Final = 120  # letters of a stack's name in a title
NOT_PLAIN: Final = re.compile(r"[^A-Za-z0-9./_-]")
WELL: Final = "All is well with {stack}: it is as the last update left it, and nothing else was found.\n"
FOUND: Final = (
    "This is about {stack}. A job that runs at night keeps it up to date, and closes it when all is well.\n"
    "Closing it by hand says *seen*: it is opened again when something else is found, or when nobody could look.\n"
)
ROOM: Final = 8_000  # letters of one problem
ROOMS: Final = 32_000  # of all of them
LEFT_OUT: Final = "\n… {count:,} letters are left out …\n"
FENCE: Final = re.compile(r"`{3,}")
FOLDED: Final = "<details>"  # begins what reports say less of first
CUT: Final = "\n**The report is cut here.** The summary and the log of the job have it whole.\n"


@dataclass(frozen=True)
class Page:
    """What an issue is to say.

    Args:
        title: of a new one.
        stack: that it is of; what tells one issue from another.
        found: the key of the findings; None if all is well.
        can_be_seen: whether an issue that somebody closed may stay so while the same is found.
        content: Markdown.
    """

    title: str
    stack: str
    found: str | None
    can_be_seen: bool
    content: str = field(repr=False)

    @property
    def told(self) -> dict[str, Any]:
        """What its marker says."""
        digest = hashlib.sha256(self.content.encode("utf-8", "surrogatepass")).hexdigest()
        return {"stack": self.stack, "found": self.found, "text": digest}

    @property
    def marker(self) -> str:
        """By which it is found again: means nothing within a comment of HTML or a code span of Markdown."""
        return MARKER + hidden(json.dumps(self.told, ensure_ascii=False))


def page(findings: Findings, longest: int) -> Page:
    """What an issue is to say of findings.

    Args:
        findings: of one stack.
        longest: in units of UTF-16, without the marker.
    """
    title = TITLE.format(stack=NOT_PLAIN.sub("·", findings.stack)[:LONGEST_NAME])
    content = _well(findings) if findings.well else _content(findings, longest)
    found = None if findings.well else findings.key
    return Page(title, findings.stack, found, findings.can_be_seen, content)


def told(text: str) -> Mapping[str, Any]:
    """What the last marker in a text says, even one that stands in HTML; empty if there is none."""
    plain = html.unescape(text)
    start = plain.rfind(MARKER)
    try:
        found, _ = json.JSONDecoder().raw_decode(plain, start + len(MARKER)) if start >= 0 else (None, 0)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _well(findings: Findings) -> str:
    return WELL.format(stack=code(findings.stack))


def _content(findings: Findings, longest: int) -> str:
    room = min(ROOM, ROOMS // max(1, len(findings.problems)))
    head = FOUND.format(stack=code(findings.stack)) + "".join(
        _problem(problem, room) for problem in findings.problems
    )
    return f"{head}\n{_cut(findings.report, longest - length(head) - 1)}"


def _problem(problem: Problem, room: int) -> str:
    return f"\n### {code(problem.title)}\n\n{_fitting(problem.text, room)}\n"


def _fitting(text: str, room: int) -> str:
    """Its begin and its end, if all of it is too long."""
    shown, keep = fenced(text, "text"), min(len(text), room) // 2
    while length(shown) > room and keep:
        left_out = LEFT_OUT.format(count=len(text) - 2 * keep)
        shown, keep = fenced(text[:keep] + left_out + text[-keep:], "text"), keep // 2
    return shown


def _cut(report: str, room: int) -> str:
    """Whole lines of a report, and none of what is folded away, where not all of it fits."""
    if length(report) <= room:
        return report
    kept: list[str] = []
    fence, used = "", length(CUT)
    for line in report.splitlines(keepends=True):
        used += length(line)
        if line.startswith(FOLDED) or used + length(fence) >= room:
            break
        kept.append(line)
        fence = _open_fence(fence, line)
    return "".join((*kept, fence, CUT))


def _open_fence(fence: str, line: str) -> str:
    """The line that would end the block of code in which the next line stands; empty if it stands in none."""
    if fence:
        return "" if line == fence else fence
    begun = FENCE.match(line)
    return f"{begun[0]}\n" if begun else ""
