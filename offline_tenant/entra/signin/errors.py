"""What sign-in refuses, in Microsoft's JSON.

https://learn.microsoft.com/entra/identity-platform/reference-error-codes
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from offline_tenant.entra.signin.client_faults import CLIENT_FAULTS
from offline_tenant.entra.signin.fault import Fault
from offline_tenant.entra.signin.people_faults import PEOPLE_FAULTS
from offline_tenant.web.call import Answer, Call

# OAuth 2.0's codes, as the token endpoint uses them: RFC 6749, 4.1.2.1 and 5.2.
CODES: Final = {
    400: "invalid_request",
    401: "invalid_client",
    403: "access_denied",
    429: "temporarily_unavailable",
    500: "server_error",
    503: "temporarily_unavailable",
}
NO_STORE: Final = {"Cache-Control": "no-store, no-cache", "Pragma": "no-cache"}


FAULTS: Final[Mapping[int, Fault]] = {**CLIENT_FAULTS, **PEOPLE_FAULTS}


class SignInError(Exception):
    """A sign-in that failed.

    Args:
        code: the number after AADSTS, one of ``FAULTS``.
        error: another OAuth 2.0 error code than the fault's usual one.
        values: what the text names.
    """

    def __init__(self, code: int, error: str | None = None, **values: str) -> None:
        fault = FAULTS[code]
        super().__init__(f"AADSTS{code}")
        self.code, self.status, self.error = code, fault.status, error or fault.error
        self.suberror = fault.suberror
        self.text = f"AADSTS{code}: {fault.text.format_map(values)}"


def answer(error: SignInError, call: Call) -> Answer:
    """The error as the token endpoint words it."""
    return Answer(error.status, _body(error, *_where(call)), NO_STORE)


def description(error: SignInError, call: Call) -> str:
    """The text of an error with where it happened, as redirects and pages carry it."""
    moment, trace, correlation = _where(call)
    return f"{error.text} {_trailer(moment, trace, correlation)}"


def _where(call: Call) -> tuple[datetime, str, str]:
    moment = call.installation.clock.now()
    trace = str(uuid5(NAMESPACE_URL, f"{moment.isoformat()} {call.method} {call.path}"))
    return moment, trace, call.headers.get("client-request-id", trace)


def _trailer(moment: datetime, trace: str, correlation: str) -> str:
    return f"Trace ID: {trace} Correlation ID: {correlation} Timestamp: {_stamp(moment)}"


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%SZ")


def _body(error: SignInError, moment: datetime, trace: str, correlation: str) -> dict[str, Any]:
    timestamp = _stamp(moment)
    suberror = {"suberror": error.suberror} if error.suberror else {}
    return {
        "error": error.error,
        "error_description": f"{error.text} {_trailer(moment, trace, correlation)}",
        "error_codes": [error.code],
        "timestamp": timestamp,
        "trace_id": trace,
        "correlation_id": correlation,
        "error_uri": f"https://login.microsoftonline.com/error?code={error.code}",
        **suberror,
    }


def area_error(status: int, code: str, message: str) -> Answer:
    """Errors that no AADSTS code stands for: injected faults, and faults of the offline tenant itself."""
    return Answer(status, {"error": code, "error_description": message, "error_codes": []}, NO_STORE)


def stamp(call: Call, answer: Answer) -> Answer:
    """Such an error with what its call goes by."""
    moment, trace, correlation = _where(call)
    answer.body.update({"timestamp": _stamp(moment), "trace_id": trace, "correlation_id": correlation})
    return answer


def wrong_method(call: Call, allowed: Sequence[str]) -> SignInError:
    """A verb that the path does not take."""
    return SignInError(900561, method=call.method, allowed=", ".join(allowed))
