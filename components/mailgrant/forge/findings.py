"""What a night found out about a stack: a report of its drift, and what other steps had to say."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from mailgrant.errors import SetupError
from mailgrant.forge.reports import content, marker, stack

KIND: Final = "drift"  # of markers
NEUTRAL: Final = "neutral"
WRITE: Final = (
    "Write it with: mailgrant drift --stack NAME --format markdown --output FILE, a file for each stack"
)
NO_REPORT: Final = "What differs from the stack is not known"


@dataclass(frozen=True)
class Problem:
    """What went wrong in a step.

    Args:
        title: of ours, or the name of a file.
        text: anything at all.
    """

    title: str
    text: str = field(repr=False)


@dataclass(frozen=True)
class Findings:
    """What there is to say of a stack.

    Args:
        stack: ``project/stack``.
        report: Markdown without its marker; empty if there is none.
        differs: whether the stack is not known to be as it should be.
        drift: the hash of what differs; None if that is not known.
        problems: of other steps.
    """

    stack: str
    report: str = field(repr=False)
    differs: bool
    drift: str | None
    problems: tuple[Problem, ...]

    @property
    def well(self) -> bool:
        """Whether nobody has to look."""
        return not self.differs and not self.problems

    @property
    def key(self) -> str:
        """The same for the same findings, and for no others."""
        told = [self.drift, self.differs, [[problem.title, problem.text] for problem in self.problems]]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()

    @property
    def can_be_seen(self) -> bool:
        """Whether somebody can have seen it, and let it be: what nobody could look at can be anything."""
        return self.drift is not None


def read(report: Path, problems: Sequence[Path], stack_name: str | None) -> Findings:
    """What a night found.

    Args:
        report: that ``mailgrant drift`` wrote as Markdown, if it came to that.
        problems: files of other steps; what is blank is none.
        stack_name: ``project/stack``, in case there is no report.

    Raises:
        SetupError: there is no report and no stack is named, or the report is of another stack.
    """
    found = tuple(problem for file in problems for problem in _problems(file))
    try:
        text, told = _report(report)
    except SetupError as error:
        if not stack_name:
            remedy = f"{error.remedy}; or name the stack with --stack PROJECT/STACK, and its issue says this"
            raise SetupError(error.message, remedy) from None
        return Findings(
            stack_name, "", differs=True, drift=None, problems=(Problem(NO_REPORT, str(error)), *found)
        )
    if stack_name and stack_name != stack(told):
        raise SetupError(f"{report}: is of {stack(told)}, and not of {stack_name}", WRITE)
    return Findings(stack(told), text, not _is_well(told), _hash(told), found)


def _report(file: Path) -> tuple[str, dict[str, Any]]:
    text = content(file, WRITE)
    told = dict(marker(text, KIND))
    if not stack(told):
        raise SetupError(f"{file}: its first line is not the marker of a drift report of one stack", WRITE)
    return text.partition("\n")[2], told


def _is_well(told: dict[str, Any]) -> bool:
    nothing = type(told.get("changes")) is int and told["changes"] == 0  # False is 0, too
    return nothing and told.get("complete") is True and told.get("verdict") == NEUTRAL and bool(_hash(told))


def _hash(told: dict[str, Any]) -> str | None:
    found = told.get("hash")
    return found if isinstance(found, str) and found else None


def _problems(file: Path) -> list[Problem]:
    """A step that did not come to write its file has failed, too."""
    try:
        text = file.read_bytes().decode("utf-8-sig", "replace").replace("\r\n", "\n")
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        why = (isinstance(error, OSError) and error.strerror) or error
        text = f"{file}: cannot be read: {why}"
    return [Problem(file.name, text.strip("\n"))] if text.strip() else []
