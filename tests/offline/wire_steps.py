"""One step of a conversation with Entra, told by a table: what is sent, what the answer must hold."""

import json
import re
from base64 import urlsafe_b64decode
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx

from offline_tenant.state import lag
from offline_tenant.state.tenant import Installation
from offline_tenant.web.faults import Fault
from offline_tenant.web.ledger import Ledger
from tests.offline.wire_bodies import HEADERS

NOTHING = object()  # no body, and so no Content-Type: what 204 always has
NO_CONTENT = 204
ABSENT = object()  # the key must not be there
SIGN_IN = {"User-Agent": "Go-http-client/1.1"}


@dataclass(frozen=True)
class Some:
    """A list with at least one element that holds this."""

    part: Any


@dataclass(frozen=True)
class Every:
    """A list, not empty, whose elements all hold this."""

    part: Any


@dataclass(frozen=True)
class Token:
    """A JWT whose claims hold this."""

    claims: Any


@dataclass(frozen=True)
class Words:
    """A text of these words, in any order."""

    text: str


@dataclass(frozen=True)
class Step:
    """One request.

    Args:
        line: the line of the record that it shows; there is one step of that name.
        send: verb and path, as they go over the wire; ``{name}`` stands for what a step before has kept.
        status: what is answered.
        body: goes as JSON.
        form: goes as a form.
        holds: what the answer has, at least: keys of objects, all elements of lists, a pattern for a text.
        headers: what the answer's headers are, at least.
        keep: names for parts of the answer: a key, or a function of the body.
        times: how often it is sent and answered like that.
        pause: seconds of the tenant's clock between two times.
        lag: kinds of object that one request misses, where this step makes them.
        fault: is injected into this step.
    """

    line: str
    send: str
    status: int = 200
    body: Any = None
    form: Mapping[str, str] | None = None
    holds: Any = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    keep: Mapping[str, str | Callable[[Any], str]] = field(default_factory=dict)
    times: int = 1
    pause: float = 0
    lag: tuple[str, ...] = ()
    fault: Fault | None = None


def refused(code: str, message: Any) -> dict[str, Any]:
    """Graph's error body."""
    inner = {"date": re.compile(".+"), "request-id": re.compile(".+"), "client-request-id": re.compile(".+")}
    return {"error": {"code": code, "message": message, "innerError": inner}}


def claims(token: str) -> Any:
    """What a token says, read as the plugin reads it: no signature, base64url without padding."""
    _, part, _ = token.split(".")
    assert "=" not in part
    return json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))


class Walker:
    """Takes steps, and remembers what they keep.

    Args:
        installation: whose clock and lag the steps move.
        ledger: takes their faults.
        http: the way to it.
        names: what ``{name}`` stands for in the beginning.
    """

    def __init__(
        self, installation: Installation, ledger: Ledger, http: httpx.Client, names: Mapping[str, str]
    ) -> None:
        self._installation, self._ledger, self._http = installation, ledger, http
        self.names = dict(names)

    def take(self, step: Step) -> list[str]:
        """Send it as often as it says, and name everything that was not as it says."""
        lag.configure(self._installation.settings, {kind: {"reads": 1} for kind in step.lag})
        if step.fault:
            self._ledger.add_fault(step.fault)
        problems: list[str] = []
        for _ in range(step.times):
            problems += self._once(step)
            self._installation.clock.advance(timedelta(seconds=step.pause))
        return problems

    def _once(self, step: Step) -> list[str]:
        verb, path = self.filled(step.send).split(" ", 1)
        answer = self._http.request(verb, path, headers=self._headers(path), **self._content(step))
        sent = answer.request.url.raw_path.decode()
        found = [] if sent == path else [f"sent {sent} instead of {path}"]
        if answer.status_code != step.status:
            return [*found, f"{answer.status_code} {answer.text}"]
        body = _body(answer)
        expected = NOTHING if step.status == NO_CONTENT else self.filled(step.holds)
        found += differences(expected, body, "body")
        found += differences(step.headers, answer.headers, "headers")
        self._keep(step, body)
        return found

    def _headers(self, path: str) -> dict[str, str]:
        if not path.startswith(("/v1.0/", "/beta/")):
            return SIGN_IN
        return HEADERS | {"Authorization": f"Bearer {self.names['token']}"}

    def _content(self, step: Step) -> dict[str, Any]:
        if step.form is not None:
            return {"data": self.filled(step.form)}
        return {} if step.body is None else {"content": json.dumps(self.filled(step.body))}

    def _keep(self, step: Step, body: Any) -> None:
        for name, part in step.keep.items():
            self.names[name] = body[part] if isinstance(part, str) else part(body)

    def filled(self, value: Any) -> Any:
        """With what the names stand for."""
        if isinstance(value, str):
            return re.sub(r"\{(\w+)\}", lambda found: self.names.get(found[1], found[0]), value)
        if isinstance(value, re.Pattern):
            return re.compile(self.filled(value.pattern))
        if isinstance(value, Mapping):
            return {key: self.filled(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [self.filled(inner) for inner in value]
        if isinstance(value, Some | Every):
            return type(value)(self.filled(value.part))
        return value


def _body(answer: httpx.Response) -> Any:
    kind = answer.headers.get("Content-Type", "")
    if not answer.content and not kind:
        return NOTHING
    return answer.json() if kind.startswith("application/json") else f"{kind}: {answer.text}"


def differences(expected: Any, actual: Any, where: str) -> list[str]:
    """What the expected has and the actual has not."""
    return list(_differences(expected, actual, where))


def _differences(expected: Any, actual: Any, where: str) -> Iterator[str]:
    if isinstance(expected, Mapping):
        yield from _of_mapping(expected, actual, where)
    elif isinstance(expected, list) and isinstance(actual, list) and len(expected) == len(actual):
        for number, (one, other) in enumerate(zip(expected, actual, strict=True)):
            yield from _differences(one, other, f"{where}.{number}")
    elif not _fits(expected, actual):
        yield f"{where}: {actual!r} instead of {expected!r}"


def _of_mapping(expected: Mapping[str, Any], actual: Any, where: str) -> Iterator[str]:
    if not isinstance(actual, Mapping):
        yield f"{where}: {actual!r} is no object"
        return
    for key, value in expected.items():
        if (key in actual) == (value is ABSENT):
            yield f"{where}.{key}: {'there' if value is ABSENT else 'missing'}"
        elif value is not ABSENT:
            yield from _differences(value, actual[key], f"{where}.{key}")


def _fits(expected: Any, actual: Any) -> bool:
    if isinstance(expected, re.Pattern):
        return isinstance(actual, str) and expected.fullmatch(actual) is not None
    if isinstance(expected, Token):
        return not differences(expected.claims, claims(actual), "")
    if isinstance(expected, Words):
        return isinstance(actual, str) and sorted(actual.split()) == sorted(expected.text.split())
    if isinstance(expected, Some | Every):
        fits = [not differences(expected.part, one, "") for one in actual]
        return any(fits) if isinstance(expected, Some) else bool(fits) and all(fits)
    if isinstance(expected, type):
        return type(actual) is expected
    return bool(expected == actual) and type(expected) is type(actual)
