"""A snapshot that reaches back deep enough in; the same as of the end of an earlier day out.

What came in by days is cut; what holds at a moment (outcomes, overrides) and what looks left can't be told from it.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

import numpy as np

from engine.snapshot import ALL_DAYS, Children, EventTable, FactTable, Needs, Numbers, PersonalValues, Rows, Snapshot


def deepened(needs: Needs, days: int) -> Needs:
    """The same, to be cut up to so many days earlier."""

    def deeper(wanted: int) -> int:
        return wanted if wanted == ALL_DAYS else wanted + days

    return replace(
        needs,
        series={series: deeper(wanted) for series, wanted in needs.series.items()},
        rows={event: replace(rows, days=deeper(rows.days)) for event, rows in needs.rows.items()},
        personal={metric: deeper(wanted) for metric, wanted in needs.personal.items()},
    )


def earlier(snapshot: Snapshot, needs: Needs, days: int, at: datetime) -> Snapshot:
    """As of `at`, the end of the day so many days before today, which is the same day for all accounts.

    `needs`: of a look then; the snapshot was read with the same, deepened by no fewer days.
    """
    today = snapshot.today - days
    last_day = int(today.max(initial=0))
    with np.errstate(invalid="ignore"):
        first_day = np.where(snapshot.first_day <= today, snapshot.first_day, np.nan)
    return replace(
        snapshot,
        at=at,
        today=today,
        first_day=first_day,
        series={series: _cut(snapshot.series[series], days, wanted) for series, wanted in needs.series.items()},
        events={name: _happened(snapshot.events[name], last_day, rows.days) for name, rows in needs.rows.items()},
        facts=_asserted(snapshot.facts, last_day),
        personal={metric: _said(values, last_day) for metric, values in snapshot.personal.items()},
    )


def with_scores(children: Children, scores: Mapping[str, Numbers], column: int) -> Children:
    """With what these matrices, a row per child, say of a day."""
    return replace(children, scores={score: matrix[:, column] for score, matrix in scores.items()})


def _cut(matrix: Numbers, days: int, wanted: int) -> Numbers:
    if matrix.shape[1] <= days:
        return np.full((len(matrix), 1), np.nan)
    cut = matrix[:, : matrix.shape[1] - days]
    return cut if wanted == ALL_DAYS else cut[:, -wanted:]


def _happened(table: EventTable, last_day: int, days: int) -> EventTable:
    reaches = (table.day > last_day - days) | (days == ALL_DAYS)
    kept: Rows = np.flatnonzero((table.day <= last_day) & reaches)
    return EventTable(
        row=table.row[kept],
        day=table.day[kept],
        at=table.at[kept],
        contact=table.contact[kept],
        properties={name: column[kept] for name, column in table.properties.items()},
    )


def _asserted(tables: Mapping[str, FactTable], last_day: int) -> dict[str, FactTable]:
    kept = {
        name: [place for place, fact in enumerate(table.facts) if fact.day <= last_day]
        for name, table in tables.items()
    }
    return {
        name: FactTable(tables[name].row[places], tuple(tables[name].facts[place] for place in places))
        for name, places in kept.items()
        if places
    }


def _said(values: PersonalValues, last_day: int) -> PersonalValues:
    seen = values.day <= last_day
    return PersonalValues(values.contact[seen], values.day[seen], values.value[seen])
