"""A sweep on PostgreSQL is judged as a whole by one worker, before any of them saves a lane of it."""

from collections.abc import Iterator
from datetime import datetime

import pytest

from engine.loops.book import Book
from engine.loops.lots import LEASE, look_at_due
from engine.store.database import Database
from engine.store.sweeps import Sweep, Verdict, take, verdict_of
from tests.conftest import Copies
from tests.test_holds import ALL, book_of_ten, states, tasks
from tests.test_holds_of_workers import SECOND, next_sweep, one_by_one, worked
from tests.test_looks import accounts

MANY = 300


@pytest.fixture
def database(postgres_copies: Copies) -> Iterator[Database]:
    with postgres_copies() as url:
        opened = Database.open(url)
        yield opened
        opened.close()


@pytest.fixture
def book(database: Database) -> Book:
    """Ten accounts at 60 and many about which nothing is known: two blocks."""
    made = book_of_ten(database, share="1%")
    accounts(made, *(f"b{number}" for number in range(MANY)))
    worked(made, next_sweep(made, 0) + SECOND)
    return made


def lane(book: Book, at: datetime, block: int) -> list[int]:
    """What a worker looks at on the lane of a block."""
    book.clock.at = at  # type: ignore[attr-defined]
    return [saved.looked for saved in look_at_due(book, [block])]


def test_each_lane_is_saved_by_whoever_works_on_it_once_the_whole_has_passed(book: Book) -> None:
    one_by_one(book, 1, "a0")
    sweep = next_sweep(book, 1)

    assert lane(book, sweep + SECOND, 1) == [MANY + 10 - 256]
    assert lane(book, sweep + SECOND, 0) == [256]
    assert (verdict_of(book.database, f"sweep {sweep.date()}"), tasks(book)) == (Verdict.PASSED, 1)


def test_of_a_sweep_that_is_held_no_lane_is_saved(book: Book) -> None:
    one_by_one(book, 1, *ALL)
    sweep = next_sweep(book, 1)

    assert lane(book, sweep + SECOND, 1) == [0]
    assert lane(book, sweep + SECOND, 0) == []
    assert (states(book), tasks(book)) == ([(1, "held", 10)], 0)


def test_while_another_worker_judges_it_nobody_saves_any_of_it_until_that_one_is_dead(book: Book) -> None:
    one_by_one(book, 1, "a0")
    at = next_sweep(book, 1) + SECOND
    assert take(book.database, Sweep(f"sweep {at.date()}", at, 0), at, at + LEASE)

    assert lane(book, at, 0) == []
    assert lane(book, at + LEASE + SECOND, 0) == [256]
    assert tasks(book) == 1
