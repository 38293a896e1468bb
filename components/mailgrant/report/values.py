"""Values of a preview: what is not known yet, what is kept secret, and how they are read without guessing."""

from collections.abc import Mapping
from typing import Any, Final

# Stand for values that are known only when the update is made, one for each kind of value:
# github.com/pulumi/pulumi, sdk/go/common/resource/plugin/rpc.go
UNKNOWN: Final = frozenset(
    {
        "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
        "030794c1-ac77-496b-92df-f27374a8bd58",
        "e48ece36-62e2-4504-bad9-02848725956a",
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
    }
)
SECRET: Final = "[secret]"  # noqa: S105 - what Pulumi writes in a secret's place
NOT_KNOWN: Final = "not known yet"
HIDDEN: Final = "secret"


class NotUnderstoodError(Exception):
    """A property does not have the shape that its resource gives it; the message says which."""


def is_unknown(value: Any) -> bool:
    """Whether it is known only when the update is made."""
    return isinstance(value, str) and value in UNKNOWN


def is_opaque(value: Any) -> bool:
    """Whether a part of it cannot be seen in a preview, so that a change of it would not show."""
    if isinstance(value, Mapping):
        return any(map(is_opaque, value.values()))
    if isinstance(value, list):
        return any(map(is_opaque, value))
    return is_unknown(value) or value == SECRET


def text(value: Any) -> str:
    """A single value as people read it; empty if there is none.

    Raises:
        NotUnderstoodError: it is no single value.
    """
    if isinstance(value, Mapping | list):
        raise NotUnderstoodError("a single value was expected")
    if is_unknown(value):
        return NOT_KNOWN
    return "" if value is None else HIDDEN if value == SECRET else str(value)


def texts(value: Any) -> list[str]:
    """A list of single values; one entry if it is not known which.

    Raises:
        NotUnderstoodError: it is no list.
    """
    if value is None or isinstance(value, list):
        return list(map(text, value or []))
    if is_opaque(value):
        return [text(value)]
    raise NotUnderstoodError("a list was expected")


def block(value: Any) -> Any:
    """A block of properties: the real plugin and its state write it as a map, some versions as a list of one."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def mapping(value: Any) -> Mapping[str, Any]:
    """A map by names; empty if there is none.

    Raises:
        NotUnderstoodError: it is no map.
    """
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise NotUnderstoodError("a map was expected")
    return value
