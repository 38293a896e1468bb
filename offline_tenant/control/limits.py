"""How much the mail servers let one mailbox do."""

from typing import Annotated, Final, Literal

from pydantic import AfterValidator, ConfigDict, RootModel

from offline_tenant.control.bodies import Count
from offline_tenant.control.frame import Row, done, read
from offline_tenant.mail import limits
from offline_tenant.mail.limit_table import LIMITS, Value
from offline_tenant.web.call import Answer, Call


def _known(name: str) -> str:
    if name not in LIMITS:
        raise ValueError(f"no such limit; known are {', '.join(LIMITS)}")
    return name


class Wanted(RootModel[dict[Annotated[str, AfterValidator(_known)], Count | Literal["unlimited"] | None]]):
    """A number or ``unlimited`` by name; null is Exchange's own."""

    model_config = ConfigDict(strict=True)


def _show(call: Call) -> Answer:
    return Answer(200, limits.values(call.installation))


def _put(call: Call) -> Answer:
    return _changed(call, {})


def _change(call: Call) -> Answer:
    return _changed(call, limits.changed(call.installation))


def _changed(call: Call, known: dict[str, Value]) -> Answer:
    wanted = {**known, **read(call, Wanted).root}
    limits.change(call.installation, {name: value for name, value in wanted.items() if value is not None})
    return _show(call)


def _reset(call: Call) -> None:
    limits.change(call.installation, {})


ROWS: Final = (
    Row("GET", "limits", _show, "how much the mail servers let one mailbox do"),
    Row("PUT", "limits", _put, "these limits, and Exchange's own for the others"),
    Row("POST", "limits", _change, "these limits; null is Exchange's own"),
    Row("DELETE", "limits", done(_reset), "Exchange's own limits"),
)
