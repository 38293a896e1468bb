"""The clock over the control plane."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.offline.control_helper import Control

pytest_plugins = ["tests.offline.control_fixtures"]

NOON = datetime(2027, 1, 1, 12, tzinfo=UTC)
NEAR = timedelta(seconds=60)


def shown(control: Control) -> datetime:
    return datetime.fromisoformat(control.ask("GET", "clock")["now"])


@pytest.mark.parametrize(
    ("by", "seconds"),
    [
        ("90d", 90 * 86_400),
        ("2h30m", 9_000),
        ("1.5h", 5_400),
        ("1w", 604_800),
        ("-15s", -15),
        ("+1m", 60),
        ("60", 60),
        (60, 60),
        (0.5, 0.5),
        (-60, -60),
    ],
)
def test_it_advances(control: Control, by: Any, seconds: float) -> None:
    control.ask("POST", "clock", {"stop": NOON.isoformat()})

    answer = control.ask("POST", "clock", {"advance": by})
    assert datetime.fromisoformat(answer["now"]) == NOON + timedelta(seconds=seconds)
    assert answer["stopped"]


def test_it_is_set_stopped_started_and_reset(control: Control) -> None:
    control.ask("POST", "clock", {"set": "2027-01-01T13:00:00+01:00"})
    assert timedelta() <= shown(control) - NOON < NEAR
    assert not control.ask("GET", "clock")["stopped"]

    control.ask("POST", "clock", {"stop": None})
    stopped = shown(control)
    assert shown(control) == stopped

    control.ask("POST", "clock", {"stop": "2027-01-01"})
    assert shown(control) == NOON - timedelta(hours=12)
    assert not control.ask("POST", "clock", {"start": True})["stopped"]
    assert timedelta() <= shown(control) - NOON + timedelta(hours=12) < NEAR

    control.ask("POST", "clock", {"reset": True})
    assert abs(shown(control) - datetime.now(UTC)) < NEAR


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ({}, "expected one of advance, set, stop, start, reset"),
        ({"advance": 1, "set": "2027-01-01"}, "expected one of advance, set, stop, start, reset"),
        ({"advance": None}, "advance: needs a value"),
        ({"set": None}, "set: needs a value"),
        ({"advance": "soon"}, "advance: expected seconds, or a text such as 90d"),
        ({"advance": "90 d"}, "advance: expected seconds, or a text such as 90d"),
        ({"advance": ""}, "advance: expected seconds, or a text such as 90d"),
        ({"advance": True}, "advance: expected seconds, or a text such as 90d"),
        ({"advance": [1]}, "advance: expected seconds, or a text such as 90d"),
        ({"advance": "nan"}, "advance: expected seconds, or a text such as 90d"),
        ({"advance": 1e300}, "advance: expected seconds, or a text such as 90d"),
        ({"advance": "9999999d"}, "advance: the clock goes from the year 1990 to the year 2990"),
        ({"set": "2027-13-01"}, "set: expected a time such as 2027-01-31"),
        ({"set": 5}, "set: expected a time such as 2027-01-31"),
        ({"set": "9999-12-31T23:59:59-12:00"}, "set: expected a time such as 2027-01-31"),
        ({"stop": "1970-01-01"}, "stop: the clock goes from the year 1990 to the year 2990"),
        (
            {"stop": None, "advance": "soon"},
            "h, m, s); advance and stop: expected one of advance, set, stop, start, reset",
        ),
        ({"set": None, "reset": False}, "set: needs a value; reset: Input should be True; set and reset: "),
        ({"set": None, "reset": True, "tick": 1}, "start, stop; set and reset: expected one of"),
        ({"start": False}, "start: Input should be True"),
        ({"tick": 1}, "tick: unknown; known are advance, reset, set, start, stop"),
        ([], "Input should be an object"),
    ],
)
def test_a_wrong_move_moves_nothing(control: Control, body: Any, complaint: str) -> None:
    control.ask("POST", "clock", {"stop": NOON.isoformat()})

    assert complaint in control.complaint("POST", "clock", body)
    assert shown(control) == NOON


def test_a_token_ends_by_this_clock(control: Control) -> None:
    token = control.sign_in()
    assert control.graph("GET", "applications", token=token).status_code == 200

    control.ask("POST", "clock", {"advance": "2h"})
    assert control.graph("GET", "applications", token=token).status_code == 401
    assert control.graph("GET", "applications").status_code == 200
