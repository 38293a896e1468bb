"""The report for programs: JSON with a schema, ``docs/schemas/preview-report.json``."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from mailgrant.guardrails.findings import Finding
from mailgrant.report.difference import Change
from mailgrant.report.live import Live, Missing, Named, Unseen
from mailgrant.report.report import Failure, Report, StackReport

Verdict = Literal["broadening", "narrowing", "neutral"]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ChangeDocument(_Model):
    """One row."""

    op: Literal["add", "remove", "change"]
    client: str = Field(description="The client's name; * for what holds for every application.")
    right: str = Field(description="Which right; 'not understood' where mailgrant cannot judge it.")
    object: str = Field(description="The mailbox, scope, person or tenant that it is about.")
    why: str = Field(description="Why it matters.")
    effect: Verdict = Field(description="What this change alone does to what is possible.")
    reach: Literal["mailbox", "scope", "person", "application", "tenant"] = Field(
        description="How far it goes."
    )
    before: str = Field(description="What it was, where it changes; empty otherwise.")
    after: str = Field(description="What it will be, where it changes; empty otherwise.")
    stack: str = Field(description="Project and stack.")


class CountDocument(_Model):
    """How many mailboxes an application is let into."""

    client: str
    before: int
    after: int


class UseDocument(_Model):
    """What somebody wants of a name."""

    client: str = Field(description="The client's name; * for what holds for every application.")
    right: str


class NameDocument(_Model):
    """A name that the change brings."""

    sort: Literal["mailbox", "group", "person"]
    name: str
    uses: list[UseDocument]


class MissingDocument(NameDocument):
    """A name at which an update would fail."""

    problem: Literal["absent", "soft-deleted", "another-kind", "same-mailbox", "ambiguous"]
    other: str = Field(
        description="What Exchange calls its kind, or the other name of the same mailbox; empty otherwise."
    )


class RenamedDocument(NameDocument):
    """A name whose mailbox or group has another primary address."""

    address: str


class UnseenDocument(_Model):
    """Names that could not be looked up."""

    names: list[NameDocument]
    reason: str
    remedy: str


class DriftDocument(_Model):
    """What others have changed since the last update."""

    known: bool = Field(description="Whether it could be looked at.")
    changes: list[ChangeDocument]
    reason: str = Field(description="Why it could not be looked at; empty otherwise.")
    remedy: str


class LiveDocument(_Model):
    """What the tenant says; no part of verdict and hash."""

    asked: int = Field(description="How many names the change brings.")
    there: int = Field(description="How many of them are there as they are to be.")
    missing: list[MissingDocument]
    renamed: list[RenamedDocument]
    unseen: list[UnseenDocument]
    drift: DriftDocument


class LoosenedDocument(_Model):
    """What a guardrail lets pass that it did not let pass before."""

    rule: str
    where: str = Field(description="Its limit, or the place of a waiver; empty if the rule as a whole.")
    before: str
    after: str


class StackDocument(_Model):
    """One stack."""

    stack: str = Field(description="Project and stack.")
    verdict: Verdict
    hash: str = Field(description="Stands for exactly this stack's changes of rights.")
    mailboxes: list[CountDocument] = Field(
        description="Of each client whose permissions on mailboxes change."
    )
    steps: int = Field(description="How many resources Pulumi makes, changes or takes away.")
    idle: bool = Field(
        description="Whether an update would change nothing: no resource, and not the guardrails that the stack puts out for "
        "the next report."
    )
    loosened: list[LoosenedDocument] = Field(
        description="What the stack's guardrails let pass that those before did not."
    )
    compared: bool = Field(
        description="Whether those before are the last update's; if not, they are mailgrant's own."
    )
    live: LiveDocument | None = Field(description="What the tenant says, with --live; null without.")


class FindingDocument(_Model):
    """What a rule has to say."""

    rule: str
    place: str
    severity: Literal["error", "warning"]
    reason: str
    remedy: str


class FailureDocument(_Model):
    """A stack that could not be looked at."""

    stack: str = Field(description="Project and stack.")
    reason: str
    remedy: str
    exit_code: int = Field(description="Pulumi's own.")


class ReportDocument(_Model):
    """A report on what one or several stacks change."""

    version: Literal[1] = Field(description="Of this format; keys may be added within a version.")
    occasion: Literal["preview", "drift"] = Field(
        description="Whether it tells what an update would do, or what others have changed since the last one."
    )
    verdict: Verdict | Literal["failed"] = Field(
        description="Broadening if anything may be possible that was not; failed if a stack could not be looked at."
    )
    hash: str | None = Field(
        description="A SHA-256 that stands for exactly these changes of rights, on every machine; null if a stack could not "
        "be looked at."
    )
    changes: list[ChangeDocument]
    findings: list[FindingDocument]
    stacks: list[StackDocument]
    failures: list[FailureDocument]


def document(report: Report) -> dict[str, Any]:
    """The report as JSON values."""
    told = {
        "version": 1,
        "occasion": report.occasion.value,
        "verdict": str(report.told),
        "hash": report.hash,
        "changes": [_change(change, stack.place) for stack in report.stacks for change in stack.changes],
        "findings": list(map(_finding, report.findings)),
        "stacks": list(map(_stack, report.stacks)),
        "failures": list(map(_failure, report.failures)),
    }
    return ReportDocument.model_validate(told).model_dump(mode="json")


def schema() -> dict[str, Any]:
    """The JSON Schema of it."""
    made = ReportDocument.model_json_schema()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **made,
        "title": "A mailgrant preview report",
    }


def _change(change: Change, stack: str) -> ChangeDocument:
    fields = ("op", "client", "right", "object", "why", "before", "after")
    told = {name: getattr(change, name) for name in fields}
    return ChangeDocument(**told, effect=change.effect.value, reach=change.reach.value, stack=stack)


def _finding(finding: Finding) -> FindingDocument:
    return FindingDocument.model_validate(finding, from_attributes=True)


def _failure(failure: Failure) -> FailureDocument:
    error = failure.error
    return FailureDocument(
        stack=failure.place, reason=error.message, remedy=error.remedy, exit_code=error.exit_code
    )


def _stack(stack: StackReport) -> StackDocument:
    counts = [CountDocument.model_validate(count, from_attributes=True) for count in stack.counts]
    return StackDocument(
        stack=stack.place,
        verdict=stack.verdict.value,
        hash=stack.hash,
        mailboxes=counts,
        steps=len(stack.steps),
        idle=stack.idle,
        loosened=[
            LoosenedDocument.model_validate(one, from_attributes=True) for one in stack.declared.loosened
        ],
        compared=stack.declared.compared,
        live=_live(stack.live, stack.place) if stack.live else None,
    )


def _live(live: Live, stack: str) -> LiveDocument:
    reason, remedy = live.blind
    changes = [_change(change, stack) for change in live.drift or ()]
    return LiveDocument(
        asked=len(live.asked),
        there=live.there,
        missing=list(map(_missing, live.missing)),
        renamed=[RenamedDocument(**_name(one), address=address) for one, address in live.renamed],
        unseen=list(map(_unseen, live.unseen)),
        drift=DriftDocument(known=live.drift is not None, changes=changes, reason=reason, remedy=remedy),
    )


def _name(named: Named) -> dict[str, Any]:
    uses = [UseDocument(client=client, right=right) for client, right in named.uses]
    return {"sort": named.sort.value, "name": named.name, "uses": uses}


def _missing(one: Missing) -> MissingDocument:
    return MissingDocument(**_name(one.named), problem=one.problem.value, other=one.other)


def _unseen(one: Unseen) -> UnseenDocument:
    names = [NameDocument(**_name(named)) for named in one.named]
    return UnseenDocument(names=names, reason=one.reason, remedy=one.remedy)
