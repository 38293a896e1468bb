"""Credentials over time: what rotates by itself is neutral, and nothing else is."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mailgrant import rotation
from mailgrant.certificates.keys import generate
from mailgrant.facts import CLOUDS
from mailgrant.model import (
    CertificateCredential,
    DaemonPlan,
    FederatedCredential,
    GivenCertificate,
    Plan,
    SecretCredential,
)
from mailgrant.report.rights import Effect
from tests.report.declared import event_loop
from tests.report.test_plans import between, thoroughly

NOW = datetime(2026, 12, 1, tzinfo=UTC)
ENDS = datetime(2029, 1, 1, tzinfo=UTC)
ROTATE = timedelta(days=90)
LIVES = [timedelta(days=days) for days in (180, 184, 270)]
PEMS = [generate(name, NOW, ENDS, 2048).public.pem for name in ("ours", "theirs")]


@pytest.fixture(scope="module", autouse=True)
def loop() -> Iterator[None]:
    with event_loop():
        yield


held = st.dictionaries(
    st.sampled_from(["vm", "ci"]),
    st.sampled_from(
        [
            *(SecretCredential(life, ROTATE) for life in LIVES),
            *(CertificateCredential(life, ROTATE) for life in LIVES),
            *map(GivenCertificate, PEMS),
            FederatedCredential(
                "https://issuer.example", "repo:contoso/mail", "", "api://AzureADTokenExchange"
            ),
        ]
    ),
)
later = st.sampled_from([timedelta(days=days) for days in (0, 1, 89, 95, 200, 400)])
Held = dict[str, Any]


def plan(credentials: Held, now: datetime) -> Plan:
    return Plan("contoso.com", CLOUDS["global"], {"poller": DaemonPlan(("imap",), {}, credentials)}, now)


def keys(credentials: Held, now: datetime) -> dict[tuple[str, Any], datetime | None]:
    """When each thing ends that lets somebody in, worked out from the plan: a certificate that is given by itself."""
    found: dict[tuple[str, Any], datetime | None] = {}
    for consumer, one in credentials.items():
        if isinstance(one, SecretCredential | CertificateCredential):
            periods = rotation.periods(now, one.lifetime, one.rotate, f"poller.{consumer}")
            found |= {(consumer, (type(one), one.lifetime, each.number)): each.expires_at for each in periods}
        else:
            found[consumer, one] = None
    return found


def is_rotation(before: Any, after: Any) -> bool:
    """Whether what is made for a consumer is only what time makes."""
    made = isinstance(after, SecretCredential | CertificateCredential) and type(before) is type(after)
    return before == after or (made and after.lifetime <= before.lifetime)


def expected(before: Held, after: Held, then: datetime) -> Effect:
    if any(name not in before or not is_rotation(before[name], one) for name, one in after.items()):
        return Effect.BROADENING
    gone = keys(before, NOW).items() - keys(after, then).items()
    return Effect.NARROWING if any(ends is None or ends > then for _, ends in gone) else Effect.NEUTRAL


@thoroughly(80)
@given(held, held, later)
@example({"vm": GivenCertificate(PEMS[0])}, {"vm": GivenCertificate(PEMS[1])}, timedelta(0))
@example(
    {"vm": SecretCredential(LIVES[0], ROTATE)}, {"vm": SecretCredential(LIVES[1], ROTATE)}, timedelta(95)
)
@example(
    {"vm": SecretCredential(LIVES[1], ROTATE)}, {"vm": SecretCredential(LIVES[0], ROTATE)}, timedelta(95)
)
def test_the_verdict_is_that_of_who_can_sign_in(before: Held, after: Held, more: timedelta) -> None:
    then = NOW + more

    assert between(plan(before, NOW), plan(after, then)).verdict == expected(before, after, then)


@thoroughly(30)
@given(held, later)
def test_time_alone_gives_nobody_more_and_takes_from_nobody_what_has_not_ended(
    one: Held, more: timedelta
) -> None:
    assert between(plan(one, NOW), plan(one, NOW + more)).verdict == Effect.NEUTRAL


@thoroughly(30)
@given(held, held)
def test_another_credential_is_another_hash(one: Held, other: Held) -> None:
    hashes = {between(plan({}, NOW), plan(held, NOW)).hash for held in (one, other)}

    assert len(hashes) == (1 if one == other else 2)
