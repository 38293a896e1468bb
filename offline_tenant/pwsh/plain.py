"""CLIXML values to plain Python for the wire, and JSON records back to PowerShell objects."""

import re
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from psrpcore.types import (
    PSDateTime,
    PSDictBase,
    PSEnumBase,
    PSGuid,
    PSListBase,
    PSNoteProperty,
    PSObject,
    PSSecureString,
)

SWITCH: Final = "System.Management.Automation.SwitchParameter"
TICKS: Final = re.compile(r"(\.\d{6})\d*")


class Secret(str):
    """What a SecureString held."""

    __slots__ = ()


def plain(value: Any) -> Any:
    """A value of a parameter as text, number, truth value, None, list or dict.

    A PowerShell object of another kind becomes a dict, which no parameter takes.
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, PSSecureString):
        return Secret(value.decrypt())
    if isinstance(value, PSEnumBase | PSGuid | UUID | datetime):
        return str(value)
    for kind in (int, float, str):
        if isinstance(value, kind):
            return kind(value)
    return _structure(value)


def _structure(value: Any) -> Any:
    if isinstance(value, PSListBase | list | tuple):
        return [plain(member) for member in value]
    if isinstance(value, PSDictBase | dict):
        return {str(key): plain(member) for key, member in value.items()}
    if isinstance(value, PSObject):
        return _object(value)
    return {}


def _object(value: PSObject) -> Any:
    names = [name.removeprefix("Deserialized.") for name in value.PSTypeNames]
    if SWITCH in names:
        return bool(getattr(value, "IsPresent", False))
    if "System.Enum" in names:
        return str(value)
    return {}


def restored(record: dict[str, Any], type_name: str) -> PSObject:
    """One record of the admin API as the Exchange module hands it to PowerShell.

    Args:
        record: with its ``…@data.type`` and ``…@odata.type`` members.
        type_name: the .NET type that the module puts in front.
    """
    values = {name: _typed(record, name) for name in record if "@" not in name}
    return made(values, type_name)


def made(values: dict[str, Any], type_name: str) -> PSObject:
    """A PSCustomObject with these properties and a type name of its own."""
    shaped = PSObject()
    shaped.PSObject.type_names = [type_name, "System.Management.Automation.PSCustomObject", "System.Object"]
    shaped.PSObject.extended_properties = [PSNoteProperty(name, value) for name, value in values.items()]
    return shaped


def _typed(record: dict[str, Any], name: str) -> Any:
    value, kind = record[name], record.get(f"{name}@data.type")
    if value is None or kind is None:
        return value
    if kind == "System.Guid":
        return PSGuid(value)
    # .NET counts seven places after the second, Python six.
    return PSDateTime(datetime.fromisoformat(TICKS.sub(r"\1", value)))
