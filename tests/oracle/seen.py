"""One account at a moment in; the records that a look at it sees, by windows, out (sections 2 and 3)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from statistics import fmean
from typing import Any

from tests.oracle import quiet, thin
from tests.oracle.files import Workspace
from tests.oracle.moments import ONE_DAY, Duration, day_in, end_of, zone
from tests.oracle.records import Account, Company, Event, Fact, Observation, Series
from tests.oracle.wanted import compared, fits


@dataclass(frozen=True)
class Window:
    """The days from `first` to `last`; of hours the moments after `after` to `until`."""

    first: date
    last: date
    after: datetime | None = None
    until: datetime | None = None

    def holds(self, day: date, at: datetime) -> bool:
        if self.after is not None and self.until is not None:
            return self.after < at <= self.until
        return self.first <= day <= self.last

    def days(self) -> Iterator[date]:
        day = self.first
        while day <= self.last:
            yield day
            day += ONE_DAY


@dataclass
class Seen:
    """What stands in `account` (and for what holds of everybody, in `company`) at T."""

    company: Company
    workspace: Workspace
    account: Account
    at: datetime
    contact: str | None = None
    """Whose records alone are seen."""
    _days: dict[str, dict[date, float]] = field(default_factory=dict)
    _last_days: dict[str, date] = field(default_factory=dict)

    @cached_property
    def zone(self) -> str:
        return self.account.zone(self.workspace.zone)

    @cached_property
    def today(self) -> date:
        return day_in(self.at, self.zone)

    def window(self, name: str, over: Duration, end: int = 0) -> Window:
        """The window of a metric, event or fact that ended so many days ago."""
        if over.counts_days:
            last = self.last_day(name) - timedelta(days=end)
            return Window(last - timedelta(days=over.amount - 1), last)
        until = self.at
        if self.last_day(name) < self.today:
            until = end_of(self.last_day(name), self.zone)
        # The days around it, for a record's day may be that of an earlier zone of the account.
        return Window(day_in(until - over.elapsed, self.zone), self.today, until - over.elapsed, until)

    def last_day(self, name: str) -> date:
        """Today; of what a quiet or thin feed brings, the last day of that feed."""
        if name not in self._last_days:
            quiet_since = quiet.last_day(self.company, self.workspace, name, self.at)
            held = thin.thin(self.company, self.workspace, name, self.at)
            days = (self.today, quiet_since, None if held is None else held.last)
            self._last_days[name] = min(day for day in days if day is not None)
        return self._last_days[name]

    def events(self, name: str, window: Window, where: Mapping[str, Any] | None = None) -> list[Event]:
        """The events of that name in the window, whose properties are as wanted."""
        days = window.days() if window.after is None else list(self.account.events.get(name, {}))
        found = [event for event in self.happened(name, days) if window.holds(event.day, event.at)]
        return [event for event in found if self.is_wanted(event, where)] if where else found

    def happened(self, name: str, days: Iterable[date] | None = None) -> Iterator[Event]:
        """All events of that name, or those of some days."""
        of_name = self.account.events.get(name, {})
        for day in of_name if days is None else days:
            for event in of_name.get(day, ()):
                if event.at <= self.at and self.contact in (None, event.contact):
                    yield event

    def contacts(self) -> set[str]:
        """Those that are known, and those whom records name."""
        events = {event.contact for name in self.account.events for event in self.happened(name)}
        observed = {
            contact
            for (_, contact), series in self.account.observations.items()
            if any(one.at <= self.at for one in series.values())
        }
        return {contact for contact in (*self.account.contacts, *events, *observed) if contact is not None}

    def is_wanted(self, record: Event | Fact, where: Mapping[str, Any] | None) -> bool:
        """A blank property is unknown, and then the record does not count."""
        return all(fits(wanted, self.property(record, name)) is True for name, wanted in (where or {}).items())

    def property(self, record: Event | Fact, name: str) -> Any:
        """A property; the contact's role is as it is now, and so is the account's zone."""
        if name == "contact_role" and isinstance(record, Event):
            return self.account.contacts.get(record.contact or "", {}).get("role")
        if name == "hour" and isinstance(record, Event):
            return float(record.at.astimezone(zone(self.zone)).hour)
        return compared(record.properties.get(name), self.zone)

    @cached_property
    def attributes(self) -> Mapping[str, Any]:
        """The account's, as conditions see them."""
        said = {**self.account.attributes, "id": self.account.id}
        return {name: compared(value, self.zone) for name, value in said.items()}

    def facts(self, name: str, where: Mapping[str, Any] | None = None) -> list[Fact]:
        return [
            fact
            for fact in self.account.facts
            if fact.name == name and fact.at <= self.at and self.is_wanted(fact, where)
        ]

    def holds_now(self, fact: Fact) -> bool:
        """at ≤ T ≤ until; a yearly one each year from the month and day of its start to those of its end."""
        if not fact.yearly or fact.until is None:
            return fact.at <= self.at and (fact.until is None or self.at <= fact.until)
        start, end = fact.day, day_in(fact.until, self.zone)
        leaps = self.today.year % 4 == 0
        begins, ends, now = _in_year(start, leaps), _in_year(end, leaps), (self.today.month, self.today.day)
        if fact.at > self.at:
            return False
        return begins <= now <= ends if begins <= ends else now >= begins or now <= ends

    def days_of(self, metric: str) -> Mapping[date, float]:
        """The account's value of each day: its own, or the mean of its contacts' values."""
        if metric not in self._days:
            of_contacts = ((self.workspace.catalog["metrics"] or {})[metric] or {}).get("of") == "contact"
            self._days[metric] = _means(
                [
                    self._seen_of(metric, series)
                    for (name, contact), series in self.account.observations.items()
                    if name == metric and (contact is not None) == of_contacts and self.contact in (None, contact)
                ]
            )
        return self._days[metric]

    def _seen_of(self, metric: str, series: Series) -> dict[date, float]:
        last = self.last_day(metric)
        since = redefined_on(self.workspace, metric, last) or date.min
        return {day: one.value for day, one in series.items() if one.at <= self.at and since <= day <= last}

    def values(self, metric: str, window: Window) -> list[float]:
        days = self.days_of(metric)
        return [days[day] for day in window.days() if day in days]

    def covered(self, name: str, first: date) -> bool:
        """Whether nothing recorded since that day means that nothing happened."""
        declared = self.workspace.feeds[name] or {}
        since = date.fromisoformat(declared["from"]) if "from" in declared else self.company.oldest.get(name)
        redefined = redefined_on(self.workspace, name, self.last_day(name)) or date.min
        return since is not None and first >= max(since, redefined)

    @cached_property
    def first_day(self) -> date | None:
        """Of the account: its `since`; blank: its oldest observation or event."""
        since: date | None = self.account.attributes.get("since")
        if since is not None:
            return since
        observed = [one for series in self.account.observations.values() for one in series.values()]
        happened = [one for days in self.account.events.values() for events in days.values() for one in events]
        records: list[Observation | Event] = [*observed, *happened]
        return min((one.day for one in records if one.at <= self.at), default=None)

    def reaches_back_to(self, first: date) -> bool:
        """Whether the account was there on that day already."""
        return self.first_day is not None and first >= self.first_day


def redefined_on(workspace: Workspace, name: str, today: date) -> date | None:
    """Since when a metric is counted as it is today."""
    metric = workspace.catalog.get("metrics", {}).get(name) or {}
    days = [date.fromisoformat(day) for day in metric.get("redefined", ())]
    return max((day for day in days if day <= today), default=None)


def _means(series: list[dict[date, float]]) -> dict[date, float]:
    if len(series) == 1:
        return series[0]
    days = {day for one in series for day in one}
    return {day: fmean(one[day] for one in series if day in one) for day in days}


def _in_year(day: date, leaps: bool) -> tuple[int, int]:
    """Month and day; the 29th of February is the 28th in a year without one."""
    return (2, 28) if (day.month, day.day) == (2, 29) and not leaps else (day.month, day.day)
