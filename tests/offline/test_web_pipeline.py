"""What happens to every request around its handler: transaction, limits, faults, log."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterable

import httpx
import pytest

from offline_tenant.state.tenant import Installation
from offline_tenant.web.app import BODY_LIMIT
from offline_tenant.web.call import Answer, Area, Call, Refusal, Route
from offline_tenant.web.faults import Fault
from offline_tenant.web.ledger import Ledger

CLIENT_ID = "0ff11ce0-a070-4a7e-8b1d-c0a750000002"

ClientOf = Callable[[Iterable[Route]], httpx.Client]


def error(status: int, code: str, message: str) -> Answer:
    return Answer(status, {"error": {"code": code, "message": message}})


AREA = Area("graph", error)
HIDDEN = Area("control", error, observed=False)


def keep(call: Call) -> Answer:
    call.installation.settings.put("kept", {"by": call.method})
    return Answer(201, {"kept": True})


def keep_and_refuse(call: Call) -> Answer:
    keep(call)
    raise Refusal(error(409, "Conflict", "no"))


def keep_and_break(call: Call) -> Answer:
    keep(call)
    raise LookupError("secret detail")


def sign_in(call: Call) -> Answer:
    return Answer(401, {"error": "invalid_client", "error_codes": [7000215]})


def cmdlet(call: Call) -> Answer:
    return Answer(
        404, {"error": {"code": "NotFound"}}, {"x-ExceptionType": "ManagementObjectNotFoundException"}
    )


ROUTES = [
    Route(AREA, "POST", "/keep", keep),
    Route(AREA, "POST", "/refuse", keep_and_refuse),
    Route(AREA, "POST", "/break", keep_and_break),
    Route(AREA, "POST", "/token", sign_in),
    Route(AREA, "POST", "/cmdlet", cmdlet),
    Route(HIDDEN, "POST", "/hidden", keep),
]


@pytest.fixture
def http(client_of: ClientOf) -> httpx.Client:
    return client_of(ROUTES)


def test_a_refusal_undoes_what_was_done(http: httpx.Client, installation: Installation) -> None:
    answer = http.post("/refuse")

    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "Conflict")
    assert installation.settings.get("kept") is None


def test_a_fault_of_ours_is_a_500_without_details(
    http: httpx.Client, installation: Installation, caplog: pytest.LogCaptureFixture
) -> None:
    answer = http.post("/break")

    assert answer.status_code == 500
    assert "secret detail" not in answer.text
    assert "secret detail" in caplog.text
    assert installation.settings.get("kept") is None
    assert http.post("/keep").status_code == 201


@pytest.mark.parametrize(("method", "path"), [("GET", "/nowhere"), ("DELETE", "/keep"), ("GET", "/")])
def test_what_nobody_knows_is_refused_and_logged(
    http: httpx.Client, ledger: Ledger, method: str, path: str
) -> None:
    answer = http.request(method, path)

    assert answer.status_code == 501
    assert answer.json()["error"]["message"] == f"The offline tenant does not emulate {method} {path}"
    assert ledger.stats()["unknown"] == {"(not emulated)": 1}
    [entry] = ledger.log()
    assert (entry["area"], entry["path"], entry["status"]) == ("unknown", f"{method} {path}", 501)


def test_a_body_above_the_limit_is_refused_and_logged(
    http: httpx.Client, ledger: Ledger, installation: Installation
) -> None:
    assert http.post("/keep", content=b"x" * BODY_LIMIT).status_code == 201
    installation.settings.delete("kept")

    assert http.post("/keep", content=b"x" * (BODY_LIMIT + 1)).status_code == 413
    assert ledger.log(1)[0]["code"] == "RequestEntityTooLarge"
    assert installation.settings.get("kept") is None


def test_an_injected_refusal_does_no_work(
    http: httpx.Client, ledger: Ledger, installation: Installation
) -> None:
    ledger.add_fault(Fault("graph POST /keep", 429, "TooManyRequests", "Slow.", {"Retry-After": "7"}))
    answer = http.post("/keep")

    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")
    assert installation.settings.get("kept") is None
    assert ledger.log()[0]["injected"] == "refuse"
    assert http.post("/keep").status_code == 201


def test_an_injected_loss_does_the_work(
    http: httpx.Client, ledger: Ledger, installation: Installation
) -> None:
    ledger.add_fault(Fault("graph POST /keep", effect="lose"))

    with pytest.raises(Exception, match="keep"):
        http.post("/keep")
    assert installation.settings.get("kept") is not None
    assert ledger.log()[0]["injected"] == "lose"


def test_the_control_plane_is_neither_failed_nor_counted(http: httpx.Client, ledger: Ledger) -> None:
    ledger.add_fault(Fault("*", times=0))
    ledger.latencies = {"*": 3600}

    assert http.post("/hidden").status_code == 201
    assert ledger.log() == []
    assert ledger.stats() == Ledger().stats()


def test_the_log_tells_what_happened(http: httpx.Client, ledger: Ledger) -> None:
    http.post("/keep")
    http.post("/refuse")
    http.post("/token")
    http.post("/cmdlet")

    told = [(entry["call"], entry["status"], entry.get("code")) for entry in ledger.log()]
    assert told == [
        ("POST /keep", 201, None),
        ("POST /refuse", 409, "Conflict"),
        ("POST /token", 401, "AADSTS7000215"),
        ("POST /cmdlet", 404, "ManagementObjectNotFoundException"),
    ]
    assert all(0 < entry["milliseconds"] < 60_000 for entry in ledger.log())


def token(claims: object) -> str:
    return f"e30.{urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip('=')}.c2ln"


FORM = {"Content-Type": "application/x-www-form-urlencoded"}
BEARERS: tuple[tuple[dict[str, str], bytes, str | None], ...] = (
    ({"Authorization": f"Bearer {token({'appid': CLIENT_ID})}"}, b"", CLIENT_ID),
    (FORM, f"client_id={CLIENT_ID}&client_secret=sesame".encode(), CLIENT_ID),
    ({"Authorization": "Basic MGZmMTFjZTAtYTA3MC00YTdlLThiMWQtYzBhNzUwMDAwMDAyOnNlc2FtZQ=="}, b"", CLIENT_ID),
    # What is no application id might be a secret that somebody put into the wrong place.
    ({"Authorization": f"Bearer {token({'appid': 'sesame'})}"}, b"", None),
    ({"Authorization": f"Bearer {token(['sesame'])}"}, b"", None),
    ({"Authorization": "Bearer sesame"}, b"", None),
    ({"Authorization": "Bearer a.sesame.c"}, b"", None),
    ({"Authorization": "Basic sesame"}, b"", None),
    ({"Authorization": "Basic /w=="}, b"", None),
    (FORM, b"client_id=sesame&x=\xff", None),
    ({}, b"client_id=sesame", None),
)


@pytest.mark.parametrize(("headers", "body", "caller"), BEARERS)
def test_the_log_knows_the_caller_and_no_secret(
    http: httpx.Client, ledger: Ledger, headers: dict[str, str], body: bytes, caller: str | None
) -> None:
    http.post("/keep", headers=headers, content=body)

    [entry] = ledger.log()
    assert entry.get("caller") == caller
    assert "sesame" not in str(entry)
