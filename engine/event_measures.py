"""Rows of one event in; counts, sums, statistics, distinct values and returning contacts per account out."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.conditions.columns import Filter, FilterTest
from engine.conditions.tree import Column
from engine.snapshot import Days, EventTable, Numbers, Rows, Snapshot

Chosen = NDArray[np.bool_]


def passes(column: Column, test: FilterTest) -> Chosen:
    """Which rows have a property that is so; a blank one never is."""
    if column.dtype == np.object_:
        return np.fromiter((test.holds(value) for value in column), np.bool_, len(column))
    numbers = column.astype(np.float64)
    if test.operator in ("in", "not in"):
        there = np.isin(numbers, [value for value in test.values if isinstance(value, float)])
        return there if test.operator == "in" else ~there & ~np.isnan(numbers)
    bound = float(test.values[0])
    with np.errstate(invalid="ignore"):
        compared = {"<": numbers < bound, "<=": numbers <= bound, ">": numbers > bound, ">=": numbers >= bound}
    return np.asarray(compared[test.operator], dtype=np.bool_)


def chosen(table: EventTable, where: Filter) -> Chosen:
    """The rows that a `where` keeps."""
    kept = np.ones(len(table.row), dtype=np.bool_)
    for test in where:
        kept &= passes(table.properties[test.prop], test)
    return kept


def in_days(snapshot: Snapshot, table: EventTable, days: int, end: int = 0) -> Chosen:
    """The rows inside a window of days that ends `end` days before today."""
    age = snapshot.today[table.row] - table.day - end
    return np.asarray((age >= 0) & (age < days), dtype=np.bool_)


def in_clock(table: EventTable, now: int, length: int) -> Chosen:
    """The rows inside (now − length, now], microseconds."""
    return np.asarray((table.at > now - length) & (table.at <= now), dtype=np.bool_)


def counted(rows: Rows, accounts: int) -> Numbers:
    return np.bincount(rows, minlength=accounts).astype(np.float64)


def summed(rows: Rows, values: Numbers, accounts: int) -> Numbers:
    """The sum per account; rows without the property add nothing."""
    has = ~np.isnan(values)
    return np.bincount(rows[has], weights=values[has], minlength=accounts).astype(np.float64)


def statistic(kind: str, rows: Rows, values: Numbers, accounts: int, min_points: int) -> Numbers:
    """mean, min, max or median per account of the rows that have the property."""
    has = ~np.isnan(values)
    rows, values = rows[has], values[has]
    order = np.lexsort((values, rows))
    rows, values = rows[order], values[order]
    counts = np.bincount(rows, minlength=accounts)
    starts = np.concatenate(([0], np.cumsum(counts)[:-1]))
    result = np.full(accounts, np.nan)
    enough = counts >= max(1, min_points)
    first, last = starts[enough], starts[enough] + counts[enough] - 1
    match kind:
        case "min":
            result[enough] = values[first]
        case "max":
            result[enough] = values[last]
        case "median":
            low = (first + last) // 2
            high = (first + last + 1) // 2
            result[enough] = (values[low] + values[high]) / 2
        case _:
            sums = np.bincount(rows, weights=values, minlength=accounts)
            result[enough] = sums[enough] / counts[enough]
    return result


def codes(table: EventTable, prop: str) -> Days:
    """A number per different value of a property, −1 for blank."""
    if prop == "contact":
        return table.contact
    column = table.properties[prop]
    if column.dtype == np.object_:
        known: dict[object, int] = {}
        found = (-1 if value is None else known.setdefault(value, len(known)) for value in column)
        return np.fromiter(found, np.int64, len(column))
    numbers = column.astype(np.float64)
    _values, number = np.unique(numbers, return_inverse=True)
    return np.where(np.isnan(numbers), -1, number)


def distinct(table: EventTable, kept: Chosen, by: Sequence[str], accounts: int) -> Numbers:
    """How many different values (tuples of values) each account's rows have; rows with a blank are left out."""
    parts = [codes(table, prop)[kept] for prop in by]
    complete = np.all([part >= 0 for part in parts], axis=0)
    return counted(_pairs(table.row[kept][complete], [part[complete] for part in parts])[0], accounts)


def _pairs(rows: Rows, parts: Sequence[Days]) -> tuple[Rows, Days]:
    """The different (row, key) of rows whose key is made of several codes."""
    key = np.zeros(len(rows), dtype=np.int64)
    for part in parts:
        key = key * (int(part.max(initial=0)) + 1) + part
    width = int(key.max(initial=0)) + 1
    different = np.unique(rows.astype(np.int64) * width + key)
    return different // width, different % width


def returning(table: EventTable, before: Chosen, now: Chosen, accounts: int) -> Numbers:
    """Of the contacts with the event before, the share with it now; unknown where there was none before."""
    was = _contacts(table, before)
    returned = was[np.isin(was, _contacts(table, now))]
    width = _width(table)
    earlier = counted(was // width, accounts)
    again = counted(returned // width, accounts)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(earlier > 0, again / earlier, np.nan)


def _width(table: EventTable) -> int:
    return int(table.contact.max(initial=0)) + 1


def _contacts(table: EventTable, kept: Chosen) -> Days:
    """The different (account, contact) of some rows, each as one number."""
    kept = kept & (table.contact >= 0)
    return np.unique(table.row[kept].astype(np.int64) * _width(table) + table.contact[kept])


def newest_day(table: EventTable, kept: Chosen, accounts: int) -> Numbers:
    """The day of the newest row of each account; NaN where there is none."""
    days = np.full(accounts, -np.inf)
    np.maximum.at(days, table.row[kept], table.day[kept].astype(np.float64))
    return np.where(np.isinf(days), np.nan, days)


def days_with(table: EventTable, kept: Chosen, accounts: int) -> Numbers:
    """On how many different days each account has a row."""
    if not kept.any():
        return np.zeros(accounts)
    day = table.day[kept] - int(table.day[kept].min())
    return counted(_pairs(table.row[kept], [day])[0], accounts)
