"""A measure's value and its curve or levels in, points from 0 to 100 out; what counts in, its shares of a score out."""

import numpy as np
from numpy.typing import NDArray

from engine.arithmetic.series import round4
from engine.conditions.tree import Column, known
from engine.language.scores import Score, Test, Weighed, level_points
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


def shares_of(model: Score, counted: Bits) -> Numbers:
    """Each entry's share of the score among those that count: its group's part × its part of the group.

    Accounts × entries; 0 where an entry does not count. Weights are added up entry by entry, so that an account has the
    same shares alone and among others.
    """
    groups = model.groups or {"": 1.0}
    in_group = {group: np.zeros(len(counted)) for group in groups}
    for place, entry in enumerate(model.measures):
        in_group[entry.group or ""] += counted[:, place] * entry.weight
    total = sum((weight * (in_group[group] > 0) for group, weight in groups.items()), np.zeros(len(counted)))
    shares = np.zeros(counted.shape)
    for place, entry in enumerate(model.measures):
        group, here = entry.group or "", counted[:, place]
        shares[here, place] = groups[group] / total[here] * (entry.weight / in_group[group][here])
    return shares
