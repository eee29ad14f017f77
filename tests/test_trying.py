"""A dry run says what a run by the folder's files would do, and leaves nothing behind."""

from collections import Counter
from dataclasses import replace

from engine.batches import Entries, placed
from engine.clock import SetClock
from engine.loops.book import Book
from engine.loops.findings import sweep
from engine.loops.looking import Order, release
from engine.loops.trying import Tried, try_out
from engine.store import listing
from engine.store.database import Database
from engine.workspace import load
from tests.store.records import dump
from tests.test_holds import book_of_ten, fall, files, swept
from tests.test_levels import CHILDREN
from tests.test_looks import accounts, book_of, looked, nps, on, put, troubles

NEW_RULES = """
- {rule: lower, when: {score: health, below: 30}, play: save}
- {rule: told, when: {score: health, below: 30}, play: save, backfill: true}
- {rule: monday, when: {measure: mondays, at_least: 2}, backfill: true}
"""
NEW_MEASURE = "mondays: {count: trouble, over: 2d, where: {weekday: mon}}\n"


def with_new_rules(book: Book) -> Book:
    """The same, with files that nobody has put into use yet."""
    files = dict(book.sources)
    files["rules/all.yaml"] += NEW_RULES
    files["rules/measures.yaml"] += NEW_MEASURE
    return Book(book.folder, load(files), files, book.database, book.clock)


def order_of(book: Book, day: int) -> Order:
    assert isinstance(book.clock, SetClock)
    book.clock.at = on(day)
    return Order(on(day), f"run {on(day).isoformat()}")


def tried(book: Book, day: int) -> Tried:
    order = order_of(book, day)
    return try_out(book, lambda _trial: order, lambda _done, _all: None)


def moved(book: Book, day: int) -> dict[str, Counter[str]]:
    """By rule, the states that the look of a day has left."""
    found: dict[str, Counter[str]] = {}
    for one in listing.decisions(book.database, listing.Asked()):
        if one["at"] == on(day).isoformat():
            found.setdefault(one["rule"], Counter())[one["state"]] += 1
    return found


def test_r60_a_dry_run_says_of_new_rules_and_measures_what_the_run_then_does(database: Database) -> None:
    book = book_of(database)
    names = [f"a{number}" for number in range(30)]
    accounts(book, *names)
    nps(book, on(0).date(), **dict.fromkeys(names, 20.0) | {"a0": 60, "a1": 60})
    troubles(book, "a5", on(0).date(), 3)
    looked(book, 0)
    nps(book, on(1).date(), a1=10)
    edited = with_new_rules(book)
    before = dump(database)

    said = tried(edited, 1)

    assert dump(database) == before
    assert (said.moves["lower"], said.moves["told"]) == ({"seeded": 29}, {"fired": 29})
    assert said.moves["monday"] == {"fired": 1}
    edited.put_in_use()
    saved, found = sweep(edited, order_of(edited, 1))
    assert said.hold is None
    assert (replace(said.saved, counted=None), said.found) == (replace(saved, counted=None), found)
    assert said.moves == moved(edited, 1)


def test_a_dry_run_says_that_a_run_would_be_held_and_what_its_release_would_do(database: Database) -> None:
    book = book_of_ten(database)
    fall(book, 1, 6)
    before = dump(database)

    said = tried(book, 1)

    assert dump(database) == before
    assert said.hold is not None
    held = swept(book, 1).hold
    assert held is not None
    assert said.hold.text == held.text
    saved = release(book, held.id, order_of(book, 1))
    assert (said.saved.looked, said.saved.fired, said.saved.tasks) == (saved.looked, saved.fired, saved.tasks)
    assert said.moves == moved(book, 1)
    assert said.moves["fell"] == {"fired": 6}


def test_files_with_mistakes_are_tried_by_the_version_in_use_as_a_run_goes_by_it(database: Database) -> None:
    book = book_of_ten(database, share="100%")
    fall(book, 1, 2)
    files = {**book.sources, "rules/all.yaml": "- {rule: broken}\n"}

    said = tried(Book(book.folder, load(files), files, database, book.clock), 1)

    assert said.moves["fell"] == {"fired": 2}


def test_what_is_rolled_up_is_held_in_part_and_the_dry_run_says_what_follows_in_all(database: Database) -> None:
    book = book_of(database, {**files(), **CHILDREN})
    parents, children = [f"p{number}" for number in range(6)], [f"c{number}" for number in range(6)]
    columns = {"id": (*parents, *children), "parent": (*[None] * 6, *parents)}
    put(book, Entries("accounts", columns, placed("test", 12)), on(0))
    nps(book, on(0).date(), **dict.fromkeys((*parents, *children), 60))
    swept(book, 0)
    nps(book, on(1).date(), **dict.fromkeys(parents, 0) | {"c0": 10, "c1": 10})
    before = dump(database)

    said = tried(book, 1)

    assert dump(database) == before
    first = swept(book, 1)
    assert first.hold is not None
    assert said.hold is not None
    assert (said.hold.text, first.fired) == (first.hold.text, 2)
    released = release(book, first.hold.id, order_of(book, 1))
    assert (said.saved.fired, said.saved.tasks) == (2 + released.fired, first.tasks + released.tasks)
    assert said.moves == moved(book, 1)
