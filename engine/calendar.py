"""Days in; business days out: Monday to Friday without public and extra holidays."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from engine.language.base import Duration

SATURDAY = 5


def check_country(code: str) -> None:
    """Refuses a country (or COUNTRY-REGION) whose public holidays are not known."""
    country, _, region = code.partition("-")
    if not _is_known(country) or (region and not _has_region(country, region)):
        raise ValueError(f"no public holidays are known for {code!r}; use an ISO code like DE, US or DE-BY")


def _is_known(country: str) -> bool:
    # A country itself takes a tenth of a second to be imported, which most commands don't need.
    from holidays.registry import COUNTRIES

    return any(country in names for names in COUNTRIES.values())


def _has_region(country: str, region: str) -> bool:
    import holidays as public

    try:
        public.country_holidays(country, subdiv=region)
    except NotImplementedError:  # what `holidays` raises for a region that it does not know
        return False
    return True


@lru_cache(maxsize=256)
def _holidays(code: str, year: int) -> frozenset[date]:
    import holidays as public

    country, _, region = code.partition("-")
    return frozenset(public.country_holidays(country, subdiv=region or None, years=year))


@dataclass(frozen=True)
class Calendar:
    """The company's working days. `country`: ISO code or COUNTRY-REGION; None: only weekends are free."""

    country: str | None = None
    extra_holidays: frozenset[date] = field(default_factory=frozenset)

    @classmethod
    def of(cls, country: str | None, extra: Iterable[date]) -> "Calendar":
        return cls(country, frozenset(extra))

    def is_business_day(self, day: date) -> bool:
        if day.weekday() >= SATURDAY or day in self.extra_holidays:
            return False
        return self.country is None or day not in _holidays(self.country, day.year)

    def business_days_after(self, day: date, count: int) -> date:
        """The count-th business day after `day`, which itself is not counted."""
        while count > 0:
            day += timedelta(days=1)
            count -= self.is_business_day(day)
        return day


@dataclass(frozen=True)
class CompanyTime:
    """The company's zone, the hour of its daily sweep, and its working days."""

    zone: str
    sweep: time
    calendar: Calendar

    def day(self, at: datetime) -> date:
        return at.astimezone(ZoneInfo(self.zone)).date()

    def sweep_on(self, day: date) -> datetime:
        """The moment of that day's sweep, in UTC."""
        return datetime.combine(day, self.sweep, ZoneInfo(self.zone)).astimezone(UTC)

    def last_sweep(self, at: datetime) -> datetime:
        """The last sweep that is not after `at`."""
        today = self.sweep_on(self.day(at))
        return today if today <= at else self.sweep_on(self.day(at) - timedelta(days=1))

    def next_sweep(self, at: datetime) -> datetime:
        """The first sweep after `at`."""
        today = self.sweep_on(self.day(at))
        return today if today > at else self.sweep_on(self.day(at) + timedelta(days=1))

    def date_after(self, duration: Duration, at: datetime) -> date:
        """The date so long after the day of `at`."""
        if duration.unit == "b":
            return self.calendar.business_days_after(self.day(at), duration.count)
        if duration.unit == "d":
            return self.day(at) + timedelta(days=duration.count)
        return self.day(at + timedelta(microseconds=duration.microseconds))

    def over_at(self, duration: Duration, since: datetime) -> datetime:
        """When a wait that began at `since` is over: days at the hour of the sweep, hours by the clock."""
        if duration.unit in ("m", "h"):
            return since + timedelta(microseconds=duration.microseconds)
        return self.sweep_on(self.date_after(duration, since))
