"""Rows of one event in; counts, sums, statistics, distinct values and returning contacts per account out."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.arithmetic.each_once import each_once
from engine.arithmetic.series import round4
from engine.clock import weekday
from engine.conditions.filters import Filter, FilterTest
from engine.conditions.tree import Column, known
from engine.snapshot import Days, EventTable, Numbers, Rows

Chosen = NDArray[np.bool_]
DAYS_IN_WEEK, HOURS_IN_DAY = 7, 24
LEAST_FOR_SHARES = 20
"""Fewer events say nothing of a rhythm."""


def passes(column: Column, test: FilterTest) -> Chosen:
    """Which rows have a property that is so; a blank one never is."""
    if column.dtype == np.object_:
        listed = np.any([column == value for value in test.values], axis=0)
        return np.asarray(listed if test.operator == "in" else known(column) & ~listed, dtype=np.bool_)
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


def in_days(last_day: Days, table: EventTable, days: int, end: int = 0) -> Chosen:
    """The rows inside a window of days that ends `end` days before each account's last."""
    age = last_day[table.row] - table.day - end
    return np.asarray((age >= 0) & (age < days), dtype=np.bool_)


def in_clock(last: Days, table: EventTable, length: int) -> Chosen:
    """The rows inside (last − length, last] of each account, microseconds."""
    age = last[table.row] - table.at
    return np.asarray((age >= 0) & (age < length), dtype=np.bool_)


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


def codes(column: Column) -> Days:
    """A number per different value of a property, −1 for blank."""
    if column.dtype == np.object_:
        values = column.tolist()
        numbered = {value: number for number, value in enumerate(dict.fromkeys(values))} | {None: -1}
        return np.fromiter(map(numbered.__getitem__, values), np.int64, len(values))
    numbers = column.astype(np.float64)
    _values, number = np.unique(numbers, return_inverse=True)
    return np.where(np.isnan(numbers), -1, number)


def people(table: EventTable) -> tuple[Days, Rows]:
    """Each row's contact, counted from the lowest number (−1: none); and of each contact the account it belongs to."""
    there = table.contact >= 0
    lowest = int(table.contact[there].min()) if there.any() else 0
    place = np.where(there, table.contact - lowest, -1)
    owner = np.zeros(int(place.max(initial=-1)) + 1, dtype=np.intp)
    owner[place[there]] = table.row[there]
    return place, owner


def distinct(table: EventTable, kept: Chosen, by: Sequence[str], accounts: int) -> Numbers:
    """How many different values (tuples of values) each account's rows have; rows with a blank are left out."""
    lanes, owner = people(table) if "contact" in by else (table.row, np.arange(accounts))
    parts = [codes(table.properties[prop]) for prop in by if prop != "contact"]
    complete = kept & np.all([part >= 0 for part in (lanes, *parts)], axis=0)
    return _different(lanes[complete], [part[complete] for part in parts], owner, accounts)


def _different(lanes: Days, parts: Sequence[Days], owner: Rows, accounts: int) -> Numbers:
    """How many different (lane, codes…) each account has; `owner`: the account of each lane."""
    key, width = lanes.astype(np.int64), 1
    for part in parts:
        reach = int(part.max(initial=0)) + 1
        key, width = key * reach + part, width * reach
    size = int(key.max(initial=-1)) + 1
    if size > MOST_MARKS * (len(key) + 1):
        return counted(owner[each_once(key) // width], accounts)
    return counted(owner[np.flatnonzero(_marked(key, size)) // width], accounts)


MOST_MARKS = 64
"""For each key: where there could be more different ones, sorting is cheaper than marking those that are there."""


def _marked(keys: Days, size: int) -> Chosen:
    marks = np.zeros(size, dtype=np.bool_)
    marks[keys] = True
    return marks


def returning(table: EventTable, before: Chosen, now: Chosen, accounts: int) -> Numbers:
    """Of the contacts with the event before, the share with it now; unknown where there was none before."""
    place, owner = people(table)
    was, is_back = (_marked(place[kept & (place >= 0)], len(owner)) for kept in (before, now))
    earlier, again = counted(owner[was], accounts), counted(owner[was & is_back], accounts)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(earlier > 0, again / earlier, np.nan)


def shift(table: EventTable, before: Chosen, now: Chosen, by: str, accounts: int) -> Numbers:
    """Half the sum of the differences between the shares that each weekday (or hour) has now and had before, 0 to 1.

    That is the total variation distance of the two distributions. Unknown below `LEAST_FOR_SHARES` rows in either.
    """
    slot = weekday(table.day) if by == "weekday" else table.properties[by].astype(np.int64)
    width = DAYS_IN_WEEK if by == "weekday" else HOURS_IN_DAY
    cells = table.row * width + slot
    was, has = (counted(cells[kept], accounts * width).reshape(accounts, width) for kept in (before, now))
    rows_before, rows_now = was.sum(axis=1), has.sum(axis=1)
    # Whole numbers up to the one division: sums of shares would end a hair beside what is exactly half a digit.
    apart = np.abs(has * rows_before[:, None] - was * rows_now[:, None]).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        moved = apart / (2 * rows_now * rows_before)
    return np.where(np.minimum(rows_before, rows_now) >= LEAST_FOR_SHARES, round4(moved), np.nan)


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
    return _different(table.row[kept], [day], np.arange(accounts), accounts)
