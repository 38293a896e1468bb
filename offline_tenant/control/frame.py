"""What every request of the control plane passes: the guard against browsers, the body, the tenant it is about.

The control plane has no sign-in: it listens on loopback only. What runs on this machine may use it; a web page
that a browser on this machine shows may not.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError

from offline_tenant.state.tenant import Tenant
from offline_tenant.web.call import Answer, Area, Call, Handler, Refusal

CODES: Final[Mapping[int, str]] = {
    400: "BadRequest",
    403: "Forbidden",
    404: "NotFound",
    409: "Conflict",
    415: "UnsupportedMediaType",
}
# A page elsewhere whose name was bound to 127.0.0.1 still sends its own name.
HOST: Final = re.compile(r"(localhost|127\.0\.0\.1|\[::1\])(:[0-9]{1,5})?", re.IGNORECASE)
JSON: Final = "application/json"

NO_OBJECT: Final[Mapping[str, Any]] = {"": None}

Body = TypeVar("Body", bound=BaseModel)


def error(status: int, code: str, message: str) -> Answer:
    """An error as the control plane words it, which is Graph's manner."""
    return Answer(status, {"error": {"code": code, "message": message}})


AREA: Final = Area("control", error, observed=False)


@dataclass(frozen=True)
class Row:
    """One call of the control plane.

    Args:
        method: GET, POST, PUT or DELETE.
        path: below ``/_control``.
        handler: what it does.
        summary: what it does, in a line; ``GET /_control`` lists them.
        query: the names that its query may have.
    """

    method: str
    path: str
    handler: Handler
    summary: str
    query: tuple[str, ...] = ()


def refusal(status: int, message: str) -> Refusal:
    """Raise this to answer with an error and change nothing."""
    return Refusal(error(status, CODES[status], message))


def guarded(row: Row) -> Handler:
    """A call's handler behind the guard."""

    def answer(call: Call) -> Answer:
        _refuse_browsers(call.headers)
        _refuse_unknown(call.query, row.query)
        return row.handler(call)

    return answer


def _refuse_unknown(query: Mapping[str, str], known: tuple[str, ...]) -> None:
    # A misspelt ?last= would show everything, and a misspelt ?id= take every fault away.
    if unknown := [name for name in query if name not in known]:
        expected = f"known are {', '.join(known)}" if known else "this call has no query"
        raise refusal(400, "; ".join(f"?{name}: unknown; {expected}" for name in unknown))


def _refuse_browsers(headers: Mapping[str, str]) -> None:
    if not HOST.fullmatch(headers.get("host", "")):
        raise refusal(403, "The control plane answers to localhost only.")
    if "origin" in headers or headers.get("sec-fetch-site", "none") != "none":
        raise refusal(403, "The control plane does not answer to web pages.")
    # A form of a web page can send text without asking first, but not JSON.
    kind = headers.get("content-type", "").partition(";")[0].strip().casefold()
    has_body = headers.get("content-length", "0") != "0" or "transfer-encoding" in headers
    if kind not in ({JSON} if has_body else {JSON, ""}):
        raise refusal(415, f"The control plane takes {JSON} only.")


Whole = Callable[[Mapping[str, Any]], Iterable[str]]


def read(call: Call, model: type[Body], whole: Whole = lambda _: ()) -> Body:
    """The body of a request.

    Args:
        call: the request.
        model: what fits.
        whole: tells what is wrong with the keys of a body together.

    Raises:
        Refusal: it does not fit; every fault is named.
    """
    try:
        found = model.model_validate_json(call.body or b"{}", context=call.ledger)
    except ValidationError as problem:
        faults = [_fault(one, model) for one in problem.errors()]
        raise refusal(400, "; ".join([*faults, *whole(_object(call))])) from problem
    if together := list(whole(_object(call))):
        raise refusal(400, "; ".join(together))
    return found


def _object(call: Call) -> Mapping[str, Any]:
    try:
        given = call.json()
    except (ValueError, RecursionError):
        given = None
    # What is no object has no keys that could go together.
    return given if isinstance(given, dict) else NO_OBJECT


def _fault(found: Mapping[str, Any], model: type[BaseModel]) -> str:
    # Pydantic puts marks of its own into the path, in brackets.
    path = ".".join(str(part) for part in found["loc"] if not str(part).startswith(("[", "function-")))
    if found["type"] == "extra_forbidden":
        return f"{path}: unknown; known are {', '.join(sorted(model.model_fields))}"
    text = str(found["msg"]).removeprefix("Value error, ")
    return f"{path}: {text}" if path else text


def tenant_of(call: Call) -> Tenant:
    """The tenant that ``?tenant=`` names by id or domain; the first one unless it is given.

    Raises:
        Refusal: there is none of that name.
    """
    tenants = call.installation.tenants()
    if not (name := call.query.get("tenant", "")):
        return tenants[0]
    if found := call.installation.tenant(name):
        return found
    known = ", ".join(tenant.registration()["domains"][0] for tenant in tenants)
    raise refusal(404, f"there is no tenant {name!r}; there are: {known}")


def flag(call: Call, name: str) -> bool:
    """A yes or no of the query; no unless it is given.

    Raises:
        Refusal: it is neither.
    """
    values: Mapping[str, bool] = {"true": True, "false": False, "": False}
    if (text := call.query.get(name, "")) not in values:
        raise refusal(400, f"{name}: expected true or false")
    return values[text]


Worker = Callable[[Call], None]


def done(worker: Worker) -> Handler:
    """A handler that answers with nothing but that it is done."""

    def answer(call: Call) -> Answer:
        worker(call)
        return Answer(204)

    return answer
