"""Snapshot, measures, scores and rules' states in; what conditions speak of, as columns, out."""

from calendar import isleap
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date

import numpy as np
from numpy.typing import NDArray

from engine.clock import day_of, local_day, microseconds
from engine.conditions import columns as of
from engine.conditions.constants import DECIMALS, Constant, as_constant
from engine.conditions.tree import Column, known
from engine.domain import Fact
from engine.snapshot import Numbers, Snapshot

Answer = NDArray[np.bool_]


def answer(true: Answer, is_known: Answer) -> Numbers:
    """1, 0 or unknown."""
    return np.where(is_known, true.astype(np.float64), np.nan)


class Columns:
    """The columns of one look, each worked out when it is first asked for.

    `resolvers` say how the columns that rest on other stages are worked out: by the class of the description. What
    scores and rules conclude is put back by `forget`, so that the rounds after see it.
    """

    def __init__(self, snapshot: Snapshot, resolvers: Mapping[type, Callable[..., Column]]) -> None:
        self._snapshot = snapshot
        self._known: dict[of.ColumnOf, Column] = {}
        self._resolvers: dict[type, Callable[..., Column]] = {
            of.AttributeOf: lambda column: compared(attribute(snapshot, column.attribute)),
            of.AttributeIn: lambda column: one_of(compared(attribute(snapshot, column.attribute)), column.values),
            of.DaysUntil: lambda column: attribute(snapshot, column.attribute) - snapshot.today,
            of.FactCount: lambda column: fact_count(snapshot, column),
            of.TaskState: lambda _column: np.full(len(snapshot), np.nan),
            **resolvers,
        }

    def __call__(self, column: of.ColumnOf) -> Column:
        found = self._known.get(column)
        if found is None:
            found = self._known[column] = self._resolvers[type(column)](column)
        return found

    def forget(self, columns: Callable[[of.ColumnOf], bool]) -> None:
        """Work these out again when they are next asked for."""
        for column in [column for column in self._known if columns(column)]:
            del self._known[column]

    def rows(
        self, indices: Iterable[int], columns: frozenset[of.ColumnOf]
    ) -> Iterator[tuple[int, dict[str, Constant]]]:
        """The known values of accounts by column name: their facts for durable-rules."""
        named = [(column.name, self(column)) for column in columns]
        for index in indices:
            found: dict[str, Constant] = {}
            for name, column in named:
                value = column[index]
                if value is not None and value == value:
                    found[name] = value if isinstance(value, str) else float(value)
            yield int(index), found

    def row(self, index: int, columns: frozenset[of.ColumnOf]) -> dict[str, Constant]:
        """The known values of one account by column name."""
        return next(self.rows((index,), columns))[1]


def attribute(snapshot: Snapshot, name: str) -> Column:
    """An attribute's column; unknown where the files in use no longer have it (runs of earlier versions may ask)."""
    found = snapshot.attributes.get(name)
    return np.full(len(snapshot), np.nan) if found is None else found


def compared(column: Column) -> Column:
    """As conditions compare it: numbers to 4 decimals, the nearest to what is written, as those of the files are."""
    if column.dtype == np.object_:
        return column
    return np.array([round(number, DECIMALS) for number in column.astype(np.float64).tolist()])


def one_of(column: Column, values: tuple[Constant, ...]) -> Numbers:
    """Answer: the value is one of these."""
    if column.dtype == np.object_:
        wanted = frozenset(values)
        true = np.fromiter((value in wanted for value in column), np.bool_, len(column))
    else:
        true = np.isin(column.astype(np.float64), [value for value in values if isinstance(value, float)])
    return answer(true, known(column))


def is_known(column: Column) -> Numbers:
    return known(column).astype(np.float64)


def fact_count(snapshot: Snapshot, column: of.FactCount) -> Numbers:
    """How many facts were asserted in the window, or hold now."""
    counts = np.zeros(len(snapshot))
    table = snapshot.facts.get(column.fact)
    if table is None:
        return counts
    for row, fact in zip(table.row, table.facts, strict=True):
        counts[row] += matches(fact, column, snapshot, int(row))
    return counts


def matches(fact: Fact, column: of.FactCount, snapshot: Snapshot, row: int) -> bool:
    """Does this fact count for the column?"""
    zone = str(snapshot.zones[row])
    if not all(test.holds(as_constant(fact.properties.get(test.prop), zone)) for test in column.where):
        return False
    today = int(snapshot.today[row])
    if column.window is None:
        return holds(fact, snapshot, row)
    if column.window.in_days:
        return 0 <= today - fact.day < column.window.count
    return 0 <= microseconds(snapshot.at) - microseconds(fact.at) < column.window.microseconds


def holds(fact: Fact, snapshot: Snapshot, row: int) -> bool:
    """at ≤ T ≤ until; one that comes back each year holds from its month and day to those of its end."""
    if fact.at > snapshot.at:
        return False
    if not fact.yearly or fact.until is None:
        return fact.until is None or snapshot.at <= fact.until
    today, last = day_of(int(snapshot.today[row])), day_of(local_day(fact.until, str(snapshot.zones[row])))
    begins, ends, here = _in_year(day_of(fact.day), today.year), _in_year(last, today.year), (today.month, today.day)
    return begins <= here <= ends if begins <= ends else here >= begins or here <= ends


def _in_year(day: date, year: int) -> tuple[int, int]:
    """Its month and day in that year, in which the 29th of February may be the 28th."""
    is_missing = (day.month, day.day) == (2, 29) and not isleap(year)
    return (2, 28) if is_missing else (day.month, day.day)
