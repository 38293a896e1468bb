"""Rotation by the date alone: over any walk of days, nothing that somebody may still use is ended."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from mailgrant.rotation import FIRST_DAY, MOST_SLOTS, Slot, slots

rotations = st.integers(1, 400).map(lambda days: timedelta(days=days))
counts = st.integers(2, MOST_SLOTS)
moments = st.datetimes(datetime(2024, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def test_a_secret_of_180_days_that_rotates_every_90() -> None:
    newest, older = slots(datetime(2026, 11, 22, tzinfo=UTC), timedelta(days=180), timedelta(days=90))

    assert newest == Slot(1, 27, FIRST_DAY + 29 * timedelta(days=90), FIRST_DAY + 28 * timedelta(days=90))
    assert older == Slot(0, 26, FIRST_DAY + 28 * timedelta(days=90), FIRST_DAY + 27 * timedelta(days=90))


@given(moments, rotations, counts)
def test_what_is_handed_out_is_valid_for_a_period_after_its_successor_is_due(
    now: datetime, rotate: timedelta, count: int
) -> None:
    newest = slots(now, count * rotate, rotate)[0]

    assert newest.rotates_at - rotate <= now < newest.rotates_at
    assert newest.expires_at >= newest.rotates_at + rotate


@given(moments, rotations, counts, st.lists(st.integers(0, 900), max_size=20))
def test_no_secret_is_replaced_before_it_has_expired(
    now: datetime, rotate: timedelta, count: int, days: list[int]
) -> None:
    held: dict[int, Slot] = {}
    for step in days:
        now += timedelta(days=step)
        for slot in slots(now, count * rotate, rotate):
            before = held.get(slot.number, slot)
            assert before == slot or before.expires_at <= now
            held[slot.number] = slot


@given(moments, rotations, counts)
def test_the_same_period_gives_the_same_secrets(now: datetime, rotate: timedelta, count: int) -> None:
    first = slots(now, count * rotate, rotate)
    last = slots(first[0].rotates_at - timedelta(microseconds=1), count * rotate, rotate)

    assert first == last
    assert len({slot.number for slot in first}) == len(first)
