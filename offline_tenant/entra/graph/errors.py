"""Graph's error bodies.

https://learn.microsoft.com/graph/errors
"""

from collections.abc import Mapping
from itertools import count
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from offline_tenant.entra.directory.errors import DirectoryError
from offline_tenant.web.call import Answer, Call

# Tells calls of the same moment apart; only what identifies a call comes of it, nothing that is kept.
CALLS: Final = count()


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
    return Answer(error.status, body, _headers(error) | dict(ids))


def _moment(call: Call) -> str:
    return call.installation.clock.now().strftime("%Y-%m-%dT%H:%M:%S")


def area_error(status: int, code: str, message: str) -> Answer:
    """Injected errors, and faults of the offline tenant itself."""
    return Answer(status, _body(code, message, {}))


def _body(code: str, message: str, inner: dict[str, str]) -> dict[str, Any]:
    return {"error": {"code": code, "message": message, "innerError": inner}}


def _headers(error: DirectoryError) -> dict[str, str]:
    return {"WWW-Authenticate": "Bearer"} if error.status == 401 else {}  # noqa: PLR2004 - HTTP's own number
