"""How many accounts usually fire, as sweeps that were saved tell it."""

from collections.abc import Sequence

import pytest

from engine.clock import start_of_day
from engine.holds import Tally
from engine.store.database import Database
from engine.store.due import Due
from engine.store.holds import Crowd, crowd_of, passed
from engine.store.sweeps import Sweep
from tests.store.records import accounts, put

TODAY = 20_000


def sweeps(database: Database, counts: Sequence[tuple[int, int]]) -> None:
    """(days ago, accounts that fired), one after the other."""
    for number, (ago, count) in enumerate(counts):
        at = start_of_day(TODAY - ago, "UTC")
        passed(database, Sweep(f"run {number}", at, TODAY - ago), Tally(50, tuple(map(str, range(count)))), Due(at))


@pytest.mark.parametrize(
    ("counts", "usual"),
    [
        pytest.param([], 0, id="the first sweep"),
        pytest.param([(1, 4)], 4, id="one"),
        pytest.param([(2, 4), (1, 7)], 5.5, id="two"),
        pytest.param([(1, 4), (1, 0), (1, 0)], 4, id="of a day the largest"),
        pytest.param([(1, 4), (0, 90)], 4, id="today's count not yet"),
        pytest.param([(ago, 9) for ago in range(40, 28, -1)] + [(ago, 3) for ago in range(28, 0, -1)], 3, id="28 days"),
        pytest.param([(90, 5), (60, 7)], 6, id="days without a sweep are no days"),
    ],
)
def test_the_usual_is_the_median_of_the_last_28_days_with_a_sweep(
    database: Database, counts: Sequence[tuple[int, int]], usual: float
) -> None:
    put(database, accounts("acme", "beta"))
    sweeps(database, counts)

    with database.reading() as connection:
        assert crowd_of(connection, TODAY) == Crowd(2, usual)
