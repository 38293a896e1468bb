"""Whose code a dynamic resource runs: Pulumi keeps it, pickled, beside the resource's inputs."""

import base64
import binascii
import pickletools
from typing import Any, Final

from mailgrant.report.preview import DYNAMIC

# All that it takes to name a class and make an instance of it that holds nothing.
BY_NAME: Final = frozenset(
    {"PROTO", "FRAME", "SHORT_BINUNICODE", "MEMOIZE", "STACK_GLOBAL", "EMPTY_TUPLE", "NEWOBJ", "STOP"}
)
MODULE_AND_CLASS: Final = 2


def is_ours(provider: Any, type_: str) -> bool:
    """Whether a resource's provider is mailgrant's own for this type, or it has none; nothing is unpickled."""
    if not type_.startswith(DYNAMIC):
        return True
    try:
        operations = list(pickletools.genops(base64.b64decode(str(provider), validate=True)))
    except (binascii.Error, ValueError):
        return False
    names = [str(argument) for operation, argument, _ in operations if operation.name == "SHORT_BINUNICODE"]
    plain = all(operation.name in BY_NAME for operation, _, _ in operations)
    wanted = f"{type_.rpartition(':')[2]}Provider"
    return (
        plain and len(names) == MODULE_AND_CLASS and names[0].startswith("mailgrant.") and names[1] == wanted
    )
