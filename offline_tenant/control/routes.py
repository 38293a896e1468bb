"""The control plane over HTTP, below ``/_control``: what tests and people may do that Microsoft would not let them."""

from typing import Final

from offline_tenant.control import (
    calls,
    clock,
    exchange,
    issuers,
    lag,
    limits,
    mailboxes,
    state,
    tenants,
    throttle,
)
from offline_tenant.control.frame import AREA, Row, guarded
from offline_tenant.web.call import Answer, Call, Route

__all__ = ["AREA", "ROUTES"]

ROOT: Final = "/_control"


def _index(_: Call) -> Answer:
    return Answer(
        200, [{"method": row.method, "path": f"{ROOT}/{row.path}", "does": row.summary} for row in ROWS]
    )


ROWS: Final = (
    *state.ROWS,
    *clock.ROWS,
    *calls.ROWS,
    *lag.ROWS,
    *throttle.ROWS,
    *limits.ROWS,
    *exchange.ROWS,
    *tenants.ROWS,
    *mailboxes.ROWS,
    *issuers.ROWS,
)
INDEX: Final = Row("GET", "", _index, "this list")
ROUTES: Final = [
    Route(AREA, row.method, f"{ROOT}/{row.path}".rstrip("/"), guarded(row)) for row in (INDEX, *ROWS)
]
