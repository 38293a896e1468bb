"""Reset, seeds and snapshots over the control plane."""

from pathlib import Path
from typing import Any

import pytest

from offline_tenant import seed
from tests.offline.control_helper import Control

pytest_plugins = ["tests.offline.control_fixtures"]

NOON = "2027-01-01T12:00:00Z"


def work(control: Control) -> list[Any]:
    """What a deployment does, with every kind of id and secret in the answers."""
    token = control.sign_in()
    application = control.graph("POST", "applications", {"displayName": "poller"}, token).json()
    principal = control.graph("POST", "servicePrincipals", {"appId": application["appId"]}, token).json()
    secret = control.graph("POST", f"applications/{application['id']}/addPassword", {}, token).json()
    mailbox = control.ask("POST", "mailboxes", {"address": "sales@contoso.com"}, 201)
    tenant = control.ask("POST", "tenants", {"organization": "fabrikam.onmicrosoft.com"}, 201)
    return [application["id"], application["appId"], principal["id"], secret["secretText"], mailbox, tenant]


def test_reset_is_the_first_start_again(control: Control) -> None:
    control.ask("POST", "clock", {"stop": NOON})
    control.ask("POST", "reset", {}, 204)
    control.ask("POST", "clock", {"stop": NOON})
    first = control.ask("GET", "objects")
    work(control)
    control.ask("POST", "faults", {"match": "graph *"}, 201)
    control.ask("POST", "latency", {"graph *": 0.001})
    control.ask("POST", "lag", {"applications": {"reads": 3}})

    control.ask("POST", "reset", {}, 204)

    assert control.ask("GET", "objects") == first
    assert [tenant["id"] for tenant in control.ask("GET", "tenants")] == [seed.TENANT_ID]
    assert control.ask("GET", "faults") == []
    assert control.ask("GET", "latency") == {}
    assert control.ask("GET", "lag") == {}
    assert control.ask("GET", "stats") == {"exchange": {}, "graph": {}, "connects": 0, "logins": {}}
    assert not control.ask("GET", "clock")["stopped"]
    assert control.graph("GET", "applications").status_code == 200


def test_a_seed_repeats_every_id(control: Control) -> None:
    runs = []
    for _ in range(2):
        control.ask("POST", "seed", {"seed": 42, "clock": NOON}, 204)
        answers = work(control)
        runs.append((answers, control.everything()))

    assert runs[0] == runs[1]


def test_another_seed_gives_other_ids(control: Control) -> None:
    control.ask("POST", "seed", {"seed": 42, "clock": NOON}, 204)
    first = work(control)
    control.ask("POST", "seed", {"seed": 43, "clock": NOON}, 204)
    second = work(control)

    assert all(one != other for one, other in zip(first, second, strict=True))
    # The ids that stand in stack files are no drawn ones.
    assert control.ask("GET", "tenants")[0]["id"] == seed.TENANT_ID


def test_without_a_time_the_clock_runs(control: Control) -> None:
    control.ask("POST", "clock", {"stop": NOON})
    control.ask("POST", "seed", {"seed": 1}, 204)

    assert not control.ask("GET", "clock")["stopped"]


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ({}, "seed: Field required"),
        ({"seed": "x"}, "seed: Input should be a valid integer"),
        ({"seed": True}, "seed: Input should be a valid integer"),
        ({"seed": 2**63}, "seed: Input should be less than 9223372036854775808"),
        ({"seed": 1, "clock": "soon"}, "clock: expected a time such as 2027-01-31"),
        ({"seed": 1, "clock": "1066-10-14"}, "clock: the clock goes from the year 1990 to the year 2990"),
        ({"seed": 1, "sed": 2, "clock": 3}, "clock: expected a time"),
        ({"seed": 1, "sed": 2, "clock": 3}, "sed: unknown; known are clock, seed"),
    ],
)
def test_a_wrong_seed_changes_nothing(control: Control, body: Any, complaint: str) -> None:
    work(control)
    before = control.everything()

    assert complaint in control.complaint("POST", "seed", body)
    assert control.everything() == before


def test_a_snapshot_brings_everything_back(control: Control) -> None:
    work(control)
    control.ask("POST", "clock", {"stop": NOON})
    control.ask("POST", "lag", {"applications": {"reads": 3}})
    before = control.everything()
    [saved] = control.ask("POST", "snapshots", {"name": "before"}, 201)
    assert saved["name"] == "before"

    control.ask("POST", "reset", {}, 204)
    assert control.everything() != before
    control.ask("POST", "faults", {"match": "smtp *"}, 201)
    control.ask("POST", "restore", {"name": "before"}, 204)

    assert control.everything() == before
    assert control.ask("GET", "clock")["stopped"]
    # What belongs to the run of the process stays.
    assert len(control.ask("GET", "faults")) == 1


def test_a_token_from_before_works_after_restoring(control: Control) -> None:
    control.ask("POST", "snapshots", {"name": "before"}, 201)
    token = control.sign_in()
    control.ask("POST", "reset", {}, 204)
    assert control.graph("GET", "applications", token=token).status_code == 401

    control.ask("POST", "restore", {"name": "before"}, 204)
    assert control.graph("GET", "applications", token=token).status_code == 200


def test_snapshots_are_refused_by_name(control: Control, tmp_path: Path) -> None:
    control.ask("POST", "snapshots", {"name": "one"}, 201)

    assert "already" in control.complaint("POST", "snapshots", {"name": "one"}, 409)
    control.ask("POST", "snapshots", {"name": "one", "replace": True}, 201)
    assert "is no name" in control.complaint("POST", "snapshots", {"name": "../one"}, 409)
    assert "there are: one" in control.complaint("POST", "restore", {"name": "two"}, 404)
    assert "there are: one" in control.complaint("DELETE", "snapshots?name=two", expect=404)
    control.ask("DELETE", "snapshots?name=one", expect=204)
    assert control.ask("GET", "snapshots") == []
    assert list((tmp_path / "snapshots").iterdir()) == []
