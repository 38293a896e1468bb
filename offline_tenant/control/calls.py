"""Calls: what happened to them (counters, log), and what shall happen (latency, faults)."""

from fnmatch import fnmatchcase
from typing import Any, Final

from offline_tenant.control.bodies import Latency, NewFault
from offline_tenant.control.frame import Row, done, flag, read, refusal
from offline_tenant.web.call import Answer, Call
from offline_tenant.web.faults import Fault
from offline_tenant.web.ledger import LOG_LENGTH

LAST: Final = 200  # entries of the log, unless more are asked for
FAILED: Final = 400  # the first HTTP status that is an error


def _stats(call: Call) -> Answer:
    stats = call.ledger.stats()
    if flag(call, "reset"):
        call.ledger.reset()
    return Answer(200, stats)


def _log(call: Call) -> Answer:
    text = call.query.get("last", str(LAST))
    if not (text.isascii() and text.isdigit()):
        raise refusal(400, "last: expected a whole number")
    failed, service, pattern = flag(call, "failed"), _service(call), call.query.get("call", "*")
    found = [
        entry
        for entry in call.ledger.log()
        if (not failed or _is_failure(entry))
        and service in (None, entry["area"])
        and fnmatchcase(str(entry["call"]), pattern)
    ]
    last = min(int(text[:9]), LOG_LENGTH)
    return Answer(200, found[-last:] if last else [])


def _service(call: Call) -> str | None:
    name = call.query.get("service")
    if name is not None and name not in call.ledger.services:
        raise refusal(400, f"service: expected one of {', '.join(sorted(call.ledger.services))}")
    return name


def _is_failure(entry: dict[str, Any]) -> bool:
    """By HTTP status, by the answer of a mail server, by the outcome of a login."""
    status = entry.get("status")
    if isinstance(status, int):
        return status >= FAILED
    return status in {"NO", "BAD", "ERR"} or entry.get("outcome", "ok") != "ok"


def _latency(call: Call) -> Answer:
    return Answer(200, call.ledger.latencies)


def _put_latency(call: Call) -> Answer:
    call.ledger.latencies = _wanted(call, {})
    return _latency(call)


def _change_latency(call: Call) -> Answer:
    call.ledger.latencies = _wanted(call, call.ledger.latencies)
    return _latency(call)


def _wanted(call: Call, known: dict[str, float]) -> dict[str, float]:
    wanted = {**known, **read(call, Latency).root}
    return {match: seconds for match, seconds in wanted.items() if seconds is not None}


def _clear_latency(call: Call) -> None:
    call.ledger.latencies.clear()


def _faults(call: Call) -> Answer:
    return Answer(200, call.ledger.describe_faults())


def _add_fault(call: Call) -> Answer:
    fault = Fault(**read(call, NewFault).model_dump())
    return Answer(201, call.ledger.add_fault(fault).described())


def _clear_faults(call: Call) -> None:
    number = call.query.get("id")
    left = [fault for fault in call.ledger.faults if number is not None and str(fault.id) != number]
    if number is not None and len(left) == len(call.ledger.faults):
        raise refusal(404, f"there is no fault {number}")
    call.ledger.faults[:] = left


ROWS: Final = (
    Row("GET", "stats", _stats, "the counters; ?reset=true sets them to zero", ("reset",)),
    Row(
        "GET",
        "log",
        _log,
        "the newest calls; ?last=, ?service=, ?call=, ?failed=true",
        ("last", "service", "call", "failed"),
    ),
    Row("GET", "latency", _latency, "seconds that calls are held up, by pattern"),
    Row("PUT", "latency", _put_latency, "these and no others"),
    Row("POST", "latency", _change_latency, "these too; null takes one away"),
    Row("DELETE", "latency", done(_clear_latency), "no call is held up"),
    Row("GET", "faults", _faults, "the faults that are injected"),
    Row("POST", "faults", _add_fault, "inject one more"),
    Row("DELETE", "faults", done(_clear_faults), "inject none, or not the one of ?id=", ("id",)),
)
