"""New events by columns in; their numbers beside the last ones of the same accounts, out."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, select

from engine.arithmetic.each_once import each_once
from engine.batches import Ints
from engine.language.catalog import Catalog
from engine.store.among import among
from engine.store.ingest.oddities import MANY, Beside, Numbers
from engine.store.strips import Strip, unpack
from engine.store.tables.accounts import BLOCK
from engine.store.tables.records import StripRow
from engine.store.tables.series import SPAN

STRIP = StripRow.__table__  # type: ignore[attr-defined]

Place = tuple[str, int, int]
"""Name of the event, block, span."""
Placed = tuple[int, int, Strip]
"""Block, span, and the events there."""


def numbers_beside(
    connection: Connection, catalog: Catalog, new: Mapping[Place, Sequence[Strip]]
) -> Iterator[tuple[str, Beside]]:
    """By `event.property`, for each that is a number: of an account the mean of its newest day, and of its last day
    before. `new`: what is not stored yet."""
    for event in sorted({name for name, _, _ in new}):
        kind = catalog.events.get(event)
        numbers = [name for name, said in kind.properties.items() if said.type == "number"] if kind else []
        mine = {place: strips for place, strips in new.items() if place[0] == event}
        placed = [(block, span, strip) for (_, block, span), strips in mine.items() for strip in strips]
        if not numbers or len(each_once(_accounts(placed))) < MANY:
            continue
        stored = list(_stored(connection, event, placed))
        for name in numbers:
            values = _values(placed, name)
            if len(values[0]):
                yield f"{event}.{name}", _beside(values, _values(stored, name))


def _accounts(placed: Sequence[Placed]) -> Ints:
    return np.concatenate([block * BLOCK + strip.lane.astype(np.int64) for block, _, strip in placed])


def _stored(connection: Connection, event: str, new: Sequence[Placed]) -> Iterator[Placed]:
    """What was there before, of the same spans and those before them."""
    blocks, spans = {block for block, _, _ in new}, {span for _, span, _ in new}
    rows = select(STRIP.c.block, STRIP.c.span, STRIP.c.events).where(
        STRIP.c.name == event,
        among(STRIP.c.block, sorted(blocks)),
        among(STRIP.c.span, sorted(spans | {span - 1 for span in spans})),
    )
    for block, span, events in connection.execute(rows):
        yield block, span, unpack(events)


def _values(placed: Sequence[Placed], name: str) -> tuple[Ints, Ints, Numbers]:
    """Account, day and value of each event that says a number."""
    parts = []
    for block, span, strip in placed:
        column = strip.properties.get(name)
        if isinstance(column, np.ndarray):
            said = np.flatnonzero(~np.isnan(column))
            seq, day = block * BLOCK + strip.lane[said].astype(np.int64), span * SPAN + strip.day[said].astype(np.int64)
            parts.append((seq, day, column[said]))
    if not parts:
        return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0)
    seqs, days, values = zip(*parts, strict=True)
    return np.concatenate(seqs), np.concatenate(days), np.concatenate(values)


def _beside(new: tuple[Ints, Ints, Numbers], stored: tuple[Ints, Ints, Numbers]) -> Beside:
    seq, day, value = new
    accounts, index = np.unique(seq, return_inverse=True)
    first, newest = np.full(len(accounts), np.iinfo(np.int64).max), np.full(len(accounts), np.iinfo(np.int64).min)
    np.minimum.at(first, index, day)
    np.maximum.at(newest, index, day)
    now = _mean(index, value, day == newest[index], len(accounts))
    return Beside(accounts, newest, now, _last(accounts, first, stored))


def _last(accounts: Ints, first: Ints, stored: tuple[Ints, Ints, Numbers]) -> Numbers:
    """Of each account the mean of its last day before its first new one, of that span or the one before."""
    seq, day, value = stored
    index = np.minimum(np.searchsorted(accounts, seq), len(accounts) - 1)
    before = (accounts[index] == seq) & (day < first[index]) & (day // SPAN >= first[index] // SPAN - 1)
    index, day, value = index[before], day[before], value[before]
    last = np.full(len(accounts), np.iinfo(np.int64).min)
    np.maximum.at(last, index, day)
    return _mean(index, value, day == last[index], len(accounts))


def _mean(index: Ints, value: Numbers, which: NDArray[np.bool_], count: int) -> Numbers:
    """By account; NaN where it has none."""
    times = np.bincount(index[which], minlength=count)
    mean: Numbers = np.bincount(index[which], weights=value[which], minlength=count) / np.where(times, times, np.nan)
    return mean
