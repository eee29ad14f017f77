"""Workers make the findings of a day by themselves, once, when its sweep is through; on both databases."""

import threading
import time
from collections.abc import Callable
from datetime import timedelta

from engine.clock import SystemClock
from engine.loops.book import Book
from engine.loops.working import work
from engine.store.database import Database
from tests.across import happened, listed
from tests.test_looks import FILES, accounts, book_of

QUIET = {**FILES, "rules/catalog.yaml": "metrics:\n  nps: {min: 0}\nevents:\n  trouble: {quiet_after: 3d}\n"}
PATIENCE = 60.0


def wait_for(happened: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < until
        time.sleep(0.05)


def test_two_workers_find_a_quiet_feed_once_after_the_sweep(database: Database) -> None:
    founded = book_of(database, QUIET)
    books = [Book(founded.folder, founded.loaded, founded.sources, database, SystemClock()) for _ in range(2)]
    now = SystemClock().now()
    accounts(founded, "acme", at=now - timedelta(days=9))
    happened(founded, now - timedelta(days=9), "acme")
    said: list[str] = []
    stop = threading.Event()
    crew = [threading.Thread(target=work, args=(book, stop, said.append)) for book in books]

    for worker in crew:
        worker.start()
    wait_for(lambda: any(line.startswith("Found: ") for line in said))
    time.sleep(0.5)
    stop.set()
    for worker in crew:
        worker.join()

    assert sum(line.startswith("Found: ") for line in said) == 1
    assert listed(founded, "kind", "name", "ended_day") == [("quiet", "trouble", None)]
