"""A feed that is absent, wrong as a whole, or silent for one account, tells nobody but the operator."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from engine.cli.importing import Imported
from engine.errors import PulsebookError
from engine.loops.book import Book
from engine.loops.looking import Order, release
from engine.store.database import Database
from engine.store.holds import OddSince
from tests.faults.base import MANY, came, counted, wide
from tests.store.records import dump
from tests.test_holds import states, swept, tasks
from tests.test_looks import FILES, accounts, book_of, fired, looked, nps, on, troubles, worked_off

SHARE: Mapping[str, str] = {
    **FILES,
    "rules/catalog.yaml": "metrics:\n  nps: {min: 0, max: 100}\n  share: {unit: percent}\nevents:\n  trouble:\n",
    "rules/measures.yaml": FILES["rules/measures.yaml"] + "share: {latest: share}\n",
    "rules/all.yaml": FILES["rules/all.yaml"] + "- {rule: unused, when: {measure: share, below: 20}, play: save}\n",
}


@pytest.fixture
def book(database: Database) -> Book:
    """Sixty accounts, three of them at 90 and the others below 40; of each a share of 50 to 79 percent."""
    made = book_of(database, SHARE)
    accounts(made, *MANY)
    nps(made, on(0).date(), **{name: 90 if place < 3 else 30 + place / 10 for place, name in enumerate(MANY)})
    return made


@pytest.fixture
def usual(book: Book, tmp_path: Path) -> Book:
    came(book, tmp_path, "observations", wide(0, "share", **{name: (50 + at / 2,) for at, name in enumerate(MANY)}))
    assert swept(book, 0).fired == 0
    return book


def zeros(*days: int) -> str:
    """A file of some days in which everybody is at 0."""
    return "account,at,nps\n" + "".join(f"{name},{on(day).date()},0\n" for day in days for name in MANY)


@pytest.mark.parametrize("content", ["", "account,at,nps\n"], ids=["no bytes", "a header alone"])
def test_r46_a_file_without_a_record_is_refused_and_moves_nothing(usual: Book, tmp_path: Path, content: str) -> None:
    before = dump(usual.database)

    with pytest.raises(PulsebookError, match="Export it again"):
        came(usual, tmp_path, "observations", content, at=on(1))

    assert dump(usual.database) == before
    assert swept(usual, 1).fired == 0


def test_r47_zeros_of_two_days_in_one_import_are_odd(usual: Book, tmp_path: Path) -> None:
    done = came(usual, tmp_path, "observations", zeros(1), zeros(2), at=on(2))

    assert done.done.odd == ("nps: of all 60 accounts the value is 0, which most were not before",)
    assert swept(usual, 2).hold is not None


def test_r47_zeros_are_odd_in_however_many_pieces_their_file_comes(usual: Book, tmp_path: Path) -> None:
    done = came(usual, tmp_path, "observations", zeros(*range(20, 40)), at=on(40), piece=500)

    assert done.done.odd == ("nps: of all 60 accounts the value is 0, which most were not before",)


@pytest.mark.parametrize(
    ("value", "others", "told"),
    [
        pytest.param(
            0, 50, ("nps: of all 120 accounts the value is 0, which 50 were not before",), id="of fifty zeros"
        ),
        pytest.param(0, 49, (), id="of fewer zeros"),
        pytest.param(99, 120, (), id="the same for everybody, as on the day before"),
        pytest.param(0, 120, ("nps: of all 120 accounts the value is 0, which most were not before",), id="no more"),
    ],
)
def test_r47_a_column_of_one_value_is_odd_where_many_had_others(
    database: Database, tmp_path: Path, value: float, others: int, told: tuple[str, ...]
) -> None:
    book = book_of(database)
    names = [f"a{number}" for number in range(120)]
    accounts(book, *names)
    nps(book, on(0).date(), **{name: 98 if at < others else 0 for at, name in enumerate(names)})

    done = came(book, tmp_path, "observations", wide(1, "nps", **dict.fromkeys(names, (value,))), at=on(1))

    assert done.done.odd == told


def test_r47_what_was_let_pass_is_not_odd_again_because_its_day_comes_again(usual: Book, tmp_path: Path) -> None:
    came(usual, tmp_path, "observations", zeros(1), at=on(1))
    hold = swept(usual, 1).hold
    assert hold is not None
    release(usual, hold.id, Order(on(1), "release"))

    again = came(usual, tmp_path, "observations", zeros(1, 2), at=on(2))

    assert (counted(again), again.done.odd) == ((60, 60, 0, 0, 0), ())
    assert swept(usual, 2).hold is None


def test_r47_while_a_column_is_odd_nothing_fires_by_what_else_arrives(usual: Book, tmp_path: Path) -> None:
    worked_off(usual, on(0))
    came(usual, tmp_path, "observations", zeros(1), at=on(1))
    for name in MANY[:2]:
        troubles(usual, name, on(1).date(), 1)

    worked_off(usual, on(1))
    troubles(usual, MANY[2], on(1).date(), 2)
    worked_off(usual, on(1))

    assert (fired(usual), tasks(usual)) == ([], 0)
    assert {state for _, state, _ in states(usual)} == {"held"}


def test_r47_what_is_odd_since_it_was_held_is_not_released_with_it(usual: Book, tmp_path: Path) -> None:
    came(usual, tmp_path, "observations", zeros(1), at=on(1))
    swept(usual, 1)
    fractions(usual, tmp_path, 2)

    with pytest.raises(OddSince, match="share: of all 60 accounts the values are a 100th of the last ones"):
        release(usual, 1, Order(on(2), "release"))

    assert (tasks(usual), states(usual)) == (0, [(1, "held", 3)])
    swept(usual, 2)
    release(usual, 1, Order(on(2), "release"))
    assert (tasks(usual), states(usual)) == (60, [(1, "released", 60)])


def fractions(book: Book, folder: Path, day: int) -> Imported:
    """The share of everybody comes as a fraction, in a wide file in which nps is as before."""
    rows = {name: (90 if at < 3 else 30 + at / 10, (50 + at / 2) / 100) for at, name in enumerate(MANY)}
    return came(book, folder, "observations", wide(day, "nps", "share", **rows), at=on(day))


def test_r48_a_percentage_that_became_a_fraction_is_held(usual: Book, tmp_path: Path) -> None:
    done = fractions(usual, tmp_path, 1)

    assert done.done.odd == ("share: of all 60 accounts the values are a 100th of the last ones",)
    assert counted(done)[0] == 60
    hold = swept(usual, 1).hold
    assert hold is not None
    assert (dict(hold.rules), tasks(usual)) == ({"unused": 60}, 0)


SILENT = {
    **FILES,
    "rules/measures.yaml": "nps: {latest: nps, max_age: 3d}\ntroubles: {count: trouble, over: 7d}\n",
    "rules/all.yaml": "- {rule: silent, when: {measure: nps, known: false}, play: save}\n",
}


def test_r66_an_account_whose_feed_is_silent_is_told_once_each_time(database: Database) -> None:
    book = book_of(database, SILENT)
    accounts(book, "acme", "beta")
    told = []
    for day in range(20):
        nps(book, on(day).date(), **({"beta": 60} if day in range(3, 9) or day > 9 else {"acme": 60, "beta": 60}))
        told += [(day, account, state) for account, _, state in looked(book, day)]

    assert told == [(5, "acme", "fired"), (9, "acme", "cleared"), (12, "acme", "fired")]
    assert tasks(book) == 2


TIMED: Mapping[str, str] = {
    **FILES,
    "rules/catalog.yaml": """
attributes: {seats: {type: number}}
metrics:
  nps: {min: 0, max: 100}
events:
  trouble: {from: 2026-01-01, properties: {minutes: number}}
""",
    "rules/measures.yaml": FILES["rules/measures.yaml"]
    + "minutes: {mean: trouble.minutes, over: 7d}\nseats: {attribute: seats}\n",
    "rules/all.yaml": FILES["rules/all.yaml"]
    + "- {rule: slow, when: {measure: minutes, above: 1000}, play: save}\n"
    + "- {rule: empty, when: {measure: seats, below: 30}, play: save}\n",
}


def minutes(day: int, of: int) -> str:
    """A file in which everybody has a trouble that lasts so many minutes times their number."""
    rows = (f"{name},trouble,{on(day).isoformat()},{of * (at + 1)}" for at, name in enumerate(MANY))
    return "\n".join(["account,event,at,minutes", *rows]) + "\n"


def seats(of: float) -> str:
    return "id,seats\n" + "".join(f"{name},{of * (at + 40)}\n" for at, name in enumerate(MANY))


@pytest.mark.parametrize(
    ("kind", "usually", "then", "told"),
    [
        pytest.param(
            "events",
            minutes(0, 1),
            minutes(1, 60),
            "trouble.minutes: of all 60 accounts the values are 60 times the last ones",
            id="minutes of events come as seconds",
        ),
        pytest.param(
            "accounts",
            seats(1),
            seats(0),
            "account seats: of all 60 accounts the value is 0, which most were not before",
            id="an attribute is 0 for everybody",
        ),
    ],
)
def test_r47_r48_what_events_and_attributes_bring_for_everybody_is_held(
    database: Database, tmp_path: Path, kind: str, usually: str, then: str, told: str
) -> None:
    book = book_of(database, {**TIMED, "pulsebook.toml": FILES["pulsebook.toml"] + "[guards]\nhold_accounts = 100\n"})
    accounts(book, *MANY)
    came(book, tmp_path, kind, usually, at=on(0))
    assert swept(book, 0).fired == 0

    done = came(book, tmp_path, kind, then, at=on(1))
    hold = swept(book, 1).hold

    assert done.done.odd == (told,)
    assert hold is not None
    assert 0 < hold.count < 100, "fewer than the guard would hold"
    assert (fired(book), tasks(book)) == ([], 0)
