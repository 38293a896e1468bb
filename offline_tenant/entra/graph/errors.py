"""Graph's error bodies.

https://learn.microsoft.com/graph/errors
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import count
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from offline_tenant.entra.directory.errors import DirectoryError
from offline_tenant.web.call import Answer, Call

# Tells calls of the same moment apart; only what identifies a call comes of it, nothing that is kept.
CALLS: Final = count()
# What the directory behind Graph calls an error of a status, and Graph itself where the directory has no word.
CODES: Final = {
    400: "Request_BadRequest",
    401: "InvalidAuthenticationToken",
    403: "Authorization_RequestDenied",
    404: "Request_ResourceNotFound",
    409: "Request_MultipleObjectsWithSameKeyValue",
    429: "TooManyRequests",
    500: "InternalServerError",
    501: "NotImplemented",
    503: "ServiceUnavailable",
    504: "GatewayTimeout",
}


def unauthenticated(message: str) -> DirectoryError:
    """The caller is not who the token says, or there is no token."""
    return DirectoryError(401, "InvalidAuthenticationToken", message)


def bad_syntax(message: str) -> DirectoryError:
    """The request is no OData request."""
    return DirectoryError(400, "BadRequest", message)


def identifiers(call: Call) -> dict[str, str]:
    """What a call goes by, in headers and errors: Graph's own id, and the client's if it gave one."""
    request_id = str(uuid5(NAMESPACE_URL, f"{_moment(call)} {call.method} {call.path} {next(CALLS)}"))
    return {"request-id": request_id, "client-request-id": call.headers.get("client-request-id", request_id)}


def answer(error: DirectoryError, call: Call, ids: Mapping[str, str]) -> Answer:
    """The error as Graph words it."""
    body = _body(error.code, error.message, {"date": _moment(call), **ids})
    if error.target:
        detail = {"code": error.code, "message": error.message, "target": error.target}
        body["error"]["details"] = [detail]
    return Answer(error.status, body, _headers(error) | dict(ids))


def _moment(call: Call) -> str:
    return call.installation.clock.now().strftime("%Y-%m-%dT%H:%M:%S")


def area_error(status: int, code: str, message: str) -> Answer:
    """Injected errors, and faults of the offline tenant itself; ``stamp`` tells of which call."""
    return Answer(status, _body(code, message, {}))


def stamp(call: Call, answer: Answer) -> Answer:
    """An error with what its call goes by."""
    ids = identifiers(call)
    answer.body["error"]["innerError"].update({"date": _moment(call), **ids})
    return replace(answer, headers={**answer.headers, **ids})


def wrong_method(call: Call, _: Sequence[str]) -> Answer:
    """A verb that the path does not take."""
    text = "Specified HTTP method is not allowed for the request target."
    return stamp(call, area_error(405, "Request_BadRequest", text))


def too_long(call: Call) -> Answer:
    """A body above the limit."""
    return stamp(call, area_error(413, "BadRequest", "The maximum request length supported is 4MB."))


def _body(code: str, message: str, inner: dict[str, str]) -> dict[str, Any]:
    return {"error": {"code": code, "message": message, "innerError": inner}}


def _headers(error: DirectoryError) -> dict[str, str]:
    return {"WWW-Authenticate": "Bearer"} if error.status == 401 else {}  # noqa: PLR2004 - HTTP's own number
