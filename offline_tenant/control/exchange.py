"""How a tenant's Exchange behaves where Microsoft's behaves in several ways."""

from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator

from offline_tenant.control.bodies import Body, Line
from offline_tenant.control.frame import Row, done, read, tenant_of
from offline_tenant.exchange import customization, recipient_filter, settings
from offline_tenant.exchange.errors import CmdletError
from offline_tenant.web.call import Answer, Call

TENANT: Final = ("tenant",)


def _filter(text: str) -> str:
    try:
        recipient_filter.parse(text, "write_scope")
    except CmdletError as error:
        raise ValueError(f"expected a recipient filter: {error.message}") from error
    return text


class Settings(Body):
    """Some of ``settings.DEFAULTS``; null is the default."""

    unknown_identity: Literal["error", "everything"] | None = None
    validate_object_id: bool | None = None
    dehydrated: bool | None = None
    write_scope: Annotated[Line, AfterValidator(_filter)] | None = None


def _show(call: Call) -> Answer:
    return Answer(200, settings.of(tenant_of(call)))


def _change(call: Call) -> Answer:
    given = read(call, Settings).model_dump(exclude_unset=True)
    _put(call, {name: settings.DEFAULTS[name] if value is None else value for name, value in given.items()})
    return _show(call)


def _reset(call: Call) -> None:
    _put(call, settings.DEFAULTS)


def _put(call: Call, wanted: Any) -> None:
    tenant = tenant_of(call)
    if "dehydrated" in wanted:
        customization.assume(tenant, dehydrated=wanted["dehydrated"])
    settings.change(tenant, wanted)


ROWS: Final = (
    Row("GET", "exchange", _show, "how a tenant's Exchange behaves where Microsoft's varies", TENANT),
    Row("POST", "exchange", _change, "another behaviour in some of it; null is the default", TENANT),
    Row("DELETE", "exchange", done(_reset), "all of it as it begins", TENANT),
)
