"""A matrix of accounts × days in; one number per account for a window of it out.

The last column is each account's own today; NaN is a day on which nothing was said. A window ends `end` days before
today and has `days` days.
"""

from collections.abc import Callable, Iterable
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from engine.conditions.constants import DECIMALS
from engine.snapshot import Numbers

MOST_SETTLED = 9e7
"""Of larger numbers a float has not so many digits that some could be noise."""


def round4(numbers: Numbers) -> Numbers:
    """Measures, points and scores as they are kept: a half goes to the even digit; minus zero is zero."""
    return np.asarray(of_digits(_settled(numbers)) + 0.0)


def floor4(numbers: Numbers) -> Numbers:
    """The next lower number of 4 decimals: at least a bound that has no more exactly where the number itself is."""
    return of_digits(np.floor(_settled(numbers)))


def _settled(numbers: Numbers) -> Numbers:
    """In units of the 4th decimal, without the noise of binary fractions: it depends on the order of what was added up,
    and would decide what lies on a half."""
    units = numbers * 10**DECIMALS
    return np.asarray(np.where(np.abs(numbers) < MOST_SETTLED, np.round(units, DECIMALS), units))


def added_up(amounts: Iterable[float]) -> float:
    """What a day's records come to, as they are written: 0.1 and 0.2 are 0.3, in whatever order."""
    return float(sum(Decimal(repr(amount)) for amount in amounts))


def digits(numbers: Numbers) -> Numbers:
    """Rounded numbers, in units of their last decimal: whole, so that what they add up to is exact."""
    return np.asarray(np.round(numbers * 10**DECIMALS))


def of_digits(digits: Numbers) -> Numbers:
    """The numbers of so many units, to the nearest one; a half goes to the even one."""
    return np.asarray(np.round(digits) / 10**DECIMALS)


def times(numbers: Numbers, factor: float) -> Numbers:
    """Rounded numbers times a factor, to 8 decimals: of one with 4 only the noise of binary fractions is cut off."""
    return np.round(numbers * factor, 2 * DECIMALS)


def window(matrix: Numbers, days: int, end: int = 0) -> Numbers:
    """The columns of a window; fewer where the matrix does not reach back so far."""
    last = matrix.shape[1] - end
    return matrix[:, max(0, last - days) : max(0, last)]


def until(matrix: Numbers, end: int) -> Numbers:
    """All columns up to `end` days before today."""
    return matrix[:, : max(0, matrix.shape[1] - end)]


def since(matrix: Numbers, ages: Numbers) -> Numbers:
    """Only what was said so many days ago (one number per row) or later."""
    age = np.arange(matrix.shape[1] - 1, -1, -1)
    return np.where(age <= ages[:, None], matrix, np.nan)


def points(values: Numbers) -> NDArray[np.int64]:
    """How many days have a value."""
    return np.asarray((~np.isnan(values)).sum(axis=1), dtype=np.int64)


def total(values: Numbers) -> Numbers:
    """The sum; 0 where there is nothing."""
    return np.asarray(np.nansum(values, axis=1), dtype=np.float64)


def statistic(kind: str, values: Numbers, min_points: int) -> Numbers:
    """sum, mean, min, max or median of each row's values; unknown with fewer than `min_points`."""
    enough = points(values) >= max(1, min_points)
    result = np.full(len(values), np.nan)
    if enough.any():
        result[enough] = np.asarray(_STATISTICS[kind](values[enough], axis=1), dtype=np.float64)
    return result


def _median(values: Numbers, axis: int) -> Numbers:
    """Of rows that each have a value. numpy has `nanmedian`, which takes ten times as long for one account."""
    ordered = np.sort(values, axis=axis)  # what is not known comes last
    last, rows = points(values) - 1, np.arange(len(values))
    return np.asarray((ordered[rows, last // 2] + ordered[rows, (last + 1) // 2]) / 2)


_STATISTICS: dict[str, Callable[..., object]] = {
    "sum": np.nansum,
    "mean": np.nanmean,
    "min": np.nanmin,
    "max": np.nanmax,
    "median": _median,
}


def newest(values: Numbers) -> tuple[Numbers, Numbers]:
    """The newest value of each row, and how many days before the last column it stands; NaN where there is none."""
    present = ~np.isnan(values)
    if values.shape[1] == 0:
        nothing = np.full(len(values), np.nan)
        return nothing, nothing.copy()
    back = np.argmax(present[:, ::-1], axis=1)
    has = present.any(axis=1)
    value = values[np.arange(len(values)), values.shape[1] - 1 - back]
    return np.where(has, value, np.nan), np.where(has, back.astype(np.float64), np.nan)
