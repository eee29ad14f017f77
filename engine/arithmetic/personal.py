"""A snapshot of accounts in; the same of their contacts, one row each, out.

A contact has the attributes, the facts and the first day of the account, the events that name it, and the values of
metrics that are its own. A metric of accounts has no value for a contact.
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from engine.arithmetic.event_measures import chosen
from engine.snapshot import (
    ALL_DAYS,
    Days,
    EventTable,
    FactTable,
    Needs,
    Numbers,
    People,
    PersonalValues,
    Rows,
    Series,
    Snapshot,
)

NOBODY = -1


def of_contacts(snapshot: Snapshot, people: People, needs: Needs) -> Snapshot:
    """A row for each of `people` (some or all of the snapshot's), with what `needs` asks for of their account."""
    rows = people.row
    events = {name: _events(table, people) for name, table in snapshot.events.items() if name in _events_of(needs)}
    mine = replace(
        snapshot,
        accounts=tuple(snapshot.accounts[row] for row in rows),
        today=snapshot.today[rows],
        zones=snapshot.zones[rows],
        attributes={name: column[rows] for name, column in snapshot.attributes.items()},
        first_day=snapshot.first_day[rows],
        ended=snapshot.ended[rows],
        events=events,
        facts={name: _facts(table, rows) for name, table in snapshot.facts.items()},
        series={},
        stays={},
        history={},
        overrides={},
        first_look=snapshot.first_look[rows],
        last_look=snapshot.last_look[rows],
        seed_next=snapshot.seed_next[rows],
        lags={name: lag[rows] for name, lag in snapshot.lags.items()},
        people=None,
        children=None,
    )
    series = {one: _series(one, days, mine, people, snapshot.personal) for one, days in needs.series.items()}
    return replace(mine, series=series)


def _events_of(needs: Needs) -> frozenset[str]:
    return frozenset({*needs.rows, *(series.name for series in needs.series if series.kind != "metric")})


def places(people: People, contacts: Days) -> Rows:
    """Where among the people each of these contacts stands; NOBODY: nowhere."""
    if not len(people.contact):
        return np.full(len(contacts), NOBODY, dtype=np.intp)
    order = np.argsort(people.contact)
    found = order[np.minimum(np.searchsorted(people.contact, contacts, sorter=order), len(order) - 1)]
    return np.where(people.contact[found] == contacts, found, NOBODY)


def _events(table: EventTable, people: People) -> EventTable:
    """The rows that name one of the people, sorted by them and then by moment."""
    place = places(people, table.contact)
    kept = np.flatnonzero(place != NOBODY)
    kept = kept[np.argsort(place[kept], kind="stable")]
    return EventTable(
        row=place[kept],
        day=table.day[kept],
        at=table.at[kept],
        contact=table.contact[kept],
        properties={name: column[kept] for name, column in table.properties.items()},
    )


def _facts(table: FactTable, rows: Rows) -> FactTable:
    first, last = np.searchsorted(table.row, rows), np.searchsorted(table.row, rows, side="right")
    facts = tuple(fact for start, end in zip(first, last, strict=True) for fact in table.facts[start:end])
    return FactTable(np.repeat(np.arange(len(rows)), last - first), facts)


def _series(
    series: Series, days: int, mine: Snapshot, people: People, personal: Mapping[str, PersonalValues]
) -> Numbers:
    last = mine.last_day(series.name)
    if series.kind == "metric":
        values = personal.get(series.name)
        if values is None:
            return np.full((len(mine), max(days, 1)), np.nan)
        place = places(people, values.contact)
        kept = place != NOBODY
        return _matrix(last, days, place[kept], values.day[kept], values.value[kept])
    table = mine.events[series.name]
    counts = chosen(table, series.where)
    if series.kind == "count":
        return _matrix(last, days, table.row[counts], table.day[counts], np.ones(int(counts.sum())))
    amounts = table.properties[series.prop].astype(np.float64)
    counts &= ~np.isnan(amounts)
    return _matrix(last, days, table.row[counts], table.day[counts], amounts[counts])


def _matrix(last: Days, days: int, row: Rows, day: Days, amount: Numbers) -> Numbers:
    """Amounts by row and day, up to each row's last, added up; a day without any is NaN."""
    ages = last[row] - day
    width = max(int(ages.max(initial=0)) + 1 if days == ALL_DAYS else days, 1)
    inside = (ages >= 0) & (ages < width)
    cell = row[inside] * width + (width - 1 - ages[inside])
    said = np.bincount(cell, minlength=len(last) * width)
    total = np.bincount(cell, weights=amount[inside], minlength=len(last) * width)
    return np.where(said > 0, total, np.nan).reshape(len(last), width)
