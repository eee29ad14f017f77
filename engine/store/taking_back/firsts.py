"""An import that is taken back in; the oldest and newest records of accounts and names without it, out."""

from collections.abc import Collection, Iterator
from typing import Any

import numpy as np
from sqlalchemy import delete, func, select, update

from engine.snapshot import Series
from engine.store.accounts import ACCOUNT
from engine.store.among import among
from engine.store.changes import keep_changes
from engine.store.chunks import unpack
from engine.store.ingest.series import EVENT
from engine.store.matrices import CHUNK, SERIES
from engine.store.recorded import RECORDED
from engine.store.tables.accounts import BLOCK
from engine.store.tables.series import SPAN
from engine.store.taking_back.whole import TakingBack
from engine.store.writing import alter

METRIC = "metric "


def take_back_recorded(undo: TakingBack) -> None:
    """From when to when there are records of each name."""
    for name in sorted(undo.names):
        this = RECORDED.c.name == name
        before = undo.connection.execute(select(RECORDED).where(this)).first()
        if before is None:
            continue
        days = _days(undo, name)
        first, last, at = days or (None, None, None)
        if first != before.first_day:
            change = undo.changed("recorded", name, "first_day", before.first_day, first)
            keep_changes(undo.connection, [change])
        if days is None:
            undo.connection.execute(delete(RECORDED).where(this))
        else:
            said = {"first_day": first, "last_day": last, "last_at": at}
            undo.connection.execute(update(RECORDED).where(this).values(**said))


def _days(undo: TakingBack, name: str) -> tuple[int, int, int] | None:
    """First day, last day and last moment of its events, or of its observations (then the moment is 0)."""
    span = select(func.min(EVENT.c.day), func.max(EVENT.c.day), func.max(EVENT.c.at)).where(EVENT.c.name == name)
    first, last, at = undo.connection.execute(span).one()
    if first is not None:
        return first, last, at
    key = SERIES.c.key == Series("metric", name).key
    chunks = select(CHUNK.c.span, CHUNK.c["values"]).join(SERIES, SERIES.c.id == CHUNK.c.series_id).where(key)
    days = [day for span_, values in undo.connection.execute(chunks) for day in _said_on(span_, values)]
    return (min(days), max(days), 0) if days else None


def _said_on(span: int, values: bytes) -> list[int]:
    """The first and the last day of a chunk on which there is a value."""
    columns = np.flatnonzero(~np.isnan(unpack(values)).all(axis=0))
    return [span * SPAN + int(columns[place]) for place in (0, -1)] if len(columns) else []


def take_back_first_records(undo: TakingBack) -> None:
    """The day of each account's oldest observation or event."""
    rows = undo.connection.execute(
        select(ACCOUNT.c.seq, ACCOUNT.c.id, ACCOUNT.c.first_record, ACCOUNT.c.first_look)
        .where(among(ACCOUNT.c.seq, undo.touched), ACCOUNT.c.first_record.is_not(None))
        .order_by(ACCOUNT.c.seq)
    ).all()
    oldest = _oldest(undo, [row.seq for row in rows])
    moved = [row for row in rows if oldest.get(row.seq) != row.first_record]
    alter(undo.connection, ACCOUNT, "seq", [{"seq": row.seq, "first_record": oldest.get(row.seq)} for row in moved])
    keep_changes(
        undo.connection,
        [
            undo.changed("account", row.id, "first_record", row.first_record, oldest.get(row.seq))
            for row in moved
            if row.first_look is not None
        ],
    )


def _oldest(undo: TakingBack, seqs: Collection[int]) -> dict[int, int]:
    events = select(EVENT.c.account_seq, func.min(EVENT.c.day)).where(among(EVENT.c.account_seq, seqs))
    found: dict[int, int] = dict(undo.connection.execute(events.group_by(EVENT.c.account_seq)).all())
    for seq, day in _first_values(undo, seqs):
        found[seq] = min(day, found.get(seq, day))
    return {seq: day for seq, day in found.items() if seq in set(seqs)}


def _first_values(undo: TakingBack, seqs: Collection[int]) -> Iterator[tuple[int, int]]:
    """The first day of each account in each chunk of a metric in which it has a value."""
    chunks: Any = select(CHUNK.c.block, CHUNK.c.span, CHUNK.c["values"]).join(SERIES, SERIES.c.id == CHUNK.c.series_id)
    mine = chunks.where(SERIES.c.key.startswith(METRIC), among(CHUNK.c.block, {seq // BLOCK for seq in seqs}))
    for block, span, values in undo.connection.execute(mine):
        said = ~np.isnan(unpack(values))
        for lane in np.flatnonzero(said.any(axis=1)).tolist():
            yield block * BLOCK + lane, span * SPAN + int(said[lane].argmax())
