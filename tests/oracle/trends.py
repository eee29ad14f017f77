"""The day's scores before today and the score of this look in; whether it dropped, rose or is declining out."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import combinations
from statistics import median
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
    """Against the highest (`drops`) or the lowest (`rises`) day's score; nothing is a share of 0."""
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
    return moved >= share(wanted) * exact(compared) if compared else None


def declining(judged: Judged, condition: Written) -> Answer:
    """The median of the slopes between all pairs of the days, this look's score being today's; 4 decimals."""
    name, over = condition["score"], duration(condition["over"]).amount
    now = judged.score(name).adjusted
    if now is None:
        return None
    days = {**days_scores(judged, name, judged.today - timedelta(days=over - 1)), judged.today: now}
    if len(days) < max(2, condition.get("min_points", 3)):
        return None
    slopes = [
        (exact(later) - exact(earlier)) / (day - before).days
        for (before, earlier), (day, later) in combinations(sorted(days.items()), 2)
    ]
    return rounded(float(-median(slopes) * over)) >= float(condition["declining"])
