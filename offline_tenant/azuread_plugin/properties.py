"""What a resource's properties are: a table row each, from which inputs are checked, completed and compared."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from offline_tenant.azuread_plugin.values import UNKNOWN, Values

UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


@dataclass(frozen=True)
class Property:
    """One property of a resource, or of an object inside one.

    Args:
        name: as Pulumi writes it, in camelCase.
        form: what its value is, a key of ``FORMS``.
        default: the input that stands where none is given.
        required: whether it must be given.
        computed: whether the service decides it where it is not given.
        output: whether it can only be read.
        replaces: whether a change makes a new object.
        unordered: whether the order of a list means nothing.
        caseless: whether capital and small letters mean the same.
        secret: whether the value is a secret.
        members: of an object, or of each object in a list.
        absent: why the stand-in refuses it; empty if it does not.
    """

    name: str
    form: str = "text"
    default: Any = None
    required: bool = False
    computed: bool = False
    output: bool = False
    replaces: bool = False
    unordered: bool = False
    caseless: bool = False
    secret: bool = False
    members: "tuple[Property, ...]" = field(default=())
    absent: str = ""

    @property
    def decided_elsewhere(self) -> bool:
        """Whether its value is not known before the service has spoken, if it is not given."""
        return self.computed or self.output


@dataclass(frozen=True)
class Failure:
    """Why an input is refused.

    Args:
        name: of the property.
        reason: in the real plugin's words where it has some.
    """

    name: str
    reason: str


def outputs(*names: str, form: str = "text", unordered: bool = False) -> tuple[Property, ...]:
    """Rows of properties that can only be read."""
    return tuple(Property(name, form, output=True, unordered=unordered) for name in names)


def with_defaults(properties: Sequence[Property], given: Mapping[str, Any]) -> Values:
    """Inputs completed by the defaults, at every depth.

    ``__defaults`` names what was filled in, as the real plugin notes it: a stack that was made with the
    stand-in must go on with the real one.
    """
    known = {row.name: row for row in properties}
    completed = {
        name: _completed(known[name], value) if name in known else value for name, value in given.items()
    }
    filled = {
        row.name: row.default
        for row in properties
        if row.default is not None and not row.output and completed.get(row.name) is None
    }
    return {"__defaults": sorted(filled), **completed, **filled}


def _completed(row: Property, value: Any) -> Any:
    if isinstance(value, dict) and row.form == "object":
        return with_defaults(row.members, value)
    if isinstance(value, list) and row.form == "objects":
        return [with_defaults(row.members, item) if isinstance(item, dict) else item for item in value]
    return value


def failures(properties: Sequence[Property], given: Mapping[str, Any], path: str = "") -> list[Failure]:
    """Everything that is wrong with inputs."""
    known = {row.name: row for row in properties if not row.output}
    unknown = [
        Failure(path + name, f"Invalid or unknown key. Known keys: {', '.join(sorted(known))}")
        for name in given
        if name not in known
    ]
    missing = [
        Failure(path + row.name, f"Missing required property '{path + row.name}'")
        for row in known.values()
        if row.required and given.get(row.name) is None
    ]
    wrong = [
        failure
        for name, value in given.items()
        if name in known and value is not None and value is not UNKNOWN
        for failure in _value_failures(known[name], value, path + name)
    ]
    return unknown + missing + wrong


def exclusive(
    given: Mapping[str, Any], exactly_one: Sequence[str], conflicts: Sequence[tuple[str, str]]
) -> list[Failure]:
    """What is wrong with several of these properties together.

    Args:
        given: inputs; ``False`` and an empty list are given, too.
        exactly_one: of which one must be given; none stands for no such rule.
        conflicts: pairs that must not both have a value.
    """
    present = sorted(name for name in exactly_one if given.get(name) is not None)
    together = [
        Failure(one, f'"{one}": conflicts with {other}')
        for one, other in conflicts
        if not is_empty(given.get(one)) and not is_empty(given.get(other))
    ]
    if not exactly_one or len(present) == 1:
        return together
    first = present[0] if present else exactly_one[0]
    reason = f"one of `{_terraform(exactly_one)}` must be specified"
    if present:
        reason = f"only one of `{_terraform(exactly_one)}` can be specified, but `{_terraform(present)}` were specified."
    return [Failure(first, f'"{_terraform([first])}": {reason}'), *together]


def _terraform(names: Sequence[str]) -> str:
    return ",".join(sorted(re.sub("[A-Z]", lambda found: f"_{found[0].lower()}", name) for name in names))


def _value_failures(row: Property, value: Any, path: str) -> list[Failure]:
    if row.absent and not is_empty(value):
        return [Failure(path, f"not supported by the azuread stand-in: {row.absent}")]
    if not FORMS[row.form].fits(value):
        return [Failure(path, f"expected {path!r} to be {FORMS[row.form].name}")]
    if row.form == "object":
        return failures(row.members, value, f"{path}.")
    if row.form == "objects":
        numbered = [(f"{path}[{number}].", item) for number, item in enumerate(value) if item is not UNKNOWN]
        return [failure for prefix, item in numbered for failure in failures(row.members, item, prefix)]
    return []


def is_empty(value: Any) -> bool:
    """Whether a value is what Terraform's SDK, inside the real plugin, cannot tell from absent."""
    return value is None or value is False or value in ("", 0, [], {})


def canonical(row: Property, value: Any) -> Any:
    """A value in the form in which equal means the same: defaults, empty values and free order are gone.

    None is the default, or nothing.
    """
    if value is UNKNOWN:
        return UNKNOWN
    if row.form == "object":
        return _canonical_object(row, value) or None
    if row.form == "objects" and value is not None:
        value = [item if item is UNKNOWN else _canonical_object(row, item) for item in value]
    if row.caseless and isinstance(value, str):
        value = value.casefold()
    if row.unordered and isinstance(value, list):
        value = sorted(value, key=lambda item: json.dumps(item, sort_keys=True, default=repr))
    if row.default is not None:
        return None if value is None or value == row.default else value
    return None if is_empty(value) else value


def _canonical_object(row: Property, value: Mapping[str, Any] | None) -> Values:
    members = {member.name: canonical(member, (value or {}).get(member.name)) for member in row.members}
    return {name: member for name, member in members.items() if member is not None}


@dataclass(frozen=True)
class Form:
    """A kind of value.

    Args:
        name: with its article, for messages.
        fits: whether a value is one.
    """

    name: str
    fits: Callable[[Any], bool]


def _is_time(value: Any) -> bool:
    try:
        return isinstance(value, str) and "T" in value and datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(item is UNKNOWN or isinstance(item, str) for item in value)


def _uuids(value: Any) -> bool:
    return _texts(value) and all(item is UNKNOWN or UUID.fullmatch(item) for item in value)


def _objects(value: Any) -> bool:
    return isinstance(value, list) and all(item is UNKNOWN or isinstance(item, dict) for item in value)


FORMS: Final[Mapping[str, Form]] = {
    "text": Form("a text", lambda value: isinstance(value, str)),
    "filled": Form("a text that is not empty", lambda value: isinstance(value, str) and value != ""),
    "uuid": Form("a valid UUID", lambda value: isinstance(value, str) and bool(UUID.fullmatch(value))),
    "time": Form("a valid RFC3339 date such as 2027-01-01T00:00:00Z", _is_time),
    "uuids": Form("a list of valid UUIDs", _uuids),
    "flag": Form("true or false", lambda value: isinstance(value, bool)),
    "number": Form("a whole number", lambda value: isinstance(value, int) and not isinstance(value, bool)),
    "texts": Form("a list of texts", _texts),
    "map": Form("a map", lambda value: isinstance(value, dict)),
    "object": Form("an object", lambda value: isinstance(value, dict)),
    "objects": Form("a list of objects", _objects),
}
