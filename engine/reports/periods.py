"""A span of days in; the weeks, months or quarters of it, out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from engine.clock import day_of
from engine.reports.quarters import Quarter


@dataclass(frozen=True, slots=True)
class Period:
    """Some days, the first and the last included, by their numbers."""

    label: str
    first: int
    last: int


def _week(day: date) -> str:
    year, week, _ = day.isocalendar()
    return f"{year:04}-W{week:02}"


LABELS: Mapping[str, Callable[[date], str]] = {
    "week": _week,
    "month": lambda day: f"{day.year:04}-{day.month:02}",
    "quarter": lambda day: str(Quarter.of(day)),
}
"""What a day's week (ISO 8601), month or quarter is called."""


LONGEST = 92
"""Days of a quarter."""


def periods(first: int, last: int, kind: str) -> list[Period]:
    """Those that the days from first to last lie in, whole, the oldest first. `kind`: of LABELS."""
    label = LABELS[kind]
    every = groupby(range(first - LONGEST, last + LONGEST), key=lambda day: label(day_of(day)))
    found = [Period(name, (days := list(group))[0], days[-1]) for name, group in every]
    return [period for period in found if period.first <= last and period.last >= first]
