"""psrpcore's objects as plain Python values, at the border, so that nothing above sees PowerShell's types."""

from datetime import datetime
from typing import Any, Final

from psrpcore.types import PSObject

from mailgrant.exchange.cmdlets.call import Record

PLAIN: Final = (str, int, float, bool)


def record(value: Any) -> Record:
    """One object of a cmdlet's output, by property name."""
    return {name: plain(member) for name, member in _properties(value).items()}


def plain(value: Any) -> Any:
    """A property's value: None, text, number, truth, or a list of these; anything else as PowerShell prints it."""
    if value is None or type(value) in PLAIN:
        return value
    if isinstance(value, list | tuple):
        return [plain(member) for member in value]
    if isinstance(value, datetime):
        return value.isoformat()
    # What is left of numbers and texts are psrpcore's subclasses of them; its enumerations are numbers with a name.
    if isinstance(value, int) and not hasattr(value, "name"):
        return int(value)
    return float(value) if isinstance(value, float) else str(value)


def _properties(value: Any) -> dict[str, Any]:
    if not isinstance(value, PSObject):
        return {"": value}
    members = [*value.PSObject.adapted_properties, *value.PSObject.extended_properties]
    return {member.name: member.get_value(value) for member in members}
