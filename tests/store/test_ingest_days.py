"""The laws of days: what is worked out for many moments at once is what the calendar says of each."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.batches import When
from engine.clock import day_number, end_of_day, local_day, microseconds, start_of_day
from engine.store.ingest.days import local_days, place, starts_of_days

ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "America/Havana",
    "Asia/Beirut",
    "Africa/Casablanca",
    "Pacific/Chatham",
    "UTC",
)
moments = st.integers(0, 90 * 366 * 24 * 3600).map(
    lambda seconds: datetime(1971, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)
near_changes = st.builds(
    lambda month, day, minute, second: (
        datetime(2025, month, day, tzinfo=UTC) + timedelta(minutes=minute, seconds=second)
    ),
    st.sampled_from([3, 4, 10, 11]),
    st.integers(1, 30),
    st.integers(0, 24 * 60),
    st.integers(-1, 1),
)


@given(st.lists(moments | near_changes, max_size=20), st.sampled_from(ZONES))
def test_each_moment_is_on_the_day_that_the_calendar_says(at: list[datetime], zone: str) -> None:
    micros = np.array([microseconds(moment) for moment in at], dtype=np.int64)

    days = local_days(micros, zone)

    assert days.tolist() == [local_day(moment, zone) for moment in at]
    assert starts_of_days(days, zone).tolist() == [microseconds(start_of_day(int(day), zone)) for day in days]


@pytest.mark.parametrize(
    ("zone", "day", "last"),
    [
        pytest.param("Europe/Berlin", "2026-03-28", "2026-03-28T22:59:59", id="a day like others"),
        pytest.param("Europe/Berlin", "2026-03-29", "2026-03-29T21:59:59", id="of 23 hours"),
        pytest.param("America/Nuuk", "2026-03-28", "2026-03-29T00:59:59", id="whose last hour is skipped"),
        pytest.param("Asia/Beirut", "2025-10-25", "2025-10-25T21:59:59", id="whose last hour comes twice"),
        pytest.param("Asia/Beirut", "2026-03-28", "2026-03-28T21:59:59", id="before a midnight that is skipped"),
        pytest.param("America/Havana", "2025-11-01", "2025-11-02T03:59:59", id="before a midnight that comes twice"),
        pytest.param("Pacific/Apia", "2011-12-29", "2011-12-30T09:59:59", id="before a day that never was"),
    ],
)
def test_a_day_ends_a_second_before_the_next_one_begins(zone: str, day: str, last: str) -> None:
    end = end_of_day(day_number(datetime.fromisoformat(day).date()), zone)

    assert end == datetime.fromisoformat(last).replace(tzinfo=UTC)
    assert local_day(end, zone) == day_number(datetime.fromisoformat(day).date())


@given(st.lists(st.tuples(moments | near_changes, st.booleans(), st.integers(0, 2)), min_size=1, max_size=20))
def test_a_date_is_the_start_of_that_day_wherever_the_account_is(rows: list[tuple[datetime, bool, int]]) -> None:
    zones = ("Europe/Berlin", "Pacific/Apia", "America/New_York")
    at = [microseconds(moment) // 86_400_000_000 if is_day else microseconds(moment) for moment, is_day, _ in rows]
    when = When(np.array(at, dtype=np.int64), np.array([is_day for _, is_day, _ in rows]))

    placed = place(when, zones, np.array([zone for *_, zone in rows], dtype=np.int64))

    for index, (moment, is_day, zone) in enumerate(rows):
        day = at[index] if is_day else local_day(moment, zones[zone])
        start = microseconds(start_of_day(day, zones[zone]))
        expected = (start if is_day else at[index], day, 0 if is_day else (at[index] - start) // 1000)
        assert (placed.at[index], placed.day[index], placed.time[index]) == expected


@pytest.mark.parametrize(
    ("at", "hours"),
    [
        pytest.param(datetime(2025, 10, 26, 23, tzinfo=UTC), 0, id="midnight after the long day is the next day"),
        pytest.param(datetime(2025, 10, 26, 22, 59, tzinfo=UTC), 24, id="the long day has a 25th hour"),
        pytest.param(datetime(2025, 3, 30, 21, 59, tzinfo=UTC), 22, id="the short day has 23"),
    ],
)
def test_time_of_day_is_what_has_passed_of_it(at: datetime, hours: int) -> None:
    when = When(np.array([microseconds(at)]), np.array([False]))

    [time] = place(when, ("Europe/Berlin",), np.zeros(1, dtype=np.int64)).time

    assert time // 3_600_000 == hours
