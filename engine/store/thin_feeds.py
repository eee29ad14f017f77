"""How many accounts have a record on each day, out of the chunks; and what sweeps made of it, in and out."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Select, func, select

from engine.arithmetic.thin import ThinFeed
from engine.clock import microseconds
from engine.language.catalog import Catalog
from engine.snapshot import Series
from engine.store.among import among
from engine.store.chunks import unpack
from engine.store.kept import kept
from engine.store.matrices import CHUNK, series_ids
from engine.store.tables.accounts import BLOCK
from engine.store.tables.series import SPAN, FeedRow
from engine.store.writing import upsert

FEED = FeedRow.__table__  # type: ignore[attr-defined]


def accounts_by_day(connection: Connection, catalog: Catalog, name: str, last: int, days: int) -> NDArray[np.int64]:
    """Of how many accounts there is a record of a metric or event on each of so many days, the last of them `last`."""
    first = last - days + 1
    counts = np.zeros(days, dtype=np.int64)
    ids = _series_of(connection, catalog, name)
    for _, span, values in connection.execute(*_chunks_of(series=ids, first=first // SPAN, last=last // SPAN)):
        said = (~np.isnan(unpack(values))).sum(axis=0)
        start = span * SPAN - first
        left, right = max(0, start), min(days, start + SPAN)
        counts[left:right] += said[left - start : right - start]
    return counts


def accounts_on(connection: Connection, catalog: Catalog, name: str, day: int) -> list[int]:
    """The numbers of the accounts of which there is a record of a metric or event on that day."""
    ids, found = _series_of(connection, catalog, name), list[int]()
    for block, _, values in connection.execute(*_chunks_of(series=ids, first=day // SPAN, last=day // SPAN)):
        found += (block * BLOCK + np.flatnonzero(~np.isnan(unpack(values)[:, day % SPAN]))).tolist()
    return found


def _series_of(connection: Connection, catalog: Catalog, name: str) -> tuple[int, ...]:
    series = Series("metric" if name in catalog.metrics else "count", name)
    return tuple(series_ids(connection, [series.key]).values())


@kept
def _chunks_of(series: Any, first: Any, last: Any) -> Select[Any]:
    mine = among(CHUNK.c.series_id, series), CHUNK.c.span.between(first, last)
    return select(CHUNK.c.block, CHUNK.c.span, CHUNK.c["values"]).where(*mine)


def save_feeds(connection: Connection, at: datetime, judged: Mapping[str, ThinFeed | None]) -> None:
    """What a sweep at a moment says of each feed; None: it is whole."""
    rows = [
        {
            "name": name,
            "at": microseconds(at),
            "last_day": thin.last_day if thin else None,
            "accounts": thin.accounts if thin else None,
            "usual": thin.usual if thin else None,
        }
        for name, thin in judged.items()
    ]
    upsert(connection, FEED, ["name", "at"], rows)


def thin_feeds(connection: Connection, names: Collection[str], at: datetime) -> dict[str, ThinFeed]:
    """The feeds among these that are held, as the last sweep up to a moment says."""
    if not names:
        return {}
    return {
        row.name: ThinFeed(row.last_day, row.accounts, row.usual)
        for row in connection.execute(*_newest_of(names=names, at=microseconds(at)))
        if row.last_day is not None
    }


@kept
def _newest_of(names: Any, at: Any) -> Select[Any]:
    mine = among(FEED.c.name, names), FEED.c.at <= at
    newest = select(FEED.c.name, func.max(FEED.c.at).label("at")).where(*mine).group_by(FEED.c.name).subquery()
    return select(FEED).join(newest, (FEED.c.name == newest.c.name) & (FEED.c.at == newest.c.at))
