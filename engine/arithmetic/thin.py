"""How many accounts had a record on each day in; how many of the last days are thin, out.

A day is thin when fewer accounts than a share of the usual have a record of it. The usual is the median of the same
weekday in the 8 weeks before, thin days left out, at least 4 of them. A day of more than 8 weeks ago is taken for
whole, so a feed that stays thin for so long is its usual.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.arithmetic.series import times
from engine.snapshot import Numbers

WEEKS, LEAST_WEEKS, WEEK = 8, 4, 7
REACH = 2 * WEEKS * WEEK
"""Days that are looked at: those that may be thin, and the weeks before the first of them."""


@dataclass(frozen=True, slots=True)
class ThinFeed:
    """A feed that is held as of `last_day`; its newest thin day has records of so many `accounts`, usually `usual`."""

    last_day: int
    accounts: int
    usual: float


def thin_feed(counts: NDArray[np.int64], last: int, begins: int, below: float) -> ThinFeed | None:
    """How the days up to `last`, of which `counts` tells, end: None: it is not thin.

    `begins`: the first day on which the feed's records are complete. `below`: the share of the usual, 0 to 1.
    """
    first = max(begins - (last - len(counts) + 1), 0)
    usual, thin = np.full(len(counts), np.nan), np.zeros(len(counts), dtype=np.bool_)
    for day in range(max(first, WEEKS * WEEK), len(counts)):
        before = np.arange(day - WEEK, max(first, day - WEEKS * WEEK) - 1, -WEEK)
        usual[day] = _median(counts[before[~thin[before]]].astype(np.float64))
        thin[day] = counts[day] < times(usual[day : day + 1], below)[0]
    days = int(np.argmin(thin[::-1]))
    return ThinFeed(last - days, int(counts[-1]), float(usual[-1])) if days else None


def _median(known: Numbers) -> float:
    return float(np.median(known)) if len(known) >= LEAST_WEEKS else np.nan
