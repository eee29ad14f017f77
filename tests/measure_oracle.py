"""A measure's definition as it stands in a file and one account's records in; its value, in plain Python, out.

Written from the reference of the language alone: no matrix, no window and no filter of the engine has a hand in it.
"""

import math
import operator
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import fmean, median
from typing import Any
from zoneinfo import ZoneInfo

from engine.domain import Fact, Value
from tests.told import Account, Observed, Occurred

Written = Mapping[str, Any]
STATISTICS: Mapping[str, Callable[[list[float]], float]] = {
    "sum": sum,
    "mean": fmean,
    "min": min,
    "max": max,
    "median": median,
}
BOUNDS = {"below": operator.lt, "at_most": operator.le, "at_least": operator.ge, "above": operator.gt}


@dataclass(frozen=True)
class Oracle:
    """One account at a moment. `covered_from`: per metric and event the date from which records are complete."""

    definitions: Mapping[str, Written]
    account: Account
    at: datetime
    covered_from: Mapping[str, date]

    @property
    def today(self) -> date:
        return self._day(self.at)

    def _day(self, at: datetime) -> date:
        return at.astimezone(ZoneInfo(self.account.zone)).date()

    def value(self, name: str, end: int = 0) -> Any:
        """A number, a text, or None; for a window that ended `end` days ago."""
        definition = self.definitions[name]
        kind = next(kind for kind in _FORMS if kind in definition)
        found = _FORMS[kind](self, definition, end)
        return found if found is None or isinstance(found, str) else round(found, 4)

    def earlier(self, name: str, end: int) -> Any:
        """Unknown if it is not covered, or begins before the account's first day."""
        days = self.window(name)
        first = self.today - timedelta(days=end + days - 1)
        born = self._first_day()
        if born is None or first < born or not all(self._covered(one, first) for one in self._records_of(name)):
            return None
        return self.value(name, end)

    def usual(self, name: str) -> float | None:
        past = [self.earlier(name, 1 + back * self.window(name)) for back in range(1, 9)]
        known = [value for value in past if value is not None]
        return round(median(known), 4) if len(known) >= 4 else None

    def window(self, name: str) -> int:
        definition = self.definitions[name]
        for pair in ("ratio", "difference"):
            if pair in definition:
                return next(self.window(part) for part in definition[pair] if self._has_window(part))
        return int(definition["over"].removesuffix("d"))

    def _has_window(self, name: str) -> bool:
        return "over" in self.definitions[name]

    def _first_day(self) -> date | None:
        if self.account.since is not None:
            return self.account.since
        days = [self.today - timedelta(days=one.ago) for one in self.account.records if isinstance(one, Observed)]
        return min([*days, *(self._day(event.at) for event in self.account.occurred)], default=None)

    def _covered(self, name: str, first: date) -> bool:
        return name in self.covered_from and first >= self.covered_from[name]

    def _records_of(self, name: str) -> set[str]:
        definition = self.definitions[name]
        parts = definition.get("ratio") or definition.get("difference")
        if parts:
            return {record for part in parts for record in self._records_of(part)}
        kind = next(kind for kind in _FORMS if kind in definition)
        return set() if kind == "attribute" else {definition[kind].partition(".")[0]}

    def latest(self, definition: Written, end: int) -> float | None:
        last = self._observed(definition["latest"], end)
        if not last:
            return None
        age = min(last)
        limit = definition.get("max_age")
        return None if limit and age >= int(limit.removesuffix("d")) else last[age]

    def _observed(self, metric: str, end: int) -> dict[int, float]:
        """Days before the window's last day → value."""
        mine = [one for one in self.account.records if isinstance(one, Observed) and one.name == metric]
        return {one.ago - end: one.value for one in mine if one.ago >= end}

    def statistic(self, kind: str, definition: Written, end: int) -> float | None:
        event, _, prop = definition[kind].partition(".")
        least = int(definition.get("min_points", 1))
        if not prop:
            length = int(definition["over"].removesuffix("d"))
            values = [value for age, value in self._observed(event, end).items() if age < length]
            return STATISTICS[kind](values) if len(values) >= least else None
        events = self._events(event, definition, end)
        if events is None:
            return None
        found = [self._property(one, prop) for one in events]
        values = [value for value in found if value is not None]
        if kind == "sum":
            return sum(values)
        return STATISTICS[kind](values) if len(values) >= least else None

    def _events(self, event: str, definition: Written, end: int) -> list[Occurred] | None:
        """Those of the window that `where` keeps; None where it is not covered."""
        over, mine = definition["over"], [one for one in self.account.occurred if one.name == event]
        if over.endswith("d"):
            last = self.today - timedelta(days=end)
            first = last - timedelta(days=int(over.removesuffix("d")) - 1)
            inside = [one for one in mine if first <= self._day(one.at) <= last]
        else:
            unit = {"h": "hours", "m": "minutes"}[over[-1]]
            start = self.at - timedelta(**{unit: int(over[:-1])})
            first = self._day(start)
            inside = [one for one in mine if start < one.at <= self.at]
        return [one for one in inside if self._kept(one, definition)] if self._covered(event, first) else None

    def _kept(self, event: Occurred, definition: Written) -> bool:
        return all(_so(self._property(event, prop), want) for prop, want in definition.get("where", {}).items())

    def _property(self, event: Occurred, prop: str) -> Any:
        here = event.at.astimezone(ZoneInfo(self.account.zone))
        roles = {contact.email: contact.role for contact in self.account.contacts}
        built_in = {
            "contact": event.contact,
            "contact_role": roles.get(event.contact or ""),
            "weekday": here.strftime("%a").lower(),
            "hour": here.hour,
            "day": here.date(),
        }
        return built_in[prop] if prop in built_in else event.properties.get(prop)

    def count(self, definition: Written, end: int) -> float | None:
        events = self._events(definition["count"], definition, end)
        return None if events is None else len(events)

    def distinct(self, definition: Written, end: int) -> float | None:
        events = self._events(definition["distinct"], definition, end)
        by = [definition["by"]] if isinstance(definition["by"], str) else definition["by"]
        if events is None:
            return None
        found = {tuple(self._property(event, prop) for prop in by) for event in events}
        return len([values for values in found if None not in values])

    def days_with(self, definition: Written, end: int) -> float | None:
        events = self._events(definition["days_with"], definition, end)
        return None if events is None else len({self._day(event.at) for event in events})

    def returning(self, definition: Written, end: int) -> float | None:
        days = int(definition["over"].removesuffix("d"))
        begins, born = self.today - timedelta(days=end + 2 * days - 1), self._first_day()
        now = self._events(definition["returning"], definition, end)
        before = self._events(definition["returning"], definition, end + days)
        if now is None or before is None or born is None or begins < born:
            return None
        were = {event.contact for event in before} - {None}
        return len(were & {event.contact for event in now}) / len(were) if were else None

    def shift(self, definition: Written, end: int) -> float | None:
        days = int(definition["over"].removesuffix("d"))
        begins, born = self.today - timedelta(days=end + 2 * days - 1), self._first_day()
        windows = [self._events(definition["shift"], definition, back) for back in (end, end + days)]
        if born is None or begins < born or any(events is None or len(events) < 20 for events in windows):
            return None
        zone = ZoneInfo(self.account.zone)
        name = "%a" if definition["by"] == "weekday" else "%H"
        shares = [Counter(event.at.astimezone(zone).strftime(name) for event in events or ()) for events in windows]
        slots = set(shares[0]) | set(shares[1])
        now, before = shares
        moved = [abs(now[one] / now.total() - before[one] / before.total()) for one in slots]
        return math.fsum(moved) / 2

    def days_since(self, definition: Written, _end: int) -> float | None:
        name = definition["days_since"]
        attribute = self.account.attributes.get(name)
        if isinstance(attribute, date):
            return (self.today - attribute).days
        days = [self.today - timedelta(days=age) for age in self._observed(name, 0)]
        events = [one for one in self.account.occurred if one.name == name and self._kept(one, definition)]
        facts = [one for one in self.account.records if isinstance(one, Fact) and one.name == name]
        where = definition.get("where", {})
        kept = [one for one in facts if all(_so(one.properties.get(prop), want) for prop, want in where.items())]
        days += [*(self._day(event.at) for event in events), *(self._day(fact.at) for fact in kept)]
        return (self.today - max(days)).days if days else None

    def attribute(self, definition: Written, _end: int) -> Any:
        value = self.account.attributes.get(definition["attribute"])
        return float(value) if isinstance(value, bool) else value

    def ratio(self, definition: Written, end: int) -> float | None:
        above, below = (self.value(part, end) for part in definition["ratio"])
        return above / below if above is not None and below else None

    def difference(self, definition: Written, end: int) -> float | None:
        left, right = (self.value(part, end) for part in definition["difference"])
        return left - right if left is not None and right is not None else None

    def change(self, definition: Written, end: int) -> float | None:
        name = definition["change"]
        now, before = self.value(name, end), self.earlier(name, end + self.window(name))
        return now - before if now is not None and before is not None else None

    def change_percent(self, definition: Written, end: int) -> float | None:
        name = definition["change_percent"]
        now, before = self.value(name, end), self.earlier(name, end + self.window(name))
        return (now - before) / before * 100 if now is not None and before else None


def _so(value: Value | None, want: Any) -> bool:
    """What `where` says of a property; a blank one never is so."""
    if value is None:
        return False
    if isinstance(want, dict) and "not" in want:
        return not _so(value, want["not"])
    if isinstance(want, dict):
        return all(BOUNDS[key](value, _like(value, limit)) for key, limit in want.items())
    return value in want if isinstance(want, list) else value == want


def _like(value: Value, limit: Any) -> Value:
    return date.fromisoformat(limit) if isinstance(value, date) else float(limit)


def _statistic_of(kind: str) -> Callable[[Oracle, Written, int], Any]:
    return lambda oracle, definition, end: oracle.statistic(kind, definition, end)


_FORMS: Mapping[str, Callable[[Oracle, Written, int], Any]] = {
    "latest": Oracle.latest,
    **{kind: _statistic_of(kind) for kind in STATISTICS},
    "count": Oracle.count,
    "distinct": Oracle.distinct,
    "days_with": Oracle.days_with,
    "days_since": Oracle.days_since,
    "returning": Oracle.returning,
    "shift": Oracle.shift,
    "attribute": Oracle.attribute,
    "ratio": Oracle.ratio,
    "difference": Oracle.difference,
    "change": Oracle.change,
    "change_percent": Oracle.change_percent,
    "usual": lambda oracle, definition, _end: oracle.usual(definition["usual"]),
}
