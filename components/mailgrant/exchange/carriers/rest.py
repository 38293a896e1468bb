"""The carrier ``rest``: the endpoint that Exchange's PowerShell module itself calls. It needs no PowerShell.

Microsoft does not document the endpoint, and may change it: what is known of it comes from public code that speaks to
it. Ten calls go in one request.
"""

import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote, urlsplit

import requests

from mailgrant.errors import (
    AccessDeniedError,
    CancelledError,
    CmdletError,
    HostLostError,
    SessionEndedError,
    ThrottledError,
)
from mailgrant.exchange.carriers.connections import Breakable
from mailgrant.exchange.carriers.target import Target
from mailgrant.exchange.cmdlets.call import Call, Record, Reply
from mailgrant.exchange.cmdlets.call import error as error_of
from mailgrant.exchange.session import Carrier

BATCH: Final = 10  # requests that $batch takes
PAGE: Final = "odata.maxpagesize=1000"
# Requests of an application are anchored at a mailbox that every organization has.
ANCHOR: Final = "APP:SystemMailbox{{bb558c35-97f1-4cb9-8ff7-d53741dc928c}}@{}"
OK, UNAUTHORIZED, FORBIDDEN, TOO_MANY, UNAVAILABLE = 200, 401, 403, 429, 503
NOT_THERE: Final = "{} is not there for this identity: its Entra role does not hold the cmdlet"


class RestCarrier(Carrier):
    """One kept-alive connection to the endpoint.

    Args:
        target: what to connect to.
    """

    def __init__(self, target: Target) -> None:
        self.ends_at, self._timeout, self._cancellation = target.ends_at, target.timeout, target.cancellation
        self._root = f"{target.address}/adminapi/beta/{quote(target.organization, safe='')}"
        self._http, self._connections = requests.Session(), Breakable()
        self._http.mount("https://", self._connections)
        self._http.headers.update(
            {
                "Authorization": f"Bearer {target.token}",
                "Accept": "application/json",
                "Content-Type": "application/json",
                "X-AnchorMailbox": ANCHOR.format(target.organization),
                "X-ResponseFormat": "json",
                "X-SerializationLevel": "Partial",
                "connection-id": str(uuid.uuid4()),
            }
        )

    def run(self, call: Call) -> Reply:
        """Run one cmdlet, page by page.

        Raises:
            CmdletError: it failed.
            HostLostError: there was no answer.
            CancelledError: the run was to end, and the connection was broken.
        """
        return self._reply(call, self._post(f"{self._root}/InvokeCommand", _body(call), call))

    def run_many(self, calls: Sequence[Call]) -> list[Reply | CmdletError]:
        """Run several in one request.

        Raises:
            HostLostError: there was no answer.
            CancelledError: the run was to end, and the connection was broken.
        """
        if len(calls) == 1:
            return [self._attempt(calls[0])]
        parts = [self._part(str(number), call) for number, call in enumerate(calls)]
        answer = self._post(f"{self._root}/$batch", {"requests": parts}, None, "odata.continue-on-error")
        if refusal := _refusal(answer, Call("$batch")):
            return [_about(call, refusal) for call in calls]
        found = {str(one.get("id")): _Answer.of_part(one) for one in answer.body.get("responses") or ()}
        return [self._settled(call, found.get(str(number))) for number, call in enumerate(calls)]

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def _part(self, id_: str, call: Call) -> dict[str, Any]:
        headers = {"Content-Type": "application/json", "Prefer": PAGE, "X-CmdletName": call.cmdlet}
        url = f"{self._root}/InvokeCommand"
        return {"id": id_, "method": "POST", "url": url, "headers": headers, "body": _body(call)}

    def _settled(self, call: Call, answer: "_Answer | None") -> Reply | CmdletError:
        if answer is None:
            return CmdletError(call.cmdlet, call.target, "Exchange left it out of its answer")
        try:
            return self._reply(call, answer)
        except CmdletError as error:
            return error

    def _reply(self, call: Call, answer: "_Answer") -> Reply:
        records: list[Record] = []
        warnings: list[str] = []
        for page in self._pages(call, answer):
            records += [_record(one) for one in page.body.get("value") or ()]
            warnings += [str(text) for text in page.body.get("@adminapi.warnings") or ()]
        return Reply(tuple(records), tuple(warnings))

    def _pages(self, call: Call, answer: "_Answer") -> Iterator["_Answer"]:
        while True:
            if refusal := _refusal(answer, call):
                raise refusal
            yield answer
            following = answer.body.get("@odata.nextLink")
            if not following:
                return
            if urlsplit(following)[:2] != urlsplit(self._root)[:2]:
                # It would be sent our token.
                raise CmdletError(call.cmdlet, call.target, "Exchange named a next page on another host")
            answer = self._post(following, _body(call), call)

    def _post(self, url: str, body: Mapping[str, Any], call: Call | None, prefer: str = PAGE) -> "_Answer":
        headers = {"Prefer": prefer, "client-request-id": str(uuid.uuid4())}
        if call:
            headers["X-CmdletName"] = call.cmdlet
        return self._answer(url, json.dumps(body), headers)

    def _answer(self, url: str, body: str, headers: Mapping[str, str]) -> "_Answer":
        try:
            # As a stream: some answers say that they are gzip, and are not, and their status must be read all the same.
            with (
                self._cancellation.telling(self._connections.break_off),
                self._http.post(
                    url, body, headers=headers, timeout=self._timeout, allow_redirects=False, stream=True
                ) as response,
            ):
                return _Answer(response.status_code, response.headers, _decoded(response))
        except requests.RequestException as error:
            if self._cancellation.asked:
                raise CancelledError(begun=True) from None
            raise HostLostError(f"Exchange gave no answer ({type(error).__name__})") from None


class _Answer:
    """An answer, alone or as a part of a batch."""

    def __init__(self, status: int, headers: Mapping[str, str], body: Mapping[str, Any]) -> None:
        self.status, self.body = status, body
        self.headers = {name.lower(): value for name, value in headers.items()}

    @classmethod
    def of_part(cls, part: Mapping[str, Any]) -> "_Answer":
        return cls(int(part.get("status") or 0), part.get("headers") or {}, part.get("body") or {})


def _body(call: Call) -> dict[str, Any]:
    return {"CmdletInput": {"CmdletName": call.cmdlet, "Parameters": dict(call.parameters)}}


def _decoded(response: requests.Response) -> dict[str, Any]:
    try:
        body = response.json()
    except (ValueError, requests.exceptions.ContentDecodingError):
        return {}
    return body if isinstance(body, dict) else {}


def _record(value: Mapping[str, Any]) -> Record:
    """A record without the annotations that tell types."""
    return {name: member for name, member in value.items() if "@" not in name}


def _refusal(answer: _Answer, call: Call) -> CmdletError | None:
    if answer.status == OK:
        return None
    if answer.status in {TOO_MANY, UNAVAILABLE}:
        return _throttled(answer, call)
    if answer.status == UNAUTHORIZED:
        return SessionEndedError(call.cmdlet, call.target, "Exchange refused the token")
    said = answer.body.get("error") or {}
    details = (said.get("details") or [{}])[0]
    if answer.status == FORBIDDEN and not said:
        return AccessDeniedError(call.cmdlet, call.target, NOT_THERE.format(call.cmdlet))
    text = details.get("message") or said.get("message") or f"Exchange answered with status {answer.status}"
    return error_of(call, answer.headers.get("x-exceptiontype", ""), str(text))


def _throttled(answer: _Answer, call: Call) -> ThrottledError:
    error = ThrottledError(call.cmdlet, call.target, "Exchange asks to slow down")
    after = answer.headers.get("retry-after", "")
    error.retry_after = float(after) if after.isdecimal() else None
    return error


def _about(call: Call, refusal: CmdletError) -> CmdletError:
    """The refusal of a whole batch as that of one of its calls."""
    own = type(refusal)(call.cmdlet, call.target, refusal.text)
    if isinstance(own, ThrottledError) and isinstance(refusal, ThrottledError):
        own.retry_after = refusal.retry_after
    return own
