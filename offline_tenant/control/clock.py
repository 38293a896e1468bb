"""The tenant's clock: show, set, advance, stop, start, reset."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator

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


def _given(value: Any) -> Any:
    if value is None:
        raise ValueError("needs a value")
    return value


NEEDED: Final = BeforeValidator(_given)


class Move(Body):
    """One verb, with its value where it has one; false is no move."""

    advance: Annotated[Duration | None, NEEDED] = None
    set: Annotated[Moment | None, NEEDED] = None
    stop: Moment | None = None
    start: Literal[True] | None = None
    reset: Literal[True] | None = None


def _one_verb(body: Mapping[str, Any]) -> list[str]:
    if not body:
        return [ONE]
    verbs = [verb for verb in VERBS if verb in body]
    return [f"{' and '.join(verbs)}: {ONE}"] if len(verbs) > 1 else []


def _show(call: Call) -> Answer:
    clock = call.installation.clock
    now = clock.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return Answer(200, {"now": now, "stopped": clock.stopped()})


def _move(call: Call) -> Answer:
    wanted = read(call, Move, _one_verb)
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
