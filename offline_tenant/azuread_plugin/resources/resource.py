"""What a resource of the stand-in is: its table of properties, and its four operations on Graph."""

import json
from abc import ABC, abstractmethod
from dataclasses import asdict, dataclass, field
from typing import Any, ClassVar, Final

from offline_tenant.azuread_plugin.errors import PluginError
from offline_tenant.azuread_plugin.graph import Operation
from offline_tenant.azuread_plugin.properties import Property
from offline_tenant.azuread_plugin.values import Values

TIMEOUTS_KEY: Final = "e2bfb730-ecaa-11e6-8f88-34363bc7c4c0"  # of Terraform's SDK, terraform/timeouts
NANOSECONDS: Final = 1_000_000_000


@dataclass(frozen=True)
class Timeouts:
    """How long each operation may take, in seconds; None where there is no such operation."""

    create: int = 300
    read: int = 300
    update: int | None = 300
    delete: int = 300


@dataclass
class Creation:
    """What a create has achieved so far.

    Args:
        id: set as soon as the engine shall keep the resource, whatever happens after.
        outputs: values that only the create gets to see, such as a secret.
    """

    id: str = ""
    outputs: Values = field(default_factory=dict)


@dataclass(frozen=True)
class Target:
    """What is to be changed or removed.

    Args:
        id: Pulumi's id.
        state: its outputs as they are.
        inputs: as they shall be.
    """

    id: str
    state: Values
    inputs: Values = field(default_factory=dict)


class Resource(ABC):
    """One type of resource.

    Attributes:
        token: Pulumi's type token.
        properties: its table; outputs that a read does not bring stay as they were.
        schema_version: of its state, as the real plugin notes it.
        timeouts: unless the program sets others.
        recomputed: pairs of an input and an output that a change of it makes unknown in a preview.
        conflicts: pairs of inputs of which only one may be given.
        exactly_one: of these inputs one must be given; none stands for no such rule.
    """

    token: ClassVar[str]
    properties: ClassVar[tuple[Property, ...]]
    schema_version: ClassVar[int] = 1
    timeouts: ClassVar[Timeouts] = Timeouts()
    recomputed: ClassVar[tuple[tuple[str, str], ...]] = ()
    conflicts: ClassVar[tuple[tuple[str, str], ...]] = ()
    exactly_one: ClassVar[tuple[str, ...]] = ()

    @abstractmethod
    def create(self, operation: Operation, inputs: Values, creation: Creation) -> None:
        """Make it; the closing read is the caller's.

        Raises:
            PluginError: it failed; what ``creation`` holds then is kept.
        """

    @abstractmethod
    def read(self, operation: Operation, resource_id: str) -> Values | None:
        """What Graph says about it, as outputs; None if it is gone.

        Raises:
            PluginError: the id is malformed, or Graph answered with an error.
        """

    def update(self, operation: Operation, target: Target) -> None:  # noqa: B027 - where every change replaces
        """Change it; the closing read is the caller's.

        Raises:
            PluginError: it failed.
        """

    @abstractmethod
    def delete(self, operation: Operation, target: Target) -> None:
        """Remove it.

        Raises:
            PluginError: it failed; also if it is gone already, as with the real plugin.
        """

    @property
    def secrets(self) -> frozenset[str]:
        """The outputs that are secrets."""
        return frozenset(row.name for row in self.properties if row.secret)

    @property
    def meta(self) -> str:
        """The ``__meta`` output, by which the real plugin goes on with a state that the stand-in made."""
        timeouts = {
            name: each * NANOSECONDS for name, each in asdict(self.timeouts).items() if each is not None
        }
        noted: dict[str, Any] = {TIMEOUTS_KEY: timeouts}
        if self.schema_version:
            noted |= {"schema_version": str(self.schema_version)}
        return json.dumps(noted, separators=(",", ":"), sort_keys=True)


def id_part(resource_id: str, prefix: str) -> str:
    """The object id in a resource id such as ``/applications/<object id>``.

    Raises:
        PluginError: it is none.
    """
    rest = resource_id.removeprefix(prefix)
    if rest == resource_id or not rest or "/" in rest:
        raise PluginError(f"parsing {resource_id!r}: expected an ID of the form {prefix}<object id>")
    return rest


def nullable(value: Any) -> Any:
    """A value, or null where Graph wants null for nothing."""
    return value or None
