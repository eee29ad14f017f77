"""Moments and zones in; the accounts' days, and how far into the day each moment lies, out; pure."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from engine.batches import Ints, When
from engine.clock import microseconds, start_of_day

DAY = 86_400_000_000
"""Microseconds of a day of 24 hours."""


@dataclass(frozen=True, slots=True)
class Placed:
    """Moments on their accounts' days. `at` in microseconds; `time`: milliseconds since the start of that day."""

    at: Ints
    day: Ints
    time: Ints


def place(when: When, zones: tuple[str, ...], zone: Ints) -> Placed:
    """`zone[i]` is the number in `zones` of the zone in which record i is meant."""
    at, day, start = when.at.copy(), when.at.copy(), np.zeros_like(when.at)
    for number in np.flatnonzero(np.bincount(zone, minlength=len(zones))).tolist():
        here = zone == number
        moments = here & ~when.date_only
        day[moments] = local_days(at[moments], zones[number])
        start[here] = starts_of_days(day[here], zones[number])
    at[when.date_only] = start[when.date_only]
    return Placed(at, day, (at - start) // 1000)


def local_days(at: Ints, zone: str) -> Ints:
    """The day number that each moment has in the zone."""
    return np.asarray((at + offsets(at, zone)) // DAY, dtype=np.int64)


def offsets(at: Ints, zone: str) -> Ints:
    """How far each moment's local time is ahead of UTC, in microseconds."""
    if not len(at):
        return np.zeros(0, dtype=np.int64)
    first, last = (int(year) for year in _years(np.array([at.min(), at.max()], dtype=np.int64)))
    since, ahead = zip(*(_changes(zone, year) for year in range(first, last + 1)), strict=True)
    return np.asarray(np.concatenate(ahead)[np.searchsorted(np.concatenate(since), at, side="right") - 1])


def starts_of_days(day: Ints, zone: str) -> Ints:
    """The first moment of each day in the zone, in microseconds."""
    if not len(day):
        return np.zeros(0, dtype=np.int64)
    first = int(day.min())
    starts = np.zeros(int(day.max()) - first + 1, dtype=np.int64)
    for number in np.flatnonzero(np.bincount(day - first)).tolist():
        starts[number] = _start(first + number, zone)
    return starts[day - first]


def _years(at: Ints) -> NDArray[np.int64]:
    return np.asarray(at.astype("datetime64[us]").astype("datetime64[Y]").astype(np.int64) + 1970)


@lru_cache(maxsize=50_000)
def _start(day: int, zone: str) -> int:
    return microseconds(start_of_day(day, zone))


@lru_cache(maxsize=4_096)
def _changes(zone: str, year: int) -> tuple[Ints, Ints]:
    """From when on in that year (UTC), and how far, local time is ahead: its start and each change of the clocks."""
    info, step = ZoneInfo(zone), timedelta(days=1)
    at, end = datetime(year, 1, 1, tzinfo=UTC), datetime(year, 12, 31, 23, 59, 59, tzinfo=UTC)
    found = [(at, _ahead(at, info))]
    while at < end:
        after = min(at + step, end)
        if _ahead(after, info) != _ahead(at, info):
            change = _first_second_after(at, after, info)
            found.append((change, _ahead(change, info)))
        at = after
    since = np.array([microseconds(moment) for moment, _ in found], dtype=np.int64)
    return since, np.array([ahead // timedelta(microseconds=1) for _, ahead in found], dtype=np.int64)


def _first_second_after(before: datetime, after: datetime, info: ZoneInfo) -> datetime:
    """The second at which the offset of `after` begins to hold."""
    while (after - before) > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        before, after = (middle, after) if _ahead(middle, info) == _ahead(before, info) else (before, middle)
    return after


def _ahead(at: datetime, info: ZoneInfo) -> timedelta:
    return at.astimezone(info).utcoffset() or timedelta()
