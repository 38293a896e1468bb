"""Two years in steps of a week, on the tenant's clock: no consumer is ever locked out, and nothing rotates early.

Of the 105 steps those run in which the arithmetic sees something due, and every eighth of the others; with
``MAILGRANT_WALK=all`` every one does. That the others change nothing is the arithmetic's, tested beside it.
"""

import json
import os
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, Final

import msal
import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import load_pem_x509_certificate
from msal.oauth2cli.assertion import JwtAssertionCreator

from mailgrant.rotation import Period, periods
from tests.worlds import OfflineTenant, Project

pytestmark = pytest.mark.engine

WEEK: Final = timedelta(weeks=1)
START: Final = datetime(2026, 12, 2, tzinfo=UTC)
STEPS: Final = [START + number * WEEK for number in range(105)]
SECOND: Final = timedelta(seconds=1)
LIFE: Final = {  # lifetime, rotate
    "long": (timedelta(days=180), timedelta(days=90)),
    "short": (timedelta(days=56), timedelta(days=28)),
    "appliance": (timedelta(days=140), timedelta(days=70)),
}
CREDENTIALS: Final = """\
        long: {type: secret, lifetime: 180d, rotate: 90d}
        short: {type: secret, lifetime: 56d, rotate: 28d}
        appliance: {type: certificate, lifetime: 140d, rotate: 70d}
"""
ADD: Final = "POST /v1.0/applications/{id}/addPassword"
REMOVE: Final = "POST /v1.0/applications/{id}/removePassword"
PATCH: Final = "PATCH /v1.0/applications/{id}"
ONE: Final = "        poller-vm: {type: secret, lifetime: 180d, rotate: 90d}\n"


def due(name: str, moment: datetime) -> list[Period]:
    """The credentials that there must be."""
    return periods(moment, *LIFE[name], f"invoice-poller.{name}")


def shown(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True)
class Handed:
    """What a consumer was given."""

    name: str
    value: str
    certificate: str | None
    expires_at: datetime
    out_since: datetime


@dataclass
class Walk:
    """A stack that is updated as the clock goes on."""

    project: Project
    offline: OfflineTenant

    def at(self, moment: datetime) -> Project:
        """The stack at a moment, of the tenant and of mailgrant."""
        self.offline.control("POST", "clock", {"stop": shown(moment)})
        return replace(self.project, environment={**self.project.environment, "MAILGRANT_NOW": shown(moment)})

    def client(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(
            self.project.pulumi("stack", "output", "clients", "--json", "--show-secrets")
        )
        poller: dict[str, Any] = found["invoice-poller"]
        return poller

    def writes(self) -> dict[str, int]:
        stats = self.offline.stats(reset=True)
        graph = {name: count for name, count in stats["graph"].items() if not name.startswith("GET ")}
        return graph | {
            name: count for name, count in stats["exchange"].items() if not name.startswith("Get-")
        }


def handed(client: dict[str, Any], moment: datetime) -> dict[str, Handed]:
    return {
        name: Handed(
            name, one["value"], one.get("certificate"), datetime.fromisoformat(one["expires_at"]), moment
        )
        for name, one in client["credentials"].items()
    }


def proof(client: dict[str, Any], held: Handed, moment: datetime) -> Any:
    """What MSAL is given; an assertion is made by MSAL, too, but at the tenant's time and not at this machine's."""
    if not held.certificate:
        return held.value
    digest = load_pem_x509_certificate(held.certificate.encode()).fingerprint(SHA256())
    thumbprint = urlsafe_b64encode(digest).decode().rstrip("=")
    now = int(moment.timestamp())
    assertion = JwtAssertionCreator(
        held.value, "RS256", headers={"x5t#S256": thumbprint}
    ).create_normal_assertion(
        f"{client['authority']}/oauth2/v2.0/token",
        client["client_id"],
        issued_at=now,
        not_before=now,
        expires_at=now + 600,
    )
    return {"client_assertion": lambda: assertion}


def sign_in(client: dict[str, Any], held: Handed, moment: datetime) -> None:
    application = msal.ConfidentialClientApplication(
        client["client_id"],
        proof(client, held, moment),
        client["authority"],
        instance_discovery=False,
    )
    answer = application.acquire_token_for_client([client["scope"]])
    assert "access_token" in answer, (held.name, shown(moment), answer.get("error_description"))


def made_and_ended(before: datetime, now: datetime, names: Iterable[str]) -> tuple[int, int]:
    """How many credentials are made and taken away between two moments."""
    old = {(name, period.number) for name in names for period in due(name, before)}
    new = {(name, period.number) for name in names for period in due(name, now)}
    return len(new - old), len(old - new)


def steps() -> list[datetime]:
    """Those that are run."""
    everything = os.environ.get("MAILGRANT_WALK") == "all"
    busy = {now for before, now in pairwise(STEPS) if any(made_and_ended(before, now, LIFE))}
    return [now for number, now in enumerate(STEPS) if everything or now in busy or number % 8 == 0]


@pytest.fixture
def walk(project: Project, at_offline: OfflineTenant) -> Walk:
    project.edit(ONE, CREDENTIALS)
    project.edit("protocols: [imap, pop, smtp]", "protocols: [imap]")
    return Walk(project, at_offline)


def previewed(said: str) -> dict[str, int]:
    """How many credentials a preview says that it will make and delete."""
    return {
        name: sum(line.split()[:2] == [sign, f"azuread:index:{kind}"] for line in said.splitlines())
        for sign, kind, name in (
            ("+", "ApplicationPassword", "secrets made"),
            ("-", "ApplicationPassword", "secrets ended"),
            ("+", "ApplicationCertificate", "certificates made"),
            ("-", "ApplicationCertificate", "certificates ended"),
        )
    }


def foreseen(before: datetime, now: datetime) -> dict[str, int]:
    """The same by the arithmetic."""
    secrets = made_and_ended(before, now, ("long", "short"))
    certificates = made_and_ended(before, now, ("appliance",))
    return dict(
        zip(
            ("secrets made", "secrets ended", "certificates made", "certificates ended"),
            (*secrets, *certificates),
            strict=True,
        )
    )


def test_two_years_in_steps_of_a_week(walk: Walk) -> None:
    before, *later = steps()
    walk.at(before).pulumi("up", "--yes", "--skip-preview")
    client = walk.client()
    newest = handed(client, before)
    held = dict(newest)
    told: set[str] = set()
    walk.writes()

    for now in later:
        # Consumers change over as late as they may: when theirs ends before the stack is looked at again.
        for name, one in held.items():
            if one.expires_at <= now:
                walk.at(one.expires_at - SECOND)
                sign_in(client, one, one.expires_at - SECOND)
                successor = newest[name]
                assert successor.value != one.value
                assert one.expires_at - successor.out_since >= LIFE[name][1] - WEEK
                held[name] = successor
        there = walk.at(now)
        for one in held.values():
            sign_in(client, one, now)

        expected = foreseen(before, now)
        kinds = {name for name, count in expected.items() if count}
        if not kinds <= told:
            told |= kinds
            assert previewed(there.pulumi("preview")) == expected
            assert walk.writes() == {}
        there.pulumi("up", "--yes", "--skip-preview")
        writes = walk.writes()
        assert writes.get(ADD, 0) == expected["secrets made"]
        assert writes.get(REMOVE, 0) == expected["secrets ended"]
        assert writes.get(PATCH, 0) == expected["certificates made"] + expected["certificates ended"]
        assert set(writes) <= {ADD, REMOVE, PATCH}, shown(now)

        if kinds:
            client = walk.client()
            issued = handed(client, now)
            newest = {
                name: one if one.value != newest[name].value else newest[name] for name, one in issued.items()
            }
        for name, one in newest.items():
            assert one.expires_at == due(name, now)[0].expires_at  # neither early nor late
            sign_in(client, one, now)
        for one in held.values():
            sign_in(client, one, now)
        before = now

    assert told == set(foreseen(START, START))
    told_of = json.loads(walk.at(before).mailgrant("credentials", "--json", "--warn-days", "30"))
    assert told_of["ok"]
    assert {one["credential"]: one["expires_at"] for one in told_of["credentials"]} == {
        name: shown(one.expires_at) for name, one in newest.items()
    }
    # Nobody runs pulumi up for a month.
    late = walk.at(before + timedelta(days=30))
    told_of = json.loads(late.mailgrant("credentials", "--json", "--warn-days", "30", expect=1))
    warned = {one["credential"] for one in told_of["credentials"] if one["warning"] == "rotation-overdue"}
    assert warned == {
        name for name in LIFE if due(name, before)[0] != due(name, before + timedelta(days=30))[0]
    }
    said = late.mailgrant("credentials", "--stack", "offline")
    for name in LIFE:
        assert (f"invoice-poller {name} (offline): its successor is due" in said) == (name in warned)
        assert newest[name].expires_at.date().isoformat() in said
    assert not any(one.value in said for one in newest.values())
