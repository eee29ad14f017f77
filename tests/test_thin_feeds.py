"""Half the accounts miss their feed: what is known stays, nobody is alarmed, and the operator is told once."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from engine.clock import SetClock, day_number
from engine.loops.book import Book
from engine.loops.findings import sweep
from engine.loops.looking import Order
from engine.store import listing
from engine.store.database import Database
from engine.store.feeds import Feeds
from engine.store.recorded import recorded
from tests.across import listed, notices
from tests.test_looks import FILES, accounts, book_of, copied, nps, on, scores, trouble, trouble_of, worked_off

ACCOUNTS = tuple(f"a{number:02}" for number in range(20))
FEW = ACCOUNTS[:9]
RULES = """
- rule: silent
  when: {event: trouble, none_in: 2d}
- rule: stale
  when: {measure: nps, known: false}
- rule: lost
  when: {measure: troubles, below: 2}
- rule: found
  when: {measure: troubles, at_least: 4}
"""
THIN = {
    **{name: text for name, text in FILES.items() if not name.startswith(("playbooks/", "templates/"))},
    "rules/catalog.yaml": (
        "metrics:\n  nps: {thin_below: 80%, label: Survey}\n"
        "events:\n  trouble: {thin_below: 80%, quiet_after: 3d, label: the feed of troubles}\n"
    ),
    "rules/measures.yaml": "nps: {latest: nps, max_age: 2d}\ntroubles: {count: trouble, over: 3d}\n",
    "rules/all.yaml": RULES,
}
WEEKS = 5
LAST = WEEKS * 7
"""The last whole day."""


@pytest.fixture(scope="module")
def five_weeks(shared_url: str) -> Book:
    """Twenty accounts with a value and an event a day for five weeks, swept on the mornings of the last two days."""
    made = book_of(Database.open(shared_url), THIN)
    accounts(made, *ACCOUNTS)
    for day in range(LAST + 1):
        brought(made, day)
    assert swept(made, LAST) == swept(made, LAST + 1) == []
    made.database.close()
    return made


@pytest.fixture
def book(five_weeks: Book, copied_url: str) -> Iterator[Book]:
    copy = copied(five_weeks, copied_url)
    yield copy
    copy.database.close()


def brought(book: Book, day: int, *ids: str) -> None:
    """The records of a day, at noon; of all accounts, unless some are named."""
    named = ids or ACCOUNTS
    noon = on(day).replace(hour=12)
    nps(book, noon.date(), **dict.fromkeys(named, 50.0))
    trouble_of(book, named, [noon] * len(named), arrives=noon)


def swept(book: Book, day: int) -> list[str]:
    """A sweep in the morning of a day: what it tells."""
    at = on(day).replace(hour=5)
    assert isinstance(book.clock, SetClock)
    book.clock.at = at
    return [finding.text for finding in sweep(book, Order(at, f"sweep {day}"))[1]]


def fired(book: Book) -> set[str]:
    decided = listing.decisions(book.database, listing.Asked())
    return {one["rule"] for one in decided if one["state"] == "fired"}


def test_when_half_the_accounts_miss_their_feed_nothing_moves_and_it_is_told_once(book: Book) -> None:
    before = scores(book)
    brought(book, LAST + 1, *FEW)
    told = [swept(book, LAST + 2)]
    brought(book, LAST + 2, *FEW[:3])
    told.append(swept(book, LAST + 3))

    assert told[0] == [
        "Survey came from 45% of the usual accounts on 7 Apr 2026 (9 of about 20). "
        "What rests on it stays as of 6 Apr 2026 until it is back.",
        "The feed of troubles came from 45% of the usual accounts on 7 Apr 2026 (9 of about 20). "
        "What rests on it stays as of 6 Apr 2026 until it is back.",
    ]
    assert told[1] == []
    assert (scores(book), fired(book), len(notices(book))) == (before, set(), 2)


def test_a_feed_that_is_whole_again_ends_its_finding(book: Book) -> None:
    brought(book, LAST + 1, *FEW)
    swept(book, LAST + 2)
    brought(book, LAST + 2)

    assert swept(book, LAST + 3) == []
    assert listed(book, "kind", "name", "ended_day") == [
        ("thin", "nps", "2026-04-09"),
        ("thin", "trouble", "2026-04-09"),
    ]


def test_records_that_come_late_make_a_day_whole_at_the_next_sweep(book: Book) -> None:
    brought(book, LAST + 1, *FEW)
    swept(book, LAST + 2)
    brought(book, LAST + 1)

    assert swept(book, LAST + 2) == []
    assert [ended for (ended,) in listed(book, "ended_day")] == ["2026-04-08"] * 2


def test_what_arrives_while_the_feed_is_thin_is_not_seen_until_it_is_whole(book: Book) -> None:
    brought(book, LAST + 1, *FEW)
    swept(book, LAST + 2)
    noon = on(LAST + 2).replace(hour=12)
    for minute in range(5):
        trouble(book, ACCOUNTS[0], [noon + timedelta(minutes=minute)], arrives=noon + timedelta(minutes=minute))

    worked_off(book, noon + timedelta(hours=1))

    assert fired(book) == set()


def test_a_feed_that_stops_holds_at_once_and_is_told_of_once(book: Book) -> None:
    told = [swept(book, day) for day in range(LAST + 2, LAST + 9)]

    assert (fired(book), [len(texts) for texts in told]) == (set(), [1, 1, 0, 0, 0, 0, 0])
    assert listed(book, "kind", "name") == [("thin", "nps"), ("quiet", "trouble")]


def test_workers_judge_the_feeds_before_they_look(book: Book) -> None:
    before = scores(book)
    brought(book, LAST + 1, *FEW)

    worked_off(book, on(LAST + 2).replace(hour=6, minute=1))
    worked_off(book, on(LAST + 2).replace(hour=23))

    assert (fired(book), scores(book)) == (set(), before)
    with book.database.reading() as connection:
        ticks = connection.exec_driver_sql("select key from tick where key like 'feeds/%%'").all()
    assert [key for (key,) in ticks] == ["feeds/2026-04-08"]


def test_without_thin_below_half_a_feed_is_taken_for_the_whole(database: Database) -> None:
    plain = {**THIN, "rules/catalog.yaml": "metrics:\n  nps: {}\nevents:\n  trouble: {}\n"}
    book = book_of(database, plain)
    accounts(book, *ACCOUNTS)
    for day in range(LAST + 1):
        brought(book, day)
    swept(book, LAST + 1)
    brought(book, LAST + 1, *FEW)
    swept(book, LAST + 2)

    assert fired(book) == {"lost", "silent", "stale"}


def test_a_look_goes_by_what_the_last_sweep_before_it_said(book: Book) -> None:
    brought(book, LAST + 1, *FEW)
    swept(book, LAST + 2)
    brought(book, LAST + 2)
    swept(book, LAST + 3)
    catalog, last = book.judge().plan.catalog, day_number(on(LAST).date())

    with book.database.reading() as connection:
        moments = [on(day).replace(hour=hour) for day in (LAST + 2, LAST + 3) for hour in (4, 6)]
        held = [Feeds(connection, catalog, "UTC", at, recorded(connection)).held() for at in moments]

    both = {"nps": last, "trouble": last}
    assert held == [{}, both, both, {}]
