"""The numbers of many accounts in; letters, levels, percentiles, ranks and classes of them, to be read by people, out.

NaN is unknown: it has none of these, and none of these counts it. They are display only: no score is made of them, and
no condition can ask for one.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from engine.arithmetic.series import round4
from engine.language.measures import Show
from engine.language.views import LETTERS, Ladder
from engine.snapshot import Numbers, Texts
from engine.template_filters import money, percent

TOP_FROM, BOTTOM_TO = 75.0, 25.0
POINTS_A_LEVEL = 25.0


class PercentileClass(StrEnum):
    """Where an account stands among the others. A quarter is always in the lowest, however well all of them are."""

    TOP = "top quarter"
    MIDDLE = "middle half"
    BOTTOM = "bottom quarter"


def name_of(ladder: Ladder, value: float) -> str:
    """The range that a value lies in; below the lowest edge the lowest."""
    return next((name for name, edge in reversed(ladder) if value >= edge), ladder[0][0])


def names(ladder: Ladder, values: Numbers) -> Texts:
    """The same of many; None where the value is unknown, or there is no ladder."""
    named = np.array([*(name for name, _ in ladder), None], dtype=np.object_)
    places = np.searchsorted([edge for _, edge in ladder], values, side="right") - 1
    return np.asarray(named[np.where(np.isnan(values), -1, np.maximum(places, 0 if ladder else -1))], dtype=np.object_)


def levels(values: Numbers) -> Numbers:
    """1 to 5: the level whose points (0, 25, 50, 75, 100) are nearest; half-way between two, the higher one.

    1 + floor(value / 25 + 1/2), so it undoes `level_points`.
    """
    return 1 + np.floor(values / POINTS_A_LEVEL + 0.5)


def percentiles(values: Numbers) -> Numbers:
    """Mid-rank percentiles, above 0 and below 100: the share of the known values that lie strictly lower, plus half of
    those that are equal (itself among them), in percent.
    """
    known = np.sort(values[~np.isnan(values)])
    lower, not_higher = (np.searchsorted(known, values, side=side) for side in ("left", "right"))
    found = 100 * (lower + not_higher) / (2 * max(1, len(known)))
    return round4(np.where(np.isnan(values), np.nan, found))


def classes(values: Numbers) -> Texts:
    """The class of each: top quarter above the 75th mid-rank percentile, bottom quarter below the 25th, middle half."""
    found = percentiles(values)
    named = np.full(len(values), None, dtype=np.object_)
    named[~np.isnan(found)] = PercentileClass.MIDDLE
    named[found > TOP_FROM] = PercentileClass.TOP
    named[found < BOTTOM_TO] = PercentileClass.BOTTOM
    return named


@dataclass(frozen=True, slots=True)
class Benchmark:
    """What a class stands at: the mean of its accounts' values, and how far they reach. NaN: nobody is in it."""

    name: PercentileClass
    accounts: int
    mean: float
    lowest: float
    highest: float


def benchmarks(values: Numbers) -> tuple[Benchmark, ...]:
    """Of each class, the top quarter first."""
    found = classes(values)
    return tuple(_benchmark(name, values[found == name]) for name in PercentileClass)


def _benchmark(name: PercentileClass, values: Numbers) -> Benchmark:
    if not len(values):
        return Benchmark(name, 0, np.nan, np.nan, np.nan)
    return Benchmark(name, len(values), round(float(values.mean()), 4), float(values.min()), float(values.max()))


def ranks(values: Numbers) -> Numbers:
    """Competition ranks (1, 2, 2, 4): one more than the number of known values that are strictly higher."""
    known = np.sort(values[~np.isnan(values)])
    higher = len(known) - np.searchsorted(known, values, side="right")
    return np.where(np.isnan(values), np.nan, 1.0 + higher)


def gained(adjusted: Numbers, version: Numbers) -> Numbers:
    """Points gained, or lost if below 0, from the first day of a matrix of day's scores to the last.

    Unknown where one of the two is, or where different versions of the score made them.
    """
    change = round4(adjusted[:, -1] - adjusted[:, 0])
    return np.where(version[:, -1] == version[:, 0], change, np.nan)


def quartiles(values: Numbers) -> tuple[float, float, float]:
    """Lower quartile, median and upper quartile of what is known (linear between two values, as NumPy has it)."""
    known = values[~np.isnan(values)]
    if not len(known):
        return np.nan, np.nan, np.nan
    low, middle, high = np.round(np.percentile(known, (25, 50, 75)), 4)
    return float(low), float(middle), float(high)


def shown(
    value: str | float,
    show: Show,
    *,
    points: float | None = None,
    letters: Ladder = LETTERS,
    currency: str | None = None,
) -> str:
    """A measure's value as people read it. `letters`: of the score it stands in; `points`: what it has there.

    `letter` is the letter of the value itself, `grade` that of its points.
    """
    if show == "grade" and points is not None:
        return name_of(letters, points)
    if isinstance(value, str):
        return value
    match show:
        case "letter":
            return name_of(letters, value)
        case "percent":
            return percent(value)
        case "money":
            return money(value, currency)
    return f"{round(value, 2):,.2f}".rstrip("0").rstrip(".")
