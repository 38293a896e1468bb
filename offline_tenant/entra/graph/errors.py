"""Graph's error bodies.

https://learn.microsoft.com/graph/errors
"""

from typing import Any
from uuid import NAMESPACE_URL, uuid5

from offline_tenant.entra.directory.errors import DirectoryError
from offline_tenant.web.call import Answer, Call


def unauthenticated(message: str) -> DirectoryError:
    """The caller is not who the token says, or there is no token."""
    return DirectoryError(401, "InvalidAuthenticationToken", message)


def bad_syntax(message: str) -> DirectoryError:
    """The request is no OData request."""
    return DirectoryError(400, "BadRequest", message)


def answer(error: DirectoryError, call: Call) -> Answer:
    """The error as Graph words it."""
    moment = call.installation.clock.now().strftime("%Y-%m-%dT%H:%M:%S")
    request_id = str(uuid5(NAMESPACE_URL, f"{moment} {call.method} {call.path}"))
    client_request_id = call.headers.get("client-request-id", request_id)
    inner = {"date": moment, "request-id": request_id, "client-request-id": client_request_id}
    return Answer(error.status, _body(error.code, error.message, inner), _headers(error))


def area_error(status: int, code: str, message: str) -> Answer:
    """Injected errors, and faults of the offline tenant itself."""
    return Answer(status, _body(code, message, {}))


def _body(code: str, message: str, inner: dict[str, str]) -> dict[str, Any]:
    return {"error": {"code": code, "message": message, "innerError": inner}}


def _headers(error: DirectoryError) -> dict[str, str]:
    return {"WWW-Authenticate": "Bearer"} if error.status == 401 else {}  # noqa: PLR2004 - HTTP's own number
