"""What ``pulumi preview --json`` wrote, checked: a preview that is not whole is no preview.

The shape is Pulumi's ``PreviewDigest``: github.com/pulumi/pulumi, pkg/display/json.go.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from mailgrant.errors import MailgrantError

# What the engine may do with a resource: github.com/pulumi/pulumi, pkg/resource/deploy/step.go.
QUIET: Final = frozenset(  # change nothing in the tenant, at the most the state
    {"same", "read", "refresh", "diff", "discard", "discard-replaced", "remove-pending-replace"}
)
REPLACE: Final = frozenset({"replace", "create-replacement", "import-replacement", "read-replacement"})
WHOLE: Final = ("replace", "create-replacement")  # tell a replacement from both sides
OPERATIONS: Final = QUIET | REPLACE | {"create", "update", "delete", "delete-replaced", "import"}

STACK: Final = "pulumi:pulumi:Stack"
URN_PARTS: Final = 4  # urn:pulumi:<stack>::<project>::<types>::<name>
WRITE_IT: Final = "Write it with: pulumi preview --json > preview.json"


class PreviewError(MailgrantError):
    """A preview cannot be reported on.

    Args:
        message: what is wrong with it, and where it came from.
        remedy: what to do.
        exit_code: Pulumi's own for this: 1 it failed, 2 it is not what was asked for, and so on.
    """

    def __init__(self, message: str, remedy: str = "", exit_code: int = 2) -> None:
        super().__init__(message, remedy)
        self.exit_code = exit_code


class State(BaseModel):
    """A resource as it was, or will be; what the preview says besides is for others."""

    model_config = ConfigDict(frozen=True)

    type: str = ""
    custom: bool = False
    parent: str = ""
    delete: bool = False
    retain_on_delete: bool = Field(default=False, alias="retainOnDelete")
    ignore_changes: list[str] = Field(default=[], alias="ignoreChanges")
    inputs: Mapping[str, Any] = {}
    outputs: Mapping[str, Any] = {}


class Step(BaseModel):
    """What the engine would do with one resource."""

    model_config = ConfigDict(frozen=True)

    op: str
    urn: str
    old: State | None = Field(None, alias="oldState")
    new: State | None = Field(None, alias="newState")
    diff_reasons: list[str] | None = Field(None, alias="diffReasons")
    replace_reasons: list[str] | None = Field(None, alias="replaceReasons")
    detailed_diff: Mapping[str, Any] | None = Field(None, alias="detailedDiff")

    @property
    def type(self) -> str:
        """The resource's type token."""
        return self.urn.split("::", URN_PARTS - 1)[2].rpartition("$")[2]

    @property
    def name(self) -> str:
        """The resource's name."""
        return name_of(self.urn)

    @property
    def state(self) -> State:
        """How it will be, or was where it ends."""
        return self.new or self.old or State()

    @property
    def reasons(self) -> frozenset[str]:
        """Paths of properties that differ, as far as the engine says which."""
        return frozenset(
            {*(self.diff_reasons or ()), *(self.replace_reasons or ()), *(self.detailed_diff or {})}
        )


class Diagnostic(BaseModel):
    """What the engine or a provider said."""

    model_config = ConfigDict(frozen=True)

    urn: str = ""
    message: str = ""
    severity: str = ""


class _Digest(BaseModel):
    model_config = ConfigDict(frozen=True)

    steps: list[Step] | None = None
    diagnostics: list[Diagnostic] | None = None
    summary: Mapping[str, int] | None = Field(None, alias="changeSummary")


@dataclass(frozen=True)
class Preview:
    """What an update of one stack would do.

    Args:
        project: the Pulumi project's name.
        stack: the stack's name.
        steps: one a resource; those before a refresh's own are left out.
        said: warnings of the engine and providers.
        consumers: client, type and name of each credential that the stack put out last time.
    """

    project: str
    stack: str
    steps: tuple[Step, ...]
    said: tuple[Diagnostic, ...] = ()
    consumers: frozenset[tuple[str, str, str]] = frozenset()

    @property
    def place(self) -> str:
        """Project and stack."""
        return f"{self.project}/{self.stack}"


def name_of(urn: str) -> str:
    """The resource's name in a URN; it may hold anything, colons too."""
    return urn.split("::", URN_PARTS - 1)[-1]


def parse(written: str, source: str) -> Preview:
    """The preview that was written.

    Args:
        written: what Pulumi wrote to its standard output.
        source: where it came from, for messages.

    Raises:
        PreviewError: it is no preview, is cut off, failed, or says what this version does not know.
    """
    digest = _digest(written, source)
    _refuse_failed(digest, source)
    steps = digest.steps or []
    if not steps:
        raise PreviewError(
            f"{source} has no steps, not even the stack's own: it is no whole preview", WRITE_IT
        )
    _refuse_unknown(steps, source)
    project, stack = _owner(steps, source)
    planned = _without_refresh(steps)
    _refuse_gaps(planned, digest.summary, source)
    warnings = (one for one in digest.diagnostics or [] if one.severity == "warning")
    return Preview(project, stack, tuple(_once(planned)), tuple(warnings), frozenset(_consumers(steps)))


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
        raise PreviewError(f"{source} is no preview of Pulumi: {_first(error)}", WRITE_IT) from None


def _first(error: Exception) -> str:
    if not isinstance(error, ValidationError):
        return "it is nested too deeply"
    detail = error.errors(include_input=False, include_url=False)[0]
    return f"{'.'.join(map(str, detail['loc'])) or 'the whole'}: {detail['msg']}"


def _refuse_failed(digest: _Digest, source: str) -> None:
    errors = [one.message.strip() for one in digest.diagnostics or [] if one.severity == "error"]
    if errors:
        raise PreviewError(
            f"{source} is of a preview that failed, and does not tell everything:\n" + "\n".join(errors),
            "Mend that, and preview again.",
            exit_code=1,
        )


def _refuse_unknown(steps: Iterable[Step], source: str) -> None:
    unknown = sorted({step.op for step in steps} - OPERATIONS)
    if unknown:
        raise PreviewError(
            f"{source} plans what this version of mailgrant does not know: {', '.join(unknown)}",
            "It may be of a newer Pulumi: install a newer mailgrant, or preview with the Pulumi that it names.",
        )
    for step in steps:
        if step.op not in QUIET and not (step.old or step.new):
            raise PreviewError(f"{source} does not say what {step.op} of {step.urn} is about", WRITE_IT)


def _refuse_gaps(steps: Iterable[Step], summary: Mapping[str, int] | None, source: str) -> None:
    """The engine counts its changes: a preview from which steps were taken does not add up."""
    if summary is None:
        raise PreviewError(f"{source} has no summary: the preview did not come to its end", WRITE_IT)
    for op in ("create", "update", "delete", "replace", "import"):
        there = sum(step.op == op for step in steps)
        if there < summary.get(op, 0):
            raise PreviewError(
                f"{source} counts {summary[op]} to {op} and tells of {there}: steps are missing", WRITE_IT
            )


def _owner(steps: Iterable[Step], source: str) -> tuple[str, str]:
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


def _without_refresh(steps: list[Step]) -> list[Step]:
    """What the update would do: with ``--refresh``, a part before the stack's second step tells what was found."""
    begins = [index for index, step in enumerate(steps) if step.type == STACK]
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


def _consumers(steps: Iterable[Step]) -> Iterator[tuple[str, str, str]]:
    """From the output ``clients`` of the stack, which is there in every preview, whatever changes."""
    put_out = (step.old.outputs.get("clients") for step in steps if step.type == STACK and step.old)
    for client, told in (one for clients in put_out for one in _items(clients)):
        for name, credential in _items(dict(_items(told)).get("credentials")):
            yield client, str(dict(_items(credential)).get("type")), name


def _items(value: Any) -> list[tuple[str, Any]]:
    """Of a map; nothing else has any."""
    return list(value.items()) if isinstance(value, Mapping) else []
