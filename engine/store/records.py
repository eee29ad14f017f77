"""Rows of events, facts, outcomes, overrides and contacts in; the tables of a snapshot out."""

import json
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from itertools import chain
from typing import Any

import numpy as np
from sqlalchemy import Connection, and_, func, select

from engine.clock import day_number, microseconds, moment
from engine.conditions.tree import Column
from engine.domain import Fact, Value
from engine.language.catalog import WEEKDAYS, Catalog
from engine.snapshot import ALL_DAYS, ContactTable, Days, EventRows, EventTable, FactTable, Numbers
from engine.store.ingest_days import local_days, offsets, starts_of_days
from engine.store.matrices import Lanes
from engine.store.tables import ContactRow, EventRow, FactRow, OutcomeRow, OverrideRow
from engine.store.values import typed

EVENT = EventRow.__table__  # type: ignore[attr-defined]
FACT = FactRow.__table__  # type: ignore[attr-defined]
OUTCOME = OutcomeRow.__table__  # type: ignore[attr-defined]
OVERRIDE = OverrideRow.__table__  # type: ignore[attr-defined]
CONTACT = ContactRow.__table__  # type: ignore[attr-defined]
HOUR = 3_600_000_000
THURSDAY = 3
"""The weekday of day 0, 1970-01-01; Monday is 0."""
CHURNED = "churned"


def _mine(column: Any, lanes: Lanes) -> Any:
    """Rows of these accounts: all between the first and the last, or the few that they are."""
    if len(lanes) <= 500:
        return column.in_([int(seq) for seq in lanes.seqs])
    return column.between(int(lanes.seqs[0]), int(lanes.seqs[-1]))


def _placed(lanes: Lanes, seqs: Days) -> tuple[Days, Any]:
    """The rows of the snapshot that account numbers are, and which of them are in it at all."""
    if not len(lanes):
        return seqs, np.zeros(len(seqs), dtype=np.bool_)
    row = np.searchsorted(lanes.seqs, seqs)
    return row, lanes.seqs[np.minimum(row, len(lanes) - 1)] == seqs


def _fetched(connection: Connection, query: Any) -> list[tuple[Any, ...]]:
    """Plain tuples of the driver: a million rows as row objects cost more than the query."""
    result = connection.execute(query)
    rows = list(result.cursor.fetchall()) if result.cursor else []
    result.close()
    return rows


def event_table(
    connection: Connection, lanes: Lanes, zones: Collection[str], event: str, need: EventRows, at: int, catalog: Catalog
) -> EventTable:
    """The rows of one event up to `at`, with the properties that are needed. `zones`: one per account."""
    declared = sorted(prop for prop in need.properties if prop in catalog.events[event].properties)
    columns = [EVENT.c.account_seq, EVENT.c.day, EVENT.c.at, func.coalesce(EVENT.c.contact_id, -1)]
    query = select(*columns).where(EVENT.c.name == event, _mine(EVENT.c.account_seq, lanes), EVENT.c.at <= at)
    if need.days != ALL_DAYS and len(lanes):
        query = query.where(EVENT.c.day > int(lanes.today.min()) - need.days)
    kept = [EVENT.c.properties] if declared else []
    rows = _fetched(connection, query.add_columns(*kept))
    numbers = np.fromiter(
        chain.from_iterable(row[:4] for row in rows) if declared else chain.from_iterable(rows), np.int64
    )
    numbers = numbers.reshape(len(rows), 4)
    place, there = _placed(lanes, numbers[:, 0])
    order = np.lexsort((numbers[:, 2], place))
    order = order[there[order]]
    row, day, moments, contact = place[order], numbers[order, 1], numbers[order, 2], numbers[order, 3]
    properties: dict[str, Column] = {}
    for prop in declared:
        said = [_json(rows[index][4]).get(prop) for index in order]
        properties[prop] = _column(said, catalog.events[event].properties[prop].type)
    properties |= _built_in(connection, need.properties, lanes, list(zones), row, day, moments, contact)
    return EventTable(row=row, day=day, at=moments, contact=contact, properties=properties)


def _json(raw: Any) -> Mapping[str, Any]:
    """The driver's own: PostgreSQL gives a dict, SQLite its text."""
    if isinstance(raw, str):
        loaded: Mapping[str, Any] = json.loads(raw)
        return loaded
    return raw or {}


def _column(values: Iterable[Any], type_: str) -> Column:
    """A property as conditions see it: texts, numbers, booleans as 1 and 0, dates and times as day numbers."""
    listed = [None if value is None else typed(value, type_) for value in values]
    if type_ == "text":
        return np.array([*listed, None], dtype=np.object_)[:-1]
    return np.array([np.nan if value is None else as_number(value) for value in listed], dtype=np.float64)


def as_number(value: Value) -> float:
    """A value that is no text, as columns hold it."""
    if isinstance(value, datetime):
        return float(day_number(value.date()))
    return float(day_number(value)) if isinstance(value, date) else float(value)


def _built_in(
    connection: Connection,
    wanted: Collection[str],
    lanes: Lanes,
    zones: list[str],
    row: Days,
    day: Days,
    at: Days,
    contact: Days,
) -> dict[str, Column]:
    found: dict[str, Column] = {}
    if "day" in wanted:
        found["day"] = day.astype(np.float64)
    if "weekday" in wanted:
        found["weekday"] = np.array(WEEKDAYS, dtype=np.object_)[(day + THURSDAY) % 7]
    if "hour" in wanted:
        found["hour"] = _hours(zones, row, at)
    if {"contact", "contact_role"} & set(wanted):
        people = select(CONTACT.c.id, CONTACT.c.email, CONTACT.c.role).where(_mine(CONTACT.c.account_seq, lanes))
        by_id = {id_: (email, role) for id_, email, role in connection.execute(people)}
        who = [by_id.get(int(one), (None, None)) for one in contact]
        found["contact"] = np.array([*(email for email, _ in who), None], dtype=np.object_)[:-1]
        found["contact_role"] = np.array([*(role for _, role in who), None], dtype=np.object_)[:-1]
    return found


def _hours(zones: list[str], row: Days, at: Days) -> Numbers:
    """The hour of day of each moment in its account's zone."""
    hours = np.full(len(row), np.nan)
    zone_of = np.array([*zones, None], dtype=np.object_)[:-1][row]
    for zone in set(zone_of):
        here = np.flatnonzero(zone_of == zone)
        hours[here] = (at[here] + offsets(at[here], str(zone))) // HOUR % 24
    return hours


def fact_tables(
    connection: Connection, lanes: Lanes, accounts: Collection[str], at: int, catalog: Catalog
) -> dict[str, FactTable]:
    """Facts that were asserted by `at` and are not withdrawn, per name."""
    query = select(FACT).where(_mine(FACT.c.account_seq, lanes), FACT.c.at <= at, FACT.c.withdrawn_at.is_(None))
    ids = list(accounts)
    found: dict[str, list[tuple[int, Fact]]] = {}
    for row in connection.execute(query.order_by(FACT.c.account_seq, FACT.c.at, FACT.c.id)):
        place, there = _placed(lanes, np.array([row.account_seq]))
        if not there[0] or row.name not in catalog.facts:
            continue
        types = catalog.facts[row.name].properties
        properties = {name: typed(value, types[name].type) for name, value in row.properties.items() if name in types}
        fact = Fact(
            id=row.id,
            account=ids[int(place[0])],
            name=row.name,
            at=moment(row.at),
            day=row.day,
            until=None if row.until is None else moment(row.until),
            properties=properties,
            source=row.source,
            author=row.author,
            reason=row.reason,
            yearly=row.yearly,
        )
        found.setdefault(row.name, []).append((int(place[0]), fact))
    return {
        name: FactTable(np.array([row for row, _ in facts], dtype=np.intp), tuple(fact for _, fact in facts))
        for name, facts in found.items()
    }


def ended(connection: Connection, lanes: Lanes, at: int) -> Any:
    """Whose newest outcome by `at` is `churned`."""
    query = select(OUTCOME.c.account_seq, OUTCOME.c.outcome).where(
        _mine(OUTCOME.c.account_seq, lanes), OUTCOME.c.at <= at
    )
    newest: dict[int, str] = dict(connection.execute(query.order_by(OUTCOME.c.at, OUTCOME.c.id)).tuples().all())
    gone = np.zeros(len(lanes), dtype=np.bool_)
    seqs = np.array([seq for seq, outcome in newest.items() if outcome == CHURNED], dtype=np.int64)
    place, there = _placed(lanes, seqs)
    gone[place[there]] = True
    return gone


def overrides(connection: Connection, lanes: Lanes, scores: Collection[str], at: int) -> dict[str, Numbers]:
    """Per score, the newest override that holds at `at`."""
    found = {score: np.full(len(lanes), np.nan) for score in scores}
    query = select(OVERRIDE).where(
        and_(_mine(OVERRIDE.c.account_seq, lanes), OVERRIDE.c.at <= at, OVERRIDE.c.until >= at)
    )
    for row in connection.execute(query.order_by(OVERRIDE.c.at, OVERRIDE.c.id)):
        place, there = _placed(lanes, np.array([row.account_seq]))
        if there[0] and row.score in found:
            found[row.score][place[0]] = row.value
    return found


def contacts(connection: Connection, lanes: Lanes) -> ContactTable:
    """The contacts that an import brought, by account and email."""
    query = select(CONTACT.c.account_seq, CONTACT.c.email, CONTACT.c.name, CONTACT.c.role, CONTACT.c.consent).where(
        _mine(CONTACT.c.account_seq, lanes), CONTACT.c.listed.is_(True)
    )
    rows = [tuple(row) for row in connection.execute(query)]
    place, there = _placed(lanes, np.array([row[0] for row in rows], dtype=np.int64))
    kept = sorted((int(place[i]), *rows[i][1:]) for i in np.flatnonzero(there))
    columns = [np.array([*(row[i] for row in kept), None], dtype=np.object_)[:-1] for i in range(1, 5)]
    return ContactTable(np.array([row[0] for row in kept], dtype=np.intp), *columns)


def today_of(at: datetime, zones: Collection[str]) -> tuple[Days, Days]:
    """(today, milliseconds since the start of it) of each account's zone at a moment."""
    micros = np.array([microseconds(at)])
    found: dict[str, tuple[int, int]] = {}
    for zone in set(zones):
        day = int(local_days(micros, zone)[0])
        found[zone] = (day, int((micros[0] - starts_of_days(np.array([day]), zone)[0]) // 1000))
    days = np.fromiter((found[zone][0] for zone in zones), np.int64, len(zones))
    return days, np.fromiter((found[zone][1] for zone in zones), np.int64, len(zones))
