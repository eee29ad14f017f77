"""A sweep of which far more fires than usual is held: told once, not saved, released or forgotten by a person."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest

from engine.clock import SetClock
from engine.conditions.sentence import Titles
from engine.holds import EXAMPLES, Example, HoldState, Tally, is_far_more, notice
from engine.language.settings import Guards
from engine.loops.book import Book
from engine.loops.looking import Order, look, release
from engine.store import listing
from engine.store.database import Database
from engine.store.holds import NoSuchHold, end_hold, holds
from engine.store.saving.save import Saved
from tests.store.records import dump, rows_of
from tests.test_looks import FILES, accounts, book_of, nps, on

ALL = tuple(f"a{number}" for number in range(10))
GUARDS = '\n[guards]\nhold_accounts = 2\nhold_share = "20%"\nhold_usual = 5\n'
KEPT = {"hold", "delivery", "sweep", "sequences"}


def files(**more: str) -> Mapping[str, str]:
    """With limits so low that ten accounts are a company; `play` belongs to `fell` alone."""
    return {**FILES, "pulsebook.toml": FILES["pulsebook.toml"] + GUARDS, **more}


def book_of_ten(database: Database, share: str = "20%") -> Book:
    """Ten accounts at 60, looked at once."""
    made = book_of(database, files(**{"pulsebook.toml": files()["pulsebook.toml"].replace("20%", share)}))
    accounts(made, *ALL)
    nps(made, on(0).date(), **dict.fromkeys(ALL, 60))
    swept(made, 0)
    return made


@pytest.fixture
def book(database: Database) -> Book:
    return book_of_ten(database)


def swept(book: Book, day: int) -> Saved:
    """A sweep by command on a day."""
    assert isinstance(book.clock, SetClock)
    book.clock.at = on(day)
    return look(book, Order(on(day), f"run {on(day).isoformat()}"))


def fall(book: Book, day: int, count: int, to: float = 10) -> None:
    nps(book, on(day).date(), **dict.fromkeys(ALL[:count], to))


def states(book: Book) -> list[tuple[int, str, int]]:
    return [(hold.id, str(hold.state), hold.count) for hold in holds(book.database)]


def stored(book: Book) -> dict[str, list[Any]]:
    """All that is stored but holds and their notices, and when accounts are due."""
    found = {table: rows for table, rows in dump(book.database).items() if table not in KEPT}
    rows = listing.accounts(book.database, listing.Asked(), book.workspace().scores)
    return {**found, "account": rows}


def notices(book: Book) -> list[str]:
    """What the operator is told."""
    return [text for key, text in rows_of(book.database, "delivery", "key", "text") if key.startswith("notice/")]


def tasks(book: Book) -> int:
    return len(listing.tasks(book.database, listing.Asked()))


def test_of_a_held_sweep_nothing_is_saved_but_the_hold(book: Book) -> None:
    fall(book, 1, 6)
    before = stored(book)

    saved = swept(book, 1)

    assert stored(book) == before
    assert (saved.looked, saved.fired, saved.tasks) == (0, 0, 0)
    [hold] = holds(book.database)
    assert saved.hold == hold
    assert (hold.count, hold.accounts, hold.usual, dict(hold.rules)) == (6, 10, 0, {"fell": 6})
    assert [one.account for one in hold.examples] == list(ALL[:EXAMPLES])
    assert notices(book) == [
        f"{hold.text}\n`pulsebook sweep show 1` names them, `pulsebook sweep release 1` judges anew and lets it go, "
        "`pulsebook sweep discard 1` forgets it."
    ]


@pytest.mark.parametrize(
    ("count", "is_held"), [pytest.param(2, False, id="as many as the number"), pytest.param(3, True, id="one more")]
)
def test_a_sweep_is_held_from_one_more_than_the_limits_on(book: Book, count: int, is_held: bool) -> None:
    fall(book, 1, count)

    saved = swept(book, 1)

    assert (saved.hold is not None) is is_held
    assert tasks(book) == (0 if is_held else count)


def test_a_sweep_that_is_still_too_much_brings_the_same_hold_up_to_date(book: Book) -> None:
    fall(book, 1, 6)
    swept(book, 1)
    fall(book, 2, 7)

    swept(book, 2)

    assert states(book) == [(1, "held", 7)]
    assert len(notices(book)) == 1


def test_a_sweep_within_the_limits_is_saved_and_ends_the_hold(book: Book) -> None:
    fall(book, 1, 6)
    swept(book, 1)
    nps(book, on(2).date(), **dict.fromkeys(ALL[:5], 60))

    saved = swept(book, 2)

    assert (saved.looked, saved.fired, tasks(book)) == (10, 2, 1)
    assert states(book) == [(1, "passed", 6)]


def test_a_released_sweep_is_judged_anew_and_saved_whatever_fires(book: Book) -> None:
    fall(book, 1, 6)
    swept(book, 1)
    nps(book, on(1).date(), a0=60)

    saved = release(book, 1, Order(on(1), "release 1"))

    assert (saved.looked, tasks(book)) == (10, 5)
    assert states(book) == [(1, "released", 6)]
    with pytest.raises(NoSuchHold, match="held no more: it is released"):
        release(book, 1, Order(on(1), "release 1"))


def test_a_discarded_sweep_leaves_everything_as_before_and_the_next_judges_anew(book: Book) -> None:
    fall(book, 1, 6)
    before = stored(book)
    swept(book, 1)

    end_hold(book.database, 1, HoldState.DISCARDED, on(1))

    assert stored(book) == before
    swept(book, 2)
    assert states(book) == [(1, "discarded", 6), (2, "held", 6)]


@pytest.mark.parametrize(("count", "is_held"), [pytest.param(5, False, id="5 times"), pytest.param(6, True, id="6")])
def test_as_many_times_the_usual_are_not_held(book: Book, count: int, is_held: bool) -> None:
    """Usual is 1: nobody on the first day, two on the second."""
    fall(book, 1, 2)
    swept(book, 1)
    fall(book, 2, 2 + count)

    assert (swept(book, 2).hold is not None) is is_held


def test_what_is_asked_for_by_backfill_counts_not_in_a_first_look(database: Database) -> None:
    backfilled = FILES["rules/all.yaml"].replace("falls_to: red}", "below: 40}\n  backfill: true")
    made = book_of(database, files(**{"rules/all.yaml": backfilled}))
    accounts(made, *ALL)
    fall(made, 0, 10)

    assert swept(made, 0).hold is None
    assert tasks(made) == 10


def test_an_account_that_was_looked_at_later_counts_not(book: Book) -> None:
    swept(book, 3)
    nps(book, on(1).date(), **dict.fromkeys(ALL, 10))

    saved = look(book, Order(on(1), "earlier"))

    assert (saved.hold, len(saved.late)) == (None, 10)


def test_shards_are_judged_one_by_one_and_held_or_saved_together(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.loops.looking.SHARD", 1)
    many = [f"b{number}" for number in range(600)]
    made = book_of(database, files())
    accounts(made, *many)
    nps(made, on(0).date(), **dict.fromkeys(many, 60))
    swept(made, 0)
    nps(made, on(1).date(), **dict.fromkeys(many[100:500], 10))

    hold = swept(made, 1).hold

    assert hold is not None
    assert (hold.count, hold.accounts, tasks(made)) == (400, 600, 0)
    saved = release(made, hold.id, Order(on(1), "release"))
    assert (saved.looked, saved.tasks, tasks(made)) == (600, 400, 400)


@pytest.mark.parametrize(
    ("count", "accounts_", "usual", "expected"),
    [
        pytest.param(51, 200, 10, True, id="more than all three"),
        pytest.param(50, 200, 0, False, id="as many as the number"),
        pytest.param(60, 300, 0, False, id="as large a share"),
        pytest.param(75, 200, 15, False, id="as many times the usual"),
    ],
)
def test_more_than_every_limit_is_far_more(count: int, accounts_: int, usual: float, expected: bool) -> None:
    assert is_far_more(count, accounts_, usual, Guards()) is expected


def test_the_notice_says_how_many_of_which_rules_and_the_largest() -> None:
    examples = (Example("hl", "Harbour & Lane", 84000.0, "EUR", "fell"), Example("bo", "Bo", None, "EUR", "low-nps"))
    tally = Tally(1930, ("hl", "bo"), Counter({"fell": 2, "low-nps": 1}), examples)
    titles = Titles({("rule", "fell"): "fell into red"})

    assert notice("sweep 2026-11-24", tally, 1930, 2, titles) == (
        "2 of 1,930 accounts would have fired in the sweep of 2026-11-24 (usually 2); they are held. "
        "By rule: fell into red (2), low nps (1). The largest: Harbour & Lane (€84,000), Bo. "
        "Nothing of it was saved or sent."
    )
