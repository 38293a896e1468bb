"""What can go wrong, worded as the real plugin words it.

PluginError
├── SettingsError           the configuration does not suffice to sign in
├── ConnectionFailedError   no answer came
├── GraphError              Graph, or the sign-in service, answered with an error
├── CancelledError          the engine asked to stop
└── InitFailedError         made, but not finished: the engine keeps it and the next update finishes it
"""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any


class PluginError(Exception):
    """The base; its text is what the engine prints."""


class SettingsError(PluginError):
    """The configuration does not suffice to sign in."""


class CancelledError(PluginError):
    """The engine asked to stop."""

    def __init__(self) -> None:
        super().__init__("context canceled")


class ConnectionFailedError(PluginError):
    """No answer came.

    Args:
        method: GET, POST, …
        url: without its query.
        reason: why, in a few words.
        reached: whether the request may have arrived.
    """

    def __init__(self, method: str, url: str, reason: str, *, reached: bool) -> None:
        super().__init__(f'performing request: {method.capitalize()} "{url}": {reason}')
        self.method, self.url, self.reason, self.reached = method, url, reason, reached


class GraphError(PluginError):
    """An answer that is an error.

    Args:
        status: the HTTP status.
        code: OData's error code, empty if the body is no OData error.
        message: OData's text, or what the body holds.
    """

    def __init__(self, status: int, code: str, message: str) -> None:
        self.status, self.code, self.message = status, code, message
        super().__init__(f"unexpected status {status} ({status} {_phrase(status)}){self._detail()}")

    def _detail(self) -> str:
        if self.code:
            return f" with error: {self.code}: {self.message}"
        return f" with response: {self.message}" if self.message else " received with no body"


class InitFailedError(PluginError):
    """Made, but not finished.

    Args:
        resource_id: the id under which the engine shall keep it.
        properties: its outputs as far as they are known.
        secrets: which of them are secrets.
        reason: what went wrong.
    """

    def __init__(
        self, resource_id: str, properties: dict[str, Any], secrets: frozenset[str], reason: str
    ) -> None:
        super().__init__(reason)
        self.resource_id, self.properties = resource_id, properties
        self.secrets, self.reason = secrets, reason


@contextmanager
def described(summary: str) -> Iterator[None]:
    """Put what was being done before what went wrong."""
    try:
        yield
    except CancelledError:
        raise
    except PluginError as error:
        raise PluginError(f"{summary}: {error}") from error


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "unknown"
