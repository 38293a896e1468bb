"""The expressions of GitHub Actions, as far as the workflows here use them; anything else is refused.

https://docs.github.com/actions/reference/workflows-and-actions/expressions
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

TOKEN = re.compile(r"\s*(?:('(?:[^']|'')*')|([A-Za-z_][\w-]*(?:\.[\w-]+)*)|(&&|\|\||==|!=|[!(),]))")
EMBEDDED = re.compile(r"\$\{\{((?:(?!\}\}).)*)\}\}", re.DOTALL)
STATUS = {"always", "cancelled", "success", "failure"}  # an `if` without any of them wants success
Functions = Mapping[str, Callable[..., Any]]
PURE: Functions = {"fromJSON": json.loads}


class UnknownExpressionError(Exception):
    """Something that the workflows here did not use when this was written."""


class Evaluator:
    """Evaluates expressions.

    Args:
        contexts: by their names.
        functions: besides the pure ones.
    """

    def __init__(self, contexts: Mapping[str, Any], functions: Functions) -> None:
        self._contexts = contexts
        self._functions = {**PURE, **functions}
        self._tokens: list[tuple[str, str, str]] = []

    def condition(self, text: str) -> bool:
        """What ``if`` says."""
        inner = text.strip().removeprefix("${{").removesuffix("}}").strip() or "success()"
        names = {name for _, name, _ in _tokens(inner)}
        return bool(self._whole(inner if names & STATUS else f"success() && ({inner})"))

    def value(self, text: str) -> Any:
        """What a value of YAML says: an expression alone keeps its type."""
        alone = EMBEDDED.fullmatch(text.strip())
        return self._whole(alone[1]) if alone else self.text(text)

    def text(self, text: str) -> str:
        return EMBEDDED.sub(lambda found: _written(self._whole(found[1])), text)

    def _whole(self, text: str) -> Any:
        self._tokens = _tokens(text)
        found = self._either()
        if self._tokens:
            raise UnknownExpressionError(text)
        return found

    def _either(self) -> Any:
        found = self._both()
        while self._took("||"):
            other = self._both()
            found = found or other
        return found

    def _both(self) -> Any:
        found = self._equal()
        while self._took("&&"):
            other = self._equal()
            found = found and other
        return found

    def _equal(self) -> Any:
        found = self._not()
        for sign, same in (("==", True), ("!=", False)):
            if self._took(sign):
                return (_written(found) == _written(self._not())) is same
        return found

    def _not(self) -> Any:
        return not self._not() if self._took("!") else self._operand()

    def _operand(self) -> Any:
        if self._took("("):
            found = self._either()
            self._expect(")")
            return found
        literal, name, sign = self._tokens.pop(0) if self._tokens else ("", "", "the end")
        if literal:
            return literal[1:-1].replace("''", "'")
        if sign:
            raise UnknownExpressionError(sign)
        return self._call(name) if self._took("(") else self._looked_up(name)

    def _call(self, name: str) -> Any:
        arguments = []
        while not self._took(")"):
            arguments.append(self._either())
            self._took(",")
        if name not in self._functions:
            raise UnknownExpressionError(f"{name}()")
        return self._functions[name](*arguments)

    def _looked_up(self, name: str) -> Any:
        context, *path = name.split(".")
        if context not in self._contexts:
            raise UnknownExpressionError(name)
        found = self._contexts[context]
        for part in path:
            found = found.get(part, "") if isinstance(found, Mapping) else ""
        return found

    def _took(self, sign: str) -> bool:
        if self._tokens and self._tokens[0][2] == sign:
            self._tokens.pop(0)
            return True
        return False

    def _expect(self, sign: str) -> None:
        if not self._took(sign):
            raise UnknownExpressionError(f"no {sign}")


def _tokens(text: str) -> list[tuple[str, str, str]]:
    found, place = [], 0
    while text[place:].strip():
        match = TOKEN.match(text, place)
        if match is None:
            raise UnknownExpressionError(text)
        found.append((match[1] or "", match[2] or "", match[3] or ""))
        place = match.end()
    return found


def _written(value: Any) -> str:
    return json.dumps(value) if isinstance(value, bool) else str(value)
