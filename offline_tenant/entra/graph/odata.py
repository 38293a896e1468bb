"""OData as far as Graph's clients use it: ``$filter``, ``$select``, paging, and annotations in bodies.

https://learn.microsoft.com/graph/query-parameters
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from offline_tenant.entra.directory.errors import DirectoryError, not_emulated
from offline_tenant.entra.directory.schema import ObjectType
from offline_tenant.entra.graph import odata_grammar
from offline_tenant.entra.graph.errors import bad_syntax
from offline_tenant.state.store import Document

KNOWN: Final = frozenset({"$filter", "$select", "$top", "$skiptoken", "$count"})
# Graph takes these without the $ too.
NAMES: Final = frozenset(
    {"count", "expand", "filter", "format", "orderby", "search", "select", "skip", "skiptoken", "top"}
)
PAGE: Final = 100
LONGEST_PAGE: Final = 999
MOST_MEMBERS: Final = 15  # of an "in"
TEXT: Final = r"'(?:[^']|'')*'"
GUID: Final = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
CLAUSE: Final = re.compile(
    rf"\s*(?:(?P<eq>\w+)\s+eq\s+(?P<value>{TEXT}|{GUID}|true|false|null|\d+\b)"
    rf"|startswith\(\s*(?P<startswith>\w+)\s*,\s*(?P<start>{TEXT})\s*\)"
    rf"|(?P<in>\w+)\s+in\s*\(\s*(?P<members>{TEXT}(?:\s*,\s*{TEXT})*)\s*\)"
    rf"|(?P<any>\w+)/any\(\s*(?P<each>\w+)\s*:\s*(?P=each)\s+eq\s+(?P<member>{TEXT})\s*\))\s*(?:\band\b|$)",
    re.IGNORECASE,
)
SEGMENT: Final = re.compile(r"/(\$count|(?:microsoft\.graph\.)?delta(?:\(.*\))?)$", re.IGNORECASE)
# Ids that are text in Graph's model, as appId is, are compared with text only.
INCOMPATIBLE: Final = (
    "A binary operator with incompatible types was detected. "
    "Found operand types 'Edm.String' and 'Edm.Guid' for operator kind 'Equal'."
)
CONSTANTS: Final[Mapping[str, Any]] = {"true": True, "false": False, "null": None}


@dataclass(frozen=True)
class Clause:
    """One condition of a ``$filter``; all must hold."""

    property: str
    operator: str
    operand: Any

    def holds(self, document: Document) -> bool:
        """Whether an object meets it; case is ignored, as the directory does."""
        return OPERATORS[self.operator](_folded(document.get(self.property)), _folded(self.operand))


OPERATORS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "eq": lambda value, operand: type(value) is type(operand) and value == operand,
    "startswith": lambda value, operand: isinstance(value, str) and value.startswith(operand),
    "any": lambda value, operand: isinstance(value, list) and operand in value,
    "in": lambda value, operand: isinstance(value, str) and value in operand,
}


@dataclass(frozen=True)
class Query:
    """The query options of a request.

    Args:
        clauses: of ``$filter``.
        select: property names, or none for all.
        top: the longest page.
        skip: how many objects came on earlier pages.
        count: whether the number of all is asked for.
    """

    clauses: tuple[Clause, ...] = ()
    select: tuple[str, ...] = ()
    top: int = PAGE
    skip: int = 0
    count: bool = False


def normalised(options: Mapping[str, str]) -> dict[str, str]:
    """Query options by their full names: ``$filter`` for ``filter`` and ``$Filter``; others as they are."""
    return {_full_name(name): value for name, value in options.items()}


def _full_name(name: str) -> str:
    plain = name.removeprefix("$").casefold()
    return f"${plain}" if plain in NAMES else name


def refuse_segment(path: str) -> None:
    """Refuse what stands behind a collection in OData, before it is taken for an object's id.

    Raises:
        DirectoryError: ``/delta`` or ``/$count`` (501).
    """
    if found := SEGMENT.search(path):
        raise not_emulated(f"the path segment {found[1]}")


def query(options: Mapping[str, str], type_: ObjectType, version: str) -> Query:
    """The query options of a request for objects of a type.

    Raises:
        DirectoryError: unknown property or malformed option (400), an option that is not emulated (501).
    """
    for name in options:
        if name.startswith("$") and name not in KNOWN:
            raise not_emulated(f"the query option {name}")
    known = type_.known(version)
    return Query(
        clauses=_clauses(options.get("$filter", ""), known, type_),
        select=_select(options.get("$select", ""), known, type_) or type_.by_default(version),
        top=_number(options, "$top", 1, LONGEST_PAGE, PAGE),
        skip=_number(options, "$skiptoken", 0, 10**9, 0),
        count=options.get("$count", "").casefold() == "true",
    )


def selected(shown: Document, wanted: Query) -> Document:
    """An object as ``$select`` leaves it."""
    if not wanted.select:
        return shown
    annotations = {name: value for name, value in shown.items() if name.startswith("@")}
    return annotations | {name: shown[name] for name in wanted.select if name in shown}


def page(found: list[Document], wanted: Query) -> tuple[list[Document], int | None]:
    """One page of a list, and the skip token of the next one if there is more."""
    end = wanted.skip + wanted.top
    return found[wanted.skip : end], end if end < len(found) else None


def next_link(url: str, options: Mapping[str, str], skip: int) -> str:
    """The absolute address of the next page."""
    return f"{url}?{urlencode({**options, '$skiptoken': str(skip)})}"


def without_annotations(value: Any) -> Any:
    """A body without the keys that only OData needs."""
    if isinstance(value, list):
        return [without_annotations(member) for member in value]
    if isinstance(value, dict):
        return {name: without_annotations(sub) for name, sub in value.items() if "@odata" not in name}
    return value


def _clauses(text: str, known: Mapping[str, Any], type_: ObjectType) -> tuple[Clause, ...]:
    clauses, position = [], 0
    while position < len(text):
        found = CLAUSE.match(text, position)
        if found is None:
            raise _not_understood(text, position)
        clauses.append(_clause(found.groupdict(), known, type_))
        position = found.end()
    return tuple(clauses)


def _not_understood(text: str, position: int) -> DirectoryError:
    if form := odata_grammar.lacking(text):
        return not_emulated(f"{form} in $filter")
    return bad_syntax(f"Invalid filter clause: Syntax error at position {position} in '{text}'.")


def _clause(groups: Mapping[str, str | None], known: Mapping[str, Any], type_: ObjectType) -> Clause:
    operator = next(name for name in OPERATORS if groups[name])
    asked = str(groups[operator])
    name = _property(asked, known)
    if name is None and (lacking := _property(asked, type_.lacking)):
        raise type_.absent(lacking)
    if name is None:
        raise bad_syntax(f"Invalid filter clause: {_no_property(asked, type_)}")
    if known[name].fields or known[name].many != (operator == "any"):
        message = f"Unsupported or invalid query filter clause specified for property '{name}' of resource '{type_.name}'."
        raise DirectoryError(400, "Request_UnsupportedQuery", message)
    if operator == "in":
        return Clause(name, operator, _members(str(groups["members"])))
    literal = groups["value"] or groups["start"] or groups["member"] or "''"
    if re.fullmatch(GUID, literal, re.IGNORECASE) and not known[name].is_guid:
        raise bad_syntax(f"Invalid filter clause: {INCOMPATIBLE}")
    return Clause(name, operator, _literal(literal))


def _members(text: str) -> list[str]:
    members = re.findall(TEXT, text)
    if len(members) > MOST_MEMBERS:
        # Graph takes an "in" for so many "eq" with "or" between them.
        message = (
            "Too many child clauses specified in search filter expression containing 'OR' operators: "
            f"{len(members)}. Max allowed: {MOST_MEMBERS}."
        )
        raise DirectoryError(400, "Request_UnsupportedQuery", message)
    return [_literal(member) for member in members]


def _literal(text: str) -> Any:
    if text.startswith("'"):
        return text[1:-1].replace("''", "'")
    if text.isdigit():
        return int(text)
    return CONSTANTS.get(text.casefold(), text)


def _select(text: str, known: Mapping[str, Any], type_: ObjectType) -> tuple[str, ...]:
    wanted = [name.strip() for name in text.split(",") if name.strip()]
    if "*" in wanted:
        return tuple(known)
    names = [_property(name, known) for name in wanted]
    for asked, name in zip(wanted, names, strict=True):
        if name is None and (lacking := _property(asked, type_.lacking)):
            raise type_.absent(lacking)
        if name is None and _property(asked.partition("/")[0], known):
            raise not_emulated(f"the path {asked} in $select")
        if name is None:
            raise bad_syntax(f"Parsing OData Select and Expand failed: {_no_property(asked, type_)}")
    return tuple(name for name in names if name)


def _property(name: str, known: Iterable[str]) -> str | None:
    return next((one for one in known if one.casefold() == name.casefold()), None)


def _no_property(name: str, type_: ObjectType) -> str:
    return f"Could not find a property named '{name}' on type '{type_.type_name}'."


def _number(options: Mapping[str, str], name: str, least: int, most: int, default: int) -> int:
    text = options.get(name, str(default))
    # More digits than the greatest value has are never looked at as a number.
    value = int(text) if text.isascii() and text.isdigit() and len(text) <= len(str(most)) else -1
    if not least <= value <= most:
        raise bad_syntax(f"Invalid value '{text}' for {name} query option found.")
    return value


def _folded(value: Any) -> Any:
    if isinstance(value, list):
        return [_folded(member) for member in value]
    return value.casefold() if isinstance(value, str) else value
