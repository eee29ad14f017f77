"""Strips of events in; their tables, with the properties that are needed, out: no object per event."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from sqlalchemy import CompoundSelect, Connection, select, union_all

from engine.clock import weekday
from engine.conditions.tree import Column
from engine.language.catalog import BUILT_IN_PROPERTIES, WEEKDAYS, Catalog
from engine.snapshot import ALL_DAYS, Days, EventRows, EventTable, Numbers
from engine.store.among import among
from engine.store.ingest.days import offsets
from engine.store.kept import kept
from engine.store.matrices import NOBODY
from engine.store.records import Whose
from engine.store.strips import Coded, Scalar, Strip, coded, unpack
from engine.store.tables.records import StripRow
from engine.store.tables.series import SPAN
from engine.store.undone_events import undone_strips
from engine.store.values import compared, typed

STRIP = StripRow.__table__  # type: ignore[attr-defined]
BUILT_IN = frozenset(BUILT_IN_PROPERTIES)
HOUR = 3_600_000_000
PlacedStrip = tuple[Days, int, Strip]
"""A strip: the rows of the snapshot by lane, the span, and its events."""


def event_tables(
    connection: Connection, whose: Whose, wanted: Mapping[str, EventRows], catalog: Catalog
) -> dict[str, EventTable]:
    """The events of each name up to `at`, with the properties that are needed; asked for together."""
    seen = {event: whose.seeing(event) for event in wanted}
    first = {
        event: None if need.days == ALL_DAYS else _first_day(seen[event], need.days) for event, need in wanted.items()
    }
    stored = _stored(connection, whose, first)
    return {
        event: table_of(connection, seen[event], event, need, catalog, _strips(seen[event], stored.get(event, ())))
        for event, need in wanted.items()
    }


def table_of(
    connection: Connection, whose: Whose, event: str, need: EventRows, catalog: Catalog, strips: Iterable[PlacedStrip]
) -> EventTable:
    """The events of some strips up to `at`.

    A run may still speak of what is in the catalog no more: its properties are texts.
    """
    known = catalog.events[event].properties if event in catalog.events else {}
    types = {prop: known[prop].type if prop in known else "text" for prop in need.properties - BUILT_IN}
    parts = [_part(strip, rows, span, whose, need) for rows, span, strip in strips]
    undone = [_part(strip, rows, span, whose, need) for rows, span, strip in undone_strips(connection, whose, event)]
    parts += undone
    row, day, at, contact = (
        np.concatenate([np.empty(0, dtype=np.int64), *(getattr(part, name) for part in parts)])
        for name in ("row", "day", "at", "contact")
    )
    # Parts come by block and span, each sorted by account and moment: few runs, which a stable sort only merges.
    order = np.argsort(row, kind="stable")
    if undone:
        order = np.lexsort((np.concatenate([part.strip.arrived for part in parts]), at, row))
    declared = {
        prop: np.concatenate([_blank(0, type_), *(part.column(prop, type_, whose) for part in parts)])[order]
        for prop, type_ in types.items()
    }
    times = {
        prop: np.concatenate([_blank(0, "text"), *(part.times(prop) for part in parts)])[order]
        for prop, type_ in types.items()
        if type_ == "time"
    }
    table = EventTable(row[order], day[order], at[order], contact[order], declared, times)
    return replace(table, properties=declared | _built_in(connection, need.properties, whose, table))


@dataclass(frozen=True, slots=True)
class _Part:
    """What a look sees of a strip: rows of the snapshot and days beside its columns."""

    row: Days
    day: Days
    strip: Strip

    @property
    def at(self) -> Days:
        """Microseconds since the epoch."""
        return self.strip.at

    @property
    def contact(self) -> Days:
        """A number per contact, −1 is none."""
        return self.strip.contact

    def column(self, prop: str, type_: str, whose: Whose) -> Column:
        """A property as conditions see it: texts, numbers, booleans as 1 and 0, dates and times as day numbers."""
        stored = self.strip.properties.get(prop)
        if stored is None:
            return _blank(len(self.row), type_)
        if not isinstance(stored, Coded):
            if type_ == "number":
                return stored
            stored = coded(stored)
        if type_ != "time":
            column: Column = _typed(stored.values, type_, "UTC")[stored.codes]
            return column
        zones = np.array(whose.zones, dtype=np.object_)[self.row]
        column = _blank(len(self.row), type_)
        for zone in set(zones.tolist()):
            here = zones == zone
            column[here] = _typed(stored.values, type_, zone)[stored.codes[here]]
        return column

    def times(self, prop: str) -> Column:
        """A property of the type time, as it was said."""
        stored = self.strip.properties.get(prop)
        if stored is None:
            return _blank(len(self.row), "text")
        stored = stored if isinstance(stored, Coded) else coded(stored)
        said = [None, *(typed(value, "time") for value in stored.values)]
        column: Column = np.array([*said, None], dtype=np.object_)[:-1][stored.codes]
        return column


@dataclass(frozen=True, slots=True)
class Miscounted:
    """Rows of the snapshot and days, without repeats, on which an event is counted otherwise than a look sees it; and
    the strips that tell so, which hold these days whole."""

    row: Days
    day: Days
    strips: Sequence[PlacedStrip]


def miscounted(connection: Connection, whose: Whose, events: Collection[str]) -> Iterator[tuple[str, Miscounted]]:
    """Per event the days up to today with some that a look must not see though they are counted, or that it must see
    though they are counted no more."""
    first = _first_day(whose, 1) if whose.known_at is None else None
    stored = _stored(connection, whose, dict.fromkeys(events, first))
    for event in events:
        yield event, _miscounted(connection, whose, event, list(_strips(whose, stored.get(event, ()))))


def _miscounted(connection: Connection, whose: Whose, event: str, strips: Sequence[PlacedStrip]) -> Miscounted:
    today = whose.lanes.today
    found = [np.empty((0, 2), dtype=np.int64)]
    for rows, span, strip in strips:
        late = strip.at > whose.at
        if whose.known_at is not None:
            late |= strip.arrived > whose.known_at
        row, day = rows[strip.lane[late]], strip.day[late] + span * SPAN
        seen = day <= today[row]
        found.append(np.column_stack((row[seen], day[seen])))
    for rows, span, strip in undone_strips(connection, whose, event):
        row, day = rows[strip.lane], strip.day + span * SPAN
        seen = day <= today[row]
        found.append(np.column_stack((row[seen], day[seen])))
    every = np.concatenate(found)
    pairs = np.unique(every, axis=0) if len(every) else every
    return Miscounted(pairs[:, 0], pairs[:, 1], strips)


def _stored(connection: Connection, whose: Whose, first: Mapping[str, int | None]) -> dict[str, list[Any]]:
    """Packed strips by event, from the block and span on that holds its first day (None: all days), up to today."""
    found: dict[str, list[Any]] = {}
    if not len(whose.lanes) or not first:
        return found
    together: dict[int | None, list[str]] = {}
    for event, day in first.items():
        together.setdefault(None if day is None else day // SPAN, []).append(event)
    spans = {f"span_{place}": span for place, span in enumerate(together)}
    events = {f"events_{place}": some for place, some in enumerate(together.values())}
    last = int(whose.lanes.today.max()) // SPAN
    for row in connection.execute(*_strips_of(blocks=whose.lanes.blocks, last=last, **spans, **events)).all():
        found.setdefault(row.name, []).append(row)
    return found


@kept
def _strips_of(blocks: Any, last: Any, **parts: Any) -> CompoundSelect[Any]:
    queries = []
    for place in range(len(parts) // 2):
        mine = among(STRIP.c.name, parts[f"events_{place}"]), among(STRIP.c.block, blocks), STRIP.c.span <= last
        span = parts[f"span_{place}"]
        queries.append(select(STRIP).where(*mine, *([] if span is None else [STRIP.c.span >= span])))
    return union_all(*queries).order_by("name", "block", "span")


def _strips(whose: Whose, stored: Iterable[Any]) -> Iterator[PlacedStrip]:
    """Of the wanted accounts, by block and span."""
    places = {block: whose.lanes.places(block) for block in whose.lanes.blocks}
    for row in stored:
        rows = places[row.block]
        yield rows, row.span, unpack(row.events, rows != NOBODY)


def _first_day(whose: Whose, days: int) -> int:
    """Of so many days that end with the today that comes first."""
    return whose.lanes.earliest - days + 1


def _part(strip: Strip, rows: Days, span: int, whose: Whose, need: EventRows) -> _Part:
    """`rows`: of the snapshot, by lane."""
    row, day = rows[strip.lane], strip.day + span * SPAN
    seen = strip.at <= whose.at
    if need.days != ALL_DAYS:
        seen &= day >= _first_day(whose, need.days)
    if whose.known_at is not None:
        seen &= strip.arrived <= whose.known_at
    return _Part(row, day, strip) if seen.all() else _Part(row[seen], day[seen], strip.only(seen))


def _blank(count: int, type_: str) -> Column:
    return np.full(count, None, dtype=np.object_) if type_ == "text" else np.full(count, np.nan)


def _typed(values: Sequence[Scalar], type_: str, zone: str) -> Column:
    """What stands for nothing, and what is said of a property, each once."""
    column = [None, *(compared(value, type_, zone) for value in values)]
    return np.array(column, dtype=np.object_) if type_ == "text" else np.array(column, dtype=np.float64)


def _built_in(connection: Connection, wanted: Collection[str], whose: Whose, table: EventTable) -> dict[str, Column]:
    found: dict[str, Column] = {}
    if "day" in wanted:
        found["day"] = table.day.astype(np.float64)
    if "weekday" in wanted:
        found["weekday"] = np.array(WEEKDAYS, dtype=np.object_)[weekday(table.day)]
    if "hour" in wanted:
        found["hour"] = _hours(whose.zones, table)
    if {"contact", "contact_role"} & set(wanted):
        named, place = np.unique(table.contact, return_inverse=True)
        people = whose.by_number(connection)
        who = [people.get(one, (None, None)) for one in named.tolist()]
        found["contact"] = np.array([*(email for email, _ in who), None], dtype=np.object_)[:-1][place]
        found["contact_role"] = np.array([*(role for _, role in who), None], dtype=np.object_)[:-1][place]
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
