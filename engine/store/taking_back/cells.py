"""An import that is taken back in; observations as they are without it, out.

Where a later import has written over a cell, the later one stays.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import delete, select, tuple_

from engine.arithmetic.each_once import each_once
from engine.snapshot import Series
from engine.store.accounts import looked_days
from engine.store.among import among
from engine.store.changes import keep_changes
from engine.store.chunks import NO_TIME, SHAPE, unpack_cells, unpack_mask
from engine.store.database import portions
from engine.store.ingest.cells import Said, merge
from engine.store.ingest.observations import CONTACT_CELL, OBSERVATION, OBSERVED, contact_values, means_of
from engine.store.ingest.series import ids_of
from engine.store.tables.accounts import BLOCK
from engine.store.tables.imports import ChangeRow, CorrectionRow
from engine.store.tables.series import SPAN, SeriesRow
from engine.store.taking_back.whole import TakingBack, Written, restored, stays
from engine.store.writing import upsert

CHANGE = ChangeRow.__table__  # type: ignore[attr-defined]
CORRECTION = CorrectionRow.__table__  # type: ignore[attr-defined]
SERIES = SeriesRow.__table__  # type: ignore[attr-defined]
METRIC = "metric "
Place = tuple[int, int, int]
"""Series, block, span."""
_Key = tuple[int, int, str, int]
"""Account, contact, metric, day."""


class _Stack:
    """One chunk's cells, and what stands in each without what is taken back; fed with what was written, oldest first.

    For each cell as `restored` has it for one thing: what somebody wrote is what the next one found.
    """

    def __init__(self) -> None:
        self.is_known = np.zeros(SHAPE, dtype=np.bool_)
        self.is_mine = np.zeros(SHAPE, dtype=np.bool_)
        self.stands = np.zeros(SHAPE, dtype=np.bool_)
        """Written by somebody else, and nobody has written over it so far."""
        self.value = np.full(SHAPE, np.nan)
        self.time = np.full(SHAPE, NO_TIME, dtype=np.int64)

    def write(self, row: Any, *, is_mine: bool, is_undone: bool) -> None:
        wrote = unpack_mask(row.filled) if row.filled else np.zeros(SHAPE, dtype=np.bool_)
        value, time = np.full(SHAPE, np.nan), np.full(SHAPE, NO_TIME, dtype=np.int64)
        if row.cells:
            cells = unpack_cells(row.cells)
            place = cells["row"], cells["column"]
            wrote[place], value[place], time[place] = True, cells["old"], cells["old_time"]
        found = wrote & (self.stands | ~self.is_known)
        self.value[found], self.time[found] = value[found], time[found]
        self.is_known |= wrote
        self.stands[wrote] = not is_undone
        if is_mine:
            self.is_mine |= wrote

    @property
    def changes(self) -> NDArray[np.bool_]:
        return self.is_mine & ~self.stands


def take_back_cells(undo: TakingBack) -> None:
    """Of metrics of accounts; counts and sums are counted again, and means of contacts worked out anew."""
    keys = _metrics_of_accounts(undo)
    mine = select(CORRECTION.c.series_id, CORRECTION.c.block, CORRECTION.c.span).distinct()
    mine = mine.where(CORRECTION.c.import_id == undo.number, among(CORRECTION.c.series_id, keys))
    places: list[Place] = sorted((row[0], row[1], row[2]) for row in undo.connection.execute(mine))
    for some in portions(places, 256):
        stacks = _stacks(undo, some)
        if any(stack.changes.any() for stack in stacks.values()):
            _restore(undo, stacks)
    undo.names.update(keys[series] for series, _, _ in places)


def _metrics_of_accounts(undo: TakingBack) -> dict[int, str]:
    rows = undo.connection.execute(select(SERIES.c.id, SERIES.c.key).where(SERIES.c.key.startswith(METRIC)))
    of_contact = {name for name, metric in undo.catalog.metrics.items() if metric.of == "contact"}
    names = {int(id_): key.removeprefix(METRIC) for id_, key in rows}
    return {id_: name for id_, name in names.items() if name not in of_contact}


def _stacks(undo: TakingBack, places: list[Place]) -> dict[Place, _Stack]:
    stacks = {place: _Stack() for place in places}
    key = tuple_(CORRECTION.c.series_id, CORRECTION.c.block, CORRECTION.c.span)
    query = select(CORRECTION).where(key.in_(places)).order_by(CORRECTION.c.id)
    for row in undo.connection.execute(query):
        is_undone, is_mine = row.import_id in undo.undone, row.import_id == undo.number
        stacks[row.series_id, row.block, row.span].write(row, is_mine=is_mine, is_undone=is_undone)
    return stacks


def _restore(undo: TakingBack, stacks: dict[Place, _Stack]) -> None:
    parts = []
    for (series, block, span), stack in stacks.items():
        rows, columns = np.nonzero(stack.changes)
        place = np.full(len(rows), series), block * BLOCK + rows, span * SPAN + columns
        parts.append((*place, stack.time[rows, columns], stack.value[rows, columns]))
    of, seq, day, time, value = map(np.concatenate, zip(*parts, strict=True))
    said = _said(undo, series=of, seq=seq, day=day, time=time, value=value)
    merge(undo.connection, said, undo.at, lambda: undo.number)
    undo.touched.update(each_once(seq).tolist())


def _said(undo: TakingBack, **columns: NDArray[Any]) -> Said:
    """What holds now, whatever was there, with the days up to which accounts were looked at."""
    seq = columns["seq"]
    looked = looked_days(undo.connection, each_once(seq).tolist(), undo.company_zone)
    return Said(looked=np.array([looked[one] for one in seq.tolist()], dtype=np.int64), recounted=True, **columns)


def take_back_contact_values(undo: TakingBack) -> None:
    """What contacts said; the cells of their accounts are the means of what is left."""
    then = dict(_contact_values_then(undo))
    if not then:
        return
    now = contact_values(undo.connection, then)
    entities = {key: "/".join(map(str, key)) for key in then}
    changes = [
        undo.changed(OBSERVATION, entities[key], "value", now.get(key) and list(now[key]), value)
        for key, value in then.items()
    ]
    keep_changes(undo.connection, changes)
    kept = [
        {**dict(zip(CONTACT_CELL, key, strict=True)), "time": said[0], "value": said[1]}
        for key, said in then.items()
        if said is not None
    ]
    upsert(undo.connection, OBSERVED, CONTACT_CELL, kept)
    cell = tuple_(*(OBSERVED.c[name] for name in CONTACT_CELL))
    for gone in portions([key for key, said in then.items() if said is None], 1_000):
        undo.connection.execute(delete(OBSERVED).where(cell.in_(gone)))
    _average_again(undo, list(then))


def _contact_values_then(undo: TakingBack) -> Iterator[tuple[_Key, list[Any] | None]]:
    mine = select(CHANGE.c.entity).where(CHANGE.c.kind == OBSERVATION, CHANGE.c.import_id == undo.number)
    query = select(CHANGE).where(CHANGE.c.kind == OBSERVATION, CHANGE.c.entity.in_(mine)).order_by(CHANGE.c.id)
    writings: dict[str, list[Written]] = defaultdict(list)
    for row in undo.connection.execute(query):
        writings[row.entity].append(Written(row.import_id, row.old))
    for entity, some in writings.items():
        if not stays(some, undo.undone):
            seq, contact, metric, day = entity.split("/")
            yield (int(seq), int(contact), metric, int(day)), restored(some, undo.undone)


def _average_again(undo: TakingBack, keys: list[_Key]) -> None:
    cells = {(seq, metric, day) for seq, _, metric, day in keys}
    means = means_of(contact_values(undo.connection, keys), cells)
    numbers = ids_of(undo.connection, (Series("metric", metric) for _, metric, _ in cells))
    series = {series.name: number for series, number in numbers.items()}
    listed = sorted(cells)
    times, values = zip(*(means.get(cell, (NO_TIME, np.nan)) for cell in listed), strict=True)
    said = _said(
        undo,
        series=np.array([series[metric] for _, metric, _ in listed], dtype=np.int64),
        seq=np.array([seq for seq, _, _ in listed], dtype=np.int64),
        day=np.array([day for *_, day in listed], dtype=np.int64),
        time=np.array(times, dtype=np.int64),
        value=np.array(values, dtype=np.float64),
    )
    merge(undo.connection, said, undo.at, lambda: undo.number)
    undo.touched.update(said.seq.tolist())
    undo.names.update(series)
