"""Days that are read together and cut are what readings of each of them would see."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from engine.clock import end_of_day, local_day
from engine.snapshot import Snapshot
from engine.store.database import Database
from engine.store.past_days import past_days, zones_of
from engine.store.reading import read
from tests.store.histories import ROWS, SERIES, STEPS, ZONES, History, came_in
from tests.store.looking import wanted

DAYS = 12


def seen(said: Snapshot) -> dict[str, Any]:
    """All that came in, but from when on records that are yet to come are complete: no window is covered by these."""
    begun = {name: day for name, day in said.covered_from.items() if day <= said.today.max(initial=0)}
    return came_in(said) | {"covered_from": begun}


def ends_of(history: History, zone: str) -> Sequence[datetime]:
    """The last days that are over."""
    last = local_day(history.now, zone) - 1
    return [end_of_day(day, zone) for day in range(last - DAYS + 1, last + 1)]


@pytest.mark.parametrize("seed", [*range(2), *(pytest.param(seed, marks=pytest.mark.full) for seed in range(2, 60))])
def test_each_is_the_snapshot_that_a_look_at_its_end_would_have(database: Database, seed: int) -> None:
    history = History(database, seed)
    for _ in range(STEPS):
        history.go_on()
    history.now += timedelta(days=2)

    # Whoever is in another zone by now has records of days that end at other moments.
    zones = {id_: zone for id_, zone in zones_of(database, wanted()).items() if zone == ZONES[id_]}
    for zone in sorted(set(zones.values())):
        mine = [id_ for id_, own in zones.items() if own == zone]
        of, ends = wanted(series=SERIES, rows=ROWS, accounts=mine), ends_of(history, zone)
        _, together = past_days(database, of, ends)
        alone = [read(database, wanted(at, series=SERIES, rows=ROWS, accounts=mine)).snapshot for at in ends]

        assert [seen(one) for one in together] == [seen(one) for one in alone]
