"""A report: the changes of one or several stacks, their verdict, and a hash that stands for exactly these changes."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from mailgrant import moment
from mailgrant.guardrails.findings import Finding
from mailgrant.report import tenant
from mailgrant.report.credentials import before, rotated
from mailgrant.report.declared import UNKNOWN, Declared
from mailgrant.report.difference import Change, Difference, difference
from mailgrant.report.live import Live
from mailgrant.report.preview import QUIET, Occasion, Preview, PreviewError, Step
from mailgrant.report.rights import ANY, GIVEN, Effect, Right, Topic
from mailgrant.report.rows import rows
from mailgrant.report.taken_along import taken_along

FAILED: Final = "failed"  # in a verdict's place
HASHED: Final = 2  # the version of what is hashed


@dataclass(frozen=True)
class Count:
    """How many mailboxes an application may open, or send as, before and after."""

    client: str
    before: int
    after: int


@dataclass(frozen=True)
class StackReport:
    """What one stack changes.

    Args:
        place: project and stack.
        changes: the rows, the gravest first.
        counts: of the mailboxes of each client whose permissions on mailboxes change.
        steps: everything that Pulumi would do, in an order of its own: Pulumi's is another one each time.
        unknown: by client, what is known only when the update is made.
        said: what Pulumi warned of.
        occasion: what all this is about.
        declared: what the stack's file says beside; its guardrails are no part of verdict and hash.
        live: what the tenant says, if it was asked; no part of verdict and hash.
    """

    place: str
    changes: tuple[Change, ...]
    counts: tuple[Count, ...] = ()
    steps: tuple[Step, ...] = ()
    unknown: tuple[tuple[str, tuple[str, ...]], ...] = ()
    said: tuple[str, ...] = ()
    declared: Declared = UNKNOWN
    occasion: Occasion = Occasion.PREVIEW
    live: Live | None = None

    @property
    def idle(self) -> bool:
        """Whether an update would change nothing, not even what the next report is held against."""
        return not (self.steps or self.changes or self.declared.changed)

    @property
    def verdict(self) -> Effect:
        """Of all changes together: one that broadens makes the whole broadening."""
        return verdict(self.changes)

    @property
    def hash(self) -> str:
        """Stands for these changes; see ``fingerprint``."""
        return fingerprint([self])


@dataclass(frozen=True)
class Failure:
    """A stack that could not be looked at.

    Args:
        place: project and stack.
        error: why.
        occasion: for which.
    """

    place: str
    error: PreviewError
    occasion: Occasion = Occasion.PREVIEW

    @property
    def message(self) -> str:
        """Why."""
        return self.error.message

    @property
    def remedy(self) -> str:
        """What to do; empty if nobody knows."""
        return self.error.remedy


@dataclass(frozen=True)
class Report:
    """What several stacks change.

    Args:
        stacks: one each.
        failures: stacks of which nothing is known.
    """

    stacks: tuple[StackReport, ...]
    failures: tuple[Failure, ...] = ()

    def refuse_failed(self) -> None:
        """Make sure that every stack is known.

        Raises:
            PreviewError: one is not; what is wrong with all of them, with the exit code of the first.
        """
        if len(self.failures) == 1:
            raise self.failures[0].error
        if self.failures:
            told = "\n".join(f"{one.place}: {one.error}" for one in self.failures)
            raise PreviewError(told, exit_code=self.failures[0].error.exit_code)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Of all stacks."""
        return tuple(finding for stack in self.stacks for finding in stack.declared.findings)

    @property
    def changes(self) -> tuple[Change, ...]:
        """Of all stacks."""
        return tuple(change for stack in self.stacks for change in stack.changes)

    @property
    def verdict(self) -> Effect:
        """Of all stacks together."""
        return verdict(self.changes)

    @property
    def told(self) -> str:
        """The verdict, or that there is none."""
        return FAILED if self.failures else self.verdict

    @property
    def hash(self) -> str | None:
        """Stands for the changes of all stacks, if all are known; see ``fingerprint``."""
        return None if self.failures else fingerprint(self.stacks)

    @property
    def occasion(self) -> Occasion:
        """The same for all of them."""
        looked = [*(one.occasion for one in self.stacks), *(one.occasion for one in self.failures)]
        return looked[0] if looked else Occasion.PREVIEW


def verdict(changes: Iterable[Change]) -> Effect:
    """Broadening if anything may be possible that was not; narrowing if something is not any more, and nothing new is."""
    effects = {change.effect for change in changes}
    return next((one for one in (Effect.BROADENING, Effect.NARROWING) if one in effects), Effect.NEUTRAL)


def report(
    previews: Sequence[Preview],
    declared: Mapping[str, Declared] | None = None,
    failures: Sequence[Failure] = (),
    live: Mapping[str, Live] | None = None,
    now: datetime | None = None,
) -> Report:
    """The report on previews of several stacks.

    Args:
        previews: one a stack.
        declared: what the files of stacks say beside, by the place of the stack.
        failures: stacks of which there is no preview.
        live: what the tenant says, by the place of the stack.
        now: by which credentials have ended, aware; this moment unless given.
    """
    said, seen, then = declared or {}, live or {}, now or moment.now()
    stacks = [
        _stack(preview, said.get(preview.place, UNKNOWN), seen.get(preview.place), then)
        for preview in previews
    ]
    return Report(tuple(stacks), tuple(failures))


def _stack(preview: Preview, declared: Declared, live: Live | None, now: datetime) -> StackReport:
    differences = [difference(step) for step in preview.steps]
    told = [
        *tenant.moved(preview, declared.organization),
        *taken_along(preview.steps),
        *(change for one in differences for change in one.changes),
    ]
    every = _in_turn(preview, told, now)
    return StackReport(
        preview.place,
        rows(every),
        tuple(_counts(differences)),
        tuple(sorted((step for step in preview.steps if step.op not in QUIET), key=lambda step: step.urn)),
        tuple(sorted(_unknown(differences).items())),
        tuple(one.message.strip() for one in preview.said),
        declared,
        preview.occasion,
        live,
    )


def _in_turn(preview: Preview, changes: list[Change], now: datetime) -> list[Change]:
    """Credentials follow each other in updates; one that is found to be gone was taken away."""
    return changes if preview.occasion == Occasion.DRIFT else rotated(changes, before(preview.steps), now)


def _counts(differences: Iterable[Difference]) -> Iterable[Count]:
    before, after = Counter[str](), Counter[str]()
    for one in differences:
        if one.changes:
            before.update(_mailboxes(one.before))
            after.update(_mailboxes(one.after))
    for client in sorted({*before, *after}):
        yield Count(client, before[client], after[client])


def _mailboxes(rights: Iterable[Right]) -> Counter[str]:
    held = {(right.client, right.object) for right in rights if _is_mailbox(right)}
    return Counter(client for client, _ in held)


def _is_mailbox(right: Right) -> bool:
    return right.topic == Topic.MAILBOX and right.breadth == GIVEN and right.client != ANY


def _unknown(differences: Iterable[Difference]) -> dict[str, tuple[str, ...]]:
    found: dict[str, set[str]] = {}
    for one in differences:
        if one.unknown and one.changes:
            client = (
                one.before[0].client if one.before else one.after[0].client if one.after else one.step.name
            )
            found.setdefault(client, set()).update(one.unknown)
    return {client: tuple(sorted(names)) for client, names in found.items()}


def fingerprint(stacks: Iterable[StackReport]) -> str:
    """A SHA-256 over what changes for whom, and nothing else.

    It is the same on every machine and for every order of steps, and whatever else the stacks change; any other change
    of rights has another one.
    """
    canonical = [HASHED, sorted([*_whose(stack), sorted(map(_hashed, stack.changes))] for stack in stacks)]
    written = json.dumps(canonical, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(written.encode()).hexdigest()


def _whose(stack: StackReport) -> list[str]:
    """A drift is no change that could be approved, even where the same rights change."""
    return [stack.place] if stack.occasion == Occasion.PREVIEW else [stack.place, stack.occasion]


def _hashed(change: Change) -> list[str]:
    return [
        change.op,
        change.client,
        change.right,
        change.object,
        change.identity,
        change.before,
        change.after,
        change.effect,
        change.words if change.topic == Topic.UNKNOWN else "",
    ]
