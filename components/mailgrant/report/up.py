"""The command ``mailgrant up``: an update that makes what was approved, or what needs no approval, or nothing."""

from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.text import Text

from mailgrant.report import engine, gate
from mailgrant.report.cli import declared_here
from mailgrant.report.formats import text
from mailgrant.report.report import Report, report
from mailgrant.report.rights import Effect

NOT_APPROVED: Final = "This is not what was approved: look at it, and approve its hash; nothing was changed."
NOT_NEUTRAL: Final = "This needs somebody's approval; nothing was changed."
ONE_OF_BOTH: Final = "give either --approved HASH or --if-neutral"

ApprovedOption = Annotated[
    str | None,
    typer.Option("--approved", help="The hash of the report that was approved, as the report shows it."),
]
NeutralOption = Annotated[
    bool,
    typer.Option(
        "--if-neutral",
        help="Without anybody's approval, if nobody can do more or less afterwards: for rotations at night.",
    ),
]
StackOption = Annotated[
    str, typer.Option("--stack", "-s", help="Name of the stack.", show_default="selected")
]


def up(
    approved: ApprovedOption = None,
    if_neutral: NeutralOption = False,  # noqa: FBT002 - an option
    stack: StackOption = "",
) -> None:
    """Run pulumi up if it changes exactly the rights that were approved, or none.

    It previews once more, compares the hash of all that changes with the one that was approved, and only then updates.
    What is no right (a description, an order) may differ. Between that look and the update there are seconds.

    Exit codes: 5 a guardrail of the stack forbids it, 7 it is not what was approved; nothing was changed then. Otherwise
    Pulumi's own.
    """
    if (approved is None) != if_neutral:
        raise typer.BadParameter(ONE_OF_BOTH, param_hint="--approved")
    preview = engine.preview(stack)
    found = report([preview], declared_here([preview], Path.cwd()))
    if gate.exit_code(found, gate.Approval.NEVER):
        _refuse(found, "A guardrail forbids it; nothing was changed.", gate.FORBIDDEN)
    if approved is None and found.verdict != Effect.NEUTRAL:
        _refuse(found, NOT_NEUTRAL, gate.APPROVAL_WANTED)
    if approved is not None and found.hash != approved.strip().lower():
        _refuse(found, NOT_APPROVED, gate.APPROVAL_WANTED)
    raise typer.Exit(engine.update(stack))


def _refuse(found: Report, why: str, code: int) -> None:
    console = Console(stderr=True)
    console.print(text.text(found))
    console.print(Text(why))
    raise typer.Exit(code)
