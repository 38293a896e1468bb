"""One run of a cmdlet on the tenant: what it is given and what it gives back."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from offline_tenant.exchange import settings
from offline_tenant.exchange.texts import NOTHING_CHANGED
from offline_tenant.state.tenant import Tenant

# A property is null, text, a truth value, a number, a GUID, a time or a list of texts.
Value = str | bool | int | UUID | datetime | list[str] | None
Record = dict[str, Value]
# Records from an offset on, at most so many; so that no cmdlet builds 10,000 of them to show 1,000.
Rows = Callable[[int, int], Sequence[Record]]


@dataclass(frozen=True)
class Invocation:
    """A cmdlet that is about to run.

    Args:
        tenant: on which.
        parameters: bound values by parameter name; what was not given is absent.
    """

    tenant: Tenant
    parameters: Mapping[str, Any]

    def __getitem__(self, name: str) -> Any:
        return self.parameters[name]

    def get(self, name: str, default: Any = None) -> Any:
        """The bound value, or a default where it was not given or null."""
        value = self.parameters.get(name)
        return default if value is None else value

    @property
    def settings(self) -> Mapping[str, Any]:
        """How this tenant's Exchange behaves where Microsoft's behaves in several ways; see ``settings.DEFAULTS``."""
        return settings.of(self.tenant)


@dataclass(frozen=True)
class Outcome:
    """What a cmdlet gave back."""

    rows: Rows = lambda _offset, _limit: ()
    warnings: Sequence[str] = field(default_factory=tuple)


def listed(records: Sequence[Record]) -> Rows:
    """Records that are all there already."""
    return lambda offset, limit: records[offset : offset + limit]


def one(record: Record) -> Outcome:
    """A single record and no warning."""
    return Outcome(listed([record]))


def warned(text: str) -> Outcome:
    """No record, one warning."""
    return Outcome(warnings=(text,))


def changed(identity: str, *, something: bool) -> Outcome:
    """What a Set- cmdlet gives back: nothing, or the warning that nothing changed.

    Args:
        identity: of what should change.
        something: whether anything did.
    """
    return Outcome() if something else warned(NOTHING_CHANGED.format(identity))


Prompt = Callable[[Invocation], str]


@dataclass(frozen=True)
class Body:
    """One cmdlet.

    Args:
        run: does it.
        prompt: the sentence that it asks before, where it can ask.
    """

    run: Callable[[Invocation], Outcome]
    prompt: Prompt = lambda _: ""
