"""Owners of an application or a service principal, which the real plugin borrows, adds and removes."""

from collections.abc import Sequence
from typing import Any, Final

from offline_tenant.azuread_plugin.errors import described
from offline_tenant.azuread_plugin.graph import Operation
from offline_tenant.azuread_plugin.values import Values

AT_CREATION: Final = 20  # Graph binds no more in the request that makes the object


def binding(operation: Operation, wanted: Sequence[str] | None) -> dict[str, Any]:
    """The owners to make an object with: the caller, and as many of the wanted ones as fit."""
    first = [operation.caller_id, *_others(operation, wanted)][:AT_CREATION]
    return {"owners@odata.bind": [operation.directory_object(owner) for owner in first]}


def finish(operation: Operation, path: str, wanted: Sequence[str] | None, kind: str) -> None:
    """Add the owners that did not fit, and take away the caller unless it is wanted.

    Args:
        operation: Graph.
        path: of the new object, such as ``/v1.0/applications/<object id>``.
        wanted: the owners that the program names.
        kind: ``application`` or ``service principal``, for messages.
    """
    with described(f"Could not add owners to {kind}"):
        for owner in _others(operation, wanted)[AT_CREATION - 1 :]:
            _add(operation, path, owner)
    if operation.caller_id not in (wanted or ()):
        with described(f"Could not remove initial owner from {kind}"):
            operation.delete(f"{path}/owners/{operation.caller_id}/$ref")


def change(operation: Operation, path: str, old: Values, new: Values, kind: str) -> None:
    """Bring the owners to what the program names, if that changed."""
    wanted = new.get("owners") or []
    if set(old.get("owners") or []) == set(wanted):
        return
    with described(f"Could not change owners of {kind}"):
        present = read(operation, path)
        for owner in (owner for owner in wanted if owner not in present):
            _add(operation, path, owner)
        for owner in (owner for owner in present if owner not in wanted):
            operation.delete(f"{path}/owners/{owner}/$ref")


def read(operation: Operation, path: str) -> list[str]:
    """The object ids of the owners."""
    return [owner["id"] for owner in operation.list(f"{path}/owners")]


def _add(operation: Operation, path: str, owner: str) -> None:
    operation.post(f"{path}/owners/$ref", {"@odata.id": operation.directory_object(owner)})


def _others(operation: Operation, wanted: Sequence[str] | None) -> list[str]:
    return [owner for owner in wanted or () if owner != operation.caller_id]
