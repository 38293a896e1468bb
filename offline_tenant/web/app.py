"""The HTTP side: one ASGI application over the routes of all services.

A request is read whole, counted, delayed and failed as told, handled in one transaction, answered, logged.
"""

import asyncio
import json
import logging
import traceback
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route as StarletteRoute
from starlette.types import Receive, Scope, Send

from offline_tenant.state.tenant import Installation
from offline_tenant.web.call import Answer, Area, Call, Refusal, Route
from offline_tenant.web.ledger import Ledger

BODY_LIMIT: Final = 4 * 1024 * 1024  # bytes; Graph's own limit for a request body

logger = logging.getLogger(__name__)


class BodyTooLargeError(Exception):
    """The request's body is longer than ``BODY_LIMIT``."""


class AnswerLostError(Exception):
    """Injected: the work is done, and the connection breaks before the answer."""


def build(installation: Installation, ledger: Ledger, routes: Iterable[Route], unknown: Area) -> Starlette:
    """The ASGI application.

    Args:
        installation: the state that handlers work on.
        ledger: counts, delays and fails the calls.
        routes: of all services.
        unknown: shapes the refusal of paths and verbs that no route knows.
    """
    by_template: dict[str, dict[str, Route]] = {}
    for route in routes:
        by_template.setdefault(route.template, {})[route.method] = route
    everything_else: dict[str, Route] = {}
    table = [*by_template.items(), ("/{rest:path}", everything_else)]
    endpoints = [_Endpoint(installation, ledger, by_method, unknown) for _, by_method in table]
    return Starlette(
        routes=[
            StarletteRoute(template, endpoint)
            for (template, _), endpoint in zip(table, endpoints, strict=True)
        ]
    )


@dataclass(frozen=True)
class _Endpoint:
    """The handlers of one path; an object, because Starlette lets a plain function answer to GET only."""

    installation: Installation
    ledger: Ledger
    by_method: Mapping[str, Route]
    unknown: Area

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        route = self.by_method.get(request.method) or _not_known(self.unknown, request)
        try:
            call = await _call(self.installation, self.ledger, request)
            response = _response(await _serve(route, call))
        except BodyTooLargeError:
            response = _response(
                route.area.error(413, "RequestEntityTooLarge", "The request body is too large.")
            )
        except AnswerLostError:
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1")]})
            raise
        await response(scope, receive, send)


def _not_known(area: Area, request: Request) -> Route:
    message = f"The offline tenant does not emulate {request.method} {request.url.path}"
    return Route(area, request.method, "(not emulated)", lambda _: area.error(501, "NotEmulated", message))


async def _call(installation: Installation, ledger: Ledger, request: Request) -> Call:
    return Call(
        installation=installation,
        ledger=ledger,
        method=request.method,
        base_url=str(request.base_url).rstrip("/"),
        path=request.url.path,
        parameters=request.path_params,
        query=dict(request.query_params),
        headers={name.lower(): value for name, value in request.headers.items()},
        body=await _body(request),
    )


async def _body(request: Request) -> bytes:
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > BODY_LIMIT:
            raise BodyTooLargeError
        chunks.append(chunk)
    return b"".join(chunks)


async def _serve(route: Route, call: Call) -> Answer:
    area, name = route.area, route.name_of(call)
    call.ledger.count(area.name, name)
    if wait := call.ledger.latency(area.name, name):
        await asyncio.sleep(wait)
    fault = call.ledger.fault(area.name, name)
    if fault and fault.effect == "refuse":
        shaped = area.error(fault.status, fault.code, fault.message)
        answer = Answer(shaped.status, shaped.body, {**shaped.headers, **fault.headers})
    else:
        answer = _handle(route, call)
    call.ledger.record({"area": area.name, "call": name, "path": call.path, "status": answer.status})
    if fault and fault.effect == "lose":
        raise AnswerLostError(name)
    return answer


def _handle(route: Route, call: Call) -> Answer:
    try:
        with call.installation.store.transaction():
            return route.handler(call)
    except Refusal as refusal:
        return refusal.answer
    except Exception:  # noqa: BLE001 - whatever a request provokes, the service answers and goes on
        logger.error("%s %s\n%s", call.method, call.path, traceback.format_exc())  # noqa: TRY400 - no secrets in args
        return route.area.error(500, "InternalServerError", "The offline tenant failed; its log says why.")


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
