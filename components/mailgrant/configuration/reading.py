"""YAML as people write it, read more strictly than YAML itself asks for; and files as the engine reads them."""

import re
from pathlib import Path
from typing import Any, Final

import yaml

from mailgrant.errors import SetupError
from mailgrant.schema.words import shown

BOOLEAN: Final = "tag:yaml.org,2002:bool"
LARGEST: Final = 16 << 20  # bytes; a hundred thousand mailboxes are a third of it


class Strict(yaml.SafeLoader):
    """Refuses a key that stands twice in a map: YAML itself would let the later one win, and say nothing."""

    def compose_mapping_node(self, anchor: Any) -> yaml.MappingNode:
        """PyYAML's own, for maps; raises MarkedYAMLError at the second of two keys."""
        node = super().compose_mapping_node(anchor)
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value in seen:
                raise yaml.MarkedYAMLError(
                    None, None, f"{shown(key.value)} stands there twice", key.start_mark
                )
            seen.add(str(key.value))
        return node


class _AsPulumi(Strict):
    """To Pulumi's own YAML, yes, no, on and off are words."""


_AsPulumi.yaml_implicit_resolvers = {
    first: [one for one in resolvers if one[0] != BOOLEAN]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_AsPulumi.add_implicit_resolver(BOOLEAN, re.compile("true|True|TRUE|false|False|FALSE"), list("tTfF"))


def as_pulumi(path: Path) -> dict[str, Any]:
    """A project's or a stack's own file, as the engine reads it.

    Raises:
        SetupError: it is not there, or is no map.
    """
    try:
        found = yaml.load(content(path).decode("utf-8-sig"), _AsPulumi)  # noqa: S506 - it is a safe loader
    except Exception as error:  # noqa: BLE001 - a value such as 2027-99-99 raises what Python does
        why = told(error) if isinstance(error, yaml.YAMLError) else error
        raise SetupError(f"{path} cannot be read: {why}") from None
    if not isinstance(found, dict):
        raise SetupError(f"{path} holds no map of keys")
    return found


def content(file: Path) -> bytes:
    """What is in a real file: a device would never end.

    Raises:
        OSError: it cannot be read.
        ValueError: it is no file, or too large.
    """
    if file.exists() and not file.is_file():
        raise ValueError("it is no file")
    with file.open("rb") as opened:
        found = opened.read(LARGEST + 1)
    if len(found) > LARGEST:
        raise ValueError(f"it is larger than {LARGEST >> 20} MB")
    return found


def told(error: Exception) -> str:
    """Why YAML cannot be read, on one line."""
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark:
        return f"line {error.problem_mark.line + 1}: {error.problem}"
    return "it cannot be read" if isinstance(error, yaml.YAMLError) else f"a value in it is none ({error})"
