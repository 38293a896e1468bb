"""The clock that can be set, and the ids that repeat."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone

import pytest

from offline_tenant.state.clock import Clock
from offline_tenant.state.ids import Ids
from offline_tenant.state.store import Store
from offline_tenant.state.tenant import Installation

NOON = datetime(2027, 6, 1, 12, tzinfo=UTC)
NEAR = timedelta(seconds=60)


@pytest.fixture
def clock(installation: Installation) -> Clock:
    return installation.clock


def test_it_shows_the_machines_time(clock: Clock) -> None:
    assert abs(clock.now() - datetime.now(UTC)) < NEAR
    assert not clock.stopped()


def test_it_can_be_set_and_goes_on(clock: Clock) -> None:
    clock.set(NOON)
    first = clock.now()

    assert timedelta() <= first - NOON < NEAR
    assert clock.now() > first


def test_it_can_be_stopped(clock: Clock) -> None:
    clock.stop(NOON.astimezone(timezone(timedelta(hours=5))))

    assert clock.now() == clock.now() == NOON
    assert clock.now().tzinfo is UTC
    assert clock.stopped()


def test_it_advances_running_and_stopped(clock: Clock) -> None:
    clock.advance(timedelta(days=90))
    clock.advance(timedelta(days=1))
    assert abs(clock.now() - datetime.now(UTC) - timedelta(days=91)) < NEAR

    clock.stop(NOON)
    clock.advance(timedelta(days=-1))
    assert clock.now() == NOON - timedelta(days=1)
    clock.reset()
    assert abs(clock.now() - datetime.now(UTC)) < NEAR


FAR: list[Callable[[Clock], None]] = [
    lambda clock: clock.advance(timedelta.max),
    lambda clock: clock.advance(timedelta(days=-400 * 365)),
    lambda clock: clock.set(datetime.max.replace(tzinfo=UTC)),
    lambda clock: clock.stop(datetime(1969, 1, 1, tzinfo=UTC)),
]


@pytest.mark.parametrize("move", FAR)
def test_it_stays_where_dates_can_be_written(clock: Clock, move: Callable[[Clock], None]) -> None:
    with pytest.raises(ValueError, match="from the year 1990 to the year 2990"):
        move(clock)
    assert abs(clock.now() - datetime.now(UTC)) < NEAR


def test_it_survives_a_restart(installation: Installation) -> None:
    installation.clock.stop(NOON)

    assert Clock(installation.store).now() == NOON


def drawn(ids: Ids) -> list[object]:
    return [ids.uuid(), ids.text(8, "abc"), ids.number(64), ids.uuid()]


def test_ids_follow_from_the_seed() -> None:
    one, two = Ids(Store(":memory:")), Ids(Store(":memory:"))
    assert drawn(one) == drawn(two)

    one.reseed(42)
    two.reseed(43)
    first = drawn(one)
    assert first != drawn(two)
    two.reseed(42)
    assert drawn(two) == first
    assert (one.seed, two.seed) == (42, 42)


def test_ids_go_on_after_a_restart() -> None:
    store = Store(":memory:")
    whole = drawn(Ids(Store(":memory:")))

    assert [Ids(store).uuid(), Ids(store).text(8, "abc"), Ids(store).number(64), Ids(store).uuid()] == whole


def test_ids_of_undone_work_are_drawn_again() -> None:
    store = Store(":memory:")
    ids = Ids(store)
    undone: list[str] = []

    with suppress(LookupError), store.transaction():
        undone.append(ids.uuid())
        raise LookupError
    assert ids.uuid() == undone[0]
