"""Rotation by the date alone, of secrets and certificates alike: over any walk of days, nothing that somebody may still use is ended."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from mailgrant.rotation import MOST_AT_ONCE, Period, periods

NAME = "invoice-poller.poller-vm"
moments = st.datetimes(datetime(2024, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
names = st.text(max_size=20)


@st.composite
def settings(draw: st.DrawFn) -> tuple[timedelta, timedelta]:
    """A lifetime and a rotation as the schema allows them; the one need be no multiple of the other."""
    rotate = draw(st.integers(1, 8000))
    lifetime = draw(st.integers(2 * rotate, MOST_AT_ONCE * rotate))
    return timedelta(hours=lifetime), timedelta(hours=rotate)


def test_a_secret_of_180_days_that_rotates_every_90() -> None:
    """Frozen: other dates would rotate the credentials of every stack at once."""
    newest, older = periods(datetime(2026, 11, 22, tzinfo=UTC), timedelta(days=180), timedelta(days=90), NAME)

    assert newest == Period(27, datetime(2027, 2, 25, tzinfo=UTC), datetime(2026, 11, 27, tzinfo=UTC))
    assert older == Period(26, datetime(2026, 11, 27, tzinfo=UTC), datetime(2026, 8, 29, tzinfo=UTC))


def test_a_lifetime_that_is_no_multiple_has_no_secret_that_has_expired() -> None:
    now = datetime(2026, 11, 22, tzinfo=UTC)

    for day in range(400):
        at = now + timedelta(days=day)
        assert all(
            period.expires_at > at for period in periods(at, timedelta(days=200), timedelta(days=90), NAME)
        )


@given(moments, settings(), names)
def test_what_is_handed_out_is_valid_for_a_period_after_its_successor_is_due(
    now: datetime, setting: tuple[timedelta, timedelta], name: str
) -> None:
    lifetime, rotate = setting
    newest, *others = periods(now, lifetime, rotate, name)

    assert newest.rotates_at - rotate <= now < newest.rotates_at
    assert newest.expires_at >= newest.rotates_at + rotate
    assert len(others) < MOST_AT_ONCE
    assert all(period.expires_at > now for period in others)


@given(moments, settings(), names, st.lists(st.integers(0, 900), max_size=20))
def test_the_passing_of_time_ends_no_secret_that_has_not_expired(
    now: datetime, setting: tuple[timedelta, timedelta], name: str, days: list[int]
) -> None:
    held: set[Period] = set()
    for step in days:
        now += timedelta(days=step)
        kept = set(periods(now, *setting, name))
        assert all(gone.expires_at <= now for gone in held - kept)
        assert len({period.number for period in kept}) == len(kept)
        held = kept


@given(moments, settings(), names)
def test_the_same_period_gives_the_same_newest_secret(
    now: datetime, setting: tuple[timedelta, timedelta], name: str
) -> None:
    newest = periods(now, *setting, name)[0]

    assert periods(newest.rotates_at - timedelta(microseconds=1), *setting, name)[0] == newest
    assert periods(newest.rotates_at, *setting, name)[0].number == newest.number + 1


@given(moments, settings(), names, st.lists(st.integers(1, 24 * 40), min_size=1, max_size=30))
def test_a_successor_is_out_for_the_grace_period_less_what_pulumi_up_was_late(
    now: datetime, setting: tuple[timedelta, timedelta], name: str, hours: list[int]
) -> None:
    """Whenever somebody runs ``pulumi up``: what was handed out stays in place until it ends by itself."""
    lifetime, rotate = setting
    newest = periods(now, lifetime, rotate, name)[0]
    for step in hours:
        before, now = now, now + timedelta(hours=step)
        kept = periods(now, lifetime, rotate, name)
        if kept[0] == newest:
            assert now < newest.rotates_at  # nothing rotates late
            continue
        assert now >= newest.rotates_at > before  # nor early
        assert newest in kept or newest.expires_at <= now
        assert newest.expires_at - now >= rotate - (now - newest.rotates_at)
        newest = kept[0]


@given(moments, names, names)
def test_a_credential_rotates_on_the_same_day_whatever_else_there_is(
    now: datetime, one: str, other: str
) -> None:
    setting = timedelta(days=180), timedelta(days=90)
    difference = abs(periods(now, *setting, one)[0].rotates_at - periods(now, *setting, other)[0].rotates_at)

    assert difference % timedelta(days=1) == timedelta(0)
    assert difference == timedelta(0) or one != other


def test_names_spread_rotations_over_the_days_of_a_period() -> None:
    now = datetime(2026, 11, 22, tzinfo=UTC)
    days = {
        periods(now, timedelta(days=180), timedelta(days=90), f"client-{number}.vm")[0].rotates_at
        for number in range(500)
    }

    assert len(days) > 80
