"""Guardrails held against what a preview shows: a program may declare more than the file of its stack says."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from mailgrant.guardrails.findings import Seen
from mailgrant.model import Guardrails
from mailgrant.report.difference import difference
from mailgrant.report.preview import Step
from mailgrant.report.rights import GIVEN, NOTHING, Reach, Right, Topic

WAYS: Final[Mapping[Topic, str]] = {Topic.MAILBOX: "mailboxes", Topic.CONSENT: "consent"}
FORBIDDEN: Final = "no client may reach this mailbox, and the preview shows that this one will"
TAKE_OUT: Final = "Take it out: the stack's file, or the program itself, has it."


def crossed(steps: Iterable[Step], guardrails: Guardrails) -> list[Seen]:
    """What a plan's guardrails do not want of what changes, as far as rights alone tell.

    Places are those of the plan's own findings, so that what both see is told once, and one waiver is for both.

    Args:
        steps: of a preview.
        guardrails: of the stack.
    """
    held = [right for step in steps for right in difference(step).after if right.breadth.most > NOTHING.most]
    return [seen for rule in _RULES for seen in rule(held, guardrails)]


def _forbidden(held: list[Right], guardrails: Guardrails) -> Iterator[Seen]:
    forbidden = {address.lower(): address for address in guardrails.forbidden}
    for right in held:
        address = forbidden.get(right.object.lower())
        if address and right.topic in WAYS:
            place = ("clients", right.client, WAYS[right.topic], address)
            yield "forbidden_mailboxes", place, FORBIDDEN, TAKE_OUT


def _many(held: list[Right], guardrails: Guardrails) -> Iterator[Seen]:
    mailboxes = {(right.client, right.object) for right in held if right.topic == Topic.MAILBOX}
    for client, number in sorted(Counter(client for client, _ in mailboxes).items()):
        if number > guardrails.most_mailboxes:
            reason = f"the preview shows {number} mailboxes, more than {guardrails.most_mailboxes}"
            place = ("clients", client, "mailboxes")
            yield "mailboxes_per_client", place, reason, "Split it, so that one that is lost opens less."


def _smtp_auth(held: list[Right], _guardrails: Guardrails) -> Iterator[Seen]:
    for right in held:
        if (right.topic, right.reach, right.breadth) == (Topic.SMTP_AUTH, Reach.TENANT, GIVEN):
            reason = (
                "the preview opens SMTP AUTH for every mailbox of the organization that says nothing itself"
            )
            yield "organization_smtp_auth", ("tenant", "smtp_auth"), reason, TAKE_OUT


_RULES: Final[tuple[Callable[[list[Right], Guardrails], Iterator[Seen]], ...]] = (
    _forbidden,
    _many,
    _smtp_auth,
)
