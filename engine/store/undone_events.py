"""A look back in; the events that it had seen and that were taken back since, by columns, out."""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from sqlalchemy import Connection, select

from engine.snapshot import Days
from engine.store.ingest.strips import strip_of
from engine.store.records import Whose
from engine.store.strips import Strip
from engine.store.tables.accounts import BLOCK
from engine.store.tables.records import UndoneEventRow
from engine.store.tables.series import SPAN

UNDONE = UndoneEventRow.__table__  # type: ignore[attr-defined]


def undone_strips(connection: Connection, whose: Whose, event: str) -> Iterator[tuple[Days, int, Strip]]:
    """Rows of the snapshot by lane, the span, and its events of the wanted accounts; by what is known now none."""
    if whose.known_at is None:
        return
    query = select(UNDONE).where(
        UNDONE.c.name == event,
        whose.lanes.hold(UNDONE.c.account_seq),
        UNDONE.c.arrived_at <= whose.known_at,
        UNDONE.c.undone_at > whose.known_at,
    )
    places: dict[tuple[int, int], list[Any]] = defaultdict(list)
    for row in connection.execute(query.order_by(UNDONE.c.id)):
        if row.account_seq in whose.row_of:
            places[row.account_seq // BLOCK, row.day // SPAN].append(row)
    for (block, span), rows in sorted(places.items()):
        yield whose.lanes.places(block), span, strip_of_rows(rows)


def strip_of_rows(rows: Sequence[Any]) -> Strip:
    """Rows of events, in the order in which they came, by columns."""
    return strip_of(
        np.array([row.account_seq for row in rows], dtype=np.int64),
        np.array([row.day for row in rows], dtype=np.int64),
        np.array([row.at for row in rows], dtype=np.int64),
        [row.contact_id for row in rows],
        np.array([row.arrived_at for row in rows], dtype=np.int64),
        [json.dumps(row.properties) for row in rows],
    )
