"""A cmdlet of the Exchange module: asked of the endpoint, answered page by page, with its questions and errors."""

import json
from collections.abc import Mapping
from email.utils import formatdate
from http.client import responses
from typing import TYPE_CHECKING, Any, Final

from offline_tenant.exchange.syntax.parameters import COMMON, SIZE, Syntax
from offline_tenant.pwsh import retry
from offline_tenant.pwsh.admin_api import Reply, TransportError
from offline_tenant.pwsh.connection import Connection
from offline_tenant.pwsh.errors import NonTerminatingError
from offline_tenant.pwsh.plain import restored

if TYPE_CHECKING:
    from offline_tenant.pwsh.runspace import Streams

LOCAL: Final = frozenset({parameter.name for parameter in COMMON} | {SIZE.name, "WhatIf", "Confirm"})
DEFAULT_SIZE: Final = 1000  # records that a cmdlet with -ResultSize shows unless that says otherwise
UNAUTHORIZED: Final = 401
GOOD: Final = 200
THERE_IS_MORE: Final = (
    "There are more results available than are currently displayed. To display them, increase the value for the "
    "ResultSize parameter."
)
TOO_OFTEN: Final = NonTerminatingError(
    "Maximum retry count reached.", error_id="MaxRetryReached", category="LimitsExceeded"
)
SURE: Final = "Are you sure you want to perform this action?"


def run(connection: Connection, syntax: Syntax, bound: Mapping[str, Any], streams: "Streams") -> None:
    """Run a cmdlet.

    Raises:
        NonTerminatingError: the endpoint answered with an error, or not at all.
    """
    sent = {name: value for name, value in bound.items() if name not in LOCAL}
    if bound.get("WhatIf"):
        sent["WhatIf"] = True
    if syntax.confirms == "never":
        _show(connection, syntax, (sent, bound), streams)
        return
    confirm = bool(bound.get("Confirm", syntax.confirms == "always")) and not bound.get("WhatIf")
    if confirm:
        streams.verbose("Validation call to the server:")
    reply = _ask(connection, syntax, {**sent, "Confirm": confirm}, streams)
    question = reply.body.get("@adminapi.confirmationmessage")
    if question is not None:
        if not _goes_on(str(question), bound, streams):
            return
        reply = _ask(connection, syntax, {**sent, "Confirm": False}, streams)
    _write(reply, syntax, streams, None)


def _goes_on(question: str, bound: Mapping[str, Any], streams: "Streams") -> bool:
    if bound.get("WhatIf"):
        streams.host_line(f"What if: {question}")
        return False
    if not streams.confirms(f"{SURE}\n{question}"):
        return False
    streams.verbose("Execution call to the server:")
    return True


def _show(
    connection: Connection,
    syntax: Syntax,
    call: tuple[Mapping[str, Any], Mapping[str, Any]],
    streams: "Streams",
) -> None:
    sent, bound = call
    left = bound.get(SIZE.name, DEFAULT_SIZE if SIZE in syntax.parameters else None)
    page: str | None = None
    while True:
        reply = _ask(connection, syntax, sent, streams, page)
        shown = _write(reply, syntax, streams, left)
        cut = shown < len(reply.body["value"])
        left = None if left is None else left - shown
        page = reply.body.get("@odata.nextLink")
        if left == 0 and (page or cut):
            if SIZE.name not in bound:
                streams.warning(THERE_IS_MORE)
            return
        if page is None:
            return


def _write(reply: Reply, syntax: Syntax, streams: "Streams", most: int | None) -> int:
    for text in reply.body.get("@adminapi.warnings") or []:
        streams.warning(text)
    records = (reply.body.get("value") or [])[:most]
    for record in records:
        streams.output(restored(record, syntax.output))
    return len(records)


def _ask(
    connection: Connection,
    syntax: Syntax,
    sent: Mapping[str, Any],
    streams: "Streams",
    page: str | None = None,
) -> Reply:
    """The answer, after as many attempts as the module makes."""
    for tried in range(retry.MOST + 1):
        reply = _asked(connection, syntax, sent, page)
        if (wait := retry.wait_before(reply, tried)) is None:
            break
        retry.explain(reply, wait, tried, streams)
        streams.wait(wait)
    if retry.exhausted(reply, tried):
        streams.error(TOO_OFTEN)
    if reply.status != GOOD:
        raise _error(reply, syntax)
    return reply


def _asked(connection: Connection, syntax: Syntax, sent: Mapping[str, Any], page: str | None) -> Reply:
    try:
        return connection.invoke(syntax.name, sent, page)
    except TransportError as error:
        raise NonTerminatingError(
            f"An error occurred while sending the request. {error}",
            error_id="System.Net.Http.HttpRequestException,Write-ErrorMessage",
            category="ConnectionError",
            reason="HttpRequestException",
        ) from error


def _status(reply: Reply) -> str:
    return (
        f"Response status code does not indicate success: {reply.status} ({responses.get(reply.status, '')})."
    )


def _error(reply: Reply, syntax: Syntax) -> NonTerminatingError:
    details = (reply.body.get("error") or {}).get("details") or [{}]
    message = details[0].get("message") or _status(reply)
    if reply.status == UNAUTHORIZED:  # HTTP's own words: the request did not get as far as a cmdlet
        message = _status(reply)
    if syntax.name.startswith("Get-EXO"):
        message = f"Error while querying REST service. HttpStatusCode={reply.status} ErrorMessage={json.dumps(reply.body)}"
    server = reply.headers.get("x-feserver", "")
    return NonTerminatingError(
        message,
        error_id=f"[Server={server},RequestId={reply.request_id},TimeStamp={formatdate(usegmt=True)}],Write-ErrorMessage",
        category=details[0].get("code", ""),
        reason=reply.headers.get("x-exceptiontype") or "HttpResponseException",
    )
