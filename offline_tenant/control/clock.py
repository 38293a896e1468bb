"""The tenant's clock: show, set, advance, stop, start, reset."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from pydantic import model_validator

from offline_tenant.control.bodies import Body, Duration, Moment
from offline_tenant.control.frame import Row, read, refusal
from offline_tenant.state.clock import Clock
from offline_tenant.web.call import Answer, Call

VERBS: Final[Mapping[str, Callable[[Clock, Any], None]]] = {
    "advance": Clock.advance,
    "set": Clock.set,
    "stop": lambda clock, at: clock.stop(at or clock.now()),
    "start": lambda clock, _: clock.set(clock.now()),
    "reset": lambda clock, _: clock.reset(),
}
ONE: Final = f"expected one of {', '.join(VERBS)}"


class Move(Body):
    """One verb, with its value where it has one."""

    advance: Duration | None = None
    set: Moment | None = None
    stop: Moment | None = None
    start: bool | None = None
    reset: bool | None = None

    @model_validator(mode="after")
    def one_verb(self) -> "Move":
        """Exactly one, and a value for those that need one."""
        given = self.model_fields_set
        if len(given) != 1:
            raise ValueError(ONE)
        for verb in given & {"advance", "set"}:
            if getattr(self, verb) is None:
                raise ValueError(f"{verb}: needs a value")
        return self


def _show(call: Call) -> Answer:
    clock = call.installation.clock
    now = clock.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return Answer(200, {"now": now, "stopped": clock.stopped()})


def _move(call: Call) -> Answer:
    wanted = read(call, Move)
    (verb,) = wanted.model_fields_set
    try:
        VERBS[verb](call.installation.clock, getattr(wanted, verb))
    except ValueError as error:
        raise refusal(400, f"{verb}: {error}") from error
    return _show(call)


ROWS: Final = (
    Row("GET", "clock", _show, "the tenant's time"),
    Row("POST", "clock", _move, "advance, set, stop, start or reset it"),
)
