"""What is taken back is as if it had never come; what came later, and whatever a look back then saw, stays."""

from datetime import timedelta

import pytest

from engine.store.database import Database
from tests.store.histories import STEPS, History
from tests.store.records import (
    NOW,
)

USUAL, ALL = 20, 200
LATER = NOW + timedelta(hours=1)
SEEDS = [*range(USUAL), *(pytest.param(seed, marks=pytest.mark.full) for seed in range(USUAL, ALL))]


@pytest.mark.parametrize("seed", SEEDS)
def test_looks_see_what_they_would_if_it_had_never_come(database: Database, seed: int) -> None:
    history = History(database, seed)
    for _ in range(STEPS):
        history.go_on()
        before = history.sees()
        for number in reversed(history.arrive()):
            history.take_back(number)

        assert history.sees() == before
