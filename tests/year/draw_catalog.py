"""Chance and a number of days in; the catalog of a year of so many days out."""

import copy
from datetime import timedelta
from typing import Any

from tests.year.catalog import CATALOG
from tests.year.draw import Draw
from tests.year.draw_accounts import FIRST
from tests.year.draw_measures import where


def draw_catalog(draw: Draw, days: int) -> dict[str, Any]:
    """As it is written there; some metrics are counted in another way from some day on, some feeds quiet or thin."""
    catalog = copy.deepcopy(CATALOG)
    catalog["facts"]["complaint"] |= where(draw, "ticket", 0.7)
    for name in draw.some(list(catalog["metrics"]), 0, 2):
        catalog["metrics"][name]["redefined"] = [_day(draw, days) for _ in range(draw.randint(1, 2))]
    feeds = {**catalog["metrics"], **catalog["events"]}
    for name in draw.some(list(feeds), 1, 3):
        feeds[name]["quiet_after"] = draw.one(["2d", "3d", "5d"])
    # Drawn apart, so that a year without a thin feed is the one that it was before there were any.
    apart = copy.deepcopy(draw)
    for name in apart.some(list(feeds), 1, 2) if apart.chance(0.4) else ():
        feeds[name]["thin_below"] = apart.one(["25%", "50%", "66.6%"])
    return catalog


def _day(draw: Draw, days: int) -> str:
    return (FIRST + timedelta(days=draw.randint(10, days))).date().isoformat()
