"""The day of T in; its counts and sums as of T, from the rows, out: a look must not see what came later that day."""

from collections.abc import Mapping

import numpy as np
from sqlalchemy import Connection, select

from engine import event_measures
from engine.language.catalog import Catalog
from engine.snapshot import EventRows, Numbers, Series
from engine.store.matrices import Lanes
from engine.store.records import event_table
from engine.store.tables import EventRow, RecordedRow

EVENT = EventRow.__table__  # type: ignore[attr-defined]
RECORDED = RecordedRow.__table__  # type: ignore[attr-defined]
COUNTED = ("count", "sum")


def count_today_again(
    connection: Connection,
    lanes: Lanes,
    zones: list[str],
    series: Mapping[Series, Numbers],
    at: int,
    catalog: Catalog,
) -> None:
    """Replaces the last column of counts and sums where an account has an event of today after T."""
    wanted = [one for one in series if one.kind in COUNTED]
    later = _with_later(connection, {one.name for one in wanted}, at)
    for event in sorted(later):
        some = [one for one in wanted if one.name == event]
        properties = frozenset(test.prop for one in some for test in one.where) | {one.prop for one in some if one.prop}
        table = event_table(connection, lanes, zones, event, EventRows(1, frozenset(properties)), at, catalog)
        today = lanes.today[table.row] == table.day
        for one in some:
            kept = today & event_measures.chosen(table, one.where)
            rows = table.row[kept]
            if one.kind == "count":
                numbers = event_measures.counted(rows, len(lanes))
            else:
                amounts = table.properties[one.prop].astype(np.float64)[kept]
                numbers = event_measures.summed(rows, amounts, len(lanes))
            series[one][:, -1] = numbers


def _with_later(connection: Connection, events: set[str], at: int) -> set[str]:
    """The events of which anybody has one after T."""
    query = select(RECORDED.c.name).where(RECORDED.c.name.in_(sorted(events)), RECORDED.c.last_at > at)
    return set(connection.execute(query).scalars())
