"""Texts from outside on their way to a terminal: they are read there, and do nothing."""

import re
from typing import Final

# What a terminal obeys, or what turns the order of letters; and halves of characters, which nobody can print.
COMMANDING: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)


def inert(text: str) -> str:
    r"""The text with all of that written out, such as ``\u{1b}``; its lines and tabs stay."""
    return COMMANDING.sub(lambda found: f"\\u{{{ord(found[0]):x}}}", text.replace("\r\n", "\n"))
