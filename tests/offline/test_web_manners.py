"""What no handler answers looks like the service that was called: wrong verbs, long bodies, unknown paths, faults."""

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

import httpx
import pytest

from offline_tenant.entra import routes as entra_routes
from offline_tenant.exchange import routes as exchange_routes
from offline_tenant.exchange.seed import seed as seed_exchange
from offline_tenant.state.tenant import Tenant
from offline_tenant.web.call import Route
from offline_tenant.web.faults import Fault
from offline_tenant.web.ledger import Ledger
from tests.offline.entra_helper import NOBODY, Entra, fault, seeded

LONG = b'{"displayName": "' + b"x" * 10_000_000 + b'"}'
TOKEN, PAGE = "/{tenant}/oauth2/v2.0/token", "/{tenant}/oauth2/v2.0/authorize"
INVOKE = "/adminapi/beta/contoso.com/InvokeCommand"


@pytest.fixture
def entra(tenant: Tenant, client_of: Callable[[Iterable[Route]], httpx.Client]) -> Entra:
    seed_exchange(tenant)
    return seeded(tenant, client_of([*entra_routes.ROUTES, *exchange_routes.ROUTES]))


def contents(entra: Entra) -> list[Any]:
    """Everything that is kept."""
    query = "SELECT kind, id, body FROM documents WHERE id != 'ids' ORDER BY sequence"
    return entra.tenant.store.execute(query).fetchall()


def call(entra: Entra, verb: str, path: str, body: bytes = b"") -> httpx.Response:
    """A call that changes nothing."""
    before = contents(entra)
    answer = entra.http.request(verb, path.format(tenant=entra.tenant.id), content=body)
    assert contents(entra) == before
    return answer


def is_of_graph(answer: httpx.Response) -> tuple[int, str, str]:
    """Status, code and text, of an error that has all that Graph's errors have."""
    inner = answer.json()["error"]["innerError"]
    assert str(UUID(inner["request-id"])) == inner["request-id"]
    assert inner["request-id"] == answer.headers["request-id"]
    assert inner["client-request-id"] == answer.headers["client-request-id"]
    assert inner["date"]
    return fault(answer)


def is_of_exchange(answer: httpx.Response) -> tuple[int, str, str]:
    """The same of an error of the admin API."""
    error = answer.json()["error"]
    assert error["innererror"]["type"] == "Microsoft.Exchange.Admin.OData.Core.ODataServiceException"
    assert "X-FEServer" in answer.headers
    return answer.status_code, error["code"], error["message"]


@pytest.mark.parametrize("verb", ["PUT", "DELETE", "OPTIONS", "TRACE", "BREW"])
@pytest.mark.parametrize(
    "path", ["/v1.0/applications", "/beta/users/x/revokeSignInSessions", "/V1.0/Applications/"]
)
def test_a_verb_that_a_path_of_graph_does_not_take(entra: Entra, verb: str, path: str) -> None:
    answer = call(entra, verb, path)
    text = "Specified HTTP method is not allowed for the request target."
    assert is_of_graph(answer) == (405, "Request_BadRequest", text)
    assert answer.headers["Allow"] in {"GET, POST", "POST"}


@pytest.mark.parametrize(
    ("verb", "path"),
    [
        ("PUT", f"/v1.0/applications/{NOBODY}"),
        ("GET", f"/v1.0/applications/{NOBODY}/addPassword"),
        ("FOO", f"/v1.0/applications(appId='{NOBODY}')"),
        ("HEAD", "/v1.0/users"),
    ],
)
def test_more_verbs_of_graph(entra: Entra, verb: str, path: str) -> None:
    assert call(entra, verb, path).status_code == 405


@pytest.mark.parametrize(
    ("verb", "path"),
    [
        ("PATCH", "/me"),
        ("DELETE", f"/directoryObjects/{NOBODY}"),
        ("PATCH", f"/organization/{NOBODY}"),
        ("PUT", f"/users/{NOBODY}/manager/$ref"),
        ("POST", "/directoryObjects/getByIds"),
        ("POST", "/directoryObjects/validateProperties"),
        ("POST", "/users/getByIds"),
        ("GET", f"/applications/{NOBODY}/owners/$ref"),
    ],
)
def test_verbs_that_graph_takes_and_the_tenant_does_not(entra: Entra, verb: str, path: str) -> None:
    status, code, text = fault(entra.graph(verb, path, {}))
    assert (status, code) == (501, "NotEmulated")
    assert f"{verb} {path.partition('/' + NOBODY)[0]}" in text


@pytest.mark.parametrize("verb", ["GET", "PUT", "DELETE", "BREW"])
def test_a_verb_that_the_token_endpoint_does_not_take(entra: Entra, verb: str) -> None:
    answer = call(entra, verb, TOKEN)
    body = answer.json()
    assert (answer.status_code, body["error"], body["error_codes"]) == (400, "invalid_request", [900561])
    text = f"AADSTS900561: The endpoint only accepts POST requests. Received a {verb} request."
    assert body["error_description"].startswith(text)
    assert body.keys() >= {"trace_id", "correlation_id", "timestamp"}


@pytest.mark.parametrize("verb", ["PUT", "DELETE", "BREW"])
@pytest.mark.parametrize("path", [PAGE, "/{tenant}/adminconsent", "/devicelogin"])
def test_a_verb_that_a_page_does_not_take(entra: Entra, verb: str, path: str) -> None:
    answer = call(entra, verb, path)
    assert (answer.status_code, answer.headers["Content-Type"]) == (400, "text/html; charset=utf-8")
    assert f"Received a {verb} request." in answer.text


@pytest.mark.parametrize("verb", ["GET", "PUT", "BREW"])
def test_a_verb_that_the_admin_api_does_not_take(entra: Entra, verb: str) -> None:
    text = f"The requested resource does not support http method '{verb}'."
    assert is_of_exchange(call(entra, verb, INVOKE)) == (405, "MethodNotAllowed", text)


def test_verbs_that_callers_make_up_are_counted_as_one(entra: Entra, ledger: Ledger) -> None:
    for verb in ("FOO", "BAR", "PUT"):
        call(entra, verb, "/v1.0/applications")
    assert ledger.stats()["graph"] == {"(wrong method) /v1.0/applications": 3}


def test_a_body_that_is_too_long_for_graph(entra: Entra) -> None:
    text = "The maximum request length supported is 4MB."
    assert is_of_graph(call(entra, "POST", "/v1.0/applications", LONG)) == (413, "BadRequest", text)


def test_a_form_that_is_too_long_for_sign_in(entra: Entra) -> None:
    answer = call(entra, "POST", TOKEN, LONG)
    assert (answer.status_code, answer.json()["error_codes"]) == (413, [90013])
    page = call(entra, "POST", PAGE, LONG)
    assert (page.status_code, page.headers["Content-Type"]) == (413, "text/html; charset=utf-8")
    assert "AADSTS90013" in page.text


def test_a_body_that_is_too_long_for_the_admin_api(entra: Entra) -> None:
    expected = (413, "RequestEntityTooLarge", "Maximum request length exceeded.")
    assert is_of_exchange(call(entra, "POST", INVOKE, LONG)) == expected


@pytest.mark.parametrize(
    "path",
    ["/v1.0/groups", "/v1.0/applications/x/extensionProperties", "/beta/me/messages", "/V1.0/$metadata"],
)
@pytest.mark.parametrize("verb", ["GET", "POST", "BREW"])
def test_what_of_graph_is_not_emulated_is_refused_loudly(entra: Entra, verb: str, path: str) -> None:
    expected = (501, "NotEmulated", f"The offline tenant does not emulate {verb} {path}")
    assert is_of_graph(call(entra, verb, path)) == expected


def test_what_of_exchange_is_not_emulated_is_refused_loudly(entra: Entra, ledger: Ledger) -> None:
    path = "/adminapi/beta/contoso.com/Mailbox"
    text = f"The offline tenant does not emulate GET {path}"
    assert is_of_exchange(call(entra, "GET", path)) == (501, "NotEmulated", text)
    assert ledger.stats()["unknown"] == {"(not emulated)": 1}


@pytest.mark.parametrize("path", ["/v2.0/applications", "/", "/v1.0", "//v1.0/users"])
def test_what_nobody_knows_is_refused_loudly(entra: Entra, path: str) -> None:
    answer = call(entra, "GET", f"https://localhost{path}")
    assert answer.status_code == 501
    assert path in answer.json()["error"]["message"]


def test_a_fault_that_is_injected_into_graph_has_ids_too(entra: Entra, ledger: Ledger) -> None:
    ledger.add_fault(
        Fault("graph GET /v1.0/applications", 429, "TooManyRequests", "Slow.", {"Retry-After": "7"})
    )
    answer = entra.http.get("/v1.0/applications", headers={"client-request-id": NOBODY})
    assert is_of_graph(answer) == (429, "TooManyRequests", "Slow.")
    assert (answer.headers["Retry-After"], answer.headers["client-request-id"]) == ("7", NOBODY)


def test_a_fault_that_is_injected_into_sign_in_has_ids_too(entra: Entra, ledger: Ledger) -> None:
    ledger.add_fault(Fault("signin *", 503, "temporarily_unavailable", "Later."))
    answer = entra.sign_in()
    body = answer.json()
    assert (answer.status_code, body["error"], body["error_description"]) == (
        503,
        "temporarily_unavailable",
        "Later.",
    )
    assert str(UUID(body["trace_id"])) == body["trace_id"]
    assert body["correlation_id"]


@pytest.mark.parametrize(
    ("match", "path", "codes"),
    [
        (
            "graph *",
            "/v1.0/applications",
            {
                400: "Request_BadRequest",
                401: "InvalidAuthenticationToken",
                403: "Authorization_RequestDenied",
                404: "Request_ResourceNotFound",
                418: "Request_BadRequest",
                429: "TooManyRequests",
                500: "InternalServerError",
                502: "InternalServerError",
                503: "ServiceUnavailable",
            },
        ),
        (
            "signin *",
            TOKEN,
            {
                400: "invalid_request",
                401: "invalid_client",
                429: "temporarily_unavailable",
                500: "server_error",
                502: "server_error",
                503: "temporarily_unavailable",
            },
        ),
        (
            "exchange *",
            INVOKE,
            {
                400: "BadRequest",
                401: "Unauthorized",
                403: "Forbidden",
                404: "NotFound",
                429: "TooManyRequests",
                500: "InternalServerError",
                503: "ServiceUnavailable",
            },
        ),
    ],
)
def test_a_fault_without_a_code_has_the_services_own(
    entra: Entra, ledger: Ledger, match: str, path: str, codes: dict[int, str]
) -> None:
    body = b'{"CmdletInput": {"CmdletName": "Get-Mailbox"}}' if path == INVOKE else b""
    found = {}
    for status in codes:
        ledger.add_fault(Fault(match, status))
        error = call(entra, "GET" if match == "graph *" else "POST", path, body).json()["error"]
        found[status] = error if isinstance(error, str) else error["code"]
    assert found == codes


def test_a_page_without_a_code_has_the_services_own(entra: Entra, ledger: Ledger) -> None:
    ledger.add_fault(Fault("signin *", 503, message="Later."))
    assert "temporarily_unavailable: Later." in call(entra, "GET", PAGE).text
