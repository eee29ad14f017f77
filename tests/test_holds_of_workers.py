"""What workers look at as it falls due is held too: sweeps and imports as a whole, single arrivals by the hour."""

from datetime import datetime, timedelta

import pytest

from engine.clock import SetClock
from engine.loops.book import Book
from engine.loops.looking import Order, release
from engine.loops.lots import look_at_due
from engine.store import listing
from engine.store.database import Database
from engine.store.due import due_blocks
from engine.store.saving.save import Saved
from tests.test_holds import ALL, book_of_ten, fall, notices, states, tasks
from tests.test_looks import nps, on, troubles


@pytest.fixture
def book(database: Database) -> Book:
    return book_of_ten(database)


def one_by_one(book: Book, day: int, *names: str) -> None:
    """They fall, each by an arrival of its own."""
    for name in names:
        nps(book, on(day).date(), **{name: 10})


def worked(book: Book, at: datetime) -> list[Saved]:
    """What a worker does at a moment."""
    assert isinstance(book.clock, SetClock)
    book.clock.at = at
    return list(look_at_due(book))


def next_sweep(book: Book, day: int) -> datetime:
    return book.judge().plan.company.next_sweep(on(day))


SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)


def test_a_workers_sweep_is_held_and_its_accounts_fall_due_again_at_the_next(book: Book) -> None:
    one_by_one(book, 1, *ALL[:6])
    sweep = next_sweep(book, 1)

    [saved] = worked(book, sweep + SECOND)

    assert saved.hold is not None
    assert saved.hold.cause == f"sweep {sweep.date()}"
    assert due_blocks(book.database, sweep + 23 * HOUR) == []
    assert due_blocks(book.database, sweep + DAY) == [0]
    worked(book, sweep + DAY + SECOND)
    assert states(book) == [(1, "held", 6)]


def test_a_workers_sweep_within_the_limits_is_saved_and_ends_the_hold(book: Book) -> None:
    one_by_one(book, 1, *ALL[:6])
    sweep = next_sweep(book, 1)
    worked(book, sweep + SECOND)
    nps(book, on(1).date(), **dict.fromkeys(ALL[:5], 60))

    worked(book, sweep + DAY + SECOND)

    assert (states(book), tasks(book)) == ([(1, "passed", 6)], 1)


def test_what_arrives_while_a_sweep_is_held_is_looked_at(book: Book) -> None:
    one_by_one(book, 1, *ALL[:6])
    worked(book, next_sweep(book, 1) + SECOND)
    troubles(book, "a9", on(2).date(), 2)

    saved = worked(book, on(2))

    assert [(one.looked, one.fired, one.hold) for one in saved] == [(1, 1, None)]
    assert states(book) == [(1, "held", 6)]


def test_an_import_is_judged_wholly_and_held_by_itself(book: Book) -> None:
    fall(book, 1, 6)
    one_by_one(book, 1, "a9")

    saved = worked(book, on(1))

    [hold] = [one.hold for one in saved if one.hold is not None]
    assert (hold.cause.split()[0], hold.count) == ("import", 6)
    assert [one["account"] for one in listing.tasks(book.database, listing.Asked())] == ["a9"]
    assert worked(book, on(1) + HOUR) == []
    assert notices(book) == [hold.told]
    release(book, hold.id, Order(on(1) + HOUR, "release"))
    assert (tasks(book), states(book)) == (7, [(hold.id, "released", 6)])


def test_a_sweep_leaves_an_import_that_is_held_since_alone(book: Book) -> None:
    one_by_one(book, 1, "a9")
    fall(book, 2, 6)

    worked(book, next_sweep(book, 1) + 7 * HOUR)

    assert states(book) == [(1, "held", 6)]
    worked(book, next_sweep(book, 2) + SECOND)
    assert states(book) == [(1, "held", 6), (2, "held", 6)]


def test_single_arrivals_are_counted_by_the_hour_and_held_from_the_limits_on(book: Book) -> None:
    worked(book, on(1))
    for name in ALL[:5]:
        one_by_one(book, 1, name)
        worked(book, on(1))

    assert (tasks(book), states(book)) == (2, [(1, "held", 3)])
    assert worked(book, on(1) + HOUR) == []
    one_by_one(book, 1, "a7")
    worked(book, on(1) + HOUR)
    assert (tasks(book), states(book)) == (3, [(1, "held", 3)])
    release(book, 1, Order(on(1) + HOUR, "release"))
    assert (tasks(book), states(book)) == (6, [(1, "released", 3)])
    assert len(notices(book)) == 1


def test_of_arrivals_that_are_looked_at_together_those_that_fire_are_held(book: Book) -> None:
    worked(book, on(1))
    one_by_one(book, 1, *ALL[:4])
    troubles(book, "a9", on(1).date(), 2)

    [saved] = worked(book, on(1))

    assert saved.hold is not None
    assert (saved.hold.count, saved.looked, saved.fired, tasks(book)) == (4, 1, 1, 0)
