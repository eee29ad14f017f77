"""The day's scores before today and the score of this look in; whether it dropped, rose or is declining out."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from itertools import combinations
from typing import TYPE_CHECKING

from tests.oracle.files import Written
from tests.oracle.moments import duration
from tests.oracle.numbers import Answer, exact, is_share, rounded, share

if TYPE_CHECKING:
    from tests.oracle.look import Judged


def days_scores(judged: Judged, name: str, first: date) -> dict[date, float]:
    """Of the days before today, from `first` on, and of the same score version only."""
    version = judged.score(name).version
    return {
        day: adjusted
        for day, (adjusted, by) in judged.standing(name).days.items()
        if first <= day < judged.today and by == version
    }


def trend(judged: Judged, condition: Written) -> Answer:
    """Against the highest (`drops`) or the lowest (`rises`) day's score; of 0 nothing drops, and any rise is enough."""
    name = condition["score"]
    now = judged.score(name).adjusted
    before = days_scores(judged, name, judged.today - timedelta(days=duration(condition["over"]).amount))
    if now is None or len(before) < condition.get("min_points", 1):
        return None
    drops = "drops" in condition
    compared = max(before.values()) if drops else min(before.values())
    moved = exact(compared) - exact(now) if drops else exact(now) - exact(compared)
    wanted = condition["drops" if drops else "rises"]
    if not is_share(wanted):
        return moved >= exact(wanted)
    return moved >= share(wanted) * exact(compared) if compared else moved > 0


def declining(judged: Judged, condition: Written) -> Answer:
    """The fall in `over` by the slope of the days, this look's score being today's; 4 decimals."""
    name, over = condition["score"], duration(condition["over"]).amount
    now = judged.score(name).adjusted
    if now is None:
        return None
    days = {**days_scores(judged, name, judged.today - timedelta(days=over - 1)), judged.today: now}
    if len(days) < max(2, condition.get("min_points", 3)):
        return None
    return rounded(float(-_slope(days) * over)) >= float(condition["declining"])


def _slope(days: dict[date, float]) -> Fraction:
    """The median of the slopes between all pairs of the days; whole numbers of the 4th decimal keep it exact."""
    whole = [(day.toordinal(), round(score * 10_000)) for day, score in sorted(days.items())]
    slopes = sorted(
        ((later - earlier, day - before) for (before, earlier), (day, later) in combinations(whole, 2)),
        key=lambda slope: slope[0] / slope[1],
    )
    middle = slopes[(len(slopes) - 1) // 2], slopes[len(slopes) // 2]
    return sum((Fraction(rise, apart) for rise, apart in middle), Fraction(0)) / 20_000
