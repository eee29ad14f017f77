"""A measure's value and its curve or levels in; points from 0 to 100 out."""

import numpy as np
from numpy.typing import NDArray

from engine.conditions.tree import Column, known
from engine.language.scores import Test, Weighed, level_points
from engine.series import round4
from engine.snapshot import Numbers

Bits = NDArray[np.bool_]


def points_of(entry: Weighed, value: Column) -> Numbers:
    """A measure's points, 0 to 100; NaN where its value is not known."""
    if entry.points is not None:
        points = _by_levels(entry.points, value)
    elif entry.curve is not None:
        x, y = zip(*entry.curve, strict=True)
        numbers = value.astype(np.float64)
        points = np.where(np.isnan(numbers), np.nan, np.interp(numbers, x, y))
    else:
        points = value.astype(np.float64)
    return round4(points)


def _by_levels(levels: tuple[tuple[int, Test], ...], value: Column) -> Numbers:
    """The first level that holds, in rising order."""
    points = np.full(len(value), np.nan)
    there = known(value)
    for level, test in levels:
        free = there & np.isnan(points)
        points[free & _level_holds(test, value)] = level_points(level)
    return points


def _level_holds(test: Test, value: Column) -> Bits:
    if test.operator == "else":
        return np.ones(len(value), dtype=np.bool_)
    if test.operator == "in":
        return np.fromiter((one in test.texts for one in value), np.bool_, len(value))
    numbers = value.astype(np.float64)
    with np.errstate(invalid="ignore"):
        compared = {
            "<": numbers < test.number,
            "<=": numbers <= test.number,
            ">": numbers > test.number,
            ">=": numbers >= test.number,
        }
    return np.asarray(compared[test.operator], dtype=np.bool_)
