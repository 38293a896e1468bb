"""Looking objects up by one of several properties, one at a time or many, as the real plugin's functions do."""

import base64
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from offline_tenant.azuread_plugin.errors import PluginError, described
from offline_tenant.azuread_plugin.graph import Operation, quoted, shown
from offline_tenant.azuread_plugin.values import Values

ONE = 1


@dataclass(frozen=True)
class By:
    """One way to look objects up.

    Args:
        argument: of the function that holds the value, or the values.
        field: Graph's property; empty where the value is the object's own id.
        finding: what is being done, for messages; ``{}`` is the value.
        missing: what is said when nothing is found.
        several: what is said when more than one object is found; empty where all of them are wanted.
    """

    argument: str
    field: str
    finding: str
    missing: str
    several: str = ""


def look_up(operation: Operation, collection: str, by: By, value: str, select: str = "") -> list[Values]:
    """The objects with a value.

    Args:
        operation: Graph.
        collection: such as ``users``.
        by: how to look.
        value: what to look for.
        select: properties, joined by commas; nothing is Graph's own choice.

    Raises:
        PluginError: more than one where one is wanted, or Graph answered with an error.
    """
    path, options = f"/v1.0/{collection}", {"select": select} if select else {}
    with described(by.finding.format(shown(value))):
        if not by.field:
            found = operation.find(f"{path}/{value}", **options)
            return [] if found is None else [found]
        listed = operation.list(path, filter=f"{by.field} eq {quoted(value)}", **options)
    if len(listed) > ONE and by.several:
        raise PluginError(by.several.format(shown(value)))
    return listed


def one(operation: Operation, collection: str, by: By, value: str) -> Values:
    """The one object with a value.

    Raises:
        PluginError: there is none, or more than one.
    """
    if found := look_up(operation, collection, by, value):
        return found[0]
    raise PluginError(by.missing.format(shown(value)))


def many(operation: Operation, collection: str, by: By, arguments: Values, select: str = "") -> list[Values]:
    """The objects with any of the values, in the order of the values.

    Raises:
        PluginError: a value that nothing has, unless ``ignoreMissing`` is set.
    """
    found: list[Values] = []
    for value in arguments[by.argument]:
        these = look_up(operation, collection, by, value, select)
        if not these and not arguments.get("ignoreMissing"):
            raise PluginError(by.missing.format(shown(value)))
        found += these
    return found


def result_id(kind: str, parts: Iterable[str]) -> str:
    """The id that a list of objects goes by: made of what was found."""
    digest = hashlib.sha1("/".join(parts).encode(), usedforsecurity=False).digest()
    return f"{kind}#{base64.urlsafe_b64encode(digest).decode()}"
