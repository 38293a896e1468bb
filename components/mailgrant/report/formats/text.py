"""The report for a terminal."""

from typing import Final

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from mailgrant.report.difference import Change
from mailgrant.report.formats import above, failure, wording
from mailgrant.report.formats.escaping import visible
from mailgrant.report.formats.occasions import phrases
from mailgrant.report.formats.wording import Line, Name, Section
from mailgrant.report.report import Report, StackReport
from mailgrant.report.rights import Effect

STYLES: Final = {Effect.BROADENING: "bold red", Effect.NARROWING: "green", Effect.NEUTRAL: ""}


def text(report: Report) -> RenderableType:
    """What a console prints of the stacks that are known; colours come from there."""
    return Group(*(part for stack in report.stacks for part in _stack(stack)))


def plain(report: Report, width: int) -> str:
    """The same without colours, for a file."""
    console = Console(width=width, color_system=None, force_terminal=False, legacy_windows=False)
    with console.capture() as captured:
        console.print(text(report))
    return captured.get() + "\n".join(map(failure.plain, report.failures))


def _stack(stack: StackReport) -> list[RenderableType]:
    said = phrases(stack.occasion)
    title = (f"{said.title}: ", *wording.headline(stack))
    parts: list[RenderableType] = [_line(title, STYLES[stack.verdict])]
    parts += [Text(wording.meaning(stack)), *(_line(("  ", *line)) for line in wording.summary(stack))]
    parts += [line for section in above.sections(stack) for line in _section(section)]
    parts += [_table(stack)] if stack.changes else []
    parts += [line for section in wording.last(stack) for line in _section(section)]
    return [*parts, Text(f"{said.hash}: {stack.hash}"), Text("")]


def _line(line: Line, style: str = "") -> Text:
    # Text, because names from outside must not be read as markup.
    return Text("".join(visible(part.text) if isinstance(part, Name) else part for part in line), style=style)


def _section(section: Section) -> list[RenderableType]:
    return [Text(section.title, style="bold"), *(_line(("  ", *line)) for line in section.lines)]


def _table(stack: StackReport) -> Table:
    table = Table()
    for name in wording.COLUMNS:
        table.add_column(name, overflow="fold")
    for change in stack.changes:
        table.add_row(*_cells(change))
    return table


def _cells(change: Change) -> tuple[Text, ...]:
    sign = Text(wording.SIGNS[change.op], style=STYLES[change.effect])
    who = wording.who(change.client)
    shown = (who.text if isinstance(who, Name) else who, change.right, change.object, change.why)
    return (sign, *(Text(visible(cell)) for cell in shown))
