"""Accounts with the records that a test tells of in; a snapshot, laid out as a store does, out.

Unless a test says otherwise, the records of every name are complete since 1970.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from engine.clock import day_number, day_of, local_day, microseconds
from engine.conditions.constants import Constant
from engine.conditions.filters import Filter
from engine.conditions.tree import Column
from engine.domain import Fact, Value
from engine.language.catalog import WEEKDAYS, Catalog
from engine.snapshot import (
    ALL_DAYS,
    EventRows,
    EventTable,
    FactTable,
    Needs,
    Numbers,
    People,
    PersonalValues,
    Series,
    Snapshot,
)
from tests.told import AT, CATALOG, Account, Observed, Occurred, make_contact

NOTHING = "teammates stays history overrides version_codes episodes rule_since runs last_start".split()
"""Fields of a snapshot that are empty unless a test gives them."""


def make_snapshot(
    *accounts: Account,
    needs: Needs | None = None,
    catalog: Catalog = CATALOG,
    at: datetime = AT,
    covered_from: Mapping[str, int] | None = None,
    spare_days: int = 0,
    **more: Any,
) -> Snapshot:
    """What `needs` asks for, laid out. `spare_days`: matrices and rows reach so many days further back than asked.

    `more`: fields of the snapshot that records don't make (stays, history, overrides, episodes, …).
    """
    needs = needs or Needs()
    layout = _Layout(accounts, catalog, at, spare_days)
    fields: dict[str, Any] = {
        "accounts": layout.ids,
        "today": np.array(layout.today, dtype=np.int64),
        "zones": _texts(account.zone for account in accounts),
        "attributes": {name: layout.attribute(name) for name in catalog.attribute_names()},
        "first_day": np.array([layout.first_day(row) for row in range(len(accounts))], dtype=np.float64),
        "ended": np.array([account.ended for account in accounts], dtype=np.bool_),
        "series": {series: layout.matrix(series, days) for series, days in needs.series.items()},
        "covered_from": dict.fromkeys((*catalog.metrics, *catalog.events), 0) if covered_from is None else covered_from,
        "events": {name: layout.events(name, wanted) for name, wanted in needs.rows.items()},
        "people": layout.people() if needs.people else None,
        "personal": {metric: layout.personal(metric) for metric in needs.personal},
        "facts": {name: table for name in catalog.facts if len((table := layout.facts(name)).row)},
        "first_look": np.full(len(accounts), -1, dtype=np.int64),
        "last_look": np.full(len(accounts), -1, dtype=np.int64),
        "seed_next": np.zeros(len(accounts), dtype=np.bool_),
        **{name: {} for name in NOTHING},
    }
    return Snapshot(at=at, **(fields | more))


def as_constant(value: Value | None) -> Constant | None:
    """A value as filters and columns see it: dates as day numbers, booleans as 1 and 0."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, date):
        return float(day_number(date.fromisoformat(value.isoformat()[:10])))
    return float(value)


def _texts(values: Iterable[str | None]) -> NDArray[np.object_]:
    return np.array([*values, None], dtype=np.object_)[:-1]


def _numbers(values: Iterable[Constant | None]) -> Numbers:
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)


@dataclass(frozen=True)
class _Layout:
    told: tuple[Account, ...]
    catalog: Catalog
    at: datetime
    spare_days: int

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(str(one.attributes.get("id") or f"acme-{row}") for row, one in enumerate(self.told, start=1))

    @property
    def today(self) -> list[int]:
        return [local_day(self.at, account.zone) for account in self.told]

    def attribute(self, name: str) -> Column:
        given = [account.attributes.get(name) for account in self.told]
        given = list(self.ids) if name == "id" else given
        given = [account.since for account in self.told] if name == "since" else given
        values = [as_constant(value) for value in given]
        if self.catalog.attribute_type(name) == "text":
            return _texts(None if value is None else str(value) for value in values)
        return _numbers(values)

    def first_day(self, row: int) -> float:
        account = self.told[row]
        if account.since is not None:
            return day_number(account.since)
        days = [self.today[row] - one.ago for one in account.records if isinstance(one, Observed)]
        days += [local_day(one.at, account.zone) for one in account.occurred]
        return min(days, default=np.nan)

    def matrix(self, series: Series, days: int) -> Numbers:
        cells = list(self._cells(series))
        width = max([age + 1 for _row, age, _value in cells], default=1) if days == ALL_DAYS else days
        width += self.spare_days
        matrix = np.full((len(self.told), width), np.nan)
        for row, age, value in cells:
            if 0 <= age < width:
                cell = row, width - 1 - age
                matrix[cell] = value if series.kind == "metric" else np.nansum([matrix[cell], value])
        return matrix

    def _cells(self, series: Series) -> Iterable[tuple[int, int, float]]:
        """(row, days ago, value)."""
        for row, account in enumerate(self.told):
            if series.kind == "metric":
                yield from ((row, one.ago, one.value) for one in account.observed(series.name) if not one.contact)
                continue
            for event in self._events_of(row, series.name):
                if not self._passes(row, event, series.where):
                    continue
                value = as_constant(event.properties.get(series.prop)) if series.prop else 1.0
                if isinstance(value, float):
                    yield row, self.today[row] - self._day(row, event), value

    def _day(self, row: int, event: Occurred) -> int:
        return local_day(event.at, self.told[row].zone)

    def _events_of(self, row: int, name: str) -> list[Occurred]:
        return [event for event in self.told[row].occurred if event.name == name and event.at <= self.at]

    def _passes(self, row: int, event: Occurred, where: Filter) -> bool:
        return all(test.holds(self._property(row, event, test.prop)) for test in where)

    def _property(self, row: int, event: Occurred, prop: str) -> Constant | None:
        account = self.told[row]
        on = self._day(row, event)
        built_in: dict[str, Constant | None] = {
            "contact": event.contact,
            "contact_role": next((one.role for one in account.contacts if one.email == event.contact), None),
            "day": float(on),
            "weekday": WEEKDAYS[day_of(on).weekday()],
            "hour": float(event.at.astimezone(ZoneInfo(account.zone)).hour),
        }
        return built_in[prop] if prop in built_in else as_constant(event.properties.get(prop))

    def events(self, name: str, wanted: EventRows) -> EventTable:
        found = [(row, event) for row in range(len(self.told)) for event in self._events_of(row, name)]
        people = self.numbers
        reach = 10**6 if wanted.days == ALL_DAYS else wanted.days + self.spare_days
        kept = [(row, event) for row, event in found if self.today[row] - self._day(row, event) < reach]
        return EventTable(
            row=np.array([row for row, _event in kept], dtype=np.intp),
            day=np.array([self._day(row, event) for row, event in kept], dtype=np.int64),
            at=np.array([microseconds(event.at) for _row, event in kept], dtype=np.int64),
            contact=np.array(
                [people[row, event.contact] if event.contact else -1 for row, event in kept], dtype=np.int64
            ),
            properties={prop: self._property_column(name, prop, kept) for prop in wanted.properties},
        )

    @cached_property
    def numbers(self) -> Mapping[tuple[int, str | None], int]:
        """Contacts by account and address, those that an import brought and those that records name."""
        listed = [(row, one.email) for row, account in enumerate(self.told) for one in account.contacts]
        named = [(row, one.contact) for row, account in enumerate(self.told) for one in account.occurred]
        pairs = dict.fromkeys(pair for pair in (*listed, *named) if pair[1])
        return {who: number for number, who in enumerate(sorted(pairs, key=lambda pair: (pair[0], str(pair[1]))))}

    def people(self) -> People:
        contacts = [
            next((one for one in self.told[row].contacts if one.email == email), make_contact(str(email)))
            for row, email in self.numbers
        ]
        return People(
            row=np.array([row for row, _ in self.numbers], dtype=np.intp),
            contact=np.array(list(self.numbers.values()), dtype=np.int64),
            fields={
                **{
                    name: _texts(getattr(one, name) for one in contacts)
                    for name in ("email", "name", "role", "timezone")
                },
                "consent": _numbers(as_constant(one.consent) for one in contacts),
            },
        )

    def personal(self, metric: str) -> PersonalValues:
        said = [
            (self.numbers[row, one.contact], self.today[row] - one.ago, one.value)
            for row, account in enumerate(self.told)
            for one in account.observed(metric)
            if one.contact
        ]
        return PersonalValues(
            contact=np.array([contact for contact, _, _ in said], dtype=np.int64),
            day=np.array([day for _, day, _ in said], dtype=np.int64),
            value=np.array([value for _, _, value in said], dtype=np.float64),
        )

    def _property_column(self, event: str, prop: str, kept: list[tuple[int, Occurred]]) -> Column:
        values = [self._property(row, one, prop) for row, one in kept]
        if self.catalog.property_type(event, prop) == "text":
            return _texts(None if value is None else str(value) for value in values)
        return _numbers(values)

    def facts(self, name: str) -> FactTable:
        found: list[tuple[int, Fact]] = []
        for row, account in enumerate(self.told):
            mine = [one for one in account.records if isinstance(one, Fact) and one.name == name and one.at <= self.at]
            for fact in sorted(mine, key=lambda one: one.at):
                on = local_day(fact.at, account.zone)
                found.append((row, replace(fact, id=len(found) + 1, account=self.ids[row], day=on)))
        return FactTable(np.array([row for row, _ in found], dtype=np.intp), tuple(fact for _, fact in found))
