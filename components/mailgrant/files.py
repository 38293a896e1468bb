"""Files beside a stack: values that several stacks share, and long lists of mailboxes.

What is read here is as raw as what stands in the stack itself; it is checked together with that, and ``Origins`` tell
in which file and line a place stands.
"""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

from mailgrant.errors import ConfigurationFault
from mailgrant.schema.places import NAMESPACE, path

HEADERS: Final = frozenset({"mailbox", "address"})
Place = tuple[str, ...]
Origins = dict[Place, str]
Rows = Iterator[tuple[str, str, int]]  # address, rights, line


@dataclass
class Expanded:
    """A stack's values with what its files say.

    Args:
        values: by key without the namespace.
        origins: the file and line of what came from one.
        faults: what is wrong with the files themselves.
    """

    values: dict[str, Any]
    origins: Origins = field(default_factory=dict)
    faults: list[ConfigurationFault] = field(default_factory=list)


def expand(raw: Mapping[str, Any], folder: Path) -> Expanded:
    """Put in what ``extends`` and the names of mailbox files stand for.

    Args:
        raw: the stack's values by key without the namespace.
        folder: that holds the stack's file.
    """
    found = Expanded(dict(raw))
    _extend(found, folder)
    clients = found.values.get("clients")
    if isinstance(clients, dict):
        # New maps all the way down: what was given is not ours to change.
        found.values["clients"] = {name: _client(found, name, one, folder) for name, one in clients.items()}
    return found


def _extend(found: Expanded, folder: Path) -> None:
    name = found.values.pop("extends", None)
    if name is not None:
        found.values = merge(_shared(found, str(name), folder), found.values)


def merge(below: Any, above: Any) -> Any:
    """Maps are merged key by key; of everything else the one above wins, and null takes a key away."""
    if not isinstance(below, dict) or not isinstance(above, dict):
        return above
    names = dict.fromkeys([*below, *above])
    merged = {name: merge(below.get(name), above[name]) if name in above else below[name] for name in names}
    return {name: value for name, value in merged.items() if value is not None}


def _shared(found: Expanded, name: str, folder: Path) -> dict[str, Any]:
    values = _loaded(found, "mailgrant:extends", name, folder)
    config = values.get("config") if isinstance(values, dict) else None
    if values is not None and not isinstance(config, dict):
        _wrong(found, "mailgrant:extends", f"{name} has no map under config:, as a stack's file has")
    keys = config if isinstance(config, dict) else {}
    for key in keys:
        if not str(key).startswith(NAMESPACE) or key == f"{NAMESPACE}extends":
            _wrong(
                found,
                "mailgrant:extends",
                f"{name}: {key} cannot stand in a shared file; mailgrant's own keys can",
            )
    return {
        key.removeprefix(NAMESPACE): value
        for key, value in keys.items()
        if str(key).startswith(NAMESPACE) and key != f"{NAMESPACE}extends"
    }


def _client(found: Expanded, name: str, client: Any, folder: Path) -> Any:
    if not isinstance(client, dict) or not isinstance(client.get("mailboxes"), str):
        return client
    mailboxes = _mailboxes(found, ("clients", str(name), "mailboxes"), client["mailboxes"], folder)
    # A third-party client has a list of mailboxes: it is given no rights there.
    return {**client, "mailboxes": list(mailboxes) if client.get("kind") == "third-party" else mailboxes}


def _mailboxes(found: Expanded, place: Place, file: str, folder: Path) -> dict[str, str]:
    access: dict[str, str] = {}
    lines: dict[str, int] = {}
    where = path(place)
    for address, rights, line in _rows(found, where, file, folder):
        first = lines.setdefault(address.lower(), line)
        if first != line:
            problem = f"{address} stands in line {first} already; letter case makes no difference"
            _wrong(found, f"{where} ({file} line {line})", problem)
            continue
        access[address] = rights
        found.origins[(*place, address)] = f"{file} line {line}"
    return access


def _rows(found: Expanded, place: str, file: str, folder: Path) -> Rows:
    if file.endswith((".yaml", ".yml")):
        yield from _yaml_rows(found, place, file, folder)
    elif file.endswith(".csv"):
        yield from _csv_rows(_text(found, place, file, folder))
    else:
        _wrong(found, place, f"{file!r} is neither a map of mailboxes nor the name of a .csv or .yaml file")


def _csv_rows(text: str) -> Rows:
    """``address,right,right…`` or ``address,"right, right"``, with or without a first line of names."""
    first = text.partition("\n")[0]
    delimiter = ";" if ";" in first and "," not in first else ","
    reader = csv.reader(io.StringIO(text), delimiter=delimiter, skipinitialspace=True)
    for row in reader:
        cells = [cell.strip() for cell in row]
        if not any(cells) or cells[0].startswith("#") or cells[0].lower() in HEADERS:
            continue
        yield cells[0], ", ".join(cell for cell in cells[1:] if cell), reader.line_num


def _yaml_rows(found: Expanded, place: str, file: str, folder: Path) -> Rows:
    """Nodes and not values, because these know their lines."""
    try:
        node = yaml.compose(_text(found, place, file, folder), yaml.SafeLoader)
    except yaml.YAMLError as error:
        _wrong(found, place, f"{file} is no YAML: {_told(error)}")
        return
    if node is not None and not isinstance(node, yaml.MappingNode):
        _wrong(found, place, f"{file} is no map of rights by mailbox")
        return
    for key, value in node.value if node else ():
        yield (
            str(key.value),
            str(value.value) if isinstance(value, yaml.ScalarNode) else "",
            key.start_mark.line + 1,
        )


class _Strict(yaml.SafeLoader):
    """Refuses a key that stands twice in a map: YAML itself would let the later one win, and say nothing."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002 - PyYAML's
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"{key.value} stands there twice", key.start_mark
                )
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def _loaded(found: Expanded, place: str, file: str, folder: Path) -> Any:
    try:
        return yaml.load(_text(found, place, file, folder), _Strict)  # noqa: S506 - it is a safe loader
    except yaml.YAMLError as error:
        _wrong(found, place, f"{file} is no YAML: {_told(error)}")
        return None


def _text(found: Expanded, place: str, file: str, folder: Path) -> str:
    try:
        return (folder / file).read_text("utf-8-sig")  # as Excel writes it
    except (OSError, UnicodeDecodeError) as error:
        why = "is not UTF-8" if isinstance(error, UnicodeDecodeError) else "cannot be read"
        _wrong(
            found,
            place,
            f"{file} {why} ({type(error).__name__}); it is looked for in the folder of the stack's file",
        )
        return ""


def _told(error: yaml.YAMLError) -> str:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark:
        return f"line {error.problem_mark.line + 1}: {error.problem}"
    return "it cannot be read"


def _wrong(found: Expanded, place: str, problem: str) -> None:
    found.faults.append(ConfigurationFault(place, problem))
