"""Values by series, account and day in; chunks merged, and what became of each value, out.

A chunk is read, compared and written only if something in it changed; its block is locked by then.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Select, select

from engine.batches import Ints
from engine.store.among import among
from engine.store.chunks import (
    CELL,
    Cells,
    Matrix,
    Times,
    empty,
    pack,
    pack_cells,
    pack_mask,
    pack_times,
    unpack,
    unpack_times,
)
from engine.store.kept import kept
from engine.store.tables.accounts import BLOCK
from engine.store.tables.imports import CorrectionRow
from engine.store.tables.series import SPAN, ChunkRow
from engine.store.writing import append, upsert

CHUNK = ChunkRow.__table__  # type: ignore[attr-defined]
CORRECTION = CorrectionRow.__table__  # type: ignore[attr-defined]
CELLS = BLOCK * SPAN
AT_ONCE = 256
"""Chunks that are held in memory together."""
UNCHANGED, APPLIED, CORRECTED = 0, 1, 2
Outcome = NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Said:
    """Values as they came, in the order of the file; entry i of every array is one of them.

    `series` are ids of series. `time`: milliseconds since the start of the day. `looked`: the day of the account's
    last look. `recounted`: the values were worked out anew from what is stored, so they hold whatever their time, NaN
    (at NO_TIME) where there is nothing any more.
    """

    series: Ints
    seq: Ints
    day: Ints
    time: Ints
    value: NDArray[np.float64]
    looked: Ints
    recounted: bool = False


@dataclass(frozen=True, slots=True)
class _Chunk:
    series: int
    block: int
    span: int
    rows: Ints
    """Which values of the reduced batch lie in it."""
    cell: Ints
    """Where in it: account in the block × 32 + day in the span."""


@dataclass(frozen=True, slots=True)
class _Merged:
    values: Matrix
    times: Times
    outcome: Outcome
    cells: Cells
    """What was replaced, or written on days already looked at."""
    filled: NDArray[np.bool_]
    """Which other cells had nothing before; nobody asks for those of values that are recounted anyway."""
    is_changed: bool


def merge(connection: Connection, said: Said, at: int, import_of: Callable[[], int | None]) -> Outcome:
    """Writes what changes, and says per value whether it was UNCHANGED, APPLIED (new) or CORRECTED (replaced another).

    `import_of` gives the number of the import, and is asked only where something is kept of what was there before. Of
    several values of one cell the one with the latest time counts, of those the last; the others are UNCHANGED.
    """
    outcome = np.zeros(len(said.seq), dtype=np.int8)
    chunks = _chunks(said)
    for start in range(0, len(chunks), AT_ONCE):
        some = chunks[start : start + AT_ONCE]
        stored = _stored(connection, some)
        written, corrections = [], []
        for chunk in some:
            merged = _merged(chunk, said, stored.get((chunk.series, chunk.block, chunk.span)))
            outcome[chunk.rows] = merged.outcome
            place = {"series_id": chunk.series, "block": chunk.block, "span": chunk.span}
            if merged.is_changed:
                written.append({**place, "values": pack(merged.values), "times": pack_times(merged.times)})
            if len(merged.cells) or merged.filled.any():
                before = {
                    "cells": pack_cells(merged.cells) if len(merged.cells) else None,
                    "filled": pack_mask(merged.filled) if merged.filled.any() else None,
                }
                corrections.append({**place, "at": at, "import_id": import_of(), **before})
        upsert(connection, CHUNK, ["series_id", "block", "span"], written)
        append(connection, CORRECTION, corrections)
    return outcome


def _chunks(said: Said) -> list[_Chunk]:
    """The chunks that are concerned, ascending, with the values that hold in the end."""
    if not len(said.seq):
        return []
    block, span = said.seq // BLOCK, said.day // SPAN
    first_block, first_span = int(block.min()), int(span.min())
    blocks, spans = int(block.max()) - first_block + 1, int(span.max()) - first_span + 1
    chunk = (said.series * blocks + (block - first_block)) * spans + (span - first_span)
    key = chunk * CELLS + said.seq % BLOCK * SPAN + said.day % SPAN
    order, ordered = _in_order(key, said.time)
    holds = np.append(ordered[1:] != ordered[:-1], True)
    rows, place = order[holds], ordered[holds]
    chunk, cell = place // CELLS, place % CELLS
    starts = np.flatnonzero(np.append(True, chunk[1:] != chunk[:-1]))
    found = []
    for start, end in zip(starts.tolist(), [*starts[1:].tolist(), len(chunk)], strict=True):
        lane, span_number = divmod(int(chunk[start]), spans)
        series, block_number = divmod(lane, blocks)
        where = slice(start, end)
        found.append(_Chunk(series, block_number + first_block, span_number + first_span, rows[where], cell[where]))
    return found


def _in_order(key: Ints, time: Ints) -> tuple[Ints, Ints]:
    """By cell, then time, then place in the file: the order and the ordered keys."""
    order = np.argsort(key, kind="stable")
    ordered = key[order]
    if (ordered[1:] == ordered[:-1]).any():
        order = np.lexsort((time, key))
    return order, ordered


def _stored(connection: Connection, chunks: list[_Chunk]) -> dict[tuple[int, int, int], tuple[bytes, bytes | None]]:
    found = {}
    for series, some in _by_series(chunks):
        spans = [chunk.span for chunk in some]
        blocks = sorted({chunk.block for chunk in some})
        for row in connection.execute(*_stored_chunks(series=series, blocks=blocks, first=min(spans), last=max(spans))):
            found[row.series_id, row.block, row.span] = (row.values, row.times)
    return found


@kept
def _stored_chunks(series: Any, blocks: Any, first: Any, last: Any) -> Select[Any]:
    in_block = among(CHUNK.c.block, blocks)
    return select(CHUNK).where(CHUNK.c.series_id == series, in_block, CHUNK.c.span.between(first, last))


def _by_series(chunks: list[_Chunk]) -> Iterator[tuple[int, list[_Chunk]]]:
    for series in sorted({chunk.series for chunk in chunks}):
        yield series, [chunk for chunk in chunks if chunk.series == series]


def _merged(chunk: _Chunk, said: Said, stored: tuple[bytes, bytes | None] | None) -> _Merged:
    values = unpack(stored[0]).copy() if stored else empty()
    times = unpack_times(stored[1] if stored else None, values)
    flat, flat_times = values.reshape(-1), times.reshape(-1)
    value, time = said.value[chunk.rows], said.time[chunk.rows]
    old, old_time = flat[chunk.cell], flat_times[chunk.cell]
    is_new = np.isnan(old)
    holds = is_new | (time >= old_time) | said.recounted
    is_other = holds & np.where(is_new, ~np.isnan(value), value != old)
    writes = is_other | (holds & (time != old_time))
    outcome = np.where(is_other, np.where(is_new, APPLIED, CORRECTED), UNCHANGED).astype(np.int8)
    was_looked_at = said.day[chunk.rows] <= said.looked[chunk.rows]
    is_kept = writes & (was_looked_at if said.recounted else was_looked_at | ~is_new)
    cells = np.zeros(int(is_kept.sum()), dtype=CELL)
    place = chunk.cell[is_kept]
    cells["row"], cells["column"] = place // SPAN, place % SPAN
    cells["old"], cells["new"] = old[is_kept], value[is_kept]
    cells["old_time"], cells["new_time"] = old_time[is_kept], time[is_kept]
    filled = np.zeros(CELLS, dtype=np.bool_)
    if not said.recounted:
        filled[chunk.cell[writes & ~is_kept]] = True
    flat[chunk.cell[writes]] = value[writes]
    flat_times[chunk.cell[writes]] = time[writes]
    return _Merged(values, times, outcome, cells, filled, bool(writes.any()))
