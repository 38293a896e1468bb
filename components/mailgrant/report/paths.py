"""Paths of properties: ``owners``, and in blocks ``web.redirectUris``."""

from collections.abc import Mapping
from typing import Any, Final

from mailgrant.report.values import block

BLOCKS: Final = frozenset({"web", "singlePageApplication", "publicClient"})


def paths_of(given: Mapping[str, Any]) -> set[str]:
    """Names of properties that are set; in blocks, of theirs."""
    found = set()
    for name, value in given.items():
        inside = block(value) if name in BLOCKS else None
        inner = inside if isinstance(inside, Mapping) else None
        found |= {f"{name}.{key}" for key in inner if key != "__defaults"} if inner else {name}
    return {path for path in found if value_at(given, path) not in (None, "", [], {}, False)}


def value_at(given: Mapping[str, Any], path: str) -> Any:
    """What stands there; None if it is not set."""
    name, _, key = path.partition(".")
    value = block(given.get(name)) if name in BLOCKS else given.get(name)
    found = value.get(key) if key and isinstance(value, Mapping) else None if key else value
    return None if found in ("", [], {}, False) else _bare(found)


def _bare(value: Any) -> Any:
    """Without what Pulumi adds for itself."""
    if isinstance(value, Mapping):
        return {name: _bare(one) for name, one in value.items() if name != "__defaults"}
    return [_bare(one) for one in value] if isinstance(value, list) else value


def known_depth(path: str, seen: set[str]) -> str:
    """As deep as the table of kinds goes: into blocks, not into lists and maps."""
    name = path.partition(".")[0]
    return path if name in BLOCKS and path in seen else name
