"""A call inside another one: counted, failed as told, and logged as if it had come by itself."""

import time

from offline_tenant.web.app import injected, log_entry
from offline_tenant.web.call import Answer, Call, Refusal, Route
from offline_tenant.web.faults import LOSE, REFUSE


def answer_part(route: Route, call: Call) -> Answer:
    """Serve one part of a batch; what it changed is undone if it is refused, and only that.

    Args:
        route: who would answer it if it came alone.
        call: as it would have come.
    """
    area, name, began = route.area.name, route.name_of(call), time.perf_counter()
    call.ledger.count(area, name)
    fault = call.ledger.fault(area, name)
    answer = (
        injected(route.area, call, fault) if fault and fault.effect == REFUSE else _undone_alone(route, call)
    )
    milliseconds = round((time.perf_counter() - began) * 1000, 2)
    call.ledger.record(log_entry(area, name, call, answer, fault) | {"milliseconds": milliseconds})
    lost = fault is not None and fault.effect == LOSE
    return Answer(answer.status, answer.body, answer.headers, lost)


def _undone_alone(route: Route, call: Call) -> Answer:
    try:
        with call.installation.store.savepoint():
            return route.handler(call)
    except Refusal as refusal:
        return refusal.answer
