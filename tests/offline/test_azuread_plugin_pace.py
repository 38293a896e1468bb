"""The waits of the plugin, on a clock that only the test moves."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import cycle

import pytest

from offline_tenant.azuread_plugin.errors import CancelledError, GraphError, PluginError
from offline_tenant.azuread_plugin.graph import Operation
from offline_tenant.azuread_plugin.http import Http, Reply
from offline_tenant.azuread_plugin.pace import Pace
from offline_tenant.azuread_plugin.proofs import Secret
from offline_tenant.azuread_plugin.resources.credentials import credential_id, end_time, sent_time
from offline_tenant.azuread_plugin.settings import Settings
from offline_tenant.azuread_plugin.signin import Session
from tests.offline.azuread_plugin_helper import token


@dataclass
class Clock(Pace):
    """A pace that waits in no time and remembers how long it should have taken."""

    waits: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.now = lambda: sum(self.waits)

    def wait(self, seconds: float) -> None:
        self.waits.append(seconds)


def settle(clock: Clock, reads: Iterator[bool], *, interval: float = 5.0, misses: int | None = None) -> None:
    clock.settle(lambda: next(reads), interval=interval, deadline=1000.0, misses=misses)


def test_polls_that_agree_take_no_time_unless_the_real_pace_is_wanted() -> None:
    quick, real = Clock(), Clock(real=True)
    for clock in (quick, real):
        settle(clock, iter([True] * 5))
    assert (quick.waits, real.waits) == ([0, 0, 0, 0], [5, 5, 5, 5])


def test_a_miss_begins_the_count_again_and_is_waited_for_longer_and_longer() -> None:
    clock = Clock()
    settle(clock, iter([True, False, False, False, *[True] * 5]))
    assert clock.waits == [0, 0.1, 0.2, 0.4, 0, 0, 0, 0]


def test_twenty_misses_are_tolerated_and_no_more() -> None:
    patient = Clock()
    settle(patient, iter([False] * 20 + [True] * 5), misses=20)
    with pytest.raises(PluginError, match="20 retries"):
        settle(Clock(), iter([False] * 21), misses=20)


def test_a_poll_ends_with_its_operation() -> None:
    with pytest.raises(PluginError, match="timeout while waiting"):
        settle(Clock(), cycle([False]))


def test_a_stopped_pace_waits_for_nothing() -> None:
    pace = Pace()
    pace.stopped.set()
    with pytest.raises(CancelledError):
        pace.wait(1000)


@dataclass
class Script(Http):
    """Answers the sign-in, and Graph from a list."""

    replies: Iterator[Reply]

    def send(self, method: str, url: str, headers: object, body: bytes | None = None) -> Reply:  # noqa: ARG002
        if "/metadata/" in url:
            document = b'{"microsoftGraphResourceId": "http://graph/", "authentication": {"loginEndpoint": "http://login"}}'
            return Reply(200, {}, document)
        if url.endswith("/token"):
            return Reply(200, {}, f'{{"access_token": "{token()}"}}'.encode())
        return next(self.replies)


def operation(clock: Clock, *replies: Reply) -> Operation:
    session = Session(Settings("host", "tenant", "client", Secret("secret")), clock)
    session.http = Script(iter(replies))
    return Operation(session, seconds=300)


BUSY = Reply(503, {}, b"")
DONE = Reply(200, {}, b'{"id": "x"}')


def test_a_busy_service_is_given_twice_the_time_each_time() -> None:
    clock = Clock()
    operation(clock, *[BUSY] * 8, DONE).post("/v1.0/applications", {})
    assert clock.waits == [1, 2, 4, 8, 16, 32, 61, 61]


def test_the_service_may_say_how_long() -> None:
    clock = Clock()
    operation(clock, Reply(429, {"retry-after": "2"}, b""), DONE).post("/v1.0/applications", {})
    assert clock.waits == [2]


def test_the_last_answer_is_told_when_time_is_up() -> None:
    clock = Clock()
    with pytest.raises(
        GraphError, match=r"unexpected status 503 \(503 Service Unavailable\) received with no body"
    ):
        operation(clock, *[BUSY] * 20).get("/v1.0/applications/x")
    assert clock.now() <= 300


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ("2027-05-01T00:00:00Z", "2027-05-01T00:00:00Z"),
        ("2027-05-01T00:00:00+00:00", "2027-05-01T00:00:00Z"),
        ("2027-05-01T00:00:00.5Z", "2027-05-01T00:00:00Z"),
        ("2027-05-01T02:00:00+02:00", "2027-05-01T02:00:00+02:00"),
    ],
)
def test_times_are_sent_as_go_writes_them(given: str, sent: str) -> None:
    assert sent_time(given) == sent


def test_a_relative_end_counts_from_the_start() -> None:
    inputs = {"startDate": "2027-05-01T00:00:00Z", "endDateRelative": "24h30m"}
    assert end_time(inputs) == "2027-05-02T00:30:00Z"
    assert end_time({}) is None


def test_a_duration_of_another_form_is_refused() -> None:
    with pytest.raises(PluginError, match="end_date_relative"):
        end_time({"endDateRelative": "10 days"})


@pytest.mark.parametrize("wrong", ["", "a/password", "a/certificate/b", "/applications/a/password/b"])
def test_ids_of_credentials_are_taken_apart_strictly(wrong: str) -> None:
    assert credential_id("a/password/b", "password") == ("a", "password", "b")
    with pytest.raises(PluginError, match="password/<key id>"):
        credential_id(wrong, "password")
