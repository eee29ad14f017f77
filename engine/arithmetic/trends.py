"""The days of a score and its number now in; how far it fell, rose, or keeps declining, out.

A day that another version of the score made is not compared with.
"""

from dataclasses import dataclass

import numpy as np

from engine.arithmetic.series import floor4, points, round4
from engine.snapshot import Days, Numbers, ScoreHistory

FROM_NOTHING = 1e9
"""Percent gained where it was 0 before: more than any share that can be asked for."""
MOST_SLOPES = 4_000_000
"""Worked out at once: 32 MB of them."""


@dataclass(frozen=True, slots=True)
class Trend:
    """Points (or percent) lost below the highest, or gained above the lowest, day of a window before today."""

    days: int
    drops: bool
    percent: bool
    min_points: int


def trend(history: ScoreHistory, adjusted: Numbers, version: Days, asked: Trend) -> Numbers:
    """H − adjusted (or adjusted − L), H the highest day's score of the window, all of one score version.

    Unknown with fewer than `min_points` such days, and with no score now. In percent nothing is lost of 0, and all that
    is gained beyond 0 is more than any share. It is the drawdown of a series at its end, and its counterpart upwards,
    within a window (Magdon-Ismail and Atiya, Maximum Drawdown, Risk 17 (10), 2004).
    """
    past = _before_today(history, version, asked.days)
    enough = points(past) >= max(1, asked.min_points)
    extreme = np.full(len(past), np.nan)
    if enough.any():
        extreme[enough] = (np.nanmax if asked.drops else np.nanmin)(past[enough], axis=1)
    change = extreme - adjusted if asked.drops else adjusted - extreme
    if not asked.percent:
        return round4(change)
    with np.errstate(invalid="ignore", divide="ignore"):
        of_nothing = np.where(change > 0, FROM_NOTHING, 0.0)
        return floor4(np.where(extreme == 0, np.where(np.isnan(change), np.nan, of_nothing), change / extreme * 100))


def decline(history: ScoreHistory, adjusted: Numbers, version: Days, days: int, min_points: int) -> Numbers:
    """Points lost over so many days at the median of the slopes between all pairs of them, the score now as today's.

    That is the Theil–Sen estimator (Theil 1950; Sen 1968, https://doi.org/10.2307/2285891): up to 29 % of the days may
    be anything at all before it follows them. Unknown with fewer than `min_points` days, or with no score now.
    """
    values = np.column_stack([_before_today(history, version, days - 1), adjusted])
    asked = np.flatnonzero(~np.isnan(adjusted) & (points(values) >= max(2, min_points)))
    lost = np.full(len(adjusted), np.nan)
    earlier, later = np.triu_indices(values.shape[1], k=1)
    together = max(1, MOST_SLOPES // max(1, len(earlier)))
    for start in range(0, len(asked), together):
        rows = asked[start : start + together]
        slopes = (values[np.ix_(rows, later)] - values[np.ix_(rows, earlier)]) / (later - earlier)
        lost[rows] = -_medians(slopes) * days
    return round4(lost)


def _medians(numbers: Numbers) -> Numbers:
    """The median of the known numbers of each row; each has one. (Sorting puts the unknown last.)"""
    ordered, counts = np.sort(numbers, axis=1), points(numbers)
    rows = np.arange(len(numbers))
    return np.asarray((ordered[rows, (counts - 1) // 2] + ordered[rows, counts // 2]) / 2, dtype=np.float64)


def _before_today(history: ScoreHistory, version: Days, days: int) -> Numbers:
    """The scores of the days before today that this version made."""
    last = history.adjusted.shape[1] - 1
    window = slice(max(0, last - days), last)
    return np.where(history.version[:, window] == version[:, None], history.adjusted[:, window], np.nan)
