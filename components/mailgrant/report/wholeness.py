"""What is not whole, is no preview: each check raises ``PreviewError`` with what is wrong and what to do."""

from collections.abc import Collection, Iterable, Mapping
from typing import Final

from pydantic import ValidationError

from mailgrant.report.preview import OPERATIONS, QUIET, URN_PARTS, Diagnostic, PreviewError, Step

CHANGES: Final = ("create", "update", "delete", "replace", "import")
WRITE_IT: Final = "Write it with: pulumi preview --json --show-sames > preview.json"


def first_fault(error: Exception) -> str:
    """What is wrong with its shape, without a word of what stands there."""
    if not isinstance(error, ValidationError):
        return "it is nested too deeply"
    detail = error.errors(include_input=False, include_url=False)[0]
    return f"{'.'.join(map(str, detail['loc'])) or 'the whole'}: {detail['msg']}"


def refuse_failed(told: Iterable[Diagnostic], source: str) -> None:
    """It tells of no error, with which it would not tell everything."""
    errors = [one.message.strip() for one in told if one.severity == "error"]
    if errors:
        raise PreviewError(
            f"{source} tells of a failure, and not of everything:\n" + "\n".join(errors),
            "Mend that, and run it again.",
            exit_code=1,
        )


def refuse_unknown(steps: Iterable[Step], source: str) -> None:
    """It plans nothing that this version does not know."""
    unknown = sorted({step.op for step in steps} - OPERATIONS)
    if unknown:
        raise PreviewError(
            f"{source} plans what this version of mailgrant does not know: {', '.join(unknown)}",
            "It may be of a newer Pulumi: install a newer mailgrant, or preview with the Pulumi that it names.",
        )
    for step in steps:
        if step.op not in QUIET and not (step.old or step.new):
            raise PreviewError(f"{source} does not say what {step.op} of {step.urn} is about", WRITE_IT)


def refuse_gaps(
    steps: Collection[Step], summary: Mapping[str, int] | None, source: str, ops: Iterable[str] = CHANGES
) -> None:
    """The engine counts its changes: a preview from which steps were taken does not add up."""
    if summary is None:
        raise PreviewError(f"{source} has no summary: the preview did not come to its end", WRITE_IT)
    for op in ops:
        there = sum(step.op == op for step in steps)
        if there < summary.get(op, 0):
            raise PreviewError(
                f"{source} counts {summary[op]} to {op} and tells of {there}: steps are missing", WRITE_IT
            )


def owner(steps: Iterable[Step], source: str) -> tuple[str, str]:
    """The project and the stack that all of it is of."""
    owners = {_place(step.urn, source) for step in steps}
    if len(owners) > 1:
        told = " and ".join(sorted("/".join(owner) for owner in owners))
        raise PreviewError(
            f"{source} is of several stacks: {told}", "Give each preview in a file of its own."
        )
    return owners.pop()


def _place(urn: str, source: str) -> tuple[str, str]:
    parts = urn.split("::", URN_PARTS - 1)
    if len(parts) != URN_PARTS or not parts[0].startswith("urn:pulumi:"):
        raise PreviewError(f"{source} names a resource in a way that Pulumi does not: {urn}", WRITE_IT)
    return parts[1], parts[0].removeprefix("urn:pulumi:")
