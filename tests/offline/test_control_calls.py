"""Counters, log, latency, faults and lag over the control plane."""

import time
from typing import Any

import pytest

from offline_tenant import seed
from tests.offline.control_helper import Control

pytest_plugins = ["tests.offline.control_fixtures"]


def test_counters_are_shown_and_reset(control: Control) -> None:
    control.graph("GET", "applications")
    control.graph("GET", "applications")

    stats = control.ask("GET", "stats?reset=true")
    assert stats["graph"] == {"GET /v1.0/applications": 2}
    assert stats["signin"] == {"POST /{tenant}/oauth2/v2.0/token": 2}
    assert "control" not in stats
    assert control.ask("GET", "stats")["graph"] == {}
    assert "reset: expected true or false" in control.complaint("GET", "stats?reset=yes")


def test_the_log_tells_who_did_what(control: Control) -> None:
    token = control.sign_in()
    control.graph("GET", "applications", token=token)
    control.graph("GET", "applications/17", token=token)

    [signin, listed, missing] = control.ask("GET", "log")
    assert signin["caller"] == listed["caller"] == missing["caller"] == seed.AUTOMATION_CLIENT_ID
    assert (signin["area"], signin["status"]) == ("signin", 200)
    assert (missing["call"], missing["path"]) == ("GET /v1.0/applications/{id}", "/v1.0/applications/17")
    assert missing["code"]
    assert missing["milliseconds"] > 0
    assert "T" in missing["time"]
    text = str(control.ask("GET", "log"))
    assert seed.AUTOMATION_SECRET not in text
    assert token.partition(".")[0] not in text


def test_the_log_is_filtered(control: Control) -> None:
    token = control.sign_in()
    control.graph("GET", "applications", token=token)
    control.graph("GET", "applications/17", token=token)
    control.graph("DELETE", "groups", token=token)

    def calls(query: str) -> list[str]:
        return [entry["call"] for entry in control.ask("GET", f"log?{query}")]

    assert calls("service=graph") == ["GET /v1.0/applications", "GET /v1.0/applications/{id}"]
    assert calls("failed=true") == ["GET /v1.0/applications/{id}", "(not emulated)"]
    assert calls("call=GET *{id}") == ["GET /v1.0/applications/{id}"]
    assert calls("last=1") == ["(not emulated)"]
    assert calls("last=0") == []
    assert len(calls("last=99999999999999999999")) == 4


def test_the_log_of_a_service_that_is_not_there(control: Control) -> None:
    assert "service: expected one of batch, connect, exchange, graph, imap," in control.complaint(
        "GET", "log?service=grpah"
    )


@pytest.mark.parametrize("last", ["-1", "x", "1.5", "", "²"])
def test_how_much_of_the_log_is_a_number(control: Control, last: str) -> None:
    assert control.complaint("GET", f"log?last={last}") == "last: expected a whole number"


def test_failures_of_mail_servers_are_failures(control: Control) -> None:
    control.ledger.record({"area": "imap", "call": "SELECT", "status": "OK"})
    control.ledger.record({"area": "imap", "call": "FETCH", "status": "BAD"})
    control.ledger.record({"area": "imap", "call": "login", "outcome": "failed", "reason": "no token"})

    assert [entry["call"] for entry in control.ask("GET", "log?failed=true")] == ["FETCH", "login"]


def test_latency_holds_up_what_matches(control: Control) -> None:
    token = control.sign_in()
    control.ask("PUT", "latency", {"graph GET *": 0.2, "smtp *": 60})

    began = time.perf_counter()
    control.graph("GET", "applications", token=token)
    assert time.perf_counter() - began >= 0.2


def test_latency_is_merged_replaced_and_cleared(control: Control) -> None:
    control.ask("POST", "latency", {"graph *": 1, "exchange *": 2})
    assert control.ask("POST", "latency", {"graph *": None, "imap *": 3}) == {"exchange *": 2, "imap *": 3}
    assert control.ask("PUT", "latency", {"graph *": 4}) == {"graph *": 4}
    control.ask("DELETE", "latency", expect=204)
    assert control.ask("GET", "latency") == {}


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ({"graph *": -1}, "graph *: Input should be greater than or equal to 0"),
        ({"graph *": 3601}, "graph *: Input should be less than or equal to 3600"),
        ({"graph *": "1"}, "graph *: Input should be a valid number"),
        ({"graph *": True}, "graph *: Input should be a valid number"),
        ({"grph *": 1}, "services are batch, connect, exchange, graph"),
        ({"graph": 1}, "expected a service and a call"),
        ({"": 1}, "expected a service and a call"),
        ([1], "Input should be an object"),
    ],
)
def test_a_wrong_latency_changes_nothing(control: Control, body: Any, complaint: str) -> None:
    control.ask("PUT", "latency", {"exchange *": 1})
    mixed = {"imap *": 5, **body} if isinstance(body, dict) else body

    assert complaint in control.complaint("POST", "latency", mixed)
    assert complaint in control.complaint("PUT", "latency", mixed)
    assert control.ask("GET", "latency") == {"exchange *": 1}


def test_a_fault_answers_in_the_services_own_form(control: Control) -> None:
    fault = {
        "match": "graph POST /v1.0/applications",
        "status": 429,
        "code": "TooManyRequests",
        "message": "Slow down.",
        "headers": {"Retry-After": "7"},
        "times": 1,
        "after": 1,
    }
    added = control.ask("POST", "faults", fault, 201)
    assert (added["hits"], added["left"], added["effect"]) == (0, 1, "refuse")

    answers = [control.graph("POST", "applications", {"displayName": "x"}) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [201, 429, 201]
    assert answers[1].headers["Retry-After"] == "7"
    assert answers[1].json()["error"]["code"] == "TooManyRequests"
    [shown] = control.ask("GET", "faults")
    assert (shown["hits"], shown["left"]) == (1, 0)
    [struck] = [entry for entry in control.ask("GET", "log") if "injected" in entry]
    assert struck["status"] == 429


def test_faults_are_cleared_one_by_one_or_all(control: Control) -> None:
    ids = [control.ask("POST", "faults", {"match": "imap *"}, 201)["id"] for _ in range(3)]

    control.ask("DELETE", f"faults?id={ids[1]}", expect=204)
    assert [fault["id"] for fault in control.ask("GET", "faults")] == [ids[0], ids[2]]
    assert control.complaint("DELETE", f"faults?id={ids[1]}", expect=404) == f"there is no fault {ids[1]}"
    control.ask("DELETE", "faults", expect=204)
    assert control.ask("GET", "faults") == []


def test_no_fault_locks_the_control_plane(control: Control) -> None:
    control.ask("POST", "faults", {"match": "*", "times": 0}, 201)

    assert control.graph("GET", "applications", token="x").status_code == 500
    control.ask("DELETE", "faults", expect=204)
    assert control.graph("GET", "applications").status_code == 200


@pytest.mark.parametrize(
    ("fault", "complaint"),
    [
        ({}, "match: Field required"),
        ({"match": "graph *", "status": 200}, "status: Input should be greater than or equal to 300"),
        ({"match": "graph *", "status": "500"}, "status: Input should be a valid integer"),
        ({"match": "graph *", "times": -1}, "times: Input should be greater than or equal to 0"),
        ({"match": "graph *", "after": 0.5}, "after: Input should be a valid integer"),
        ({"match": "graph *", "effect": "explode"}, "effect: Input should be 'refuse' or 'lose'"),
        ({"match": "graph *", "headers": {"A B": "1"}}, "headers.A B: no name for a header"),
        ({"match": "graph *", "headers": {"A": "1\r\nB: 2"}}, "headers.A: no value for a header"),
        ({"match": "graph *", "headers": []}, "headers: Input should be an object"),
        ({"match": "graph *", "message": "a\nb"}, "message: expected one line of text"),
        ({"match": "graph *", "hits": 3}, "hits: unknown; known are after, code, effect"),
        ({"match": "nobody *"}, "match: expected a service and a call, such as 'graph POST *'"),
        ({"match": "graph"}, "match: expected a service and a call"),
        ({"match": 5}, "match: Input should be a valid string"),
    ],
)
def test_a_wrong_fault_is_named_and_not_injected(control: Control, fault: Any, complaint: str) -> None:
    assert complaint in control.complaint("POST", "faults", fault)
    assert control.ask("GET", "faults") == []


def test_all_that_is_wrong_is_named_at_once(control: Control) -> None:
    wrong = {"match": "nobody *", "status": 1, "times": "x", "efect": "lose", "headers": {"A": "\n"}}

    complaint = control.complaint("POST", "faults", wrong)
    assert [part.partition(":")[0] for part in complaint.split("; ") if ":" in part] == [
        "match",
        "status",
        "headers.A",
        "times",
        "efect",
    ]


@pytest.mark.parametrize(
    "match", ["*", "gr* POST *", "graph*", "?raph *", "imap SELECT", "[ge]* *", "smtp *"]
)
def test_a_pattern_may_begin_anyhow(control: Control, match: str) -> None:
    control.ask("POST", "faults", {"match": match}, 201)


def test_lag_is_merged_replaced_and_switched_off(control: Control) -> None:
    two, one = {"reads": 2, "seconds": 0.0}, {"reads": 0, "seconds": 1.5}
    assert control.ask("POST", "lag", {"applications": {"reads": 2}}) == {"applications": two}
    changed = control.ask("POST", "lag", {"servicePrincipals": {"seconds": 1.5}})
    assert changed == {"applications": two, "servicePrincipals": one}
    assert control.ask("POST", "lag", {"applications": None}) == {"servicePrincipals": one}
    assert control.ask("PUT", "lag", {"applications": {"reads": 2}}) == {"applications": two}
    control.ask("DELETE", "lag", expect=204)
    assert control.ask("GET", "lag") == {}


def test_lag_hides_what_is_new(control: Control) -> None:
    token = control.sign_in()
    control.ask("POST", "lag", {"applications": {"reads": 1}})
    made = control.graph("POST", "applications", {"displayName": "x"}, token).json()

    found = [control.graph("GET", f"applications/{made['id']}", token=token).status_code for _ in range(2)]
    assert found == [404, 200]


def test_realistic_lag_is_over_after_a_while(control: Control) -> None:
    assert control.ask("POST", "lag/realistic", {})["mailboxPermissions"]["seconds"] >= 60
    token = control.sign_in()
    made = control.graph("POST", "applications", {"displayName": "x"}, token).json()
    assert control.graph("GET", f"applications/{made['id']}", token=token).status_code == 404

    control.ask("POST", "clock", {"advance": "30m"})
    found = [control.graph("GET", f"applications/{made['id']}", token=token).status_code for _ in range(3)]
    assert found[-1] == 200


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        (
            {"aplications": {"reads": 1}},
            "no such kind of document; known are appManagementPolicies, appRoleAssignments, applications",
        ),
        ({"applications": {"reads": -1}}, "applications.reads: Input should be greater than or equal to 0"),
        ({"applications": {"reads": 0.5}}, "applications.reads: Input should be a valid integer"),
        ({"applications": {"seconds": "1"}}, "applications.seconds: Input should be a valid number"),
        ({"applications": {"hours": 1}}, "applications.hours: unknown"),
        ({"applications": 3}, "applications: Input should be an object"),
        ([], "Input should be an object"),
    ],
)
def test_a_wrong_lag_changes_nothing(control: Control, body: Any, complaint: str) -> None:
    control.ask("POST", "lag", {"users": {"reads": 1}})
    mixed = {"servicePrincipals": {"reads": 5}, **body} if isinstance(body, dict) else body

    assert complaint in control.complaint("PUT", "lag", mixed)
    assert set(control.ask("GET", "lag")) == {"users"}
