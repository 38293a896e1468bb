"""The package schema as the engine asks for it, to write the code of what was imported; made from the table."""

from collections.abc import Iterable
from typing import Any, Final

from offline_tenant.azuread_plugin.properties import Property
from offline_tenant.azuread_plugin.settings import SOURCES
from offline_tenant.azuread_plugin.table import FUNCTIONS, RESOURCES

TEXTS: Final = {"type": "array", "items": {"type": "string"}}
TYPES: Final[dict[str, dict[str, Any]]] = {
    "flag": {"type": "boolean"},
    "number": {"type": "integer"},
    "map": {"type": "object", "additionalProperties": {"type": "string"}},
    "texts": TEXTS,
    "uuids": TEXTS,
}
TEXT: Final = {"type": "string"}
Types = dict[str, dict[str, Any]]


def package_schema(version: str) -> dict[str, Any]:
    """The schema of the part of the package that the stand-in knows.

    Args:
        version: that the plugin claims.
    """
    types: Types = {}
    resources = {token: _resource(token, row.properties, types) for token, row in RESOURCES.items()}
    functions = {
        token: {
            "inputs": _object(_name(token), row.arguments, types),
            "outputs": {"type": "object", "properties": {}},
        }
        for token, row in FUNCTIONS.items()
    }
    return {
        "name": "azuread",
        "version": version,
        "config": {"variables": dict.fromkeys(SOURCES, TEXT)},
        "types": types,
        "resources": resources,
        "functions": functions,
    }


def _resource(token: str, rows: Iterable[Property], types: Types) -> dict[str, Any]:
    whole = _object(_name(token), rows, types)
    inputs = _object(_name(token), (row for row in rows if not row.output), types)
    return {
        "properties": whole["properties"],
        "required": whole["required"],
        "inputProperties": inputs["properties"],
        "requiredInputs": inputs["required"],
    }


def _object(name: str, rows: Iterable[Property], types: Types) -> dict[str, Any]:
    given = list(rows)
    return {
        "type": "object",
        "properties": {row.name: _property(name, row, types) for row in given},
        "required": sorted(row.name for row in given if row.required),
    }


def _property(owner: str, row: Property, types: Types) -> dict[str, Any]:
    found = _type(owner, row, types)
    return {**found, **({"secret": True} if row.secret else {})}


def _type(owner: str, row: Property, types: Types) -> dict[str, Any]:
    if not row.members:
        # What only comes out of the service needs no shape here: nobody writes it.
        return (
            {"type": "array", "items": {"$ref": "pulumi.json#/Any"}}
            if row.form == "objects"
            else _simple(row)
        )
    name = owner + _singular(row)
    token = f"azuread:index/{name}:{name}"
    types[token] = _object(name, row.members, types)
    reference = {"$ref": f"#/types/{token}"}
    return {"type": "array", "items": reference} if row.form == "objects" else reference


def _simple(row: Property) -> dict[str, Any]:
    return {"$ref": "pulumi.json#/Any"} if row.form == "object" else TYPES.get(row.form, TEXT)


def _singular(row: Property) -> str:
    name = row.name[0].upper() + row.name[1:]
    if row.form == "object":
        return name
    return name.removesuffix("es") if name.endswith("sses") else name.removesuffix("s")


def _name(token: str) -> str:
    return token.rpartition(":")[2]
