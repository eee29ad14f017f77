"""Chunks in; matrices of accounts × days that end with each account's own today, out."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, func, select

from engine.snapshot import ALL_DAYS, Days, Numbers
from engine.store.chunks import unpack, unpack_times
from engine.store.database import portions
from engine.store.tables import BLOCK, SPAN, ChunkRow, SeriesRow

CHUNK = ChunkRow.__table__  # type: ignore[attr-defined]
SERIES = SeriesRow.__table__  # type: ignore[attr-defined]
DAY_MILLISECONDS = 86_400_000


@dataclass(frozen=True, slots=True)
class Lanes:
    """The accounts of a reading: their numbers ascending, their todays, and how far T is into their day (ms)."""

    seqs: Days
    today: Days
    time: Days

    def __len__(self) -> int:
        return len(self.seqs)

    @property
    def blocks(self) -> list[int]:
        return sorted({int(block) for block in np.unique(self.seqs // BLOCK)})


def series_ids(connection: Connection, keys: Collection[str]) -> dict[str, int]:
    """The numbers of series by key; one that nobody has written to is not there."""
    found: dict[str, int] = {}
    for some in portions(sorted(keys)):
        found |= dict(
            connection.execute(select(SERIES.c.key, SERIES.c.id).where(SERIES.c.key.in_(some))).tuples().all()
        )
    return found


def matrices(
    connection: Connection, lanes: Lanes, wanted: Mapping[str, int], *, timed: Collection[str] = ()
) -> dict[str, Numbers]:
    """Per key of a series its matrix of so many days (ALL_DAYS: as far back as there are records).

    Of the series in `timed`, a value of today that is said to be later than T is not seen.
    """
    ids = series_ids(connection, wanted)
    first = _first_days(connection, ids, wanted, lanes)
    found = {key: np.full((len(lanes), _width(lanes, first[key])), np.nan) for key in wanted}
    if not len(lanes):
        return found
    names = {id_: key for key, id_ in ids.items()}
    last = int(lanes.today.max())
    earliest = min(first.values(), default=last)
    rows_of = {block: np.flatnonzero(lanes.seqs // BLOCK == block) for block in lanes.blocks}
    for some_blocks in portions(lanes.blocks):
        for some_ids in portions(sorted(names), 500):
            query = select(CHUNK).where(
                CHUNK.c.series_id.in_(some_ids),
                CHUNK.c.block.in_(some_blocks),
                CHUNK.c.span.between(earliest // SPAN, last // SPAN),
            )
            for series_id, block, span, values, times in connection.execute(query):
                key = names[series_id]
                if (span + 1) * SPAN <= first[key]:
                    continue
                chunk = unpack(values)
                rows = rows_of[block]
                lane = lanes.seqs[rows] % BLOCK
                if key in timed and times is not None:
                    _hide_later(chunk, unpack_times(times, chunk), lanes, rows, lane, span)
                _lay(found[key], chunk, first[key], rows, lane, span)
    return {key: _aligned(matrix, lanes) for key, matrix in found.items()}


def _width(lanes: Lanes, first: int) -> int:
    return max(1, int(lanes.today.max(initial=first)) - first + 1)


def _first_days(
    connection: Connection, ids: Mapping[str, int], wanted: Mapping[str, int], lanes: Lanes
) -> dict[str, int]:
    """The first day that each matrix has: enough for those whose today is the earliest."""
    earliest = int(lanes.today.min(initial=int(lanes.today.max(initial=0))))
    unbounded = [ids[key] for key, days in wanted.items() if days == ALL_DAYS and key in ids]
    spans: dict[int, int] = {}
    if unbounded:
        oldest = select(CHUNK.c.series_id, func.min(CHUNK.c.span)).where(CHUNK.c.series_id.in_(unbounded))
        spans = dict(connection.execute(oldest.group_by(CHUNK.c.series_id)).tuples().all())
    return {
        key: min(earliest, spans.get(ids.get(key, -1), earliest // SPAN) * SPAN)
        if days == ALL_DAYS
        else earliest - days + 1
        for key, days in wanted.items()
    }


def _hide_later(
    chunk: Numbers, times: NDArray[np.int32], lanes: Lanes, rows: NDArray[np.intp], lane: Days, span: int
) -> None:
    """Takes away what was said of today at a time of day after T."""
    column = lanes.today[rows] - span * SPAN
    here = (column >= 0) & (column < SPAN)
    late = times[lane[here], column[here]] > lanes.time[rows[here]]
    chunk[lane[here][late], column[here][late]] = np.nan


def _lay(matrix: Numbers, chunk: Numbers, first: int, rows: NDArray[np.intp], lane: Days, span: int) -> None:
    """Copies the accounts' rows of a chunk to their place; both may reach beyond the other."""
    start = span * SPAN - first
    left, right = max(0, start), min(matrix.shape[1], start + SPAN)
    if left >= right:
        return
    if len(rows) == BLOCK or (len(rows) and rows[-1] - rows[0] == len(rows) - 1):
        matrix[rows[0] : rows[-1] + 1, left:right] = chunk[lane, left - start : right - start]
    else:
        matrix[rows, left:right] = chunk[lane, left - start : right - start]


def _aligned(matrix: Numbers, lanes: Lanes) -> Numbers:
    """Rows whose today is earlier than the latest are shifted right, so that all end with their own today."""
    latest = int(lanes.today.max(initial=0))
    for day in np.unique(lanes.today):
        behind = latest - int(day)
        if behind == 0:
            continue
        rows = np.flatnonzero(lanes.today == day)
        shifted = np.full((len(rows), matrix.shape[1]), np.nan)
        if behind < matrix.shape[1]:
            shifted[:, behind:] = matrix[rows, : matrix.shape[1] - behind]
        matrix[rows] = shifted
    return matrix
