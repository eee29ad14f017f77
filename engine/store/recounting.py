"""Days on which more came than a look may see in; what they come to without it, from the rows, out.

The day of T may go on after T, and a look back must not know what arrived later.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from itertools import chain
from statistics import fmean

import numpy as np
from sqlalchemy import Connection, select

from engine.arithmetic import event_measures
from engine.arithmetic.series import added_up
from engine.language.catalog import Catalog
from engine.snapshot import Days, EventRows, EventTable, Numbers, Rows, Series
from engine.store.event_tables import Miscounted, miscounted, table_of
from engine.store.records import Whose
from engine.store.tables.series import ContactObservationRow

OBSERVED = ContactObservationRow.__table__  # type: ignore[attr-defined]
COUNTED = ("count", "sum")


def count_again(
    connection: Connection,
    whose: Whose,
    series: Mapping[Series, Numbers],
    catalog: Catalog,
    later: Collection[str],
) -> None:
    """Works out anew the cells of counts and sums in which a row counts that came, or arrived, too late, or in which
    one is missing that was taken back later.

    `later`: the events of which anybody has one after T.
    """
    wanted = [one for one in series if one.kind in COUNTED]
    events = {one.name for one in wanted}
    if whose.known_at is None:
        events &= set(later)
    found = [miscounted(connection, whose, sorted(events - whose.held.keys()))]
    found += [miscounted(connection, whose.seeing(event), (event,)) for event in sorted(events & whose.held.keys())]
    for event, wrong in chain.from_iterable(found):
        if len(wrong.row):
            mine = {one: series[one] for one in wanted if one.name == event}
            _count_event_again(connection, whose.seeing(event), event, mine, wrong, catalog)


def _count_event_again(
    connection: Connection,
    whose: Whose,
    event: str,
    series: Mapping[Series, Numbers],
    wrong: Miscounted,
    catalog: Catalog,
) -> None:
    properties = {test.prop for one in series for test in one.where} | {one.prop for one in series if one.prop}
    row, day = wrong.row, wrong.day
    need = EventRows(int(whose.lanes.today.max()) - int(day.min()) + 1, frozenset(properties))
    table = table_of(connection, whose, event, need, catalog, wrong.strips)
    for one, matrix in series.items():
        _lay(matrix, whose.lanes.today, row, day, _numbers(one, table, row, day))


def _numbers(series: Series, table: EventTable, row: Rows, day: Days) -> Numbers:
    """The count or sum of each touched day, from the rows; nothing is NaN, as where no row was ever stored."""
    kept = event_measures.chosen(table, series.where)
    if series.kind == "sum":
        kept &= ~np.isnan(table.properties[series.prop].astype(np.float64))
    first, width = int(day.min()), int(day.max() - day.min()) + 1
    cells = row * width + (day - first)
    counts = kept & (table.day >= first) & (table.day < first + width)
    of = table.row[counts] * width + (table.day[counts] - first)
    place = np.minimum(np.searchsorted(cells, of), len(cells) - 1)
    there = cells[place] == of
    number = np.bincount(place[there], minlength=len(cells)).astype(np.float64)
    if series.kind == "count":
        return np.where(number > 0, number, np.nan)
    amounts = table.properties[series.prop].astype(np.float64)[counts][there]
    of_cell: list[list[float]] = [[] for _ in cells]
    for cell, amount in zip(place[there].tolist(), amounts.tolist(), strict=True):
        of_cell[cell].append(amount)
    return np.array([added_up(some) if some else np.nan for some in of_cell])


def _lay(matrix: Numbers, today: Days, row: Rows, day: Days, numbers: Numbers) -> None:
    column = matrix.shape[1] - 1 - (today[row] - day)
    inside = column >= 0
    matrix[row[inside], column[inside]] = numbers[inside]


def average_today_again(
    connection: Connection, whose: Whose, series: Mapping[Series, Numbers], catalog: Catalog
) -> None:
    """The mean of what contacts had said by T of a day on which one of them said something later.

    Only by what is known now: what a contact had said before is not kept.
    """
    of_contacts = [one for one in series if _is_of_contact(one, catalog)]
    if whose.known_at is not None or not len(whose.lanes):
        return
    for one in of_contacts:
        lanes = whose.seeing(one.name).lanes
        today, time = lanes.today, lanes.time
        query = select(OBSERVED.c.account_seq, OBSERVED.c.day, OBSERVED.c.time, OBSERVED.c.value).where(
            OBSERVED.c.metric == one.name,
            lanes.hold(OBSERVED.c.account_seq),
            OBSERVED.c.day.between(int(today.min()), int(today.max())),
        )
        said: dict[int, list[float]] = defaultdict(list)
        for seq, day, at, value in connection.execute(query):
            row = whose.row_of.get(seq)
            if row is not None and day == today[row] and at <= time[row]:
                said[row].append(value)
        for row, values in said.items():
            if np.isnan(series[one][row, -1]):
                series[one][row, -1] = fmean(values) + 0.0


def _is_of_contact(series: Series, catalog: Catalog) -> bool:
    metric = catalog.metrics.get(series.name)
    return series.kind == "metric" and metric is not None and metric.of == "contact"
