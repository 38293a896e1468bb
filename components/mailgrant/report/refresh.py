"""What ``pulumi refresh --preview-only`` found, from the engine's events.

Its plain JSON leaves out what changed in resources whose provider does not say property by property how they differ,
as dynamic ones never do.

The shape is Pulumi's ``EngineEvent``, one a line: github.com/pulumi/pulumi, sdk/go/common/apitype/events.go.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from mailgrant.report.preview import Diagnostic, Occasion, Preview, PreviewError, State, Step
from mailgrant.report.wholeness import first_fault, owner, refuse_failed, refuse_gaps, refuse_unknown

AGAIN: Final = "Run it again."


class _Metadata(BaseModel):
    model_config = ConfigDict(frozen=True)

    op: str
    urn: str
    old: State | None = None
    new: State | None = None
    diffs: list[str] | None = None
    detailed_diff: Mapping[str, Any] | None = Field(None, alias="detailedDiff")

    @property
    def step(self) -> Step:
        """As previews have it."""
        return Step(
            op=self.op,
            urn=self.urn,
            oldState=self.old,
            newState=self.new,
            diffReasons=self.diffs,
            replaceReasons=None,
            detailedDiff=self.detailed_diff,
            found=True,
        )


class _Outputs(BaseModel):
    model_config = ConfigDict(frozen=True)

    metadata: _Metadata


class _Summary(BaseModel):
    model_config = ConfigDict(frozen=True)

    changes: Mapping[str, int] = Field({}, alias="resourceChanges")


class _Event(BaseModel):
    model_config = ConfigDict(frozen=True)

    outputs: _Outputs | None = Field(None, alias="resOutputsEvent")
    diagnostic: Diagnostic | None = Field(None, alias="diagnosticEvent")
    summary: _Summary | None = Field(None, alias="summaryEvent")


def parse(written: str, source: str) -> Preview:
    """What others have changed since the last update.

    Args:
        written: what Pulumi wrote to its standard output.
        source: where it came from, for messages.

    Raises:
        PreviewError: it failed, is cut off, or says what this version does not know.
    """
    events = list(_events(written, source))
    told = [event.diagnostic for event in events if event.diagnostic]
    refuse_failed(told, source)
    steps = [event.outputs.metadata.step for event in events if event.outputs]
    summary = next((event.summary.changes for event in events if event.summary), None)
    refuse_unknown(steps, source)
    refuse_gaps(steps, summary, source)
    if not steps:
        raise PreviewError(f"{source} found nothing: the stack holds nothing yet", "Run pulumi up first.")
    project, stack = owner(steps, source)
    warnings = tuple(one for one in told if one.severity == "warning")
    return Preview(project, stack, tuple(steps), warnings, occasion=Occasion.DRIFT)


def _events(written: str, source: str) -> Iterator[_Event]:
    if not written.strip():
        raise PreviewError(f"{source} wrote nothing", AGAIN)
    # Not splitlines(): JSON leaves U+0085 as it is, and a name may hold it.
    for number, line in enumerate(written.split("\n"), 1):
        if line.strip():
            yield _event(line, f"{source}, line {number}")


def _event(line: str, place: str) -> _Event:
    # What is wrong with it is told without a word of it: debugging lines among them hold secrets in clear.
    try:
        return _Event.model_validate(json.loads(line))
    except json.JSONDecodeError:
        raise PreviewError(f"{place} is no JSON, or was cut off", AGAIN) from None
    except (ValidationError, RecursionError) as error:
        raise PreviewError(f"{place} is no event of Pulumi: {first_fault(error)}", AGAIN) from None
