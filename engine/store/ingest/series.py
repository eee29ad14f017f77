"""Series as the files name them in; their numbers in the store, and counts and sums from event rows, out.

A count or sum that was ever named is kept up by every import, whatever files that import reads: its definition is
stored, with the types that its properties had, and one that comes first is filled from all rows that are there.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import Connection, Select, func, select

from engine.arithmetic.series import added_up
from engine.clock import weekday
from engine.conditions.constants import Constant
from engine.conditions.filters import FilterTest, drifts
from engine.language.catalog import WEEKDAYS
from engine.snapshot import Series
from engine.store.accounts import NEVER, all_blocks, lock_blocks
from engine.store.among import among
from engine.store.database import fetched
from engine.store.ingest.cells import Said, merge
from engine.store.matrices import series_ids
from engine.store.tables.accounts import BLOCK, ContactRow
from engine.store.tables.records import EventRow
from engine.store.tables.series import SeriesRow
from engine.store.values import compared
from engine.store.writing import upsert

SERIES = SeriesRow.__table__  # type: ignore[attr-defined]
EVENT = EventRow.__table__  # type: ignore[attr-defined]
CONTACT = ContactRow.__table__  # type: ignore[attr-defined]
COUNTED = ("count", "sum")

_Amounts = dict[tuple[int, int], list[float]]
"""By account and day."""


@dataclass(frozen=True, slots=True)
class Lane:
    """Whose events are counted, and of which days (both included; None: of all)."""

    seqs: tuple[int, int] | frozenset[int]
    """The first and the last account, or just these."""
    days: tuple[int, int] | None = None

    def with_(self, other: "Lane") -> "Lane":
        """Just these accounts and those of the other, of the days of both."""
        if isinstance(self.seqs, tuple) or isinstance(other.seqs, tuple) or self.days is None or other.days is None:
            raise ValueError("only lanes of just some accounts and days are laid together")
        days = (min(self.days[0], other.days[0]), max(self.days[1], other.days[1]))
        return Lane(self.seqs | other.seqs, days)


def ids_of(connection: Connection, wanted: Iterable[Series]) -> dict[Series, int]:
    """The numbers of series, which are given to those that have none."""
    by_key = {series.key: series for series in wanted}
    known = series_ids(connection, by_key)
    new = [_row(by_key[key]) for key in sorted(by_key) if key not in known]
    if new:
        # Another import may have come first with the same one.
        upsert(connection, SERIES, ["key"], new, [])
        known = series_ids(connection, by_key)
    return {series: known[key] for key, series in by_key.items()}


def _row(series: Series) -> dict[str, object]:
    if series.kind not in COUNTED:
        return {"key": series.key, "event": None, "definition": None}
    if drifts(series.where):
        raise ValueError(f"{series.key}: what passes today may not have passed, so it is read from the rows, not kept")
    where = [[test.prop, test.operator, list(test.values), test.type] for test in series.where]
    definition = {"kind": series.kind, "prop": series.prop, "where": where}
    return {"key": series.key, "event": series.name, "definition": definition}


def _series(event: str, definition: Mapping[str, Any]) -> Series:
    where = tuple(FilterTest(prop, sign, tuple(values), type_) for prop, sign, values, type_ in definition["where"])
    return Series(definition["kind"], event, definition["prop"], where)


def counted(connection: Connection, events: Collection[str], named: Iterable[Series]) -> dict[Series, int]:
    """All counts and sums of those events: those that are kept, and those `named`, which are filled where new."""
    stored = select(SERIES).where(among(SERIES.c.event, sorted(events)))
    known = {_series(row.event, row.definition): int(row.id) for row in connection.execute(stored)}
    keys = {one.key for one in known}
    new = [one for one in named if one.kind in COUNTED and one.name in events and one.key not in keys]
    return {**known, **fill(connection, new)}


def unfilled(connection: Connection, named: Iterable[Series]) -> list[Series]:
    """Those counts and sums that were never kept."""
    wanted = [one for one in named if one.kind in COUNTED]
    stored = select(SERIES.c.key).where(among(SERIES.c.event, sorted({one.name for one in wanted})))
    kept = set(connection.execute(stored).scalars()) if wanted else set()
    return [one for one in wanted if one.key not in kept]


def lock_to_fill(connection: Connection, events: Collection[str], named: Iterable[Series]) -> None:
    """Locks all blocks if one of the counts and sums named is new: before any other lock, for they are ascending."""
    if unfilled(connection, (one for one in named if one.name in events)):
        lock_blocks(connection, all_blocks(connection))


def fill(connection: Connection, wanted: Iterable[Series]) -> dict[Series, int]:
    """Gives new counts and sums their number, and works them out from all rows; locks all blocks for it."""
    by_event: dict[str, list[Series]] = defaultdict(list)
    for series in wanted:
        by_event[series.name].append(series)
    if not by_event:
        return {}
    blocks = all_blocks(connection)
    lock_blocks(connection, blocks)
    ids: dict[Series, int] = {}
    for event, some in by_event.items():
        ids |= ids_of(connection, some)
        for block in blocks:
            lane = Lane((block * BLOCK, (block + 1) * BLOCK - 1))
            for said in count_again(connection, event, ids, lane, {}):
                merge(connection, said, 0, lambda: None)
    return ids


def count_again(
    connection: Connection, event: str, ids: Mapping[Series, int], lane: Lane, looked: Mapping[int, int]
) -> Iterator[Said]:
    """The cells of the event's series in the lane, as its rows say; `looked` by number of the account."""
    mine = [series for series in ids if series.name == event]
    plain = [series for series in mine if series.kind == "count" and not series.where]
    for series in plain:
        cells = [(seq, day, float(number)) for seq, day, number in connection.execute(_numbers(event, lane))]
        yield _said(ids[series], cells, looked)
    summed = [series for series in mine if series.kind == "sum" and not series.where]
    for series in summed:
        yield _said(ids[series], _sums(connection, series, lane), looked)
    read = [series for series in mine if series not in plain and series not in summed]
    if not read:
        return
    amounts: dict[Series, _Amounts] = {series: defaultdict(list) for series in read}
    for row in _rows(connection, event, lane):
        for series in read:
            number = _counts(series, row)
            if number is not None:
                amounts[series][row.seq, row.day].append(number)
    for series, of_days in amounts.items():
        yield _said(ids[series], _added_up(of_days), looked)


def _said(series: int, cells: list[tuple[int, int, float]], looked: Mapping[int, int]) -> Said:
    return Said(
        series=np.full(len(cells), series, dtype=np.int64),
        seq=np.array([seq for seq, _, _ in cells], dtype=np.int64),
        day=np.array([day for _, day, _ in cells], dtype=np.int64),
        time=np.zeros(len(cells), dtype=np.int64),
        value=np.array([number for _, _, number in cells], dtype=np.float64),
        looked=np.array([looked.get(seq, NEVER) for seq, _, _ in cells], dtype=np.int64),
        recounted=True,
    )


def _in_lane(query: Select[Any], event: str, lane: Lane) -> Select[Any]:
    seq = EVENT.c.account_seq
    query = query.where(EVENT.c.name == event)
    query = query.where(seq.between(*lane.seqs) if isinstance(lane.seqs, tuple) else among(seq, sorted(lane.seqs)))
    return query if lane.days is None else query.where(EVENT.c.day.between(*lane.days))


def _numbers(event: str, lane: Lane) -> Select[Any]:
    day = (EVENT.c.account_seq, EVENT.c.day)
    return _in_lane(select(*day, func.count()), event, lane).group_by(*day)


def _sums(connection: Connection, series: Series, lane: Lane) -> list[tuple[int, int, float]]:
    """What the records of each account and day come to."""
    number = EVENT.c.properties[series.prop].as_string()
    query = _in_lane(select(EVENT.c.account_seq, EVENT.c.day, number), series.name, lane)
    amounts: _Amounts = defaultdict(list)
    for seq, day, said in fetched(connection.execute(query)):
        amount = _amount(said)
        if amount is not None:
            amounts[seq, day].append(amount)
    return _added_up(amounts)


def _added_up(amounts: _Amounts) -> list[tuple[int, int, float]]:
    return [(seq, day, added_up(some)) for (seq, day), some in amounts.items()]


@dataclass(frozen=True, slots=True)
class _Row:
    seq: int
    day: int
    contact: str | None
    properties: Mapping[str, Any]


def _rows(connection: Connection, event: str, lane: Lane) -> Iterator[_Row]:
    columns = (EVENT.c.account_seq, EVENT.c.day, CONTACT.c.email, EVENT.c.properties)
    of = EVENT.outerjoin(CONTACT, CONTACT.c.id == EVENT.c.contact_id)
    query = _in_lane(select(*columns).select_from(of), event, lane)
    for seq, day, email, properties in connection.execute(query):
        yield _Row(seq, day, email, properties)


def _counts(series: Series, row: _Row) -> float | None:
    """What the row adds; None: it does not count."""
    if not all(test.holds(_property(test, row)) for test in series.where):
        return None
    if series.kind == "count":
        return 1.0
    return _amount(row.properties.get(series.prop))


def _amount(raw: object) -> float | None:
    """What is added up; None is blank, or no number."""
    number = compared(raw, "number")
    return number if isinstance(number, float) else None


def _property(test: FilterTest, row: _Row) -> Constant | None:
    match test.prop:
        case "contact":
            return row.contact
        case "day":
            return float(row.day)
        case "weekday":
            return WEEKDAYS[weekday(row.day)]
        case _:
            raw = row.properties.get(test.prop)
            return None if raw is None else compared(raw, test.type)
