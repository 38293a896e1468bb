"""The control plane over HTTP, below ``/_control``: reset, clock, counters, log, faults, latency, mailboxes.

It has no sign-in: the tenant listens on loopback only, and holds nothing of worth.
"""

from collections.abc import Callable
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any, Final

from offline_tenant import seed
from offline_tenant.exchange.seed import add_mailbox
from offline_tenant.web.call import Answer, Area, Call, Refusal, Route
from offline_tenant.web.ledger import Fault


def _error(status: int, code: str, message: str) -> Answer:
    return Answer(status, {"error": {"code": code, "message": message}})


AREA: Final = Area("control", _error)


def _bad(message: str) -> Refusal:
    return Refusal(_error(400, "BadRequest", message))


def _reset(call: Call) -> Answer:
    call.installation.store.empty()
    seed.seed(call.installation)
    call.ledger.reset()
    call.ledger.faults.clear()
    call.ledger.latencies.clear()
    return Answer(204)


def _stats(call: Call) -> Answer:
    stats = {area: names for area, names in call.ledger.stats().items() if area != AREA.name}
    if call.query.get("reset") == "true":
        call.ledger.reset()
    return Answer(200, stats)


def _log(call: Call) -> Answer:
    try:
        return Answer(200, call.ledger.log(int(call.query.get("last", "200"))))
    except ValueError as error:
        raise _bad("last: expected a whole number") from error


def _clock(call: Call) -> Answer:
    return Answer(200, {"now": call.installation.clock.now().isoformat()})


CLOCK_VERBS: Final[dict[str, Callable[[Call, Any], None]]] = {
    "advance": lambda call, value: call.installation.clock.advance(timedelta(seconds=float(value))),
    "set": lambda call, value: call.installation.clock.set(datetime.fromisoformat(value)),
    "stop": lambda call, value: call.installation.clock.stop(datetime.fromisoformat(value)),
    "reset": lambda call, _: call.installation.clock.reset(),
}


def _move_clock(call: Call) -> Answer:
    try:
        ((verb, value),) = call.json().items()
        CLOCK_VERBS[verb](call, value)
    except (AttributeError, KeyError, TypeError, ValueError, OverflowError) as error:
        raise _bad(f'expected one of {sorted(CLOCK_VERBS)}, as {{"advance": seconds}}') from error
    return _clock(call)


def _faults(call: Call) -> Answer:
    return Answer(200, call.ledger.describe_faults())


def _add_fault(call: Call) -> Answer:
    try:
        call.ledger.faults.append(Fault(**call.json()))
    except TypeError as error:
        known = ", ".join(field.name for field in fields(Fault))
        raise _bad(f"expected match, and any of: {known}") from error
    return Answer(201, call.ledger.describe_faults())


def _clear_faults(call: Call) -> Answer:
    call.ledger.faults.clear()
    return Answer(204)


def _set_latency(call: Call) -> Answer:
    try:
        call.ledger.latencies = {str(match): float(seconds) for match, seconds in call.json().items()}
    except (AttributeError, TypeError, ValueError) as error:
        raise _bad('expected seconds by pattern, as {"exchange *": 0.1}') from error
    return Answer(204)


def _add_mailbox(call: Call) -> Answer:
    try:
        wanted = call.json()
        address = str(wanted["address"])
    except (KeyError, TypeError, ValueError) as error:
        raise _bad('expected {"address": "name@domain", "name": …, "type": …}') from error
    tenant = call.installation.tenants()[0]
    name = str(wanted.get("name") or address.partition("@")[0])
    try:
        return Answer(201, add_mailbox(tenant, address, name, str(wanted.get("type", "SharedMailbox"))))
    except ValueError as error:
        raise _bad(str(error)) from error


def _objects(call: Call) -> Answer:
    """How many documents of each kind there are: what a run left behind shows here."""
    counted = ("applications", "servicePrincipals", "appRoleAssignments", "oauth2PermissionGrants")
    exchange = ("exchangeServicePrincipals", "mailboxes", "mailboxPermissions")
    tenant = call.installation.tenants()[0]
    return Answer(200, {kind: tenant.documents(kind).count() for kind in (*counted, *exchange)})


ROUTES: Final = [
    Route(AREA, method, f"/_control/{path}", handler)
    for method, path, handler in (
        ("POST", "reset", _reset),
        ("GET", "stats", _stats),
        ("GET", "log", _log),
        ("GET", "clock", _clock),
        ("POST", "clock", _move_clock),
        ("GET", "faults", _faults),
        ("POST", "faults", _add_fault),
        ("DELETE", "faults", _clear_faults),
        ("POST", "latency", _set_latency),
        ("POST", "mailboxes", _add_mailbox),
        ("GET", "objects", _objects),
    )
]
