"""When a report wants somebody's approval, as an exit code of Pulumi's.

0 nothing wants approval · 1 the preview failed · 2 what was given cannot be reported on · 5 a guardrail forbids it · 7
approval is wanted · what ``pulumi preview`` itself ended with, where it was run and failed.
github.com/pulumi/pulumi, pkg/cmd/pulumi/cmd/exit_codes.go: 5 is that of policies, 7 that of ``--expect-no-changes``.
"""

from enum import StrEnum
from typing import Final

from mailgrant.report.report import Report
from mailgrant.report.rights import Effect

FORBIDDEN: Final = 5
APPROVAL_WANTED: Final = 7


class Approval(StrEnum):
    """For what approval is wanted."""

    NEVER = "never"
    BROADENING = "broadening"
    ANY_CHANGE = "any-change"


def exit_code(report: Report, approval: Approval) -> int:
    """0, ``FORBIDDEN`` (which no approval lifts: a waiver does), or ``APPROVAL_WANTED``."""
    if any(finding.severity == "error" for finding in report.findings):
        return FORBIDDEN
    wanted = {
        Approval.NEVER: False,
        Approval.BROADENING: report.verdict == Effect.BROADENING,
        Approval.ANY_CHANGE: bool(report.changes),
    }
    return APPROVAL_WANTED if wanted[approval] else 0
