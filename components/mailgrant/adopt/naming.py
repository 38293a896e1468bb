"""Names of a stack made of what people called things by hand."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Final, TypeVar

from mailgrant.schema.words import NAME

LONGEST: Final = 40
Named = TypeVar("Named")


def name_of(text: str, otherwise: str) -> str:
    """A name that may stand in a stack.

    Args:
        text: such as ``Invoice Poller (prod)``.
        otherwise: stands where nothing of the text is left, and before a digit.
    """
    latin = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    found = re.sub(r"[^a-z0-9]+", "-", latin.lower()).strip("-")
    if not found[:1].isalpha():
        found = f"{otherwise}-{found}".strip("-")
    return found[:LONGEST].rstrip("-")


def is_name(text: str) -> bool:
    """Whether it may stand in a stack as it is."""
    return NAME.fullmatch(text) is not None


def all_different(
    names: Iterable[tuple[str, Named]], taken: Iterable[str] = ()
) -> Iterator[tuple[str, Named]]:
    """The same with a number behind each name that was there before."""
    seen = set(taken)
    for name, what in names:
        number, free = 1, name
        while free in seen:
            number += 1
            free = f"{name[: LONGEST - len(str(number)) - 1]}-{number}"
        seen.add(free)
        yield free, what
