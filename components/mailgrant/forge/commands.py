"""What a pipeline does for lines that its jobs print, and its page for summaries.

Sources: docs.github.com/actions/reference/workflow-commands-for-github-actions (escaping: actions/toolkit,
packages/core/src/command.ts); learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands (escaping:
microsoft/azure-pipelines-task-lib, node/taskcommand.ts).
"""

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Final

from mailgrant.errors import SetupError
from mailgrant.forge.environment import ForgeName

TITLE: Final = "mailgrant"
LARGEST_SUMMARY: Final = (
    1 << 20
)  # bytes in all steps' own file (docs.github.com, "Step isolation and limits")

Escapes = tuple[tuple[str, str], ...]
# In order: what escapes comes first.
GITHUB_TEXT: Final[Escapes] = (("%", "%25"), ("\r", "%0D"), ("\n", "%0A"))
GITHUB_PROPERTY: Final[Escapes] = (*GITHUB_TEXT, (":", "%3A"), (",", "%2C"))
AZURE_TEXT: Final[Escapes] = (("%", "%AZP25"), ("\r", "%0D"), ("\n", "%0A"))


class Level(StrEnum):
    """How loud an annotation is."""

    ERROR = "error"
    WARNING = "warning"


def annotation(forge: ForgeName, level: Level, message: str) -> str:
    """A line that a pipeline shows on the page of its run.

    Args:
        forge: whose pipeline it is.
        level: how loud.
        message: any text; nothing in it can begin another command.
    """
    if forge == ForgeName.GITHUB:
        return f"::{level} title={_escaped(TITLE, GITHUB_PROPERTY)}::{_escaped(message, GITHUB_TEXT)}"
    return f"##vso[task.logissue type={level}]{_escaped(f'{TITLE}: {message}', AZURE_TEXT)}"


def summarize(forge: ForgeName, summary: Path, environment: Mapping[str, str]) -> str:
    """Put a file onto the page of the run.

    Args:
        forge: whose pipeline it is.
        summary: Markdown.
        environment: of the job.

    Returns:
        a line to be printed, with its end; empty if everything is done.

    Raises:
        SetupError: there is no such file or page, or it is too large.
    """
    text = _read(summary)
    if forge == ForgeName.AZURE_DEVOPS:
        # The agent takes the rest of the line for the path.
        return f"##vso[task.uploadsummary]{_escaped(str(summary.resolve()), AZURE_TEXT)}\n"
    page = environment.get("GITHUB_STEP_SUMMARY")
    if not page:
        raise SetupError("GITHUB_STEP_SUMMARY: is not set", "GitHub Actions sets it in each step.")
    _append(Path(page), text)
    return ""


def _append(page: Path, text: bytes) -> None:
    try:
        before = page.stat().st_size if page.exists() else 0
        if before + len(text) > LARGEST_SUMMARY:
            raise SetupError(
                f"GITHUB_STEP_SUMMARY: {before + len(text):,} bytes are more than the {LARGEST_SUMMARY:,} that GitHub shows",
                "Write it with: mailgrant preview-report --format github-summary, and in a step of its own.",
            )
        with page.open("ab") as opened:
            opened.write(text)
    except OSError as error:
        raise SetupError(f"GITHUB_STEP_SUMMARY: cannot be written: {error.strerror}") from None


def _read(summary: Path) -> bytes:
    try:
        return summary.read_bytes() + b"\n"
    except (OSError, ValueError) as error:
        why = (isinstance(error, OSError) and error.strerror) or error
        raise SetupError(f"{summary}: cannot be read: {why}") from None


def _escaped(text: str, escapes: Escapes) -> str:
    for letter, escape in escapes:
        text = text.replace(letter, escape)
    return text
