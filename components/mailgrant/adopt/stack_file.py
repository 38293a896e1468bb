"""A client written into the file of a stack, as text: comments, order and quotes of everything else stay as they are."""

from collections.abc import Mapping
from typing import Any, Final

import yaml

from mailgrant.errors import SetupError

STEP: Final = 2  # spaces of indentation
REMEDY: Final = "Run adopt without --write, and put in yourself what it prints."
Section = Mapping[str, Any]


def insert(text: str, sections: Mapping[str, Section]) -> str:
    """The file with new entries at the end of its sections.

    Args:
        text: of the stack's file; may be empty.
        sections: what is to stand under keys below ``config:``, such as ``{"mailgrant:clients": {"poller": {...}}}``.

    Raises:
        SetupError: the file is no such file, a section is written in braces, or an entry is there already.
    """
    newline = "\r\n" if "\r\n" in text else "\n"
    expected = _loaded(text)
    found = text.replace("\r\n", "\n")
    for key, entries in sections.items():
        _add(expected, key, entries)
        found = _inserted(found, key, entries)
    if _loaded(found) != expected:
        raise SetupError("the stack's file is written in a way that cannot be added to", REMEDY)
    return found.replace("\n", newline)


def _loaded(text: str) -> dict[str, Any]:
    try:
        found = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise SetupError(f"the stack's file is no YAML ({type(error).__name__})") from None
    if found is None:
        return {}
    if not isinstance(found, dict) or not isinstance(found.get("config") or {}, dict):
        raise SetupError("the stack's file holds no map of keys under config:", REMEDY)
    return found


def _add(values: dict[str, Any], key: str, entries: Section) -> None:
    values["config"] = values.get("config") or {}
    there = values["config"].get(key) or {}
    if taken := [name for name in entries if name in there]:
        raise SetupError(f"{key}.{taken[0]} stands in the stack's file already")
    values["config"][key] = {**there, **entries}


def _inserted(text: str, key: str, entries: Section) -> str:
    """The text with the entries behind the last line of the innermost place that is there."""
    root = yaml.compose(text)
    config = _member(root, "config")
    section = _member(config[1], key) if config else None
    if config is None:
        return _joined(text, len(text.splitlines()), {"config": {key: entries}}, 0)
    if section is None:
        return _joined(text, _end(config, text), {key: entries}, _indentation(config))
    return _joined(text, _end(section, text), entries, _indentation(section))


Pair = tuple[yaml.Node, yaml.Node]


def _member(node: yaml.Node | None, name: str) -> Pair | None:
    if not isinstance(node, yaml.MappingNode):
        return None
    return next(((key, value) for key, value in node.value if key.value == name), None)


def _end(pair: Pair, text: str) -> int:
    """The number of lines up to the last one of a key's value that says something."""
    key, value = pair
    if isinstance(value, yaml.MappingNode) and value.flow_style:
        raise SetupError(
            f"{key.value} is written in braces", "Write each of its entries on a line of its own."
        )
    lines = text.splitlines()
    last = _last_line(value)
    while last > key.start_mark.line and not lines[last].strip():
        last -= 1
    return last + 1


def _last_line(node: yaml.Node) -> int:
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        child = node.value[-1]
        return _last_line(child[1] if isinstance(child, tuple) else child)
    return int(node.end_mark.line if node.end_mark.column else node.end_mark.line - 1)


def _indentation(pair: Pair) -> int:
    """Of the entries of a key's value: as they stand there, or one step deeper than the key."""
    key, value = pair
    if isinstance(value, yaml.MappingNode) and value.value:
        return int(value.start_mark.column)
    return int(key.start_mark.column) + STEP


def _joined(text: str, lines: int, entries: Section, indentation: int) -> str:
    before, after = text.splitlines()[:lines], text.splitlines()[lines:]
    new = [f"{' ' * indentation}{line}" for line in dump(entries).splitlines()]
    return "\n".join([*before, *new, *after, ""])


def dump(values: Section) -> str:
    """YAML as the documentation writes it: in the given order, one entry a line."""
    return yaml.safe_dump(values, sort_keys=False, allow_unicode=True, width=1000)
