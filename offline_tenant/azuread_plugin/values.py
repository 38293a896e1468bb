"""Pulumi's property values as plain Python values, and back.

A plain value is None, bool, int, float, str, a list, a dict, or ``UNKNOWN``: in a preview, what only the real
run will tell. Secretness is left to the engine, which marks outputs that come from secret inputs itself
because the plugin does not claim to accept secrets.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from pulumi.provider.experimental.property_value import PropertyValue

Values = dict[str, Any]

# One sentinel a type, as the engine writes them: sdk/go/common/resource/plugin/rpc.go. Python's own SDK knows
# only the first, and its PropertyValue reads all of them as text.
SENTINELS: Final = frozenset(
    {
        "04da6b54-80e4-46f7-96ec-b56ff0331ba9",  # text
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",  # bool
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",  # number
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",  # list
        "030794c1-ac77-496b-92df-f27374a8bd58",  # asset
        "e48ece36-62e2-4504-bad9-02848725956a",  # archive
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",  # object
    }
)
SENTINEL: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"


class Unknown:
    """The type of ``UNKNOWN``."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = Unknown()


def is_ours(name: str) -> bool:
    """Whether a property is the plugin's business and not bookkeeping such as ``__defaults``."""
    return not name.startswith("__")


def plain(value: PropertyValue) -> Any:
    """One property value as a plain value, secrets opened.

    Raises:
        TypeError: an asset, an archive or a resource, which no azuread property takes.
    """
    inner = value.value
    if inner is None or isinstance(inner, bool):
        return inner
    if isinstance(inner, float):
        return int(inner) if inner.is_integer() else inner
    if isinstance(inner, str):
        return UNKNOWN if inner in SENTINELS else inner
    if isinstance(inner, Mapping):
        return plain_map(inner)
    if isinstance(inner, tuple):
        return [plain(item) for item in inner]
    raise TypeError(f"the azuread stand-in takes no {type(inner).__name__}")


def plain_map(values: Mapping[str, PropertyValue]) -> Values:
    """Properties as plain values, without bookkeeping."""
    return {name: plain(value) for name, value in values.items() if is_ours(name)}


def property_value(value: Any) -> PropertyValue:
    """One plain value as a property value."""
    if value is UNKNOWN:
        return PropertyValue(SENTINEL)
    if isinstance(value, Mapping):
        return PropertyValue({name: property_value(item) for name, item in value.items()})
    if isinstance(value, list | tuple):
        return PropertyValue([property_value(item) for item in value])
    if isinstance(value, int) and not isinstance(value, bool):
        return PropertyValue(float(value))
    return PropertyValue(value)


def property_map(values: Mapping[str, Any], secrets: Iterable[str] = ()) -> dict[str, PropertyValue]:
    """Plain values as properties, those named ``secrets`` marked as such."""
    named = set(secrets)
    converted = {name: property_value(value) for name, value in values.items()}
    return {name: value.with_secret(name in named) for name, value in converted.items()}
