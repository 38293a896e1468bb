"""What a ``$filter`` says beyond the forms that are emulated: OData's grammar, only to tell the two refusals apart.

https://docs.oasis-open.org/odata/odata/v4.01/odata-v4.01-part2-url-conventions.html
"""

import re
from collections.abc import Callable, Iterator
from typing import Final

TOKEN: Final = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<mark>[(),:])"
    r"|(?P<literal>-?\d[\w.:+-]*|[0-9a-fA-F]{8}-[0-9a-fA-F-]{27}|true\b|false\b|null\b)|(?P<path>\$?[\w.]+(?:/\$?[\w.]+)*))",
    re.IGNORECASE,
)
COMPARISONS: Final = frozenset({"eq", "ne", "gt", "ge", "lt", "le", "has", "in"})
# Deeper than anybody writes by hand; also far from the interpreter's own limit.
DEEPEST: Final = 50


class NotOData(Exception):  # noqa: N818 - it says what the text is
    """The text is no filter in any service."""


class Reader:
    """Reads one filter and notes every form in it that the offline tenant lacks."""

    def __init__(self, text: str) -> None:
        self._tokens = list(_tokens(text))
        self._at = self._depth = 0
        self.lacking: list[str] = []

    def whole(self) -> None:
        """The filter from its beginning to its end.

        Raises:
            NotOData: it is none.
        """
        self._either()
        if self._at < len(self._tokens):
            raise NotOData

    def _either(self) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            raise NotOData
        self._one()
        while (word := self._word()) in {"and", "or"}:
            if word == "or":
                self.lacking.append("or")
            self._at += 1
            self._one()
        self._depth -= 1

    def _one(self) -> None:
        while self._word() == "not":
            self.lacking.append("not")
            self._at += 1
        if self._word() == "(":
            self.lacking.append("parentheses")
            self._bracketed(self._either)
            return
        predicate = self._operand()
        if (word := self._word()) in COMPARISONS:
            if word not in {"eq", "in"}:
                self.lacking.append(word)
            self._at += 1
            self._right(word)
        elif not predicate:
            raise NotOData

    def _right(self, word: str) -> None:
        if word == "in":
            start = self._at
            self._bracketed(self._operands)
            if any(kind not in {"text", "mark"} for kind, _ in self._tokens[start : self._at]):
                self.lacking.append("in with anything but texts")
        else:
            self._operand()

    def _operands(self) -> None:
        self._operand()
        while self._word() == ",":
            self._at += 1
            self._operand()

    def _operand(self) -> bool:
        """A literal, a property or a call; whether it can stand without a comparison."""
        kind, text = self._next()
        if kind == "mark" or text.casefold() in COMPARISONS | {"and", "or", "not"}:
            raise NotOData
        if kind != "path":
            return False
        if self._word() == "(":
            return self._call(text)
        if "/" in text:
            self.lacking.append(text)
        return False

    def _call(self, name: str) -> bool:
        last = name.casefold().rpartition("/")[2]
        if "/" in name and last in {"any", "all"}:
            self.lacking.append(f"this use of {last}")
            self._bracketed(self._lambda)
        else:
            self.lacking.append(f"{name}() here")
            self._bracketed(self._operands)
        return True

    def _lambda(self) -> None:
        if self._word() == ")":
            return
        if self._next()[0] != "path" or self._next()[1] != ":":
            raise NotOData
        self._either()

    def _bracketed(self, inside: Callable[[], None]) -> None:
        if self._next()[1] != "(":
            raise NotOData
        inside()
        if self._next()[1] != ")":
            raise NotOData

    def _word(self) -> str:
        kind, text = self._tokens[self._at] if self._at < len(self._tokens) else ("end", "")
        return "" if kind in {"text", "literal"} else text.casefold()

    def _next(self) -> tuple[str, str]:
        if self._at >= len(self._tokens):
            raise NotOData
        self._at += 1
        return self._tokens[self._at - 1]


def lacking(text: str) -> str | None:
    """The first form in a filter that Graph knows and the offline tenant does not; None if it is no filter at all."""
    try:
        reader = Reader(text)
        reader.whole()
    except NotOData:
        return None
    # A filter that nothing is wrong with, and that was not understood all the same: an operand of another form.
    return next(iter(reader.lacking), "these operands")


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    position, end = 0, len(text.rstrip())
    while position < end:
        found = TOKEN.match(text, position)
        if found is None:
            raise NotOData
        yield str(found.lastgroup), str(found[str(found.lastgroup)])
        position = found.end()
