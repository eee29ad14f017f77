"""Events and conditions in; what each entry of a points model adds, per account, out."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.arithmetic import windows
from engine.arithmetic.event_measures import counted, summed
from engine.arithmetic.series import total, window
from engine.conditions.filters import Filter
from engine.conditions.tree import Columns, Tree, mask
from engine.language.base import Duration
from engine.language.scores import PointsEntry, Score
from engine.snapshot import Numbers, Series, Snapshot


@dataclass(frozen=True, slots=True)
class PointsParts:
    """The entries of a points model, `start` first: names, values (events counted, or 1 and 0) and points added."""

    names: tuple[str, ...]
    values: tuple[Numbers, ...]
    amounts: Numbers
    """Accounts × entries."""


def points_parts(
    model: Score,
    entry_when: Sequence[Tree | None],
    entry_where: Sequence[Filter],
    snapshot: Snapshot,
    columns: Columns,
) -> PointsParts:
    """What each entry adds now, for all accounts of the snapshot."""
    start = np.full(len(snapshot), float(model.start or 0))
    names, values, amounts = ["start"], [start], [start]
    for place, entry in enumerate(model.points):
        when = entry_when[place]
        if when is not None:
            value = mask(when, columns).astype(np.float64)
            amount = value * entry.add
        else:
            value, amount = _of_events(entry, entry_where[place], snapshot)
        names.append(entry.label or entry.event or f"condition {place + 1}")
        values.append(value)
        amounts.append(_capped(amount, entry.cap))
    return PointsParts(tuple(names), tuple(values), np.column_stack(amounts))


def _capped(amount: Numbers, cap: float | None) -> Numbers:
    return amount if cap is None else np.clip(amount, -cap, cap)


def _of_events(entry: PointsEntry, where: Filter, snapshot: Snapshot) -> tuple[Numbers, Numbers]:
    """(events counted, points): each event adds in full, or × (1 − age / fades)."""
    span = entry.fades or entry.over or Duration(1, "d")
    event = entry.event or ""
    ages = np.arange(span.count - 1, -1, -1, dtype=np.float64)
    worth = 1 - ages / span.count if entry.fades else np.ones(span.count)
    if windows.reads_rows(span, where):
        table, kept = windows.kept_rows(snapshot, event, span, where)
        rows = table.row[kept]
        age = snapshot.last_day(event)[rows] - table.day[kept]
        each = worth[span.count - 1 - age]
        return counted(rows, len(snapshot)), summed(rows, each * entry.add, len(snapshot))
    counts = np.nan_to_num(window(snapshot.series[Series("count", event, "", where)], span.count))
    return total(counts), total(counts * worth[-counts.shape[1] :]) * entry.add
