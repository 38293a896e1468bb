"""What the engine asks of a resource, in plain values: check, diff, create, read, update, delete, previews."""

from collections.abc import Iterable
from typing import Any

from offline_tenant.azuread_plugin.differences import Differences, differences, top_level
from offline_tenant.azuread_plugin.errors import InitFailedError, PluginError
from offline_tenant.azuread_plugin.graph import Operation
from offline_tenant.azuread_plugin.properties import Failure, canonical, exclusive, failures, with_defaults
from offline_tenant.azuread_plugin.resources.resource import Creation, Resource, Target
from offline_tenant.azuread_plugin.signin import Session
from offline_tenant.azuread_plugin.values import UNKNOWN, Values


def check(resource: Resource, given: Values) -> tuple[Values, list[Failure]]:
    """Inputs completed by defaults, and what is wrong with them."""
    both = exclusive(given, resource.exactly_one, resource.conflicts)
    return with_defaults(resource.properties, given), failures(resource.properties, given) + both


def diff(resource: Resource, state: Values, inputs: Values, ignored: Iterable[str]) -> Differences:
    """What an update would change."""
    return differences(resource.properties, state, inputs, ignored)


def planned_create(resource: Resource, inputs: Values) -> Values:
    """The outputs of a create that is only previewed: unknown is what the service decides."""
    unknown = {row.name: UNKNOWN for row in resource.properties if row.decided_elsewhere}
    return unknown | {name: value for name, value in inputs.items() if value is not None}


def create(
    resource: Resource, session: Session, urn: str, inputs: Values, timeout: float
) -> tuple[str, Values]:
    """Make a resource: its id and outputs.

    Raises:
        InitFailedError: it exists, but is not finished.
        PluginError: it failed, and nothing is kept.
    """
    operation, creation = Operation(session, timeout or resource.timeouts.create), Creation()
    try:
        resource.create(operation, inputs, creation)
        state = resource.read(operation, creation.id)
    except PluginError as error:
        if not creation.id:
            raise
        known = _outputs(resource, inputs | creation.outputs)
        raise InitFailedError(creation.id, known, resource.secrets, str(error)) from error
    if state is None:
        # Measured: the real plugin believes one 404 and forgets what it has just made.
        raise PluginError(f"expected non-nil error with nil state during Create of {urn}")
    return creation.id, _outputs(resource, inputs | creation.outputs | state)


def read(
    resource: Resource, session: Session, resource_id: str, state: Values, inputs: Values
) -> tuple[Values, Values] | None:
    """Outputs and inputs as they are now, or None if the resource is gone.

    A refresh brings the inputs that the program gave to what the service says now. An import, which has no
    inputs yet, gets those that differ from their defaults.
    """
    found = resource.read(Operation(session, resource.timeouts.read), resource_id)
    if found is None:
        return None
    current = _refreshed(resource, found, inputs) if inputs else _imported(resource, found)
    return _outputs(resource, state | found), current


def planned_update(resource: Resource, state: Values, inputs: Values) -> Values:
    """The outputs of an update that is only previewed."""
    changed = {top_level(path) for path in differences(resource.properties, state, inputs, ())}
    affected = {name for source, name in resource.recomputed if source in changed}
    unknown = {
        row.name: UNKNOWN
        for row in resource.properties
        if row.decided_elsewhere and (row.name in affected or row.name not in state)
    }
    return state | unknown | {name: value for name, value in inputs.items() if value is not None}


def update(resource: Resource, session: Session, target: Target, timeout: float) -> Values:
    """Change a resource: its new outputs.

    Raises:
        PluginError: it failed, or the resource is gone.
    """
    operation = Operation(session, timeout or resource.timeouts.update or resource.timeouts.create)
    resource.update(operation, target)
    found = resource.read(operation, target.id)
    if found is None:
        raise PluginError(f"{target.id} was not found after its update")
    return _outputs(resource, target.state | _given(resource, target.inputs) | found)


def delete(resource: Resource, session: Session, target: Target, timeout: float) -> None:
    """Remove a resource."""
    resource.delete(Operation(session, timeout or resource.timeouts.delete), target)


def _given(resource: Resource, inputs: Values) -> Values:
    """Inputs as outputs: what is no longer given is gone, unless the service decides it."""
    return {
        row.name: inputs.get(row.name) for row in resource.properties if not row.decided_elsewhere
    } | inputs


def _outputs(resource: Resource, values: Values) -> Values:
    return {row.name: values.get(row.name) for row in resource.properties} | {"__meta": resource.meta}


def _refreshed(resource: Resource, found: Values, inputs: Values) -> Values:
    rows = {row.name: row for row in resource.properties}
    refreshed: Values = {
        name: value if name not in rows or _same(rows[name], value, found.get(name)) else found.get(name)
        for name, value in inputs.items()
    }
    return {"__defaults": [], **refreshed}


def _same(row: Any, one: Any, other: Any) -> bool:
    return bool(canonical(row, one) == canonical(row, other))


def _imported(resource: Resource, found: Values) -> Values:
    differing = {
        row.name: found.get(row.name)
        for row in resource.properties
        if not row.output and canonical(row, found.get(row.name)) is not None
    }
    # What the service decides by itself need not stand in the program, unless it says something.
    told = {row.name for row in resource.properties if row.computed and row.form in ("objects", "texts")}
    # Of names for one thing the service tells all, and a program may give one.
    told |= set([name for name in resource.exactly_one if name in differing][1:])
    return {"__defaults": [], **{name: value for name, value in differing.items() if name not in told}}
