"""Whom the control plane answers: programs on this machine, and no web page that a browser on it shows."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from offline_tenant.control import routes
from offline_tenant.web.call import Route
from tests.offline.control_helper import Control

pytest_plugins = ["tests.offline.control_fixtures"]

JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize("host", ["localhost", "localhost:45323", "127.0.0.1:1", "LOCALHOST:1", "[::1]:443"])
def test_it_answers_to_this_machine(control: Control, host: str) -> None:
    assert control.http.get("/_control/clock", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "evil.example:45323"},
        {"Host": "localhost.evil.example"},
        {"Host": "127.0.0.1.evil.example"},
        {"Host": "localhost:45323@evil.example"},
        {"Host": ""},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "https://localhost"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-origin"},
    ],
)
@pytest.mark.parametrize(("method", "path"), [("POST", "reset"), ("GET", "log"), ("GET", "stats?reset=true")])
def test_no_web_page_reaches_it(control: Control, headers: dict[str, str], method: str, path: str) -> None:
    control.graph("GET", "applications")
    before = control.everything(), control.ask("GET", "stats")

    answer = control.http.request(method, f"/_control/{path}", headers=headers)

    assert answer.status_code == 403, answer.text
    assert (control.everything(), control.ask("GET", "stats")) == before


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""]
)
def test_a_form_is_no_json(control: Control, kind: str) -> None:
    """What an HTML form can send without the browser asking first."""
    answer = control.http.post("/_control/faults", content=b'{"match": "*"}', headers={"Content-Type": kind})

    assert answer.status_code == 415
    assert control.ask("GET", "faults") == []


def test_a_person_may_type_the_address_into_a_browser(control: Control) -> None:
    headers = {"Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate"}

    assert control.http.get("/_control/clock", headers=headers).status_code == 200


@pytest.mark.parametrize("kind", ["application/json", "application/json; charset=utf-8", "Application/JSON"])
def test_json_has_many_names(control: Control, kind: str) -> None:
    answer = control.http.post("/_control/latency", content=b"{}", headers={"Content-Type": kind})

    assert answer.status_code == 200


def test_a_post_without_a_body_is_enough_for_what_needs_none(control: Control) -> None:
    assert control.http.post("/_control/reset").status_code == 204


@pytest.mark.parametrize("body", [b"{", b"\xff", b"null", b'"x"', b"[" * 100_000, b'{"match": NaN}', b"{}{}"])
@pytest.mark.parametrize(
    "path", ["reset", "seed", "clock", "faults", "latency", "lag", "mailboxes", "tenants"]
)
def test_what_is_no_json_object_is_refused(control: Control, path: str, body: bytes) -> None:
    before = control.everything()
    answer = control.http.post(f"/_control/{path}", content=body, headers=JSON)

    assert answer.status_code == 400, answer.text
    assert answer.json()["error"]["code"] == "BadRequest"
    assert control.everything() == before


@pytest.mark.parametrize("route", routes.ROUTES, ids=lambda route: f"{route.method} {route.template}")
def test_a_query_that_nobody_knows_is_refused(control: Control, route: Route) -> None:
    """A misspelt ?id= must not take every fault away."""
    before = control.everything(), control.ask("GET", "stats")
    answer = control.http.request(route.method, f"{route.template}?foo=1&Last=2", headers=JSON)

    assert answer.status_code == 400, answer.text
    message = answer.json()["error"]["message"]
    assert message.startswith("?foo: unknown; ")
    assert "; ?Last: unknown; " in message
    assert (control.everything(), control.ask("GET", "stats")) == before


def test_the_list_of_calls_is_complete(control: Control) -> None:
    listed = {(one["method"], one["path"]) for one in control.http.get("/_control").json()}

    assert listed == {(route.method, route.template) for route in routes.ROUTES} - {("GET", "/_control")}


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=5,
)
KEYS = st.sampled_from(
    [
        "match",
        "status",
        "headers",
        "advance",
        "set",
        "seed",
        "name",
        "address",
        "organization",
        "issuer",
        "keys",
    ]
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=200)
@given(
    route=st.sampled_from([route for route in routes.ROUTES if route.method in {"POST", "PUT"}]),
    body=st.dictionaries(KEYS | st.text(max_size=5), VALUES, max_size=4),
)
def test_whatever_is_sent_is_answered(control: Control, route: Route, body: object) -> None:
    answer = control.http.request(route.method, route.template, content=json.dumps(body), headers=JSON)

    assert answer.status_code < 500, answer.text
