"""The types of cmdlet parameters: what PowerShell makes of a value, and how it refuses one.

Imported by the PowerShell stand-in too, so it needs nothing but the standard library's smallest parts.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final


class NotConvertibleError(Exception):
    """The value cannot become the parameter's type; the text is PowerShell's."""


@dataclass(frozen=True)
class Type:
    """One type of parameter.

    Args:
        name: its .NET name.
        convert: makes the value, or raises ``NotConvertibleError``.
        nullable: null is a value of its own.
    """

    name: str
    convert: Callable[[Any], Any]
    nullable: bool = False


def _text(value: Any) -> str:
    if isinstance(value, str | int | float):
        # Half a surrogate pair can be written in JSON, but not in UTF-8: .NET makes it U+FFFD on the way out.
        return str(value).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    raise NotConvertibleError("Cannot convert value to type System.String.")


def _boolean(value: Any) -> bool:
    if isinstance(value, bool | int | float):
        return bool(value)
    raise NotConvertibleError(
        f'Cannot convert value "{_net_name(value)}" to type "System.Boolean". Boolean parameters accept only '
        "Boolean values and numbers, such as $True, $False, 1 or 0."
    )


def _number(value: Any) -> int:
    try:
        number = int(_text(value))
    except ValueError as error:
        raise NotConvertibleError(
            f'Cannot convert value "{value}" to type "System.UInt32". Error: "Input string was not in a correct format."'
        ) from error
    if not 0 <= number < 2**32:
        raise NotConvertibleError(
            f'Cannot convert value "{value}" to type "System.UInt32". Error: "Value was either too large or too small '
            'for a UInt32."'
        )
    return number


def _date_time(value: Any) -> str:
    """A moment in ISO 8601, in UTC."""
    try:
        found = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise NotConvertibleError(
            f'Cannot convert value "{value}" to type "System.DateTime". Error: "String \'{value}\' was not recognized as '
            'a valid DateTime."'
        ) from error
    return (found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)).isoformat()


def _result_size(value: Any) -> int | None:
    """How many results at most; None is all of them."""
    if isinstance(value, str) and value.casefold() == "unlimited":
        return None
    try:
        return _number(value)
    except NotConvertibleError as error:
        raise NotConvertibleError(
            f'Cannot convert value "{value}" to type "Microsoft.Exchange.Data.Unlimited`1[System.UInt32]". '
            f"Error: \"The string '{value}' isn't a valid unlimited value.\""
        ) from error


def _texts(value: Any) -> list[str]:
    return [_text(member) for member in (value if isinstance(value, list | tuple) else [value])]


def _net_name(value: Any) -> str:
    names: dict[type, str] = {
        str: "System.String",
        dict: "System.Collections.Hashtable",
        list: "System.Object[]",
        type(None): "",
    }
    return names.get(type(value), "System.Object")


def one_of(name: str, *members: str) -> Type:
    """An enumeration; its members are given as text, case ignored."""
    by_name = {member.casefold(): member for member in members}

    def convert(value: Any) -> str:
        if (known := by_name.get(str(value).strip().casefold())) is None:
            raise NotConvertibleError(_no_member(name, value, members))
        return known

    return Type(name, convert)


def any_of(name: str, *members: str) -> Type:
    """Any number of members of an enumeration, as a list or as text with commas."""
    single = one_of(name, *members)

    def convert(value: Any) -> list[str]:
        parts = [part for text in _texts(value) for part in text.split(",")]
        return list(dict.fromkeys(single.convert(part) for part in parts))

    return Type(f"{name}[]", convert)


def _no_member(name: str, value: Any, members: tuple[str, ...]) -> str:
    return (
        f'Cannot convert value "{value}" to type "{name}". Error: "Unable to match the identifier name {value} to a '
        "valid enumerator name. Specify one of the following enumerator names and try again:\r\n"
        f'{", ".join(members)}"'
    )


TEXT: Final = Type("System.String", _text)
TEXTS: Final = Type("System.String[]", _texts)
SWITCH: Final = Type("System.Management.Automation.SwitchParameter", _boolean)
BOOLEAN: Final = Type("System.Boolean", _boolean)
BOOLEAN_OR_NULL: Final = Type("System.Nullable`1[System.Boolean]", _boolean, nullable=True)
DATE_TIME: Final = Type("System.DateTime", _date_time)
NUMBER: Final = Type("System.UInt32", _number)
RESULT_SIZE: Final = Type("Microsoft.Exchange.Data.Unlimited`1[System.UInt32]", _result_size)
