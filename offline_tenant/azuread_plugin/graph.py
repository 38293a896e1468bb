"""Microsoft Graph as the real plugin calls it: headers, encoding of queries, retries, paging, errors."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote_plus

from offline_tenant.azuread_plugin.errors import ConnectionFailedError, GraphError, PluginError
from offline_tenant.azuread_plugin.http import Reply
from offline_tenant.azuread_plugin.pace import IN_A_ROW
from offline_tenant.azuread_plugin.signin import USER_AGENT, Session, odata_error

NOT_FOUND: Final = 404
RETRIED_STATUSES: Final = frozenset({408, 424, 429, *range(500, 600)} - {501})
SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
LONGEST_WAIT: Final = 61.0  # seconds
SUCCESSES: Final[Mapping[str, tuple[int, ...]]] = {
    "GET": (200,),
    "POST": (200, 201, 202, 204),
    "PATCH": (200, 202, 204),
    "DELETE": (200, 204),
}
# Statuses that one operation retries beside those that all do, with a pattern over Graph's error.
Retry = Mapping[int, str]
NO_RETRY: Final[Retry] = {}


@dataclass
class Operation:
    """Graph during one operation of the engine.

    Args:
        session: signed in at the first need.
        seconds: how long the operation may take.
    """

    session: Session
    seconds: float

    def __post_init__(self) -> None:
        self.deadline = self.session.pace.now() + self.seconds

    @property
    def caller_id(self) -> str:
        """The object id of who is signed in."""
        return self.session.caller_id

    def directory_object(self, object_id: str) -> str:
        """The address that owners are bound by."""
        return f"{self._base()}/v1.0/directoryObjects/{object_id}"

    def get(self, path: str, **query: str) -> Any:
        """Read one object; ``select="a"`` and ``filter="…"`` become OData's ``$select`` and ``$filter``."""
        return self._call("GET", self._base() + path + _encoded(query)).json() or {}

    def get_late(self, path: str, **query: str) -> Any:
        """As ``get``, of what may not have arrived everywhere: 404 is asked again."""
        return self._call("GET", self._base() + path + _encoded(query), retry={NOT_FOUND: ""}).json() or {}

    def find(self, path: str, **query: str) -> dict[str, Any] | None:
        """Read one object; None if it is not there."""
        try:
            found: dict[str, Any] = self.get(path, **query)
        except GraphError as error:
            if error.status == NOT_FOUND:
                return None
            raise
        return found

    def list(self, path: str, **query: str) -> list[dict[str, Any]]:
        """Read a list, all pages of it."""
        return list(self._items(self._base() + path + _encoded(query)))

    def post(self, path: str, body: Mapping[str, Any], retry: Retry = NO_RETRY) -> Any:
        """Make something."""
        return self._call("POST", self._base() + path, body, retry).json() or {}

    def patch(self, path: str, body: Mapping[str, Any], retry: Retry = NO_RETRY) -> None:
        """Change an object."""
        self._call("PATCH", self._base() + path, body, retry)

    def delete(self, path: str) -> None:
        """Remove an object."""
        self._call("DELETE", self._base() + path)

    def rest(self, seconds: float) -> None:
        """Wait as the real plugin waits here; see ``Pace.rest``."""
        self.session.pace.rest(seconds)

    def settle(
        self,
        seen: Callable[[], bool],
        *,
        interval: float,
        misses: int | None = None,
        times: int = IN_A_ROW,
    ) -> None:
        """Poll until the wanted state was seen often enough; see ``Pace.settle``."""
        pace = self.session.pace
        pace.settle(seen, interval=interval, deadline=self.deadline, misses=misses, times=times)

    def _base(self) -> str:
        # Signing in is what tells where Graph is.
        return self.session.graph if self.session.token else ""

    def _items(self, url: str) -> Iterator[dict[str, Any]]:
        following: str | None = url
        while following:
            page = self._call("GET", following).json()
            if not isinstance(page, dict) or not isinstance(page.get("value"), list):
                raise PluginError("model was nil")
            yield from page["value"]
            following = page.get("@odata.nextLink")

    def _call(
        self, method: str, url: str, body: Mapping[str, Any] | None = None, retry: Retry = NO_RETRY
    ) -> Reply:
        encoded = None if body is None else json.dumps(body).encode()
        wait = 1.0
        while True:
            self.session.pace.check()
            reply = self._send(method, url, encoded)
            if isinstance(reply, Reply):
                if reply.status in SUCCESSES[method]:
                    return reply
                error: GraphError | ConnectionFailedError = odata_error(reply)
                if not _is_retried(reply, odata_error(reply), retry):
                    raise error
                pause = _retry_after(reply, wait)
            else:
                error, pause = reply, wait
                if not (error.reached and method in SAFE_METHODS):
                    raise error
            if self.session.pace.now() + pause > self.deadline:
                raise error
            self.session.pace.wait(pause)
            wait = min(2 * wait, LONGEST_WAIT)

    def _send(self, method: str, url: str, body: bytes | None) -> Reply | ConnectionFailedError:
        headers = {
            "Authorization": f"Bearer {self.session.token}",
            "Content-Type": "application/json; charset=utf-8",
            "Accept": "application/json; charset=utf-8; IEEE754Compatible=false",
            "Odata-Version": "4.0",
            "Odata-Maxversion": "4.0",
            "User-Agent": USER_AGENT,
        }
        try:
            return self.session.http.send(method, url, headers, body)
        except ConnectionFailedError as error:
            return error


def quoted(value: str) -> str:
    """A text literal for ``$filter``."""
    return "'" + value.replace("'", "''") + "'"


def shown(value: str) -> str:
    """A text in a message, in the double quotes that Go puts around it."""
    return json.dumps(value, ensure_ascii=False)


def _encoded(query: Mapping[str, str]) -> str:
    if not query:
        return ""
    return "?" + "&".join(f"%24{name}={quote_plus(value)}" for name, value in query.items())


def _is_retried(reply: Reply, error: GraphError, retry: Retry) -> bool:
    pattern = retry.get(reply.status)
    return reply.status in RETRIED_STATUSES or (
        pattern is not None and re.search(pattern, f"{error.code}: {error.message}") is not None
    )


def _retry_after(reply: Reply, otherwise: float) -> float:
    try:
        return float(reply.headers["retry-after"])
    except (KeyError, ValueError):
        return otherwise
