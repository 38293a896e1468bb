"""A report as mailgrant wrote it, as far as whoever carries it has to know it."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from mailgrant.errors import SetupError

MARKER: Final = re.compile(r"<!-- mailgrant:([a-z-]+) (\{.*\}) -->")
PREVIEW_REPORT: Final = "preview-report"  # of the kinds of markers
LARGEST: Final = 1 << 20  # bytes; no forge takes more
NEUTRAL: Final = "neutral"
WRITE: Final = "Write it with: mailgrant preview-report --stack NAME --format {form} --output FILE, a file for each stack"
TOO_LONG: Final = "{place}: {length:,} letters are more than the {longest:,} that a comment can have here"


@dataclass(frozen=True)
class Report:
    """A report to be shown.

    Args:
        stack: that it is of; what tells one comment from another.
        text: Markdown, whose first line is the marker.
        quiet: whether nobody has to look at it: it is neutral and complete.
        place: where it was read, for messages.
    """

    stack: str
    text: str = field(repr=False)
    quiet: bool
    place: str

    def refuse_longer_than(self, longest: int, form: str) -> None:
        """Make sure that a forge will take it, because one cut by others would not say that it is cut.

        Args:
            longest: in units of UTF-16, which are never fewer than what a forge counts.
            form: in which ``preview-report`` keeps within that.

        Raises:
            SetupError: it is longer.
        """
        if (found := length(self.text)) > longest:
            told = TOO_LONG.format(place=self.place, length=found, longest=longest)
            raise SetupError(told, WRITE.format(form=form))


def read(file: Path, form: str) -> Report:
    """The report in a file.

    Args:
        file: that ``mailgrant preview-report`` wrote.
        form: that it should have, for messages.

    Raises:
        SetupError: there is no such file, or it holds no report.
    """
    text = content(file, WRITE.format(form=form))
    told = marker(text)
    if not stack(told):
        raise SetupError(
            f"{file}: its first line is not the marker of a report of one stack", WRITE.format(form=form)
        )
    quiet = told.get("verdict") == NEUTRAL and told.get("complete") is True
    return Report(stack(told), text, quiet, str(file))


def marker(text: str, kind: str = PREVIEW_REPORT) -> Mapping[str, Any]:
    """What the marker in the first line of a text says; empty if that is none of its kind."""
    found = MARKER.fullmatch(text.partition("\n")[0].rstrip())
    try:
        told = json.loads(found[2]) if found and found[1] == kind else None
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def stack(told: Mapping[str, Any]) -> str:
    """The stack that a marker names; empty if it names none."""
    named = told.get("stack")
    return named if isinstance(named, str) else ""


def same(one: str, other: str) -> bool:
    """Whether two texts are one to whoever reads them: forges keep line ends and the last lines as they like."""
    return one.replace("\r\n", "\n").strip() == other.replace("\r\n", "\n").strip()


def length(text: str) -> int:
    """In units of UTF-16, which are never fewer than what a forge counts."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def content(file: Path, remedy: str) -> str:
    """What a file says.

    Args:
        file: that mailgrant wrote.
        remedy: tells how to write it.

    Raises:
        SetupError: it is none, or none of that.
    """
    try:
        if file.exists() and not file.is_file():
            raise SetupError(f"{file}: is no file", remedy)
        with file.open("rb") as opened:
            written = opened.read(LARGEST + 1)
        text = written.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SetupError(f"{file}: is not in UTF-8", remedy) from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        why = (isinstance(error, OSError) and error.strerror) or error
        raise SetupError(f"{file}: cannot be read: {why}", remedy) from None
    if len(written) > LARGEST:
        raise SetupError(f"{file}: is larger than {LARGEST >> 20} MiB", remedy)
    return text
