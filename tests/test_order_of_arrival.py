"""In whatever order records arrive before a look, what looks find is the same; looking again finds nothing new."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from engine.store.database import Database
from engine.store.emptying import empty
from tests.oracle.journal import Entry, Look
from tests.shuffling import played
from tests.store.records import TABLES, dump, rows_of
from tests.year.pulsebook import Pulsebook
from tests.year.year import Size, year

TOGETHER = (60, pytest.param(1_000, marks=pytest.mark.full))
APART = (4, pytest.param(40, marks=pytest.mark.full))


@pytest.mark.parametrize("orders", TOGETHER)
def test_orders_of_arrival_among_each_other_in_one_store_leave_the_same(database: Database, orders: int) -> None:
    left = Counter(played(database, orders, seed=1))

    assert list(left.values()) == [orders]


@pytest.mark.parametrize("orders", APART)
def test_orders_of_arrival_in_stores_of_their_own_leave_the_same(database: Database, orders: int) -> None:
    left: Counter[str] = Counter()
    for seed in range(orders):
        empty(database)
        left.update(played(database, 1, seed))

    assert list(left.values()) == [orders]


class LooksTwice(Pulsebook):
    """Gives each command of a look twice; `differences`: what the second one left otherwise than the first,
    but for the counter that says that it was looked."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.looks = 0
        self.differences: list[tuple[str, Any]] = []

    def _tell(self, entry: Entry) -> None:
        super()._tell(entry)
        if isinstance(entry, Look):
            first = self._kept()
            super()._tell(entry)
            again = self._kept()
            self.looks += 1
            self.differences += [(table, set(map(str, again[table])) ^ set(map(str, first[table]))) for table in TABLES]

    def _kept(self) -> dict[str, list[Any]]:
        database = Database.open(f"sqlite:///{self.folder / 'pulsebook.db'}")
        kept = dump(database)
        others = (column.name for column in TABLES["account"].columns if column.name != "looked")
        kept["account"] = rows_of(database, "account", *others)
        database.close()
        return kept


@pytest.mark.parametrize("seed", [0, pytest.param(1, marks=pytest.mark.full)])
def test_looking_twice_at_one_moment_leaves_what_looking_once_does(seed: int, tmp_path: Path) -> None:
    told = LooksTwice(tmp_path)
    told.play(year(seed, Size(accounts=10, days=60, longest_gap=7)))

    assert told.looks > 10
    assert [(table, rows) for table, rows in told.differences if rows] == []
