"""What the guardrails find in a plan, after its waivers: each off, a warning or an error by the stack's configuration."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC
from typing import Final

from mailgrant.guardrails.rules import RULES, Place
from mailgrant.model import Plan, Severity, Waiver
from mailgrant.schema.places import NAMESPACE, path

# Set for a preview whose findings somebody shows beside its changes: an error then does not hide these.
REPORTED: Final = "MAILGRANT_GUARDRAILS_REPORTED"
Seen = tuple[str, Place, str, str]  # rule, place, reason, remedy
WAIVERS: Final = "waivers"  # stands in the place of a rule where a waiver itself is what is told


@dataclass(frozen=True)
class Finding:
    """One thing in a plan that a guardrail does not want.

    Args:
        rule: its key in the configuration, or ``waivers``.
        place: in the stack, such as ``mailgrant:clients.poller.mailboxes["ceo@contoso.com"]``.
        severity: ``warning`` or ``error``.
        reason: what is not wanted, and why.
        remedy: what to do.
    """

    rule: str
    place: str
    severity: Severity
    reason: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.place}: {self.reason} (guardrail {self.rule})\n  → {self.remedy}"


def findings(plan: Plan, beside: Iterable[Seen] = ()) -> list[Finding]:
    """All that the plan's guardrails find, after its waivers, and what is wrong with these.

    A waiver holds through its last day at ``plan.now`` in UTC; what was an error is a warning until then.

    Args:
        plan: with its guardrails and waivers.
        beside: what somebody else has seen; told where the plan itself does not show it.
    """
    seen: dict[tuple[str, Place], tuple[str, str]] = {}
    for rule, place, reason, remedy in (*_in(plan), *beside):
        seen.setdefault((rule, place), (reason, remedy))
    found = [
        (place, Finding(rule, path(place), severity, *told))
        for (rule, place), told in seen.items()
        if (severity := getattr(plan.guardrails, rule)) != "off"
    ]
    judged = [_after_waivers(place, one, plan) for place, one in found]
    return [*judged, *_of_waivers(plan, found)]


def _in(plan: Plan) -> Iterator[Seen]:
    return ((rule, *one) for rule, check in RULES.items() for one in check(plan))


def refusal(found: list[Finding]) -> str:
    """All errors among findings in one text; empty if there are none."""
    errors = [one for one in found if one.severity == "error"]
    if not errors:
        return ""
    stop = "finding of the guardrails stops" if len(errors) == 1 else "findings of the guardrails stop"
    lines = "\n".join(f"  - {one}".replace("\n", "\n  ") for one in errors)
    return (
        f"{len(errors)} {stop} this stack; nothing was touched:\n{lines}\n"
        "What must be all the same needs an entry under mailgrant:waivers, with an owner and an end."
    )


def _after_waivers(place: Place, finding: Finding, plan: Plan) -> Finding:
    waiver = _holding(finding.rule, place, plan)
    if waiver is None:
        return finding
    told = f"{finding.reason}; waived by {waiver.owner} until {waiver.until}: {waiver.reason}"
    return Finding(finding.rule, finding.place, "warning", told, finding.remedy)


def _holding(rule: str, place: Place, plan: Plan) -> Waiver | None:
    return next((one for one in plan.waivers if _fits(one, rule, place) and not _ended(one, plan)), None)


def _fits(waiver: Waiver, rule: str, place: Place) -> bool:
    of_client = bool(waiver.client) and place[:2] == ("clients", waiver.client)
    return waiver.rule == rule and (of_client or waiver.place == path(place).removeprefix(NAMESPACE))


def _ended(waiver: Waiver, plan: Plan) -> bool:
    return plan.now.astimezone(UTC).date() > waiver.until


def _of_waivers(plan: Plan, found: list[tuple[Place, Finding]]) -> Iterator[Finding]:
    for number, waiver in enumerate(plan.waivers):
        fitting = [(one.rule, place) for place, one in found if _fits(waiver, one.rule, place)]
        if told := _told(waiver, fitting, plan):
            yield Finding(WAIVERS, path(("waivers", str(number))), "warning", *told)


def _told(waiver: Waiver, fitting: list[tuple[str, Place]], plan: Plan) -> tuple[str, str] | None:
    """What is wrong with a waiver, and what to do."""
    if not fitting:
        where = waiver.place or f"the client {waiver.client}"
        return f"fits nothing: {waiver.rule} finds nothing at {where}", "Take it out, or mend its place."
    if not _ended(waiver, plan):
        return None
    if all(_holding(rule, place, plan) for rule, place in fitting):
        return f"has ended on {waiver.until}, and another holds", "Take it out."
    remedy = f"Mend what {waiver.rule} finds, or agree with {waiver.owner} on a new end."
    return f"has ended on {waiver.until}: what it let pass counts again", remedy
