"""A measure's value and its entry in a score in; its points, 0 to 100, out."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from tests.oracle.files import Written
from tests.oracle.numbers import BOUNDS, rounded

SIGNS = {"<": "below", "<=": "at_most", ">": "above", ">=": "at_least"}
POINTS_OF_A_LEVEL = 25


def points_of(entry: Written, value: float | str) -> float:
    """By a curve, or by the first of the levels 1 to 5 that holds; another score's value is its points."""
    if "curve" in entry:
        return rounded(_on_curve(entry["curve"], float(value)))
    if "points" in entry:
        levels = sorted((int(level), test) for level, test in entry["points"].items())
        return next(POINTS_OF_A_LEVEL * (level - 1.0) for level, test in levels if _holds(test, value))
    return float(value)


def _on_curve(curve: Sequence[Sequence[float]], x: float) -> float:
    """Straight lines between the points, flat before the first and after the last."""
    if x <= curve[0][0]:
        return float(curve[0][1])
    for (x0, y0), (x1, y1) in pairwise(curve):
        if x <= x1:
            return y0 + (y1 - y0) * (x - x0) / (x1 - x0)
    return float(curve[-1][1])


def _holds(test: Any, value: float | str) -> bool:
    if test == "else":
        return True
    if isinstance(test, list):
        return str(value) in [str(one) for one in test]
    sign, bound = test.split()
    return BOUNDS[SIGNS[sign]](value, float(bound))
