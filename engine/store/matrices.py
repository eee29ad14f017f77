"""Chunks in; matrices of accounts × days that end with each account's own today, out."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import CompoundSelect, Connection, Select, select, union_all

from engine.arithmetic.each_once import each_once
from engine.snapshot import ALL_DAYS, Days, Numbers, Rows
from engine.store.among import among
from engine.store.chunks import Times, unpack, unpack_times
from engine.store.kept import kept
from engine.store.tables.accounts import BLOCK
from engine.store.tables.series import SPAN, ChunkRow, SeriesRow
from engine.store.undoing import Corrections, undo_cells

CHUNK = ChunkRow.__table__  # type: ignore[attr-defined]
SERIES = SeriesRow.__table__  # type: ignore[attr-defined]
NOBODY = -1
NO_DAY = -(2**31)
"""Before all days that there are."""
WHOLE_DAY = 2 * 86_400_000
"""Milliseconds; more than any day has, also that on which the clocks go back."""
WIDER = 4
"""So many times as many accounts may lie between the first and the last that are wanted."""


@dataclass(frozen=True, slots=True)
class Lanes:
    """The accounts of a reading: their numbers ascending, their todays, and how far T is into their day (ms)."""

    seqs: Days
    today: Days
    time: Days

    def __len__(self) -> int:
        return len(self.seqs)

    def until(self, day: int) -> "Lanes":
        """The same accounts as they were at the end of that day, where their today comes after it."""
        over = self.today > day
        return Lanes(self.seqs, np.minimum(self.today, day), np.where(over, WHOLE_DAY, self.time))

    @property
    def whom(self) -> dict[str, Any]:
        """What `those` takes: these accounts, or all between the first and the last where that is not many more, for
        then no list is looked through. Whoever reads by it leaves out whom it did not ask for.
        """
        seqs = self.seqs.tolist()
        if seqs and seqs[-1] - seqs[0] < WIDER * len(seqs):
            return {"first": seqs[0], "last": seqs[-1]}
        return {"seqs": seqs}

    def hold(self, column: Any) -> Any:
        """A condition on the numbers of accounts."""
        return those(column, **self.whom)

    def places(self, block: int) -> Days:
        """By lane of a block, which of these accounts that is; NOBODY: none of them."""
        rows = np.full(BLOCK, NOBODY)
        first, end = np.searchsorted(self.seqs, [block * BLOCK, (block + 1) * BLOCK])
        rows[self.seqs[first:end] % BLOCK] = np.arange(first, end)
        return rows

    @property
    def earliest(self) -> int:
        """The today that comes first."""
        return int(self.today.min(initial=int(self.today.max(initial=0))))

    @property
    def blocks(self) -> list[int]:
        found: list[int] = each_once(self.seqs // BLOCK).tolist()
        return found


def those(column: Any, *, first: Any = None, last: Any = None, seqs: Any = None) -> Any:
    """A condition on the numbers of accounts, by `Lanes.whom` or parameters that stand for it."""
    return among(column, seqs) if seqs is not None else column.between(first, last)


def score_key(score: str, part: str) -> str:
    """How the store calls what is kept of a score and day."""
    return f"score {score} {part}"


def series_ids(connection: Connection, keys: Collection[str]) -> dict[str, int]:
    """The numbers of series by key; one that nobody has written to is not there."""
    return dict(connection.execute(*_ids_of(keys=keys)).all())


@kept
def _ids_of(keys: Any) -> Select[Any]:
    return select(SERIES.c.key, SERIES.c.id).where(among(SERIES.c.key, keys))


def matrices(
    connection: Connection,
    lanes: Lanes,
    wanted: Mapping[str, int],
    *,
    timed: Collection[str] = (),
    known_at: int | None = None,
    until: Mapping[str, int] | None = None,
) -> dict[str, Numbers]:
    """Per key of a series its matrix of so many days (ALL_DAYS: as far back as there are records).

    Of the series in `timed`, a value of today that is said to be later than T is not seen. `known_at`: as the cells
    were by then, whatever was filled in or corrected since. `until`: of these keys the matrix ends with that day.
    """
    if not len(lanes):
        return {key: np.empty((0, max(1, days))) for key, days in wanted.items()}
    ids = series_ids(connection, wanted)
    ends = {key: lanes.until(until[key]) if until and key in until else lanes for key in wanted}
    chunks = list(_chunks(connection, lanes, {ids[key]: _earliest(ends[key], wanted[key]) for key in ids}))
    first = _first_days(ids, wanted, ends, chunks)
    found = {key: np.full((len(lanes), _width(ends[key], first[key])), np.nan) for key in wanted}
    names = {id_: key for key, id_ in ids.items()}
    corrections = Corrections.since(connection, names, lanes.blocks, known_at)
    rows_of = {block: np.flatnonzero(lanes.seqs // BLOCK == block) for block in lanes.blocks}
    today_spans = {key: set(each_once(ends[key].today // SPAN).tolist()) for key in timed}
    for series_id, block, span, values, times in chunks:
        key, rows = names[series_id], rows_of[block]
        chunk, lane = unpack(values), lanes.seqs[rows] % BLOCK
        is_timed = key in timed and times is not None and span in today_spans[key]
        moments = unpack_times(times, chunk) if is_timed else None
        corrected = corrections.of(series_id, block, span)
        if corrected or moments is not None:
            chunk = chunk.copy()
        undo_cells(chunk, moments, corrected)
        if moments is not None:
            _hide_later(chunk, moments, ends[key], rows, lane, span)
        _lay(found[key], chunk, first[key], rows, lane, span)
    return {key: _aligned(matrix, ends[key])[:, -wanted[key] :] for key, matrix in found.items()}


def score_days(connection: Connection, lanes: Lanes, score: str, parts: Collection[str]) -> dict[str, Numbers]:
    """What is kept of a score by part, all of one width: as far back as there is anything of any of them."""
    found = matrices(connection, lanes, {score_key(score, part): ALL_DAYS for part in parts})
    width = max(matrix.shape[1] for matrix in found.values())
    widened = {part: np.full((len(lanes), width), np.nan) for part in parts}
    for part, whole in widened.items():
        days = found[score_key(score, part)]
        whole[:, width - days.shape[1] :] = days
    return widened


def _chunks(connection: Connection, lanes: Lanes, first: Mapping[int, int]) -> Iterator[Any]:
    """The chunks of some series from their first days on; those that begin with the same span come together."""
    together: dict[int, list[int]] = defaultdict(list)
    for series_id, day in first.items():
        together[day // SPAN].append(series_id)
    if not together:
        return
    spans = {f"span_{place}": span for place, span in enumerate(together)}
    series = {f"series_{place}": ids for place, ids in enumerate(together.values())}
    last = int(lanes.today.max()) // SPAN
    yield from connection.execute(*_chunks_of(blocks=lanes.blocks, last=last, **spans, **series)).all()


@kept
def _chunks_of(blocks: Any, last: Any, **parts: Any) -> CompoundSelect[Any]:
    # As one query: asking costs more than what is asked.
    return union_all(
        *(
            select(CHUNK).where(
                among(CHUNK.c.series_id, parts[f"series_{place}"]),
                among(CHUNK.c.block, blocks),
                CHUNK.c.span.between(parts[f"span_{place}"], last),
            )
            for place in range(len(parts) // 2)
        )
    )


def _width(lanes: Lanes, first: int) -> int:
    return max(1, int(lanes.today.max(initial=first)) - first + 1)


def _earliest(lanes: Lanes, days: int) -> int:
    """The first of so many days of those whose today is the earliest."""
    return NO_DAY if days == ALL_DAYS else lanes.earliest - days + 1


def _first_days(
    ids: Mapping[str, int], wanted: Mapping[str, int], ends: Mapping[str, Lanes], chunks: Iterable[Any]
) -> dict[str, int]:
    """The first day that each matrix has; where all days are wanted, of the oldest chunk that there is."""
    spans: dict[int, int] = {}
    for series_id, _, span, *_ in chunks:
        spans[series_id] = min(span, spans.get(series_id, span))
    return {
        key: min(ends[key].earliest, spans.get(ids.get(key, -1), ends[key].earliest // SPAN) * SPAN)
        if days == ALL_DAYS
        else _earliest(ends[key], days)
        for key, days in wanted.items()
    }


def _hide_later(chunk: Numbers, times: Times, lanes: Lanes, rows: Rows, lane: Days, span: int) -> None:
    """Takes away what was said of today at a time of day after T."""
    column = lanes.today[rows] - span * SPAN
    here = (column >= 0) & (column < SPAN)
    late = times[lane[here], column[here]] > lanes.time[rows[here]]
    chunk[lane[here][late], column[here][late]] = np.nan


def _lay(matrix: Numbers, chunk: Numbers, first: int, rows: Rows, lane: Days, span: int) -> None:
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
    for day in each_once(lanes.today):
        behind = latest - int(day)
        if behind == 0:
            continue
        rows = np.flatnonzero(lanes.today == day)
        shifted = np.full((len(rows), matrix.shape[1]), np.nan)
        if behind < matrix.shape[1]:
            shifted[:, behind:] = matrix[rows, : matrix.shape[1] - behind]
        matrix[rows] = shifted
    return matrix
