"""Faults in a stack's values, in words for people: where each is, what was expected, and how to mend it."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from mailgrant.errors import ConfigurationFault
from mailgrant.schema.places import choice, known_keys, path, without_choices
from mailgrant.schema.words import choices, guess, shown, unknown

Place = tuple[str, ...]
Origins = Mapping[Place, str]  # the file, and the line if it is known, of what stands below a place

# What pydantic calls a fault → what we tell the person, with the fields of pydantic's own message.
PROBLEMS: Final = {
    "too_short": "is empty; name at least one",
    "dict_type": "expected a map of names to values",
    "model_type": "expected a map of keys to values",
    "model_attributes_type": "expected a map of keys to values",
    "list_type": "expected a list",
    "string_type": "expected text",
    "string_too_short": "is empty; write something, or leave it out",
    "string_too_long": "is longer than {max_length} letters, the most that it may have",
    "int_type": "expected a whole number",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "bool_type": "expected true or false",
}
OF_TEXT: Final = {"too_short": "string_too_short", "too_long": "string_too_long"}


def faults(
    model: type[BaseModel],
    raw: Any,
    place: Place = (),
    origins: Origins | None = None,
    now: datetime | None = None,
) -> list[ConfigurationFault]:
    """Every fault of some values; empty if they fit.

    Args:
        model: what they are held against.
        raw: the values.
        place: where they stand.
        origins: of what does not stand in the stack's file itself.
        now: the moment at which certificates must be valid, aware.
    """
    try:
        model.model_validate(raw, context={"now": now})
    except ValidationError as error:
        return [_fault(detail, place, origins or {}) for detail in error.errors(include_url=False)]
    return []


def fault(place: Place, problem: str, origins: Origins) -> ConfigurationFault:
    """A fault at a place, with the file that it stands in if that is not the stack's own."""
    lengths = range(len(place), 0, -1)
    origin = next((origins[place[:length]] for length in lengths if place[:length] in origins), "")
    return ConfigurationFault(path(place) + (f" ({origin})" if origin else ""), problem)


def _fault(detail: ErrorDetails, place: Place, origins: Origins) -> ConfigurationFault:
    loc = detail["loc"]
    # What is wrong with a name and not with its value; an unknown key may be called so.
    of_name = loc[-1:] == ("[key]",) and detail["type"] != "extra_forbidden"
    found, chosen = without_choices([*place, *(loc[:-1] if of_name else loc)])
    location = tuple(map(str, found))
    return fault(location, _problem(detail, location, chosen), origins)


def _problem(detail: ErrorDetails, location: Place, chosen: str) -> str:
    kind, given = detail["type"], detail["input"]
    if isinstance(given, str):
        kind = OF_TEXT.get(kind, kind)
    if kind == "extra_forbidden":
        return _unknown_key(location, chosen)
    if kind == "missing":
        return _missing(location, chosen)
    if kind == "literal_error":
        return unknown(given, _expected(location, detail))
    if kind not in PROBLEMS:
        return detail["msg"]
    said = PROBLEMS[kind].format_map(detail.get("ctx", {}))
    return f"{said}, not {shown(given)}" if said.startswith(("expected", "must")) else said


def _unknown_key(location: Place, chosen: str) -> str:
    *above, name = location
    known = f"Known here: {', '.join(known_keys(tuple(above), chosen))}"
    word, models = choice(tuple(above)) or ("", {})
    others = [other for other, model in models.items() if name in model.model_fields]
    if others:
        return f"goes with {word}: {choices(others)} alone, and this is {chosen}. {known}"
    return f"unknown key; {guess(name, known_keys(tuple(above), chosen))}{known}"


def _missing(location: Place, chosen: str) -> str:
    if words := _choices(location):
        return f"is missing; expected {choices(words)}"
    described = known_keys(location[:-1], chosen).get(location[-1], "")
    return f"is missing: {described[:1].lower()}{described[1:].rstrip('.')}"


def _expected(location: Place, detail: ErrorDetails) -> list[str]:
    """What might stand there: for what tells kinds apart all of them, because pydantic names only the one it took."""
    return _choices(location) or re.findall(r"'([^']*)'", detail["ctx"]["expected"])


def _choices(location: Place) -> list[str]:
    several = choice(location[:-1])
    return list(several[1]) if several and location[-1] == several[0] else []
