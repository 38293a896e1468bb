"""What nobody may overlook: all that stands above the table."""

from mailgrant.report.formats import guarded, looked, wording
from mailgrant.report.formats.wording import Section
from mailgrant.report.report import StackReport


def sections(stack: StackReport) -> list[Section]:
    """Guardrails, the gravest changes, and what the tenant says, if it was asked."""
    return [*guarded.sections(stack.declared), *wording.first(stack), *looked.sections(stack.live)]
