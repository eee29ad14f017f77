"""Days in; business days out: Monday to Friday without public and extra holidays."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache

import holidays as public

SATURDAY = 5


def check_country(code: str) -> None:
    """Refuses a country (or COUNTRY-REGION) whose public holidays are not known."""
    country, _, region = code.partition("-")
    try:
        public.country_holidays(country, subdiv=region or None, years=2026)
    except NotImplementedError:
        raise ValueError(f"no public holidays are known for {code!r}; use an ISO code like DE, US or DE-BY") from None


@lru_cache(maxsize=256)
def _holidays(code: str, year: int) -> frozenset[date]:
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
