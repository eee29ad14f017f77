"""A workspace that is edited tells nobody anything again, and ends what it no longer asks."""

import pytest

from engine.loops.book import Book
from engine.store import listing
from engine.store.database import Database
from tests.store.records import rows_of
from tests.test_looks import edited, fall, looked, two_accounts


@pytest.fixture
def fallen(database: Database) -> Book:
    """Two accounts after the look at which acme fell."""
    book = two_accounts(database)
    looked(book, 0)
    fall(book)
    looked(book, 2)
    return book


def stays(book: Book) -> list[tuple[object, ...]]:
    """In which band each account has been, since when, and where it came from."""
    return rows_of(book.database, "score", "account_seq", "stay_band", "since", "came_from")


def test_a_label_that_is_edited_moves_nothing(fallen: Book) -> None:
    again = edited(fallen, "- rule: fell\n", "- rule: fell\n  label: Fell into red\n  severity: high\n")

    assert looked(again, 3) == []


def test_n12_a_weight_that_is_edited_while_red_tells_nobody_twice(fallen: Book) -> None:
    before = stays(fallen)
    again = edited(fallen, "weight: 3", "weight: 4")

    assert {state for _account, _rule, state in looked(again, 3)} == {"seeded"}
    assert listing.tasks(again.database, listing.Asked()) == listing.tasks(fallen.database, listing.Asked())
    assert len(listing.tasks(fallen.database, listing.Asked())) == 1
    assert stays(again) == before
    assert ("red", "green") in {(band, came_from) for _account, band, _since, came_from in before}


def test_a_rule_that_is_removed_ends_its_episodes(database: Database) -> None:
    book = two_accounts(database)
    looked(book, 0)

    again = edited(book, "- rule: low\n  when: {score: health, below: 50}\n", "")

    assert looked(again, 1) == [("beta", "low", "cleared")]
    assert looked(again, 2) == []
