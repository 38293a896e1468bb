"""Throttling: how much Exchange's cmdlets let one application do."""

from typing import Final

from offline_tenant.control.bodies import Nothing, Throttle
from offline_tenant.control.frame import Row, done, read
from offline_tenant.exchange import throttle
from offline_tenant.web.call import Answer, Call


def _show(call: Call) -> Answer:
    return Answer(200, throttle.configured(call.installation.settings))


def _put(call: Call) -> Answer:
    throttle.configure(call.installation.settings, read(call, Throttle).model_dump(exclude_none=True))
    return _show(call)


def _realistic(call: Call) -> Answer:
    read(call, Nothing)
    throttle.configure(call.installation.settings, throttle.REALISTIC)
    return _show(call)


def _off(call: Call) -> None:
    throttle.configure(call.installation.settings, {})


ROWS: Final = (
    Row("GET", "throttle", _show, "the limits of Exchange's cmdlets that are enforced"),
    Row("PUT", "throttle", _put, "these and no others"),
    Row("POST", "throttle/realistic", _realistic, "as callers of real tenants saw them"),
    Row("DELETE", "throttle", done(_off), "nothing is throttled"),
)
