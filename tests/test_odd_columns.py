"""What a broken column would fire is held, however few fire, until somebody lets it pass or takes it back."""

import pytest

from engine.loops.book import Book
from engine.loops.looking import Order, release
from engine.store.database import Database
from engine.store.imports import take_back
from tests.store.records import rows_of
from tests.test_holds import states, swept, tasks
from tests.test_looks import FILES, accounts, book_of, nps, on
from tests.test_trying import tried

MANY = [f"a{number}" for number in range(60)]


@pytest.fixture
def book(database: Database) -> Book:
    """Sixty accounts from 1 to 90, three of them green; then a column of zeros, by which these three fall."""
    made = book_of(database, FILES)
    accounts(made, *MANY)
    nps(made, on(0).date(), **{name: 90 if place < 3 else 30 + place / 10 for place, name in enumerate(MANY)})
    swept(made, 0)
    nps(made, on(1).date(), **dict.fromkeys(MANY, 0))
    return made


def test_a_sweep_that_rests_on_a_column_of_zeros_is_held(book: Book) -> None:
    hold = swept(book, 1).hold

    assert hold is not None
    assert hold.text.startswith("nps: of all 60 accounts the value is 0, which most were not before. 3 of 60 accounts")
    assert (states(book), tasks(book)) == ([(1, "held", 3)], 0)


def test_it_is_held_again_until_it_is_released_and_then_passes(book: Book) -> None:
    swept(book, 1)
    swept(book, 2)
    assert states(book) == [(1, "held", 3)]

    release(book, 1, Order(on(2), "release"))

    assert (states(book), tasks(book)) == ([(1, "released", 3)], 3)
    assert swept(book, 3).hold is None


def test_taken_back_it_holds_nothing(book: Book) -> None:
    swept(book, 1)
    take_back(book.database, rows_of(book.database, "import", "id")[-1], on(1), book.judge().plan.catalog, "UTC")

    saved = swept(book, 1)

    assert (saved.hold, saved.fired, tasks(book), states(book)) == (None, 0, 0, [(1, "passed", 3)])


def test_a_dry_run_says_that_it_would_be_held_and_what_would_follow(book: Book) -> None:
    said = tried(book, 1)

    assert said.hold is not None
    assert said.hold.text.startswith("nps: of all 60 accounts the value is 0")
    assert said.moves["fell"] == {"fired": 3}
    assert (states(book), tasks(book)) == ([], 0)
