"""Write docs/keys.md: every key of a stack, from the schema that checks them. A test compares the two."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Final

from pydantic.fields import FieldInfo

from mailgrant.schema.places import PLACES
from mailgrant.schema.words import Schema

KEYS: Final = Path(__file__).parent.parent / "docs" / "keys.md"
HEAD: Final = """\
# All keys of a stack

Written by `python tools/keys.py` from the schema that checks a stack; [configuration.md](configuration.md) says how they work together.
`mailgrant schema` prints the same as a JSON Schema, for editors.
"""


def page() -> str:
    """The whole page."""
    return "\n".join([HEAD, *(line for place, model in PLACES for line in _table(place, model))])


def _table(place: tuple[str, ...], model: type[Schema]) -> Iterator[str]:
    where = ".".join(place).replace("*", "<name>").replace(".#", "[…]")
    yield f"## {(model.__doc__ or '').splitlines()[0].rstrip('.')}"
    yield "\n| key | what it is | default |\n|---|---|---|"
    for name, field in model.model_fields.items():
        key = f"{where}.{name}" if where else name
        yield f"| `mailgrant:{key}` | {field.description} | {_default(field)} |"
    yield ""


def _default(field: FieldInfo) -> str:
    value = field.default
    if field.is_required():
        return "required"
    if value is None or isinstance(value, Schema):
        return ""
    words = f"{value.days}d" if isinstance(value, timedelta) else str(value)
    return f"`{words.lower() if isinstance(value, bool) else words}`"


if __name__ == "__main__":
    KEYS.write_text(page())
    print(f"{KEYS.name} is written")
