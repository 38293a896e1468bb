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

from mailgrant.configuration.reading import Strict, content, told
from mailgrant.errors import ConfigurationFault
from mailgrant.schema.places import NAMESPACE, path
from mailgrant.schema.words import shown

HEADERS: Final = frozenset({"mailbox", "address"})
DELIMITERS: Final = ",;\t"  # Excel's own depends on the country
EXTENDS: Final = "mailgrant:extends"
Place = tuple[str, ...]
Origins = dict[Place, str]
Rows = Iterator[tuple[str, Any, int]]  # address, rights, line


@dataclass
class Expanded:
    """A stack's values with what its files say.

    Args:
        values: by key without the namespace.
        origins: the file of what came from one, with the line where that is known; of a place and all below it.
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
    if found.values.get("extends") is not None:
        _extend(found, found.values.pop("extends"), folder)
    clients = found.values.get("clients")
    if isinstance(clients, dict):
        # New maps all the way down: what was given is not ours to change.
        found.values["clients"] = {name: _client(found, name, one, folder) for name, one in clients.items()}
    return found


def _extend(found: Expanded, name: Any, folder: Path) -> None:
    if not isinstance(name, str):
        _wrong(found, EXTENDS, f"expected the name of a file, not {shown(name)}")
        return
    shared = _shared(found, name, folder)
    found.origins.update(dict.fromkeys(_only_below(shared, found.values), f"in {name}"))
    found.values = merge(shared, found.values)


def _only_below(below: Any, above: Any, place: Place = ()) -> Iterator[Place]:
    """The places that only the values below have, each without what stands in it."""
    for name, value in below.items():
        here = (*place, str(name))
        if name not in above:
            yield here
        elif isinstance(value, dict) and isinstance(above[name], dict):
            yield from _only_below(value, above[name], here)


def merge(below: Any, above: Any) -> Any:
    """Maps are merged key by key; of everything else the one above wins, and null takes a key away."""
    if not isinstance(below, dict) or not isinstance(above, dict):
        return above
    names = dict.fromkeys([*below, *above])
    merged = {name: merge(below.get(name), above[name]) if name in above else below[name] for name in names}
    return {name: value for name, value in merged.items() if value is not None}


def _shared(found: Expanded, name: str, folder: Path) -> dict[str, Any]:
    text = _text(found, EXTENDS, name, folder)
    values = None if text is None else _loaded(found, EXTENDS, name, text)
    config = values.get("config") if isinstance(values, dict) else None
    if values is not None and not isinstance(config, dict):
        _wrong(found, EXTENDS, f"{shown(name)} has no map under config:, as a stack's file has")
    keys = config if isinstance(config, dict) else {}
    for key in keys:
        if key == EXTENDS:
            _wrong(found, EXTENDS, f"{shown(name)} extends another file; only the stack itself can")
        elif not str(key).startswith(NAMESPACE):
            problem = f"{shown(name)} has the key {shown(key)}; only those of {NAMESPACE} can be shared"
            _wrong(found, EXTENDS, f"{problem}, the others belong into the stack's own file")
    own = {str(key): value for key, value in keys.items() if str(key).startswith(NAMESPACE)}
    return {key.removeprefix(NAMESPACE): value for key, value in own.items() if key != EXTENDS}


def _client(found: Expanded, name: str, client: Any, folder: Path) -> Any:
    if not isinstance(client, dict) or not isinstance(client.get("mailboxes"), str):
        return client
    place = ("clients", str(name), "mailboxes")
    mailboxes = _mailboxes(found, place, client["mailboxes"], folder)
    if client.get("kind") != "third-party":
        return {**client, "mailboxes": {address: rights for address, rights, _ in mailboxes}}
    # It has a list of mailboxes: it is given no rights there.
    for index, (address, _, _) in enumerate(mailboxes):
        found.origins[(*place, str(index))] = found.origins[(*place, address)]
    return {**client, "mailboxes": [address for address, _, _ in mailboxes]}


def _mailboxes(found: Expanded, place: Place, file: str, folder: Path) -> list[tuple[str, Any, int]]:
    rows: list[tuple[str, Any, int]] = []
    lines: dict[str, int] = {}
    where = path(place)
    for address, rights, line in _rows(found, where, file, folder):
        first = lines.setdefault(address.lower(), line)
        if first != line:
            problem = f"{shown(address)} stands in line {first} already; letter case makes no difference"
            _wrong(found, f"{where} ({file} line {line})", problem)
            continue
        rows.append((address, rights, line))
        found.origins[(*place, address)] = f"{file} line {line}"
    return rows


def _rows(found: Expanded, place: str, file: str, folder: Path) -> Rows:
    kinds = {"yaml": _yaml_rows, "yml": _yaml_rows, "csv": _csv_rows}
    rows = kinds.get(file.rpartition(".")[2])
    if rows is None:
        problem = "is neither a map of mailboxes nor the name of a .csv or .yaml file"
        _wrong(found, place, f"{shown(file)} {problem}")
        return
    text = _text(found, place, file, folder)
    if text is None:
        return
    before = len(found.faults)
    some = False
    for row in rows(found, place, file, text):
        some = True
        yield row
    if not some and len(found.faults) == before:
        _wrong(found, place, f"{shown(file)} names no mailbox")


def _csv_rows(found: Expanded, place: str, file: str, text: str) -> Rows:
    """``address,right,right…`` or ``address,"right, right"``, with or without a first line of names."""
    reader = csv.reader(io.StringIO(text), delimiter=_delimiter(text), skipinitialspace=True, strict=True)
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            if not any(cells) or cells[0].startswith("#") or cells[0].lower() in HEADERS:
                continue
            yield cells[0], ", ".join(cell for cell in cells[1:] if cell), reader.line_num
    except csv.Error as error:
        _wrong(found, f"{place} ({file} line {reader.line_num})", f"cannot be read as CSV: {error}")


def _delimiter(text: str) -> str:
    """What comes first behind the first cell, in which none of them can stand."""
    lines = (line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#"))
    return next((letter for letter in next(lines, "") if letter in DELIMITERS), ",")


def _yaml_rows(found: Expanded, place: str, file: str, text: str) -> Rows:
    """Nodes and not values, because these know their lines."""
    try:
        node = yaml.compose(text, yaml.SafeLoader)
    except (yaml.YAMLError, RecursionError) as error:
        _wrong(found, place, f"{shown(file)} is no YAML: {told(error)}")
        return
    if node is not None and not isinstance(node, yaml.MappingNode):
        _wrong(found, place, f"{shown(file)} is no map of rights by mailbox")
        return
    for key, value in node.value if node else ():
        line = key.start_mark.line + 1
        if isinstance(key, yaml.ScalarNode):
            yield key.value, value.value if isinstance(value, yaml.ScalarNode) else [], line
        else:
            _wrong(found, f"{place} ({file} line {line})", "expected the address of a mailbox")


def _loaded(found: Expanded, place: str, file: str, text: str) -> Any:
    try:
        return yaml.load(text, Strict)  # noqa: S506 - it is a safe loader
    except Exception as error:  # noqa: BLE001 - a value such as 2027-99-99 raises what Python does
        _wrong(found, place, f"{shown(file)} is no YAML: {told(error)}")
        return None


def _text(found: Expanded, place: str, file: str, folder: Path) -> str | None:
    """What a file holds; None if that is told as a fault."""
    try:
        return content(folder / file).decode("utf-8-sig")  # as Excel writes it
    except FileNotFoundError:
        why = "is not there; it is looked for in the folder of the stack's file"
    except UnicodeDecodeError:
        why = "is not in UTF-8; save it as such"
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        why = f"cannot be read: {(isinstance(error, OSError) and error.strerror) or error}"
    _wrong(found, place, f"{shown(file)} {why}")
    return None


def _wrong(found: Expanded, place: str, problem: str) -> None:
    found.faults.append(ConfigurationFault(place, problem))
