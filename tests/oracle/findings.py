"""What concerns more than one account, from the look that found it to the look that found its end."""

from dataclasses import dataclass, field
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


Key = tuple[str, ...]
"""Of what a finding is: `quiet` or `thin`, a feed and its last day; `across`, a rule and a group."""


@dataclass
class Findings:
    """All of them, and by what they are of those that have not ended. `notices`: when the operator was told of one."""

    all: list[Finding] = field(default_factory=list)
    open: dict[Key, Finding] = field(default_factory=dict)
    notices: list[datetime] = field(default_factory=list)
    begun: set[Key] = field(default_factory=set)
    """Also those that have ended."""

    def begin(self, key: Key, finding: Finding) -> None:
        self.open[key] = finding
        self.begun.add(key)
        self.all.append(finding)

    def end(self, key: Key, now: Now) -> None:
        if key in self.open:
            self.open.pop(key).end(now)
