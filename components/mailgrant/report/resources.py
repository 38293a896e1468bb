"""A resource of a preview before and after: what was there, and what is wanted."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from mailgrant.report.preview import DYNAMIC, REPLACE, State, Step, name_of
from mailgrant.report.rights import ANY
from mailgrant.report.values import is_unknown

OURS: Final = "mailgrant:index:"
NEW: Final = "new"  # stands for an id that nobody has yet


@dataclass(frozen=True)
class Resource:
    """One side of a step.

    Args:
        client: the name of the client that it belongs to; its own if it belongs to none.
        name: its own.
        values: its properties, as they were found to be, or are wanted.
        exists: whether there is one on this side.
        wanted: whether this is the side after an update.
    """

    client: str
    name: str
    values: Mapping[str, Any] = field(default_factory=dict)
    exists: bool = True
    wanted: bool = False

    def get(self, name: str) -> Any:
        """A property; None if it is not given."""
        return self.values.get(name)

    @property
    def consumer(self) -> tuple[str, int | None]:
        """Of a credential, and which period of it: our components name it by client, consumer and period, with dots."""
        own = self.name.removeprefix(f"{self.client}.")
        consumer, _, period = own.rpartition(".")
        return (consumer, int(period)) if consumer and period.isdecimal() else (own, None)

    def found(self, name: str) -> Any:
        """What an update put out; nothing of it can be wanted, whatever a program gives by that name."""
        return None if self.wanted else self.values.get(name)

    def id(self, name: str) -> str:
        """A property that identifies somebody; ``NEW`` if it is known only after the update."""
        value = self.values.get(name)
        return NEW if value is None or is_unknown(value) else str(value)


def sides(step: Step) -> tuple[Resource, Resource]:
    """The resource before and after."""
    client = client_of(step)
    old, new = step.old, step.new
    was = _found(old)
    before = Resource(client, step.name, was, exists=old is not None)
    if step.found:
        return before, Resource(client, step.name, _found(new), exists=new is not None)
    wanted = {**new.inputs, **{name: was[name] for name in _left(step) & was.keys()}} if new else {}
    return before, Resource(client, step.name, wanted, exists=new is not None, wanted=True)


def _found(state: State | None) -> Mapping[str, Any]:
    return {**state.inputs, **state.outputs} if state else {}


def ignored(step: Step) -> set[str]:
    """Properties that an update leaves as they are, whatever the program says."""
    return set(step.new.ignore_changes) if step.old and step.new else set()


def _left(step: Step) -> set[str]:
    """Outputs that stay; what dynamic resources put out is none of what is wanted, and what is made new has none."""
    return set() if step.op in REPLACE or step.type.startswith(DYNAMIC) else ignored(step)


def client_of(step: Step) -> str:
    """The client's name: that of our component around the resource."""
    parent = step.state.parent
    name = name_of(parent) if _type(parent).startswith(OURS) else step.name
    return name if name != ANY else f"({ANY})"  # nobody gets to be called that


def _type(urn: str) -> str:
    parts = urn.split("::")
    return parts[2].rpartition("$")[2] if len(parts) > 2 else ""  # noqa: PLR2004 - a URN's third part


def inputs(state: State | None) -> Mapping[str, Any]:
    """What the program gave, without what Pulumi adds for itself."""
    given = state.inputs if state else {}
    return {name: value for name, value in given.items() if not name.startswith("__")}
