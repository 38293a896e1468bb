"""The HTTP side: one ASGI application over the routes of all services.

A request is read whole, counted, delayed and failed as told, handled in one transaction, answered, logged.
"""

import asyncio
import json
import logging
import time
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from offline_tenant.state.tenant import Installation
from offline_tenant.web.call import Answer, Area, Call, Passage, Refusal, Route, open_gate
from offline_tenant.web.caller import caller
from offline_tenant.web.faults import LOSE, REFUSE, Fault
from offline_tenant.web.ledger import Ledger
from offline_tenant.web.router import Router

BODY_LIMIT: Final = 4 * 1024 * 1024  # bytes; Graph's own limit for a request body
UNKNOWN: Final = "unknown"  # the area of what no route knows
NOT_EMULATED: Final = "(not emulated)"
WRONG_METHOD: Final = "(wrong method)"
TOO_LARGE: Final = ("RequestEntityTooLarge", "The request body is too large.")
STOPPING: Final = ("ServiceUnavailable", "The offline tenant is stopping.")

logger = logging.getLogger(__name__)


class AnswerLostError(Exception):
    """Injected: the work is done, and the connection breaks before the answer."""


def build(
    installation: Installation, ledger: Ledger, routes: Iterable[Route], unknown: Area
) -> "Application":
    """The ASGI application.

    Args:
        installation: the state that handlers work on.
        ledger: counts, delays and fails the calls.
        routes: of all services.
        unknown: shapes the refusal of paths that no route knows and that begin like those of no service.
    """
    table = list(routes)
    areas = {id(route.area): route.area for route in table}.values()
    ledger.services |= {UNKNOWN, *(area.name for area in areas if area.observed)}
    owners = {prefix: _unknown(area) for area in areas for prefix in area.prefixes}
    return Application(installation, ledger, Router(table), _unknown(unknown), owners)


def _unknown(area: Area) -> Area:
    """What shapes errors as a service does, and is counted as no service."""
    return replace(area, name=UNKNOWN, observed=True, gate=open_gate)


def _ungated(route: Route) -> Route:
    """The same before a service's own limits: what is refused at the door uses up nothing."""
    return replace(route, area=replace(route.area, gate=open_gate), waits=None)


@dataclass(frozen=True)
class Application:
    """Finds the route of a request, and serves it."""

    installation: Installation
    ledger: Ledger
    router: Router
    unknown: Area
    owners: Mapping[str, Area]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, as ASGI 3 calls an application."""
        if scope["type"] != "http":
            await send({"type": "websocket.close"})
            return
        request = Request(scope, receive)
        by_method, parameters = self.router.find(request.url.path)
        route = by_method.get(request.method) or self._refusing(by_method, request)
        try:
            answer = await self._answer(route, request, parameters)
        except ClientDisconnect:
            return
        except asyncio.CancelledError:  # the server stops, and waits no longer
            answer = route.area.error(503, *STOPPING)
        except AnswerLostError:
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1")]})
            raise
        await _response(answer)(scope, receive, send)

    def _refusing(self, by_method: Mapping[str, Route], request: Request) -> Route:
        known = next(iter(by_method.values()), None)
        if known and known.area.wrong_method:
            return _wrong_method(known, tuple(by_method), known.area.wrong_method)
        return _not_known(known.area if known else self._owner(request.url.path), request)

    def _owner(self, path: str) -> Area:
        folded = path.casefold()
        return next((area for prefix, area in self.owners.items() if folded.startswith(prefix)), self.unknown)

    async def _answer(self, route: Route, request: Request, parameters: dict[str, str]) -> Answer:
        body = await _body(request)
        call = self._call(request, parameters, body or b"")
        if body is None:
            route = replace(_ungated(route), handler=partial(_too_long, route.area))
        return await _serve(route, call)

    def _call(self, request: Request, parameters: dict[str, str], body: bytes) -> Call:
        return Call(
            installation=self.installation,
            ledger=self.ledger,
            method=request.method,
            base_url=str(request.base_url).rstrip("/"),
            path=request.url.path,
            parameters=parameters,
            query=dict(request.query_params),
            headers={name.lower(): value for name, value in request.headers.items()},
            body=body,
        )


def _not_known(area: Area, request: Request) -> Route:
    message = f"The offline tenant does not emulate {request.method} {request.url.path}"
    answer = area.error(501, "NotEmulated", message)
    return Route(
        _unknown(area),
        request.method,
        NOT_EMULATED,
        lambda call: area.stamp(call, answer),
        lambda _: NOT_EMULATED,
    )


def _wrong_method(
    known: Route, allowed: Sequence[str], refusal: Callable[[Call, Sequence[str]], Answer]
) -> Route:
    """Refuses a verb on a path that takes others; verbs are not counted apart, because callers make them up."""

    def refuse(call: Call) -> Answer:
        answer = refusal(call, allowed)
        return replace(answer, headers={**answer.headers, "Allow": ", ".join(allowed)})

    return replace(_ungated(known), handler=refuse, name=lambda _: f"{WRONG_METHOD} {known.template}")


def _too_long(area: Area, call: Call) -> Answer:
    return area.too_long(call) if area.too_long else area.stamp(call, area.error(413, *TOO_LARGE))


async def _body(request: Request) -> bytes | None:
    """The whole body, or None if it is longer than the limit."""
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > BODY_LIMIT:
            return None
        chunks.append(chunk)
    return b"".join(chunks)


async def _serve(route: Route, call: Call) -> Answer:
    if not route.area.observed:
        return _handle(route, call)
    began = time.perf_counter()
    area, name = route.area.name, route.name_of(call)
    call.ledger.count(area, name)
    with route.area.gate(call) as passage:
        answer, fault = await _through(passage, route, name, call)
    call.ledger.record(log_entry(area, name, call, answer, fault) | {"milliseconds": _since(began)})
    if answer.lost or (fault and fault.effect == LOSE):
        raise AnswerLostError(name)
    return answer


async def _through(passage: Passage, route: Route, name: str, call: Call) -> tuple[Answer, Fault | None]:
    if passage.refusal:
        return passage.refusal, None
    inside = route.waits(call) if route.waits else 0.0
    if wait := call.ledger.latency(route.area.name, name) + inside + passage.delay:
        await asyncio.sleep(min(wait, passage.longest))
    fault = call.ledger.fault(route.area.name, name)
    if fault and fault.effect == REFUSE:
        return injected(route.area, call, fault), fault
    return passage.finished(passage.too_late() or _handle(route, call)), fault


def injected(area: Area, call: Call, fault: Fault) -> Answer:
    """An injected error, in the service's own form."""
    code = fault.code or area.code(fault.status)
    shaped = area.stamp(call, area.error(fault.status, code, fault.message))
    return Answer(shaped.status, shaped.body, {**shaped.headers, **fault.headers})


def _handle(route: Route, call: Call) -> Answer:
    try:
        with call.installation.store.transaction():
            return route.handler(call)
    except Refusal as refusal:
        return refusal.answer
    except Exception:  # noqa: BLE001 - whatever a request provokes, the service answers and goes on
        logger.error("%s %s\n%s", call.method, call.path, traceback.format_exc())  # noqa: TRY400 - no secrets in args
        area, text = route.area, "The offline tenant failed; its log says why."
        return area.stamp(call, area.error(500, "InternalServerError", text))


def log_entry(area: str, name: str, call: Call, answer: Answer, fault: Fault | None) -> dict[str, Any]:
    """What the log keeps of a call."""
    return {
        "area": area,
        "call": name,
        "path": f"{call.method} {call.path}" if name == NOT_EMULATED else call.path,
        "status": answer.status,
        "code": _code(answer),
        "caller": caller(call),
        "injected": fault.effect if fault else None,
    }


def _code(answer: Answer) -> str | None:
    """The error code of an answer, wherever its service puts it."""
    if exception := answer.headers.get("x-ExceptionType"):
        return exception
    body = answer.body if isinstance(answer.body, dict) else {}
    if numbers := body.get("error_codes"):
        return f"AADSTS{numbers[0]}"
    error = body.get("error")
    code = error.get("code") if isinstance(error, dict) else error
    return code if isinstance(code, str) else None


def _since(began: float) -> float:
    return round((time.perf_counter() - began) * 1000, 2)


def _response(answer: Answer) -> Response:
    body, media_type = _encoded(answer.body)
    response = Response(body, answer.status, media_type=media_type)
    for name, value in answer.headers.items():
        response.headers[name] = value
    return response


def _encoded(body: Any) -> tuple[bytes, str | None]:
    if body is None:
        return b"", None
    if isinstance(body, bytes):
        return body, "application/octet-stream"
    if isinstance(body, str):
        return body.encode(), "text/html; charset=utf-8"
    return json.dumps(body).encode(), "application/json; charset=utf-8"
