"""The words that a stack's configuration is made of: addresses, names, rights, durations, and how a fault is told."""

import difflib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, TypeAlias
from uuid import UUID

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Discriminator, Field
from pydantic_core import PydanticCustomError

from mailgrant import rotation
from mailgrant.facts import CLOUDS, CUSTOM_CLOUD, PROTOCOLS, RIGHTS

# Letters that RFC 5321 allows without quotes, which is all that Exchange makes addresses of.
ADDRESS: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@(?:[A-Za-z0-9-]+\.)+[A-Za-z0-9-]+")
NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,39}")
DOMAIN: Final = re.compile(r"(?:[A-Za-z0-9-]+\.)+[A-Za-z]+")
DURATION: Final = re.compile(r"([1-9][0-9]{0,4})(h|d|w)")
LONGEST_SHOWN: Final = 60  # letters of a value that a fault repeats
UNITS: Final = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}


def wrong(problem: str) -> PydanticCustomError:
    """A fault in words of ours."""
    # Braces would be read as fields of the message's template.
    return PydanticCustomError("wrong", "{problem}", {"problem": problem})


def shown(value: Any) -> str:
    """A value as a fault repeats it: cut short, and nothing of what is inside a list or a map."""
    if isinstance(value, dict | list):
        return "a map" if isinstance(value, dict) else "a list"
    text = repr(value) if isinstance(value, str) else json.dumps(value, default=str)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"


def choices(words: Sequence[str]) -> str:
    """``a, b or c``."""
    *most, last = words
    return f"{', '.join(most)} or {last}" if most else last


def guess(text: str, known: Iterable[str]) -> str:
    """A question about the nearest of the words that are known; empty if none is near."""
    near = difflib.get_close_matches(text, list(known), 1)
    return f"did you mean {near[0]!r}? " if near else ""


def unknown(value: Any, known: Sequence[str]) -> str:
    """What is said of a value that is none of some words."""
    if not isinstance(value, str):
        return f"expected {choices(known)}, not {shown(value)}"
    nearest = guess(value, known)
    return f"{shown(value)} is not known; {nearest}{'Expected' if nearest else 'expected'} {choices(known)}"


def _address(text: str) -> str:
    if not ADDRESS.fullmatch(text):
        raise wrong("not an SMTP address; write the mailbox's primary address, such as invoices@contoso.com")
    return text.lower()


def _name(text: str) -> str:
    if not NAME.fullmatch(text):
        raise wrong("not a name; use up to 40 of a-z, 0-9 and -, beginning with a letter")
    return text


def _domain(text: str) -> str:
    if not DOMAIN.fullmatch(text):
        raise wrong("not a domain; write the tenant's first domain, such as contoso.onmicrosoft.com")
    return text.lower()


def _rights(text: str) -> str:
    wanted = [right.strip() for right in text.split(",")]
    if not text.strip():
        raise wrong(f"names no right; expected {choices(RIGHTS)}")
    if others := [right for right in wanted if right not in RIGHTS]:
        raise wrong(unknown(others[0], RIGHTS))
    if sum(right.startswith("full-access") for right in set(wanted)) > 1:
        raise wrong("full-access stands there with automapping and without; name it once")
    return ", ".join(right for right in RIGHTS if right in wanted)


def _duration(value: Any) -> timedelta:
    match = DURATION.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise wrong(f"{shown(value)} is no duration; write a number with h, d or w, such as 180d")
    found = int(match[1]) * UNITS[match[2]]
    if found > rotation.LONGEST:
        raise wrong(f"too long; Entra's portal offers {rotation.LONGEST.days}d at the most")
    return found


def duration(time: timedelta) -> str:
    """A duration of whole hours as a stack has it: ``180d``, or ``36h``."""
    hours = time // UNITS["h"]
    return f"{hours}h" if hours % 24 else f"{hours // 24}d"


def _guid(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        raise wrong("not a GUID; write it as 9e5f94bc-e8a4-4e73-b8be-63364c29d753") from None


def _printable(text: str) -> str:
    if not text.isprintable():
        raise wrong("holds letters that cannot be printed, such as the end of a line; take them out")
    return text


def one_of(known: Iterable[str]) -> Any:
    """A text that stands in a table of ours, in the schema as an enumeration."""
    words = tuple(known)

    def check(text: str) -> str:
        if text not in words:
            raise wrong(unknown(text, words))
        return text

    return Annotated[str, AfterValidator(check), Field(json_schema_extra={"enum": list(words)})]


Address = Annotated[str, AfterValidator(_address)]
Name = Annotated[str, AfterValidator(_name)]
Domain = Annotated[str, AfterValidator(_domain)]
Printable = Annotated[str, AfterValidator(_printable)]
Rights = Annotated[str, AfterValidator(_rights)]
Guid = Annotated[str, AfterValidator(_guid)]
Duration = Annotated[timedelta, BeforeValidator(_duration, json_schema_input_type=str)]
if TYPE_CHECKING:
    Protocol: TypeAlias = str
    CloudName: TypeAlias = str
else:
    Protocol, CloudName = one_of(PROTOCOLS), one_of((*CLOUDS, CUSTOM_CLOUD))
Protocols = Annotated[list[Protocol], Field(min_length=1)]
Mailboxes = dict[Address, Rights]
Everybody = Literal["tenant"]


class Schema(BaseModel):
    """Base: nothing unknown, nothing converted behind the writer's back."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def told_apart_by(key: str, models: Mapping[str, type[Schema]]) -> Discriminator:
    """Which model a value is held against: that of the word under a key; the first where it names none, which then says so."""
    first = next(iter(models))

    def chosen(value: Any) -> str:
        named = value.get(key) if isinstance(value, dict) else getattr(value, key, None)
        return named if isinstance(named, str) and named in models else first

    return Discriminator(chosen)
