"""What an import of the past seeds, and what a look at an account that left leaves alone."""

from datetime import timedelta

import numpy as np
import pytest

from engine.batches import Arrival, Observations, Outcomes, coded, placed, whens
from engine.loops.book import Book
from engine.store.database import Database
from engine.store.ingest.ingest import Ingest
from tests.test_looks import FILES, FIRST, accounts, book_of, edited, looked, nps, on, put


@pytest.fixture
def book(database: Database) -> Book:
    """Acme at 60; `low` waits for two days, `very-low` does not."""
    waiting = FILES["rules/all.yaml"].replace("below: 50}", "below: 50}\n  for: 2d")
    rule = "- rule: very-low\n  when: {score: health, below: 20}\n"
    made = book_of(database, {**FILES, "rules/all.yaml": waiting + rule})
    accounts(made, "acme")
    nps(made, FIRST.date(), acme=60)
    looked(made, 0)
    return made


def past(book: Book, day: int, value: float) -> None:
    """An import of history that arrives on a day."""
    one, day_said = coded(["acme"]), whens([on(day).date()])
    said = Observations(one, coded([None]), coded(["nps"]), day_said, np.array([value]), placed("test", 1))
    plan = book.judge().plan
    Ingest(book.database).apply(said, plan.catalog, Arrival(on(day), "test", history=True), "UTC", [])


def outcome(book: Book, day: int, what: str) -> None:
    said = Outcomes(coded(["acme"]), coded([what]), whens([on(day) - timedelta(hours=1)]), placed("test", 1))
    put(book, said, on(day))


def test_what_turns_true_by_an_import_of_the_past_is_seeded_without_waiting(book: Book) -> None:
    past(book, 1, 10)

    assert {move for move in looked(book, 1) if "low" in move[1]} == {
        ("acme", "low", "seeded"),
        ("acme", "very-low", "seeded"),
    }


def test_what_waited_already_when_the_past_was_imported_goes_on_and_fires(book: Book) -> None:
    nps(book, on(1).date(), acme=45)
    assert ("acme", "low", "pending") in looked(book, 1)
    past(book, 2, 44)
    assert looked(book, 2) == []

    past(book, 3, 43)

    assert looked(book, 3) == [("acme", "low", "fired")]


def test_an_edit_that_is_taken_back_is_an_edit_and_leaves_nothing_of_the_first_version(book: Book) -> None:
    nps(book, on(1).date(), acme=10)
    assert ("acme", "very-low", "fired") in looked(book, 1)
    other = edited(book, "below: 20", "below: 5")
    assert ("acme", "very-low", "cleared") not in looked(other, 2)

    back = edited(other, "below: 5}", "below: 20}")

    assert ("acme", "very-low", "seeded") in looked(back, 3)


def test_a_rule_that_comes_back_as_it_was_is_new_to_everybody(book: Book) -> None:
    nps(book, on(1).date(), acme=10)
    assert ("acme", "very-low", "fired") in looked(book, 1)
    rule = "- rule: very-low\n  when: {score: health, below: 20}\n"
    gone = edited(book, rule, "")
    assert ("acme", "very-low", "cleared") in looked(gone, 2)

    back = book_of(book.database, {**gone.sources, "rules/back.yaml": rule})

    assert ("acme", "very-low", "seeded") in looked(back, 3)


def test_a_rule_that_is_removed_ends_no_episode_of_a_version_before_its_last(book: Book) -> None:
    nps(book, on(1).date(), acme=10)
    looked(book, 1)
    looked(other := edited(book, "below: 20", "below: 5"), 2)

    gone = edited(other, "- rule: very-low\n  when: {score: health, below: 5}\n", "")

    assert "very-low" not in {rule for _account, rule, _state in looked(gone, 3)}


def test_a_rule_that_is_removed_after_an_account_left_ends_when_it_is_back(book: Book) -> None:
    nps(book, on(1).date(), acme=10)
    assert ("acme", "very-low", "fired") in looked(book, 1)
    outcome(book, 2, "churned")
    again = edited(book, "- rule: very-low\n  when: {score: health, below: 20}\n", "")
    assert looked(again, 2) == []

    outcome(again, 3, "renewed")

    assert ("acme", "very-low", "cleared") in looked(again, 3)


def test_a_rule_that_asks_what_another_asks_already_is_new_to_accounts_that_came_after_that_one(book: Book) -> None:
    accounts(book, "zen")
    nps(book, on(1).date(), zen=10)
    assert ("zen", "very-low", "fired") in looked(book, 1)

    twin = "- rule: twin\n  when: {score: health, below: 20}\n"

    assert looked(book_of(book.database, {**book.sources, "rules/twin.yaml": twin}), 2) == [("zen", "twin", "seeded")]
