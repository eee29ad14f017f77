"""What concerns more than one account, from the look that found it to the look that found its end."""

from dataclasses import dataclass
from datetime import date, datetime

from tests.oracle.moments import Now


@dataclass
class Finding:
    """`day`, `ended_day`: the company's. `group`: of a rule that counts across accounts."""

    kind: str
    name: str
    group: str | None
    text: str
    accounts: list[str]
    at: datetime
    day: date
    ended_at: datetime | None = None
    ended_day: date | None = None

    def end(self, now: Now) -> None:
        self.ended_at, self.ended_day = now.at, now.today
