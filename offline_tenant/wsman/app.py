"""The jump host's HTTP side: who signed in, what they send, and how it is counted."""

import asyncio
import logging
import secrets
import time
import traceback
from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from offline_tenant.pwsh.site import Site
from offline_tenant.state.clock import Clock
from offline_tenant.web.faults import LOSE, REFUSE
from offline_tenant.web.ledger import Ledger
from offline_tenant.wsman import envelope, faults
from offline_tenant.wsman.actions import ACTIONS, Host
from offline_tenant.wsman.envelope import Request as Wanted
from offline_tenant.wsman.faults import FaultError
from offline_tenant.wsman.shells import Shells

AREA: Final = "wsman"
PATH: Final = "/wsman"
BODY_LIMIT: Final = 1024 * 1024  # bytes; twice what WinRM takes
MEDIA_TYPE: Final = "application/soap+xml;charset=UTF-8"
IDENTITY: Final = "http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd"
IDENTIFIED: Final = (
    f'<wsmid:IdentifyResponse xmlns:wsmid="{IDENTITY}"><wsmid:ProtocolVersion>{envelope.NAMES["w"]}'
    "</wsmid:ProtocolVersion><wsmid:ProductVendor>mailgrant offline tenant</wsmid:ProductVendor>"
    "<wsmid:ProductVersion>Stack: 3.0</wsmid:ProductVersion></wsmid:IdentifyResponse>"
)
LOGIN: Final = {"WWW-Authenticate": 'Basic realm="WSMAN"'}

logger = logging.getLogger(__name__)


class AnswerLostError(Exception):
    """Injected: the work is done, and the connection breaks before the answer."""


@dataclass(frozen=True)
class Account:
    """The account of the machine that may open shells."""

    user: str
    password: str


class Application:
    """The jump host as an ASGI application.

    Args:
        account: the one that may sign in, by Basic authentication.
        clock: by which a shell has been idle.
        ledger: counts, delays and fails the calls: area ``wsman``, named by their actions.
        site: the tenant, for the cmdlets of the shells.
    """

    def __init__(self, account: Account, clock: Clock, ledger: Ledger, site: Callable[[], Site]) -> None:
        self._account, self._ledger = account, ledger
        self.shells = Shells(clock, site)
        ledger.services.add(AREA)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, as ASGI 3 calls an application."""
        if scope["type"] != "http":
            await send({"type": "websocket.close"})
            return
        request = Request(scope, receive)
        try:
            response = await self._answer(request)
        except ClientDisconnect:
            return
        except asyncio.CancelledError:  # the server stops, and waits no longer
            response = Response(b"", 503)
        except AnswerLostError:
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1")]})
            raise
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        body = b""
        async for chunk in request.stream():  # all of it, or the connection could not be used again
            body = body + chunk if len(body) <= BODY_LIMIT else body
        if request.url.path != PATH or request.method != "POST":
            return Response(b"", 404 if request.url.path != PATH else 405)
        if not self._signed_in(request.headers.get("authorization", "")):
            return Response(b"", 401, headers=LOGIN)
        if len(body) > BODY_LIMIT:
            return Response(b"", 413)
        return await self._counted(body, str(request.url))

    def _signed_in(self, header: str) -> bool:
        scheme, _, credentials = header.partition(" ")
        try:
            given = b64decode(credentials) if scheme.casefold() == "basic" else b""
        except ValueError:
            return False
        expected = f"{self._account.user}:{self._account.password}".encode()
        return secrets.compare_digest(given, expected)

    async def _counted(self, body: bytes, address: str) -> Response:
        began = time.perf_counter()
        try:
            wanted = envelope.parse(body)
        except FaultError as error:
            return _shaped(envelope.fault(error, ""), 500)
        name = wanted.action.rpartition("/")[2] or "Identify"
        self._ledger.count(AREA, name)
        if wait := self._ledger.latency(AREA, name):
            await asyncio.sleep(wait)
        fault = self._ledger.fault(AREA, name)
        if fault and fault.effect == REFUSE:
            content = envelope.fault(FaultError(faults.INTERNAL, fault.message), wanted.message_id)
            status, code = fault.status, fault.code or str(faults.INTERNAL.code)
        else:
            status, content, code = await self._done(wanted, address)
        entry = {"area": AREA, "call": name, "path": PATH, "status": status, "code": code or None}
        milliseconds = round((time.perf_counter() - began) * 1000, 2)
        injected = fault.effect if fault else None
        self._ledger.record({**entry, "injected": injected, "milliseconds": milliseconds})
        if fault and fault.effect == LOSE:
            raise AnswerLostError(name)
        return _shaped(content, status)

    async def _done(self, wanted: Wanted, address: str) -> tuple[int, bytes, str]:
        try:
            return 200, await self._performed(wanted, address), ""
        except FaultError as error:
            found = error
        except Exception:  # noqa: BLE001 - whatever a request provokes, the service answers and goes on
            logger.error("wsman %s\n%s", wanted.action, traceback.format_exc())  # noqa: TRY400 - no secrets in args
            found = FaultError(faults.INTERNAL, "The offline tenant failed; its log says why.")
        return 500, envelope.fault(found, wanted.message_id), str(found.kind.code)

    async def _performed(self, wanted: Wanted, address: str) -> bytes:
        if wanted.body is not None and wanted.body.tag == envelope.IDENTIFY:
            return envelope.answer("", "", IDENTIFIED)
        if (action := ACTIONS.get(wanted.action)) is None:
            raise FaultError(faults.UNSUPPORTED, faults.NO_ACTION.format(wanted.action))
        body = await action(Host(self.shells, self._account.user, address), wanted)
        return envelope.answer(f"{wanted.action}Response", wanted.message_id, body)


def _shaped(content: bytes, status: int) -> Response:
    return Response(content, status, media_type=MEDIA_TYPE)
