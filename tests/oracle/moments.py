"""Texts and moments in; days, ends of days, durations and business days out."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

ONE_DAY = timedelta(days=1)
HOLIDAYS: Mapping[str, Sequence[str]] = {
    # The law of each year; only the days on which the whole country is free.
    "DE": (
        "2024-12-25 2024-12-26 2025-01-01 2025-04-18 2025-04-21 2025-05-01 2025-05-29 2025-06-09 2025-10-03 2025-12-25 "
        "2025-12-26 2026-01-01 2026-04-03 2026-04-06 2026-05-01 2026-05-14 2026-05-25 2026-10-03 2026-12-25 2026-12-26"
    ).split(),
}


@dataclass(frozen=True)
class Duration:
    """So many `d` (days), `h`, `m` (minutes) or `b` (business days)."""

    amount: int
    unit: str

    @property
    def counts_days(self) -> bool:
        return self.unit == "d"

    @property
    def elapsed(self) -> timedelta:
        return timedelta(**{{"d": "days", "h": "hours", "m": "minutes"}[self.unit]: self.amount})


@dataclass(frozen=True)
class Now:
    """A moment, and the date at it where somebody is."""

    today: date
    at: datetime


@cache
def duration(written: str) -> Duration:
    """`15m`, `6h`, `90d`, `2 business days`."""
    said = re.fullmatch(r"(\d+) ?([a-z]).*", written)
    assert said is not None, written
    return Duration(int(said[1]), said[2])


@cache
def zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def day_in(at: datetime, where: str) -> date:
    return at.astimezone(zone(where)).date()


def start_of(day: date, where: str) -> datetime:
    return datetime.combine(day, time(), zone(where)).astimezone(UTC)


def end_of(day: date, where: str) -> datetime:
    return start_of(day + ONE_DAY, where) - timedelta(seconds=1)


def is_date(written: str) -> bool:
    return re.fullmatch(r"\d{4}-\d\d-\d\d", written) is not None


def moment(written: str, where: str) -> datetime:
    """A time; without an offset it is one of that zone."""
    at = datetime.fromisoformat(written)
    return (at if at.tzinfo else at.replace(tzinfo=zone(where))).astimezone(UTC)


def as_of(written: str, company_zone: str) -> datetime:
    """What `--as-of` means: of a date, its end in the company's zone."""
    if is_date(written):
        return end_of(date.fromisoformat(written), company_zone)
    return moment(written, company_zone)


def has_passed(wanted: Duration, since_day: date, since: datetime, now: Now) -> bool:
    """Whether so long has passed: days are counted by the calendar, hours by the clock."""
    if wanted.counts_days:
        return (now.today - since_day).days >= wanted.amount
    return now.at - since >= wanted.elapsed


def business_days_after(start: date, count: int, company: Mapping[str, Any]) -> date:
    """The count-th business day after a day, which itself does not count."""
    free = {*HOLIDAYS.get(company.get("country", ""), ()), *company.get("extra_holidays", ())}
    day = start
    while count:
        day += ONE_DAY
        count -= day.weekday() < 5 and day.isoformat() not in free
    return day


def day_after(start: date, wanted: Duration, company: Mapping[str, Any]) -> date:
    """The day so many days, or business days, after."""
    if wanted.unit == "b":
        return business_days_after(start, wanted.amount, company)
    return start + timedelta(days=wanted.amount)
