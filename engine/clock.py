"""The only place that asks the system for the time; everything else is told it."""

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Protocol, TypeVar
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

EPOCH = date(1970, 1, 1)
FIRST_DAY, LAST_DAY = date(1000, 1, 1), date(8999, 12, 31)
"""Days that can be meant: zones, windows and the longest durations around them have room in the calendar. Others are
how systems write that there is no date, 0001-01-01 and 9999-12-31 above all."""
YEARS = f"{FIRST_DAY.year} to {LAST_DAY.year}"
THURSDAY = EPOCH.weekday()
MICROSECONDS = 1_000_000
Days = TypeVar("Days", int, "NDArray[np.int64]")


class Clock(Protocol):
    def now(self) -> datetime:
        """The present moment, aware, in UTC."""


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


class SetClock:
    """A clock that stands where it was put: for scenarios, the demo and tests."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at


def is_meant(day: date) -> bool:
    """Whether a day, or the day of a moment, is one that can be meant."""
    return FIRST_DAY.year <= day.year <= LAST_DAY.year


def day_number(day: date) -> int:
    """Days since 1970-01-01; the unit in which all days are kept."""
    return (day - EPOCH).days


def day_of(number: float) -> date:
    return EPOCH + timedelta(days=int(number))


def weekday(day: Days) -> Days:
    """0 is Monday; of a day number, or of each of an array of them."""
    return (day + THURSDAY) % 7


def local_day(at: datetime, zone: str) -> int:
    """The day number of the calendar date that `at` has in `zone`."""
    return day_number(at.astimezone(ZoneInfo(zone)).date())


def start_of_day(day: int, zone: str) -> datetime:
    """The first moment of a day in `zone`, in UTC (where midnight is skipped: the moment after the gap)."""
    day_start = datetime.combine(day_of(day), datetime.min.time(), ZoneInfo(zone))
    return day_start.astimezone(UTC)


def end_of_day(day: int, zone: str) -> datetime:
    """The last second of a day in `zone`, in UTC: where a date is said in `until` or `--as-of`.

    23:59:59, and where the clocks repeat or skip that hour, its second time or the moment before the gap.
    """
    return start_of_day(day + 1, zone) - timedelta(seconds=1)


def microseconds(at: datetime) -> int:
    """Microseconds since the epoch; exact, unlike `timestamp()`."""
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def second(micros: int) -> str:
    """A moment (microseconds since the epoch) to the second, as people read it in an error."""
    return f"{moment(micros):%Y-%m-%dT%H:%M:%S}Z"


def moment(micros: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(micros))
