"""What is stored about a company, as it came: accounts, contacts, observations, events, facts and outcomes."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from tests.oracle.moments import day_in

Value = str | float | bool | date | datetime
Properties = Mapping[str, Value]


@dataclass(frozen=True)
class Observation:
    """The value of a metric for an account (or one of its contacts) and day; `time`: how far into the day it was."""

    at: datetime
    day: date
    time: timedelta
    value: float


@dataclass(frozen=True)
class Event:
    """`properties`: also the built-in ones but the contact's role, as they were when it came."""

    name: str
    at: datetime
    day: date
    contact: str | None
    properties: Properties


@dataclass(frozen=True)
class Fact:
    """`until`: the last moment of it; None: it holds until it is ended."""

    name: str
    at: datetime
    day: date
    until: datetime | None
    yearly: bool
    properties: Properties


@dataclass(frozen=True)
class Overriding:
    score: str
    value: float
    at: datetime
    until: datetime


Row = Mapping[str, str]


@dataclass(frozen=True)
class Held:
    """A row that waits for its account; `arrival`: how its file is read."""

    file: int
    arrival: Any
    kind: str
    row: Row


Series = dict[date, Observation]
"""Per day the value that stands."""


@dataclass
class Account:
    """All that is known about an account; `attributes` without the blank ones."""

    id: str
    attributes: dict[str, Any] = field(default_factory=dict)
    contacts: dict[str, dict[str, Any]] = field(default_factory=dict)
    observations: dict[tuple[str, str | None], Series] = field(default_factory=lambda: defaultdict(dict))
    events: dict[str, dict[date, list[Event]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(list)))
    facts: list[Fact] = field(default_factory=list)
    outcomes: list[tuple[datetime, str]] = field(default_factory=list)
    overrides: list[Overriding] = field(default_factory=list)
    seeds: bool = False
    """Whether an import of history changed something since the last look."""

    def zone(self, company_zone: str) -> str:
        return str(self.attributes.get("timezone", company_zone))

    def newest(self, name: str, at: datetime) -> date | None:
        """The day of its newest record of that name that is not after a moment."""
        series = [days for (metric, _), days in self.observations.items() if metric == name]
        observed = [one for days in series for one in days.values()]
        happened = [one for events in self.events.get(name, {}).values() for one in events]
        records: list[Observation | Event] = [*observed, *happened]
        return max((one.day for one in records if one.at <= at), default=None)

    def days_of(self, name: str) -> set[date]:
        """The days of which there is a record of that name."""
        observed = {day for (metric, _), days in self.observations.items() if metric == name for day in days}
        return observed | {day for day, events in self.events.get(name, {}).items() if events}

    def has_left(self, at: datetime) -> bool:
        """The newest outcome is `churned`."""
        outcomes = [outcome for outcome in self.outcomes if outcome[0] <= at]
        return bool(outcomes) and max(outcomes)[1] == "churned"


@dataclass
class Company:
    """Everybody, and what arrived for nobody yet."""

    accounts: dict[str, Account] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    teammates: dict[str, dict[str, Any]] = field(default_factory=dict)
    oldest: dict[str, date] = field(default_factory=dict)
    """Per metric and event the day of its oldest record."""
    facts_by_id: dict[tuple[str, str], tuple[Account, Fact, object]] = field(default_factory=dict)
    known: Counter[object] = field(default_factory=Counter)
    """How many there are of each thing: by its name and id, without one by all its content."""
    held: dict[str, list["Held"]] = field(default_factory=dict)
    """Rows for accounts that are not there, by what they call them."""
    files: int = 0
    _newest: dict[tuple[str, datetime, int], date | None] = field(default_factory=dict)
    _silent: dict[tuple[str, datetime, int, str], int | None] = field(default_factory=dict)
    _by_day: dict[tuple[str, int], Counter[date]] = field(default_factory=dict)

    def account(self, said: str) -> Account | None:
        """By its id, or by another id under which its data arrives."""
        return self.accounts.get(self.aliases.get(said, said))

    def newest(self, name: str, at: datetime) -> date | None:
        """The newest day, over all accounts, of a record of that name that is not after a moment."""
        if (name, at, self.files) not in self._newest:
            days = (account.newest(name, at) for account in self.accounts.values())
            self._newest[name, at, self.files] = max((day for day in days if day is not None), default=None)
        return self._newest[name, at, self.files]

    def silent_days(self, name: str, at: datetime, company_zone: str) -> int | None:
        """Days since the newest record of that name, where the account is for which the fewest have passed."""
        key = name, at, self.files, company_zone
        if key not in self._silent:
            newest = ((day_in(at, one.zone(company_zone)), one.newest(name, at)) for one in self.accounts.values())
            self._silent[key] = min(((today - day).days for today, day in newest if day is not None), default=None)
        return self._silent[key]

    def accounts_by_day(self, name: str) -> Counter[date]:
        """Of how many accounts there is a record of that name on each day."""
        if (name, self.files) not in self._by_day:
            days = (day for account in self.accounts.values() for day in account.days_of(name))
            self._by_day[name, self.files] = Counter(days)
        return self._by_day[name, self.files]

    def children_of(self, account: Account) -> list[Account]:
        return [child for child in self.accounts.values() if child.attributes.get("parent") == account.id]

    def generations(self) -> list[list[Account]]:
        """Those without children, then those above these, and so on."""
        heights: dict[str, int] = {}
        for account in self.accounts.values():
            self._measure_height(account, heights)
        highest = max(heights.values(), default=0)
        return [[one for one in self.accounts.values() if heights[one.id] == height] for height in range(highest + 1)]

    def _measure_height(self, account: Account, heights: dict[str, int]) -> int:
        if account.id not in heights:
            below = [self._measure_height(child, heights) for child in self.children_of(account)]
            heights[account.id] = 1 + max(below) if below else 0
        return heights[account.id]

    def recorded(self, name: str, day: date) -> None:
        self.oldest[name] = min(day, self.oldest.get(name, day))
