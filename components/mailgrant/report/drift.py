"""The command ``mailgrant drift``."""

import typer

from mailgrant.report import engine
from mailgrant.report.gate import APPROVAL_WANTED
from mailgrant.report.output import Format, FormatOption, OutputOption, WriteOption, targets, write
from mailgrant.report.preview import Occasion
from mailgrant.report.report import report
from mailgrant.report.stacks import StackOption, looked_at


def drift(
    stacks: StackOption = None,
    form: FormatOption = Format.TEXT,
    output: OutputOption = None,
    also: WriteOption = None,
) -> None:
    """Show what others have changed since the last update: rights that a stack made, and that are not so any more.

    Runs pulumi refresh --preview-only: each thing that a stack made is read once, and neither the tenant nor the state is
    changed. What others added beside it, such as a secret of their own, is not the stack's and is not seen.

    Exit codes: 0 every right is as the last update left it, 7 something differs; where Pulumi fails, its own.
    """
    asked = targets(also or [])
    found, failures = looked_at(stacks or [], engine.drift, Occasion.DRIFT)
    told = report(found, failures=failures)
    write(told, form, output, asked)
    told.refuse_failed()
    raise typer.Exit(APPROVAL_WANTED if told.changes else 0)
