"""What Pulumi would do with a stack, or found of it, resource by resource."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field

from mailgrant.errors import MailgrantError
from mailgrant.guardrails.in_force import InForce

# What the engine may do with a resource: github.com/pulumi/pulumi, pkg/resource/deploy/step.go.
QUIET: Final = frozenset(  # change nothing in the tenant, at the most the state
    {"same", "read", "refresh", "diff", "discard", "discard-replaced", "remove-pending-replace"}
)
REPLACE: Final = frozenset({"replace", "create-replacement", "import-replacement", "read-replacement"})
OPERATIONS: Final = QUIET | REPLACE | {"create", "update", "delete", "delete-replaced", "import"}

STACK: Final = "pulumi:pulumi:Stack"
DYNAMIC: Final = "pulumi-python:dynamic"  # begins the types of dynamic resources
URN_PARTS: Final = 4  # urn:pulumi:<stack>::<project>::<types>::<name>


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


class Occasion(StrEnum):
    """What a report is about."""

    PREVIEW = "preview"  # what an update would do
    DRIFT = "drift"  # what others have changed since the last update


class State(BaseModel):
    """A resource as it was, or will be; what the preview says besides is for others."""

    model_config = ConfigDict(frozen=True)

    type: str = ""
    custom: bool = False
    parent: str = ""
    provider: str = ""
    delete: bool = False
    retain_on_delete: bool = Field(default=False, alias="retainOnDelete")
    deleted_with: str = Field(default="", alias="deletedWith")
    ignore_changes: list[str] = Field(default=[], alias="ignoreChanges")
    inputs: Mapping[str, Any] = {}
    outputs: Mapping[str, Any] = {}


class Step(BaseModel):
    """What the engine would do with one resource, or what it found of it."""

    model_config = ConfigDict(frozen=True)

    op: str
    urn: str
    old: State | None = Field(None, alias="oldState")
    new: State | None = Field(None, alias="newState")
    diff_reasons: list[str] | None = Field(None, alias="diffReasons")
    replace_reasons: list[str] | None = Field(None, alias="replaceReasons")
    detailed_diff: Mapping[str, Any] | None = Field(None, alias="detailedDiff")
    found: bool = False  # its new state is what is there, not what is wanted

    @property
    def type(self) -> str:
        """The resource's type token: the state's own, because a package may have ``$`` in its name."""
        return self.state.type or self.urn.split("::", URN_PARTS - 1)[2].rpartition("$")[2]

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


@dataclass(frozen=True)
class Preview:
    """What an update of one stack would do.

    Args:
        project: the Pulumi project's name.
        stack: the stack's name.
        steps: one a resource; those before a refresh's own are left out.
        said: warnings of the engine and providers.
        tenants: ids of those in which it put out its clients last time.
        tenant: the id of the one that it is to work in; empty if its configuration does not say.
        organization: of Exchange, in which it worked last time; empty if nobody knows.
        guardrails: that held last time; None if nobody knows.
        occasion: what its steps tell of.
    """

    project: str
    stack: str
    steps: tuple[Step, ...]
    said: tuple[Diagnostic, ...] = ()
    tenants: frozenset[str] = frozenset()
    tenant: str = ""
    organization: str = ""
    guardrails: InForce | None = None
    occasion: Occasion = Occasion.PREVIEW

    @property
    def place(self) -> str:
        """Project and stack."""
        return f"{self.project}/{self.stack}"


def name_of(urn: str) -> str:
    """The resource's name in a URN; it may hold anything, colons too."""
    return urn.split("::", URN_PARTS - 1)[-1]
