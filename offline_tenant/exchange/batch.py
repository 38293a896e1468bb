"""``$batch``: up to ten cmdlets in one request, in the JSON format of OData 4.01.

https://docs.oasis-open.org/odata/odata-json-format/v4.01/odata-json-format-v4.01.html#sec_BatchRequestsandResponses
Exchange's own is not documented. What callers of it show: absolute addresses, a body that is an object, headers for
each request, ``Prefer: odata.continue-on-error``, and answers that are told apart by ``id`` only.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlsplit

from offline_tenant.exchange import wire
from offline_tenant.exchange.paging import preferences
from offline_tenant.web.call import Answer, Call, Refusal, Route
from offline_tenant.web.part import answer_part

MOST: Final = 10  # requests
TOO_MANY: Final = (
    "The current batch message contains too many parts. A maximum number of '{}' query operations and change sets are "
    "allowed in a batch message."
)
CONTINUE: Final = "odata.continue-on-error"
BAD: Final = 400
FAILED: Final = 424


@dataclass(frozen=True)
class Part:
    """One request of a batch.

    Args:
        id: the caller's own.
        needs: ids of earlier requests that must have succeeded.
        call: as if it had come alone; its path is whatever the caller wrote.
    """

    id: str
    needs: tuple[str, ...]
    call: Call


def parts(call: Call) -> list[Part]:
    """The requests of a batch, in order.

    Raises:
        Refusal: the body is no batch, or too long a one.
    """
    try:
        given = call.json()["requests"]
        found = [_part(call, one) for one in given]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise _refused("The request body is no batch: requests with id, method, url and body.") from error
    if len(found) > MOST:
        raise _refused(TOO_MANY.format(MOST))
    _check_order(found)
    return found


def _part(call: Call, given: Mapping[str, Any]) -> Part:
    if given.get("atomicityGroup") is not None:
        raise Refusal(wire.not_emulated("atomicityGroup of $batch"))
    texts = (given["id"], given["method"], given["url"])
    if not all(isinstance(text, str) for text in texts):
        raise TypeError
    needs = tuple(str(one) for one in given.get("dependsOn") or ())
    return Part(given["id"], needs, _call(call, given))


def _call(call: Call, given: Mapping[str, Any]) -> Call:
    # The outer headers are the defaults, the credentials always the outer ones.
    own = {str(name).lower(): str(value) for name, value in (given.get("headers") or {}).items()}
    own.pop("authorization", None)
    address = urlsplit(given["url"])
    root = call.path.rpartition("/")[0]
    path = unquote(address.path)
    body = given.get("body")
    return replace(
        call,
        method=given["method"].upper(),
        path=path if path.startswith("/") else f"{root}/{path}",
        query=dict(parse_qsl(address.query)),
        headers={**call.headers, **own},
        body=body.encode() if isinstance(body, str) else json.dumps(body or {}).encode(),
    )


def _check_order(found: list[Part]) -> None:
    before: set[str] = set()
    for part in found:
        if part.id in before:
            raise _refused(f"The request id '{part.id}' stands twice in the batch.")
        if missing := [need for need in part.needs if need not in before]:
            raise _refused(
                f"The request '{part.id}' depends on '{missing[0]}', which does not come before it."
            )
        before.add(part.id)


def run(call: Call, route: Route) -> Answer:
    """Run a batch.

    Args:
        call: the whole of it.
        route: who answers its parts: the only address that a part may have.
    """
    going_on = any(name == CONTINUE and value.casefold() != "false" for name, value in preferences(call))
    answers: dict[str, Answer] = {}
    for part in parts(call):
        answers[part.id] = answer = _answered(part, route, answers, call)
        if answer.status >= BAD and not (going_on or _goes_on(part)):
            break
    responses = [_response(id_, answer) for id_, answer in answers.items()]
    return Answer(200, {"responses": responses}, lost=any(answer.lost for answer in answers.values()))


def _goes_on(part: Part) -> bool:
    return any(name == CONTINUE and value.casefold() != "false" for name, value in preferences(part.call))


def _answered(part: Part, route: Route, answers: Mapping[str, Answer], call: Call) -> Answer:
    if any(answers[need].status >= BAD for need in part.needs):
        return wire.plain_error(FAILED, "FailedDependency", "A request that this one depends on failed.")
    wanted = call.path.rpartition("/")[0] + "/InvokeCommand"
    if part.call.path.casefold() != wanted.casefold() or part.call.method != route.method:
        return wire.not_emulated(f"{part.call.method} {part.call.path} in a $batch")
    return answer_part(route, part.call)


def _response(id_: str, answer: Answer) -> dict[str, Any]:
    # Bytes are the body of NULs that stands for a cmdlet that is not there: JSON cannot hold it.
    body = None if isinstance(answer.body, bytes) else answer.body
    headers = {"Content-Type": "application/json", **answer.headers}
    headers.pop("Content-Encoding", None)
    return {"id": id_, "status": answer.status, "headers": headers, "body": body}


def _refused(message: str) -> Refusal:
    return Refusal(wire.plain_error(BAD, "BadRequest", message))
