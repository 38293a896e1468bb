"""What the file of a stack says beside its preview: no step tells of guardrails, or of the organization."""

from dataclasses import dataclass

from mailgrant.configuration.check import Checked
from mailgrant.guardrails.findings import Finding, findings
from mailgrant.guardrails.in_force import Loosened, in_force, loosened
from mailgrant.model import Guardrails
from mailgrant.report.crossed import crossed
from mailgrant.report.preview import Preview


@dataclass(frozen=True)
class Declared:
    """What a stack's file says now, and what of it is new.

    Args:
        organization: of Exchange; empty if nobody knows.
        findings: of its guardrails, in the stack and in the preview.
        loosened: what its guardrails let pass that those before did not.
        compared: whether those before are the last update's; mailgrant's own if not.
        changed: whether they are others than those of the last update, which the next report is held against.
    """

    organization: str = ""
    findings: tuple[Finding, ...] = ()
    loosened: tuple[Loosened, ...] = ()
    compared: bool = False
    changed: bool = False


UNKNOWN = Declared()


def declared(checked: Checked, preview: Preview) -> Declared:
    """What a stack's file says, held against what its preview shows and what it put out last time."""
    plan = checked.plan
    if plan is None:  # its file has faults, which are told in place of a report
        return UNKNOWN
    before, now = preview.guardrails or in_force(Guardrails()), in_force(plan.guardrails, plan.waivers)
    compared = preview.guardrails is not None
    return Declared(
        plan.organization,
        tuple(findings(plan, crossed(preview.steps, plan.guardrails))),
        tuple(loosened(before, now)),
        compared=compared,
        changed=compared and before != now,
    )
