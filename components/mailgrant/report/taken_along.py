"""What no call takes away: a program says that it goes with another resource, and nobody here knows whether it does."""

from collections.abc import Iterator, Sequence
from typing import Final

from mailgrant.report.difference import Change, strange
from mailgrant.report.kinds import KINDS
from mailgrant.report.preview import Step

WORDS: Final = "pulumi takes it out of the stack alone: look whether it really goes with the other resource"


def taken_along(steps: Sequence[Step]) -> Iterator[Change]:
    """What may stay in the tenant, because the resource that is to take it along is deleted in the same update.

    Args:
        steps: of an update; what others have deleted is gone.
    """
    going = {step.urn for step in steps if step.op == "delete" and not step.found}
    for step in steps:
        if step.urn in going and step.old and step.old.deleted_with in going and step.type in KINDS:
            yield strange(step, WORDS)
