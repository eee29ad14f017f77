"""The scores of past days in; their cells in the store, wherever no look has left one, and whom that concerns, out.

As by looks, a chunk is written under the lock of its block, and by the version in use only.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

import numpy as np
from sqlalchemy import Connection, select

from engine.arithmetic.each_once import each_once
from engine.arithmetic.models import ScoreTrees
from engine.clock import microseconds
from engine.errors import PulsebookError
from engine.filling import Bits, FilledDays, KeptDays
from engine.snapshot import Days, Numbers, Rows
from engine.store.accounts import lock_blocks, mark_due
from engine.store.chunks import empty, unpack
from engine.store.database import Database
from engine.store.matrices import Lanes, matrices, score_key
from engine.store.saving.save import is_in_use
from engine.store.saving.scores import (
    CHUNK,
    FILLED,
    KEPT,
    SERIES,
    Row,
    day_chunk,
    day_chunks,
    day_series,
    score_codes,
    version_row,
)
from engine.store.tables.accounts import BLOCK
from engine.store.tables.series import SPAN
from engine.store.writing import upsert

COMPARED = ("value", "adjusted", "version")
"""Parts of a day's score with which later days are compared."""


class OutOfUse(PulsebookError):
    """Another version has come into use meanwhile."""

    def __init__(self) -> None:
        super().__init__("Another version of the files came into use meanwhile. Say it again, to go on with that one.")


@dataclass(frozen=True, slots=True)
class Stretch:
    """B days in a row of N accounts, all within one span of chunks.

    `again`: what an earlier fill has left there is to be replaced. `compared`: from that day on, the next look at these
    accounts compares with what is filled in.
    """

    seqs: Days
    first: int
    days: int
    again: bool
    compared: int

    @property
    def last(self) -> int:
        return self.first + self.days - 1


def give_codes(database: Database, scores: Iterable[ScoreTrees]) -> None:
    """Every version of these scores gets its code, for days are compared by it."""
    versions = {
        fingerprint: version_row(fingerprint, trees.name, model.model.model_name, model.ladder)
        for trees in scores
        for model in trees.models
        for fingerprint in model.fingerprints
    }
    with database.writing() as connection:
        score_codes(connection, versions)


def kept_days(database: Database, stretch: Stretch, before: Mapping[str, int]) -> dict[str, KeptDays]:
    """What is kept of each score. `before`: of so many days before the first, too."""
    with database.reading() as connection:
        return {score: _kept(connection, score, stretch, days) for score, days in before.items()}


def _kept(connection: Connection, score: str, stretch: Stretch, before: int) -> KeptDays:
    nothing = np.zeros(len(stretch.seqs), dtype=np.int64)
    lanes, width = Lanes(stretch.seqs, nothing + stretch.last, nothing), before + stretch.days
    keys = {part: score_key(score, part) for part in ("adjusted", "value", "version", FILLED)}
    found = matrices(connection, lanes, dict.fromkeys(keys.values(), width))
    adjusted, value, version, filled = (found[key] for key in keys.values())
    is_open = _open(value, version, filled, stretch.again)
    is_open[:, :before] = False
    adjusted, version = np.where(is_open, np.nan, adjusted), np.where(is_open, np.nan, version)
    return KeptDays(adjusted, version, is_open[:, before:])


def _open(value: Numbers, version: Numbers, filled: Numbers, again: bool) -> Bits:
    """Where no look has left a score, known or not."""
    blank = np.isnan(value) & np.isnan(version)
    return blank | (filled == 1) if again else blank


def keep_days(database: Database, version: str, stretch: Stretch, filled: FilledDays, at: datetime) -> set[int]:
    """Keeps what is filled in, block by block. The numbers of the accounts whose next look compares with it: they are
    due at that moment, and what turns true in that look is seeded. Raises OutOfUse."""
    due, blocks = set[int](), stretch.seqs // BLOCK
    for block in each_once(blocks).tolist():
        rows = np.flatnonzero(blocks == block)
        with database.writing() as connection:
            if not is_in_use(connection, version):
                raise OutOfUse
            lock_blocks(connection, [block])
            changed = _keep(connection, stretch, filled, rows, block)
            compared = changed & (stretch.first + np.arange(stretch.days) >= stretch.compared)
            seqs = stretch.seqs[rows[compared.any(axis=1)]].tolist()
            mark_due(connection, seqs, microseconds(at), seed_next=True)
            due.update(seqs)
    return due


def _keep(connection: Connection, stretch: Stretch, filled: FilledDays, rows: Rows, block: int) -> Bits:
    """Which days are others now for whoever compares with them."""
    ids, span = day_series(connection, filled.cells), stretch.first // SPAN
    stored = day_chunks(connection, list(ids.values()), block, [span])
    here = np.ix_(stretch.seqs[rows] % BLOCK, stretch.first % SPAN + np.arange(stretch.days))
    changed, written = np.zeros((len(rows), stretch.days), dtype=np.bool_), list[Row]()
    for score, cells in filled.cells.items():
        series = {part: ids[score_key(score, part)] for part in (*KEPT, FILLED)}
        chunks = {part: stored.get((series[part], span), empty()) for part in series}
        is_open = _open(chunks["value"][here], chunks["version"][here], chunks[FILLED][here], stretch.again)
        is_said = ~np.isnan(cells["value"]) | ~np.isnan(cells["coverage"])
        said = {**cells, FILLED: np.where(is_said, 1.0, np.nan)}
        for part, chunk in chunks.items():
            before = chunk[here]
            chunk[here] = np.where(is_open, said[part][rows], before)
            differs = ~((chunk[here] == before) | (np.isnan(chunk[here]) & np.isnan(before)))
            if differs.any():
                if part in COMPARED:
                    changed |= differs
                written.append(day_chunk(series[part], block, span, chunk))
    upsert(connection, CHUNK, ["series_id", "block", "span"], written)
    return changed


def first_filled(connection: Connection) -> int | None:
    """The first day of which a score was filled in; None: there is none."""
    marks = select(SERIES.c.id).where(SERIES.c.key.like(score_key("%", FILLED)))
    query = select(CHUNK.c.span, CHUNK.c["values"]).where(CHUNK.c.series_id.in_(marks)).order_by(CHUNK.c.span)
    for span, chunks in groupby(connection.execute(query), lambda row: row.span):
        days = [np.flatnonzero((unpack(values) == 1).any(axis=0)) for _, values in chunks]
        if (first := np.concatenate(days)).size:
            return int(span * SPAN + first.min())
    return None
