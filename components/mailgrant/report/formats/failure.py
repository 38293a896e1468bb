"""A stack that could not be looked at, said where its report would stand: an older one must not look like news."""

import json
from typing import Final

from mailgrant.report.formats.escaping import code, fenced, hidden, visible
from mailgrant.report.formats.occasions import phrases
from mailgrant.report.report import FAILED, Failure

CUT: Final = "\n(cut: the pipeline's log shows it all)"
FRAME: Final = 40  # bytes for fences and ends of lines


def markdown(failure: Failure, limit: int) -> str:
    """As a comment or a summary shows it.

    Args:
        failure: of one stack.
        limit: in bytes of UTF-8.
    """
    said = phrases(failure.occasion)
    told = {"stack": failure.place, "hash": None, "verdict": FAILED, "complete": False}
    marker = f"<!-- {said.marker} {hidden(json.dumps(told, ensure_ascii=False))} -->"
    head = f"{marker}\n### {said.title}: {FAILED}, stack {code(failure.place)}\n\n{said.failed}\n\n"
    return head + _within(_reason(failure), limit - len(head.encode()) - FRAME)


def plain(failure: Failure) -> str:
    """As a text shows it."""
    said = phrases(failure.occasion)
    lines = (
        f"{said.title}: {FAILED}, stack {failure.place}",
        said.failed,
        *_reason(failure).split("\n"),
    )
    return "".join(f"{visible(line)}\n" for line in lines)


def _reason(failure: Failure) -> str:
    return f"{failure.message}\n→ {failure.remedy}" if failure.remedy else failure.message


def _within(text: str, room: int) -> str:
    """Letters that have to be written out take up to eight times their room."""
    shown = text if len(text) <= room else text[:room] + CUT  # no letter takes less than one byte
    block = fenced(shown)
    while len(block.encode()) > room and text:
        text = text[: min(len(text), room) // 2]
        block = fenced(text + CUT)
    return block
