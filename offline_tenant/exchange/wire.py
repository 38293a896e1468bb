"""Records, warnings, questions and errors as the admin API writes them into JSON."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from offline_tenant.exchange.errors import CmdletError
from offline_tenant.exchange.invocation import Record, Value
from offline_tenant.exchange.names import SERVER
from offline_tenant.web.call import Answer, Call

Json = dict[str, Any]

# Status → the code of the OData error around a cmdlet's own error.
CODES: Final = {
    400: "BadRequest",
    401: "Unauthorized",
    403: "Forbidden",
    404: "NotFound",
    405: "MethodNotAllowed",
    429: "TooManyRequests",
    500: "InternalServerError",
    501: "NotImplemented",
    503: "ServiceUnavailable",
    504: "GatewayTimeout",
}
ODATA_EXCEPTION: Final = "Microsoft.Exchange.Admin.OData.Core.ODataServiceException"
WARNINGS_TYPE: Final = {"adminapi.warnings@odata.type": "#Collection(String)"}


def answer(context: str, records: Sequence[Record], warnings: Sequence[str], extra: Json) -> Answer:
    """What a cmdlet gave back.

    Args:
        context: the address of the metadata document.
        records: one page of them.
        warnings: in the order in which they were given.
        extra: further members of the body: the next page's address, a question.
    """
    body = {"@odata.context": context, **WARNINGS_TYPE, "@adminapi.warnings": list(warnings), **extra}
    body["value"] = [_record(record) for record in records]
    return Answer(200, body, {"X-Warnings": json.dumps(warnings)} if warnings else {})


def error(cause: CmdletError) -> Answer:
    """A cmdlet that failed."""
    detail = {"code": cause.category, "target": "", "message": cause.text}
    inner = {"message": cause.message, "type": cause.exception, "stacktrace": ""}
    body = _error(CODES.get(cause.status, "InternalServerError"), "Error executing cmdlet", [detail], inner)
    return Answer(cause.status, body, {"x-ExceptionType": cause.reason, "X-FEServer": SERVER})


def plain_error(status: int, code: str, message: str) -> Answer:
    """An error of the endpoint itself, outside any cmdlet; also how injected faults look."""
    detail = {"code": "Client", "target": "", "message": message}
    return Answer(status, _error(code, message, [detail], None), {"X-FEServer": SERVER})


def not_emulated(what: str) -> Answer:
    """Microsoft's endpoint has it, this one has not, and says so."""
    return plain_error(501, CODES[501], f"The offline tenant does not emulate {what}.")


def wrong_method(call: Call, _: Sequence[str] = ()) -> Answer:
    """A verb that the path does not take."""
    text = f"The requested resource does not support http method '{call.method}'."
    return plain_error(405, "MethodNotAllowed", text)


def too_long(_: Call) -> Answer:
    """A body above the limit."""
    return plain_error(413, "RequestEntityTooLarge", "Maximum request length exceeded.")


def _error(code: str, message: str, details: list[Json], internal: Json | None) -> Json:
    inner: Json = {"message": message, "type": ODATA_EXCEPTION, "stacktrace": ""}
    if internal:
        inner["internalexception"] = internal
    shaped = {"code": code, "message": message, "details": details, "innererror": inner}
    return {"error": shaped, **WARNINGS_TYPE, "@adminapi.warnings": []}


def _record(record: Record) -> Json:
    shaped: Json = {}
    for name, value in record.items():
        shaped.update(_typed(name, value))
    return shaped


def _typed(name: str, value: Value) -> Json:
    if isinstance(value, UUID):
        return {f"{name}@data.type": "System.Guid", f"{name}@odata.type": "#Guid", name: str(value)}
    if isinstance(value, datetime):
        return {f"{name}@data.type": "System.DateTime", name: _time(value)}
    if isinstance(value, list):
        return {f"{name}@odata.type": "#Collection(String)", name: value}
    return {name: value}


def _time(value: datetime) -> str:
    # Seven places, as .NET counts in ticks of 100 nanoseconds: 2022-09-21T08:07:47.0000000+00:00
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f0+00:00")
