"""Rows of events in; their tables, with the properties that are needed, out: no object per row."""

from collections.abc import Collection
from datetime import date, datetime
from itertools import chain
from typing import Any

import numpy as np
from sqlalchemy import Connection, func, select

from engine.clock import day_number, local_day
from engine.conditions.tree import Column
from engine.domain import Value
from engine.language.catalog import BUILT_IN_PROPERTIES, WEEKDAYS, Catalog
from engine.snapshot import ALL_DAYS, Days, EventRows, EventTable, Numbers
from engine.store.ingest_days import offsets
from engine.store.people import CONTACT, contact_rows
from engine.store.records import FEW, Whose
from engine.store.tables import EventRow
from engine.store.undoing import arrived
from engine.store.values import typed

EVENT = EventRow.__table__  # type: ignore[attr-defined]
BUILT_IN = frozenset(BUILT_IN_PROPERTIES)
HOUR = 3_600_000_000
THURSDAY = 3
"""The weekday of day 0, 1970-01-01; Monday is 0."""


def event_table(connection: Connection, whose: Whose, event: str, need: EventRows, catalog: Catalog) -> EventTable:
    """The rows of one event up to `at`, with the properties that are needed.

    A run may still speak of what is in the catalog no more: its properties are texts.
    """
    known = catalog.events[event].properties if event in catalog.events else {}
    types = {prop: known[prop].type if prop in known else "text" for prop in need.properties - BUILT_IN}
    columns = [EVENT.c.account_seq, EVENT.c.day, EVENT.c.at, func.coalesce(EVENT.c.contact_id, -1)]
    said = [EVENT.c.properties[prop].as_string() for prop in types]
    query = select(*columns, *said).where(
        EVENT.c.name == event,
        whose.mine(EVENT.c.account_seq),
        EVENT.c.at <= whose.at,
        arrived(EVENT, whose.known_at),
    )
    if need.days != ALL_DAYS and len(whose.lanes):
        query = query.where(EVENT.c.day > int(whose.lanes.today.min()) - need.days)
    rows = _fetched(connection, query)
    flat = chain.from_iterable(row[:4] for row in rows) if types else chain.from_iterable(rows)
    numbers = np.fromiter(flat, np.int64, len(rows) * 4).reshape(len(rows), 4)
    place, there = whose.placed(numbers[:, 0])
    order = np.lexsort((numbers[:, 2], place))
    order = order[there[order]]
    table = EventTable(place[order], numbers[order, 1], numbers[order, 2], numbers[order, 3], {})
    declared = {
        prop: _column([rows[index][4 + column] for index in order.tolist()], type_, whose, table.row)
        for column, (prop, type_) in enumerate(types.items())
    }
    built_in = _built_in(connection, need.properties, whose, table)
    return EventTable(table.row, table.day, table.at, table.contact, declared | built_in)


def _fetched(connection: Connection, query: Any) -> list[tuple[Any, ...]]:
    """Plain tuples of the driver: a million rows as row objects cost more than the query."""
    result = connection.execute(query)
    rows = list(result.cursor.fetchall()) if result.cursor else []
    result.close()
    return rows


TRUE, FALSE = frozenset({1, "1", "true"}), frozenset({0, "0", "false"})


def _column(values: list[Any], type_: str, whose: Whose, rows: Days) -> Column:
    """A property as conditions see it: texts, numbers, booleans as 1 and 0, dates and times as day numbers.

    The databases take it out of the row's JSON: SQLite as what it is, PostgreSQL as text.
    """
    if type_ == "text":
        return np.array([*(None if value is None else str(value) for value in values), None], dtype=np.object_)[:-1]
    if type_ == "number":
        return np.fromiter(map(_number, values), np.float64, len(values))
    if type_ == "boolean":
        truth = (1.0 if value in TRUE else 0.0 if value in FALSE else np.nan for value in values)
        return np.fromiter(truth, np.float64, len(values))
    listed = (
        np.nan if value is None else as_number(typed(value, type_), whose.zones[row])
        for value, row in zip(values, rows, strict=True)
    )
    return np.fromiter(listed, np.float64, len(values))


def _number(value: Any) -> float:
    """A number; what was kept as something else, before its type was changed, is unknown."""
    try:
        return np.nan if value is None else float(value)
    except ValueError:
        return np.nan


def as_number(value: Value, zone: str) -> float:
    """A value as columns hold it; a time is its day in the zone, a text of an earlier type is unknown."""
    if isinstance(value, datetime):
        return float(local_day(value, zone))
    if isinstance(value, date):
        return float(day_number(value))
    return np.nan if isinstance(value, str) else float(value)


def _built_in(connection: Connection, wanted: Collection[str], whose: Whose, table: EventTable) -> dict[str, Column]:
    found: dict[str, Column] = {}
    if "day" in wanted:
        found["day"] = table.day.astype(np.float64)
    if "weekday" in wanted:
        found["weekday"] = np.array(WEEKDAYS, dtype=np.object_)[(table.day + THURSDAY) % 7]
    if "hour" in wanted:
        found["hour"] = _hours(whose.zones, table)
    if {"contact", "contact_role"} & set(wanted):
        ids = dict(zip(whose.row_of, whose.ids, strict=True))
        named = np.unique(table.contact[table.contact >= 0]).tolist()
        mine = CONTACT.c.id.in_(named) if len(named) <= FEW else whose.mine(CONTACT.c.account_seq)
        people = contact_rows(connection, mine, ids, whose.known_at)
        by_id = {row.id: (row.email, row.role) for row in people}
        who = [by_id.get(one, (None, None)) for one in table.contact.tolist()]
        found["contact"] = np.array([*(email for email, _ in who), None], dtype=np.object_)[:-1]
        found["contact_role"] = np.array([*(role for _, role in who), None], dtype=np.object_)[:-1]
    return found


def _hours(zones: tuple[str, ...], table: EventTable) -> Numbers:
    """The hour of day of each moment in its account's zone."""
    hours = np.full(len(table.row), np.nan)
    codes = {zone: code for code, zone in enumerate(dict.fromkeys(zones))}
    zone_of = np.array([codes[zone] for zone in zones], dtype=np.int64)[table.row]
    for zone, code in codes.items():
        here = np.flatnonzero(zone_of == code)
        hours[here] = (table.at[here] + offsets(table.at[here], zone)) // HOUR % 24
    return hours
