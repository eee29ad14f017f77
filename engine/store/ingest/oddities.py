"""New values beside the last ones of the same accounts in; what is odd about all of a metric's or an attribute's, out.

A column of zeros, or in another unit, looks like any other number: only against what was said before it is odd.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, select

from engine.arithmetic.each_once import each_once
from engine.batches import Ints
from engine.language.base import written
from engine.store.among import among
from engine.store.chunks import unpack
from engine.store.ingest.cells import CHUNK, Said
from engine.store.tables.accounts import BLOCK
from engine.store.tables.series import SPAN

MANY = 50
"""Accounts. Of fewer, all may well be at zero one day. (A choice: as many as a sweep may tell of by default.)"""
FACTOR = 50.0
"""So many times the last value, or so small a part of it, is no move of a crowd: it lies between the ten that a season
may bring and the hundred of a percentage that became a fraction. (A choice, too.)"""
Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Beside:
    """Of each account (`seq`) the newest value that came, of which day, and the last that was known before any of it
    came, NaN where none was within the 32 to 64 days before."""

    seq: Ints
    day: Ints
    new: Numbers
    old: Numbers

    def __add__(self, other: "Beside") -> "Beside":
        """`other` came later in the same import: what it found before it may have come with this."""
        seq, day = np.concatenate([self.seq, other.seq]), np.concatenate([self.day, other.day])
        accounts, first, counts = np.unique(seq, return_index=True, return_counts=True)
        newest = np.lexsort((day, seq))[np.cumsum(counts) - 1]
        new, old = np.concatenate([self.new, other.new]), np.concatenate([self.old, other.old])
        return Beside(accounts, day[newest], new[newest], old[first])


def beside(connection: Connection, said: Said) -> Iterator[tuple[int, Beside]]:
    """By number of the series. `said`: what changed something; it may be written already."""
    for series in each_once(said.series).tolist():
        here = np.flatnonzero(said.series == series)
        order = here[np.lexsort((said.time[here], said.day[here], said.seq[here]))]
        seq, starts = np.unique(said.seq[order], return_index=True)
        newest = order[np.append(starts[1:], len(order)) - 1]
        old = _before(connection, series, seq, said.day[order][starts])
        yield series, Beside(seq, said.day[newest], said.value[newest], old)


def _before(connection: Connection, series: int, seq: Ints, day: Ints) -> Numbers:
    """The last value of each account before its day."""
    found = np.full(len(seq), np.nan)
    spans = each_once(day // SPAN)
    stored = select(CHUNK.c.block, CHUNK.c.span, CHUNK.c["values"]).where(
        CHUNK.c.series_id == series,
        among(CHUNK.c.block, each_once(seq // BLOCK).tolist()),
        among(CHUNK.c.span, np.union1d(spans, spans - 1).tolist()),
    )
    chunks: Mapping[tuple[int, int], bytes] = {
        (block, span): values for block, span, values in connection.execute(stored)
    }
    nothing = np.full((BLOCK, SPAN), np.nan)
    for block, span in np.unique(np.column_stack((seq // BLOCK, day // SPAN)), axis=0).tolist():
        mine = np.flatnonzero((seq // BLOCK == block) & (day // SPAN == span))
        parts = [unpack(chunks[block, one]) if (block, one) in chunks else nothing for one in (span - 1, span)]
        days = np.hstack(parts)[seq[mine] % BLOCK]
        days[np.arange(2 * SPAN) >= (day[mine] - (span - 1) * SPAN)[:, None]] = np.nan
        last = 2 * SPAN - 1 - np.argmax(~np.isnan(days[:, ::-1]), axis=1)
        found[mine] = days[np.arange(len(mine)), last]
    return found


def odd(name: str, said: Beside) -> str | None:
    """What is odd about the values of all accounts together that had one before, in words."""
    known = ~np.isnan(said.old)
    new, old = said.new[known], said.old[known]
    if len(new) < MANY:
        return None
    many = f"{name}: of all {len(new):,} accounts"
    if one := _one_value(new, old):
        return f"{many} the value is {one}"
    both = (new != 0) & (old != 0)
    if both.sum() < MANY:
        return None
    # By size: of values that turn from plus to minus the middle one could be next to nothing.
    ratio = float(np.median(np.abs(new[both] / old[both])))
    if ratio >= FACTOR:
        return f"{many} the values are {ratio:,.0f} times the last ones"
    if ratio <= 1 / FACTOR:
        return f"{many} the values are a {1 / ratio:,.0f}th of the last ones"
    return None


def _one_value(new: Numbers, old: Numbers) -> str | None:
    """The one value of all, where many had another before. One that has always been the same for all, like the uptime
    of a platform, may move; but not to zero."""
    others = int((old != new[0]).sum())
    is_most, was_same = others > len(old) / 2, (old == np.median(old)).mean() > 1 / 2
    if (new != new[0]).any() or not (is_most or others >= MANY) or (was_same and new[0] != 0):
        return None
    return f"{written(new[0])}, which {'most' if is_most else f'{others:,}'} were not before"
