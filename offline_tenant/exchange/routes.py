"""Who answers what below ``/adminapi``: the endpoint that Exchange's PowerShell module calls.

Microsoft does not document it; it is described by the public code that speaks to it.
"""

from collections.abc import Mapping
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import Any, Final

from offline_tenant.entra.verification import EXCHANGE_AUDIENCES, Claims, TokenError, verify
from offline_tenant.exchange import batch, paging, run, throttle, wire
from offline_tenant.exchange.admission import Caller, NotAdmittedError, admit
from offline_tenant.exchange.errors import CmdletError
from offline_tenant.exchange.names import SERVER
from offline_tenant.exchange.syntax import SYNTAX
from offline_tenant.state.tenant import Tenant
from offline_tenant.web.call import Answer, Area, Call, Refusal, Route, open_gate

AREA: Final = Area(
    "exchange",
    wire.plain_error,
    prefixes=("/adminapi/",),
    wrong_method=wire.wrong_method,
    too_long=wire.too_long,
    codes=wire.CODES,
    gate=throttle.gate(lambda _: 1),
)
BATCH: Final = replace(AREA, name="batch", prefixes=(), gate=throttle.gate(lambda call: len(_batched(call))))
# Connecting is counted by itself: "exchange" in the counters is cmdlets only.
CONNECTING: Final = replace(AREA, name="connect", prefixes=(), gate=open_gate)

UNAUTHORIZED: Final = 401
NAME_LENGTH: Final = 64  # what a counter keeps of a cmdlet's name


def _invoke(call: Call) -> Answer:
    caller = _caller(call)
    if (form := call.headers.get("x-responseformat", "json")).casefold() != "json":
        return wire.not_emulated(f"X-ResponseFormat: {form}")
    name, arguments = _cmdlet(call)
    if name.casefold() not in caller.cmdlets:
        return _nothing_there()
    try:
        return _run(call, caller.tenant, name, arguments)
    except CmdletError as error:
        raise Refusal(wire.error(error)) from error


def _run(call: Call, tenant: Tenant, name: str, arguments: Mapping[str, Any]) -> Answer:
    outcome = run.run(tenant, name, arguments)
    context = f"{call.base_url}/adminapi/beta/{tenant.id}/$metadata#Collection(Exchange.GenericHashTable)"
    if isinstance(outcome, run.Question):
        answer = wire.answer(context, [], [], {"@adminapi.confirmationmessage": outcome.text})
    else:
        records, more = paging.page(call, outcome.rows)
        answer = wire.answer(context, records, outcome.warnings, more)
    return Answer(answer.status, answer.body, {**answer.headers, "X-FEServer": SERVER, "Cmdlet-Name": name})


def _batch(call: Call) -> Answer:
    _caller(call)
    return batch.run(call, INVOKE)


def _batched(call: Call) -> list[str]:
    try:
        return [_counted_as(part.call) for part in batch.parts(call)]
    except Refusal:
        return []


def _batch_waits(call: Call) -> float:
    return sum(call.ledger.latency(AREA.name, name) for name in _batched(call))


def _cmdlet(call: Call) -> tuple[str, dict[str, Any]]:
    try:
        given = call.json()["CmdletInput"]
        name, arguments = given["CmdletName"], given.get("Parameters")
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise _refused(400, "BadRequest", "The request body has no CmdletInput with a CmdletName.") from error
    if not isinstance(name, str) or not isinstance(arguments, dict | None):
        raise _refused(400, "BadRequest", "CmdletName is text, and Parameters is an object.")
    return name, arguments or {}


def _counted_as(call: Call) -> str:
    try:
        return _cmdlet(call)[0][:NAME_LENGTH]
    except Refusal:
        return "(malformed)"


def _caller(call: Call) -> Caller:
    tenant = call.installation.tenant(call.parameters["tenant"])
    if tenant is None:
        raise _refused(404, "NotFound", f"Tenant '{call.parameters['tenant']}' not found.")
    try:
        return admit(tenant, _claims(call, tenant))
    except NotAdmittedError as error:
        raise _not_admitted(error) from error


def _not_admitted(error: NotAdmittedError) -> Refusal:
    if error.status == UNAUTHORIZED:
        return _unauthorized(error.message)
    return _refused(error.status, "Forbidden", error.message)


def _claims(call: Call, tenant: Tenant) -> Claims:
    kind, _, token = call.headers.get("authorization", "").partition(" ")
    if kind.casefold() != "bearer":
        raise _unauthorized("There is no bearer token.")
    try:
        return verify(tenant, token.strip(), EXCHANGE_AUDIENCES)
    except TokenError as error:
        raise _unauthorized(f"The bearer token was refused: {error.reason}.") from error


def _refused(status: int, code: str, message: str) -> Refusal:
    return Refusal(wire.plain_error(status, code, message))


def _unauthorized(message: str) -> Refusal:
    shaped = wire.plain_error(401, "Unauthorized", message)
    challenge = 'Bearer client_id="00000002-0000-0ff1-ce00-000000000000", error="invalid_token"'
    return Refusal(Answer(401, shaped.body, {**shaped.headers, "WWW-Authenticate": challenge}))


def _nothing_there() -> Answer:
    # Measured: neither JSON nor gzip, although it says so.
    headers = {"Content-Encoding": "gzip", "Content-Type": "application/json", "X-FEServer": SERVER}
    return Answer(403, b"\0" * 32, headers)


def _module_file(call: Call) -> Answer:
    caller = _caller(call)
    wanted = [one.strip().casefold() for one in call.headers.get("commandname", "*").split(",")]
    exported = [name for name in sorted(caller.cmdlets) if any(fnmatchcase(name, one) for one in wanted)]
    names = [SYNTAX[name].name for name in exported]
    context = f"{call.base_url}/adminapi/v1.0/{caller.tenant.id}/$metadata#Collection(Exchange.EXOModuleFile)"
    return Answer(200, {"@odata.context": context, "value": [{"exportedCmdlets": ",".join(names)}]})


def _banner(call: Call) -> Answer:
    caller = _caller(call)
    call.ledger.count_total("connects")
    context = f"{call.base_url}/adminapi/v1.0/{caller.tenant.id}/$metadata#Collection(Exchange.EXOBanner)"
    return Answer(200, {"@odata.context": context, "value": [{"name": "AutogenSession", "banner": ""}]})


def _wrong_version(call: Call) -> Answer:
    return wire.wrong_method(call)


V1: Final = "/adminapi/v1.0/{tenant}"
BETA: Final = "/adminapi/beta/{tenant}"
INVOKE: Final = Route(AREA, "POST", f"{BETA}/InvokeCommand", _invoke, _counted_as)
ROUTES: Final = [
    INVOKE,
    Route(BATCH, "POST", f"{BETA}/$batch", _batch, lambda _: "$batch", _batch_waits),
    Route(AREA, "POST", f"{V1}/InvokeCommand", _wrong_version, lambda _: "(v1.0)"),
    Route(CONNECTING, "GET", f"{V1}/EXOModuleFile", _module_file, lambda _: "EXOModuleFile"),
    Route(CONNECTING, "GET", f"{V1}/EXOBanner('AutogenSession')", _banner, lambda _: "EXOBanner"),
]
