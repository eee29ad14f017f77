"""The day's scores before today and the score of this look in; whether it dropped, or rose, out."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from tests.oracle.files import Written
from tests.oracle.moments import duration
from tests.oracle.numbers import Answer, exact, is_share, share

if TYPE_CHECKING:
    from tests.oracle.look import Judged


def days_scores(judged: Judged, name: str, days: int) -> dict[date, float]:
    """Of the days before today, and of the same score version only."""
    version = judged.score(name).version
    first = judged.today - timedelta(days=days)
    return {
        day: adjusted
        for day, (adjusted, by) in judged.standing(name).days.items()
        if first <= day < judged.today and by == version
    }


def trend(judged: Judged, condition: Written) -> Answer:
    """Against the highest (`drops`) or the lowest (`rises`) day's score; nothing is a share of 0."""
    name = condition["score"]
    now = judged.score(name).adjusted
    before = days_scores(judged, name, duration(condition["over"]).amount)
    if now is None or len(before) < condition.get("min_points", 1):
        return None
    drops = "drops" in condition
    compared = max(before.values()) if drops else min(before.values())
    moved = exact(compared) - exact(now) if drops else exact(now) - exact(compared)
    wanted = condition["drops" if drops else "rises"]
    if not is_share(wanted):
        return moved >= exact(wanted)
    return moved >= share(wanted) * exact(compared) if compared else None
