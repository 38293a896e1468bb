"""What differs between a resource as it is and the inputs that it shall have: a path and a kind each."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pulumi.provider.experimental.provider import PropertyDiffKind

from offline_tenant.azuread_plugin.properties import Property, canonical, is_empty

Differences = dict[str, PropertyDiffKind]


def differences(
    properties: Sequence[Property],
    state: Mapping[str, Any],
    inputs: Mapping[str, Any],
    ignored: Iterable[str],
) -> Differences:
    """Compare the outputs of a resource with new inputs.

    An unknown input differs from everything. A property that the service decides differs only if it is given.

    Args:
        properties: of the resource.
        state: the outputs as the engine keeps them.
        inputs: checked, defaults filled in.
        ignored: property paths that the program told the engine to leave alone.
    """
    found: Differences = {}
    for row in properties:
        wanted = inputs.get(row.name)
        if not row.output and not (row.computed and is_empty(wanted)):
            found |= _between(row, row.name, state.get(row.name), wanted)
    kinds = {row.name: row.replaces for row in properties}
    hidden = tuple(ignored)
    return {
        path: _replacing(kind) if kinds[top_level(path)] else kind
        for path, kind in found.items()
        if not _is_ignored(path, hidden)
    }


def top_level(path: str) -> str:
    """The property of the resource that a path begins with."""
    return path.partition(".")[0].partition("[")[0]


def _between(row: Property, path: str, old: Any, new: Any) -> Differences:
    before, after = canonical(row, old), canonical(row, new)
    if before == after:
        return {}
    if before is None and is_empty(old):
        return {path: PropertyDiffKind.ADD}
    if after is None and is_empty(new):
        return {path: PropertyDiffKind.DELETE}
    if row.form == "object" and isinstance(old, dict) and isinstance(new, dict):
        return _of_members(row, path, old, new)
    if isinstance(old, list) and isinstance(new, list):
        return (_of_sets if row.unordered else _of_lists)(row, path, old, new)
    return {path: PropertyDiffKind.UPDATE}


def _of_members(row: Property, path: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Differences:
    found: Differences = {}
    for member in row.members:
        found |= _between(member, f"{path}.{member.name}", old.get(member.name), new.get(member.name))
    return found


def _of_lists(row: Property, path: str, old: list[Any], new: list[Any]) -> Differences:
    found: Differences = {}
    for number in range(max(len(old), len(new))):
        place = f"{path}[{number}]"
        if number >= len(old):
            found[place] = PropertyDiffKind.ADD
        elif number >= len(new):
            found[place] = PropertyDiffKind.DELETE
        elif row.form == "objects" and isinstance(old[number], dict) and isinstance(new[number], dict):
            found |= _of_members(row, place, old[number], new[number])
        elif old[number] != new[number]:
            found[place] = PropertyDiffKind.UPDATE
    return found


def _of_sets(row: Property, path: str, old: list[Any], new: list[Any]) -> Differences:
    gone = {f"{path}[{number}]" for number, item in enumerate(old) if not _holds(row, new, item)}
    come = {f"{path}[{number}]" for number, item in enumerate(new) if not _holds(row, old, item)}
    return (
        dict.fromkeys(gone - come, PropertyDiffKind.DELETE)
        | dict.fromkeys(come - gone, PropertyDiffKind.ADD)
        | dict.fromkeys(gone & come, PropertyDiffKind.UPDATE)
    )


def _holds(row: Property, items: list[Any], wanted: Any) -> bool:
    return any(canonical(row, [item]) == canonical(row, [wanted]) for item in items)


def _replacing(kind: PropertyDiffKind) -> PropertyDiffKind:
    return PropertyDiffKind[f"{kind.name}_REPLACE"]


def _is_ignored(path: str, ignored: tuple[str, ...]) -> bool:
    return any(path == hidden or path.startswith((f"{hidden}.", f"{hidden}[")) for hidden in ignored) or (
        "*" in ignored
    )
