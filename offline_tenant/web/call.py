"""A request and its answer as handlers see them: plain values, no web framework."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from offline_tenant.state.tenant import Installation
from offline_tenant.web.ledger import Ledger


@dataclass(frozen=True)
class Answer:
    """What goes back.

    Args:
        status: the HTTP status.
        body: a dict or list becomes JSON, text becomes HTML, bytes go as they are, None is no body.
        headers: further headers; ``Content-Type`` here wins.
        lost: nobody gets it: the connection breaks instead.
    """

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    lost: bool = False


class Refusal(Exception):  # noqa: N818 - it is an answer, not a fault of ours
    """Raised by a handler to answer with an error; what the handler had changed is undone."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


@dataclass(frozen=True)
class Call:
    """One request.

    Args:
        installation: the state to work on.
        ledger: counters and log, for what a handler counts beyond the call itself.
        method: GET, POST, …
        base_url: scheme, host and port that the caller used, without a slash at the end.
        path: the path as it was sent, decoded.
        parameters: the parts of the path that the route's template names.
        query: the decoded query; of repeated names the last.
        headers: by name in small letters.
        body: the bytes.
    """

    installation: Installation
    ledger: Ledger
    method: str
    base_url: str
    path: str
    parameters: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body as JSON; an empty body is an empty object.

        Raises:
            ValueError: it is not JSON in UTF-8.
        """
        return json.loads(self.body.decode() or "{}")

    def form(self) -> dict[str, str]:
        """The body as an HTML form; of repeated names the last.

        Raises:
            ValueError: it is not UTF-8.
        """
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))


Handler = Callable[[Call], Answer]


class Passage:
    """One call on its way through its service; this one goes through as it is.

    Attributes:
        refusal: answers instead of the work, if there is one.
        delay: seconds that the service holds the call up, beside the injected latency.
        longest: seconds that it is held up at most, whatever was injected.
    """

    refusal: Answer | None = None
    delay: float = 0.0
    longest: float = float("inf")

    def too_late(self) -> Answer | None:
        """What answers instead of the work, now that the call has waited."""
        return None

    def finished(self, answer: Answer) -> Answer:
        """The answer as the service sends it."""
        return answer


Gate = Callable[[Call], AbstractContextManager[Passage]]


@contextmanager
def open_gate(_: Call) -> Iterator[Passage]:
    """No limits."""
    yield Passage()


def named_by_template(template: str) -> Callable[[Call], str]:
    """Counters of most areas go by method and path template: ``GET /v1.0/applications/{id}``."""
    return lambda call: f"{call.method} {template}"


@dataclass(frozen=True)
class Area:
    """One service behind the HTTP port: how it is counted, and how its errors look.

    Args:
        name: the key in the counters (``graph``, ``signin``, ``exchange``, ``control``).
        error: shapes an error in the service's own form from status, code and message.
        observed: whether its calls are counted, logged, delayed and failed as the control plane tells;
            false for the control plane itself, which must work whatever was told.
        gate: what each of its calls passes, for the service's own limits; held until the answer is made.
        prefixes: how the paths begin that are its own, known or not; in small letters.
        wrong_method: answers a verb that a path of its does not take, from the call and the verbs that it takes;
            without it such a call is one that is not emulated.
        too_long: answers a call whose body is above the limit, and was not read.
        stamp: marks an error that no handler made (injected, not emulated, a fault of ours) with what the service
            identifies calls by.
        codes: its own error code for a status, for an error that was told none; a status that is not there goes by
            its hundred.
    """

    name: str
    error: Callable[[int, str, str], Answer]
    observed: bool = True
    gate: Gate = open_gate
    prefixes: tuple[str, ...] = ()
    wrong_method: "Callable[[Call, Sequence[str]], Answer] | None" = None
    too_long: Handler | None = None
    stamp: Callable[[Call, Answer], Answer] = lambda _, answer: answer
    codes: Mapping[int, str] = field(default_factory=dict)

    def code(self, status: int) -> str:
        """What the service calls an error of this status."""
        return self.codes.get(status) or self.codes.get(status // 100 * 100, "InternalServerError")


@dataclass(frozen=True)
class Route:
    """Who answers what.

    Args:
        area: the service that it belongs to.
        method: GET, POST, …
        template: the path, with ``{name}`` for its variable parts (``{name:path}`` for a rest with slashes).
        handler: called inside a transaction.
        name: what counters, faults and latency know the call by; its method and template unless given.
        waits: seconds of latency of the calls inside this one, for a route that takes several in one request.
    """

    area: Area
    method: str
    template: str
    handler: Handler
    name: Callable[[Call], str] | None = None
    waits: Callable[[Call], float] | None = None

    def name_of(self, call: Call) -> str:
        """What this call is counted as."""
        return (self.name or named_by_template(self.template))(call)
