"""Which credentials somebody has to look after, and what is put out about them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailgrant import rotation
from mailgrant.errors import SetupError
from mailgrant.stack.expiry import WARNINGS, Held, report
from mailgrant.stack.outputs import held
from tests.test_rotation import moments, settings

NOW = datetime(2027, 1, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
# As pulumi stack output --json gives them, from two stacks; values are not asked for.
OUTPUTS: dict[str, Any] = {
    "clients": {
        "invoice-poller": {
            "kind": "daemon",
            "credentials": {
                "appliance": {
                    "certificate": "-----BEGIN CERTIFICATE-----\n…",
                    "expires_at": "2027-07-01T00:00:00Z",
                    "key_id": "5a4b3c2d-0000-4000-8000-000000000001",
                    "rotates_at": "2027-01-02T00:00:00Z",
                    "type": "certificate",
                    "value": "[secret]",
                },
                "hsm": {"expires_at": "2027-01-20T00:00:00Z", "rotates_at": None, "type": "certificate"},
                "ci": {
                    "expires_at": None,
                    "issuer": "https://token.actions.githubusercontent.com",
                    "rotates_at": None,
                    "subject": "repo:contoso/mail:environment:production",
                    "type": "federated",
                    "value": None,
                },
                "legacy": {"expires_at": "2026-12-31T00:00:00Z", "rotates_at": None, "type": "external"},
                "forgotten": {"expires_at": None, "rotates_at": None, "type": "external", "value": None},
            },
        },
        "thunderbird": {"kind": "third-party", "credentials": {}},
    },
    "automation": {
        "client_id": "5a4b3c2d-0000-4000-8000-000000000002",
        "credentials": {
            "pipeline": {
                "expires_at": "2027-03-01T00:00:00Z",
                "key_id": "5a4b3c2d-0000-4000-8000-000000000003",
                "rotates_at": "2027-01-01T00:00:00Z",
                "type": "secret",
                "value": "[secret]",
            }
        },
    },
}


def test_the_report_has_every_credential_in_a_stable_shape() -> None:
    found = report(held("prod", OUTPUTS), NOW, 30)

    assert not found["ok"]
    assert (found["now"], found["warn_days"]) == ("2027-01-01T12:00:00Z", 30)
    assert found["credentials"][0] == {
        "stack": "prod",
        "client": "invoice-poller",
        "credential": "appliance",
        "type": "certificate",
        "key_id": "5a4b3c2d-0000-4000-8000-000000000001",
        "expires_at": "2027-07-01T00:00:00Z",
        "days_left": 180,
        "rotates_at": "2027-01-02T00:00:00Z",
        "warning": None,
    }
    told = {(one["client"], one["credential"]): one["warning"] for one in found["credentials"]}
    assert told == {
        ("invoice-poller", "appliance"): None,
        ("invoice-poller", "hsm"): "ends-soon",
        ("invoice-poller", "ci"): None,
        ("invoice-poller", "legacy"): "ended",
        ("invoice-poller", "forgotten"): None,
        (None, "pipeline"): "rotation-overdue",
    }
    assert set(told.values()) == {None, *WARNINGS}


def test_a_longer_look_ahead_finds_more() -> None:
    hsm = next(one for one in held("prod", OUTPUTS) if one.credential == "hsm")

    assert hsm.warning(NOW, 18) is None
    assert hsm.warning(NOW, 19) == "ends-soon"
    assert hsm.days_left(NOW) == 18
    assert hsm.days_left(datetime(2027, 1, 21, tzinfo=UTC)) == -1


def test_outputs_of_another_program_are_refused_by_their_place() -> None:
    with pytest.raises(SetupError, match=r"clients\.poller"):
        held("prod", {"clients": {"poller": "somebody else's"}})


@given(moments, settings(), st.integers(0, 1000), st.integers(0, 1000))
def test_one_that_rotates_in_time_is_never_warned_of_and_a_late_one_always(
    now: datetime, setting: tuple[timedelta, timedelta], warn_days: int, later: int
) -> None:
    newest = rotation.periods(now, *setting, "poller.vm")[0]
    one = Held("prod", "poller", "vm", "secret", None, newest.expires_at, newest.rotates_at)

    assert one.warning(now, warn_days) is None
    assert one.warning(newest.rotates_at - timedelta(seconds=1), warn_days) is None
    expected = "ended" if later * DAY >= newest.expires_at - newest.rotates_at else "rotation-overdue"
    assert one.warning(newest.rotates_at + later * DAY, warn_days) == expected
