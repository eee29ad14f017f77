"""`2027-Q1` in; its days and months out."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

_QUARTER = re.compile(r"(\d{4})-Q([1-4])", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Quarter:
    """Three months of the calendar."""

    year: int
    number: int

    @classmethod
    def parse(cls, said: str) -> "Quarter":
        """Raises ValueError for anything but a text like 2027-Q1."""
        match = _QUARTER.fullmatch(said.strip())
        if match is None or not date.min.year <= int(match.group(1)) < date.max.year:
            raise ValueError(f"{said!r} is no quarter; write one like 2027-Q1")
        return cls(int(match.group(1)), int(match.group(2)))

    @classmethod
    def of(cls, day: date) -> "Quarter":
        return cls(day.year, (day.month + 2) // 3)

    @property
    def first(self) -> date:
        return date(self.year, self.number * 3 - 2, 1)

    @property
    def last(self) -> date:
        following = date(self.year + 1, 1, 1) if self.number == 4 else date(self.year, self.number * 3 + 1, 1)
        return following - timedelta(days=1)

    @property
    def months(self) -> tuple[str, ...]:
        """As YYYY-MM."""
        return tuple(f"{self.year:04}-{month:02}" for month in range(self.number * 3 - 2, self.number * 3 + 1))

    def __str__(self) -> str:
        return f"{self.year:04}-Q{self.number}"
