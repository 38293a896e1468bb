"""What ``pulumi preview --json`` wrote, checked.

The shape is Pulumi's ``PreviewDigest``: github.com/pulumi/pulumi, pkg/display/json.go.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from mailgrant.guardrails import in_force
from mailgrant.report.preview import STACK, Diagnostic, Preview, PreviewError, Step
from mailgrant.report.wholeness import (
    CHANGES,
    WRITE_IT,
    first_fault,
    owner,
    refuse_failed,
    refuse_gaps,
    refuse_unknown,
)

TENANT: Final = "azuread:tenantId"  # in a stack's configuration
WHOLE: Final = ("replace", "create-replacement")  # tell a replacement from both sides


class _Digest(BaseModel):
    model_config = ConfigDict(frozen=True)

    config: Mapping[str, Any] | None = None
    steps: list[Step] | None = None
    diagnostics: list[Diagnostic] | None = None
    summary: Mapping[str, int] | None = Field(None, alias="changeSummary")


def parse(written: str, source: str) -> Preview:
    """The preview that was written.

    Args:
        written: what Pulumi wrote to its standard output.
        source: where it came from, for messages.

    Raises:
        PreviewError: it is no preview, is cut off, failed, or says what this version does not know.
    """
    digest = _digest(written, source)
    refuse_failed(digest.diagnostics or [], source)
    steps = digest.steps or []
    if not steps:
        raise PreviewError(
            f"{source} has no steps, not even the stack's own: it is no whole preview", WRITE_IT
        )
    refuse_unknown(steps, source)
    project, stack = owner(steps, source)
    planned = _without_refresh(steps)
    # What stays the same may be in other hands, and a credential may follow one that stays.
    refuse_gaps(planned, digest.summary, source, (*CHANGES, "same"))
    warnings = (one for one in digest.diagnostics or [] if one.severity == "warning")
    return Preview(
        project,
        stack,
        tuple(_once(planned)),
        tuple(warnings),
        frozenset(_tenants(steps)),
        str((digest.config or {}).get(TENANT) or ""),
        next((one for one in _put_out(steps, "organization") if isinstance(one, str)), ""),
        next(map(in_force.read, _put_out(steps, "guardrails")), None),
    )


def _digest(written: str, source: str) -> _Digest:
    if not written.strip():
        raise PreviewError(f"{source} is empty: the preview wrote nothing", WRITE_IT)
    try:
        return _Digest.model_validate(json.loads(written))
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise PreviewError(
            f"{source} is no JSON, or was cut off ({where}: {error.msg})",
            f"{WRITE_IT}, without what Pulumi says on standard error.",
        ) from None
    except (ValidationError, RecursionError) as error:
        raise PreviewError(f"{source} is no preview of Pulumi: {first_fault(error)}", WRITE_IT) from None


def _without_refresh(steps: list[Step]) -> list[Step]:
    """What the update would do: with ``--refresh``, a part before the stack's second step tells what was found."""
    roots = [index for index, step in enumerate(steps) if step.type == STACK]
    begins = [index for index in roots if steps[index].urn == steps[roots[0]].urn]
    return steps[begins[-1] :] if len(begins) > 1 else steps


def _once(steps: Iterable[Step]) -> Iterator[Step]:
    """One step a resource: ``--show-replacement-steps`` lists the parts of a replacement beside the whole."""
    groups: dict[tuple[str, bool], list[Step]] = {}
    for step in steps:
        left_over = bool(step.old and step.old.delete)
        groups.setdefault((step.urn, left_over), []).append(step)
    for group in groups.values():
        whole = [step for name in WHOLE for step in group if step.op == name]
        yield from whole[:1] or group


def _tenants(steps: Iterable[Step]) -> Iterator[str]:
    every = (told for clients in _put_out(steps, "clients") for _, told in _items(clients))
    found = (dict(_items(told)).get("tenant_id") for told in every)
    return (tenant for tenant in found if isinstance(tenant, str) and tenant)


def _put_out(steps: Iterable[Step], output: str) -> Iterator[Any]:
    """What the stack put out last time, which is there in every preview, whatever changes."""
    outputs = (step.old.outputs for step in steps if step.type == STACK and step.old)
    return (one[output] for one in outputs if output in one)


def _items(value: Any) -> list[tuple[str, Any]]:
    """Of a map; nothing else has any."""
    return list(value.items()) if isinstance(value, Mapping) else []
