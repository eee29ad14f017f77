"""A feed that stops is found and told once; scores stay as of its last day, and when it is back nothing moves."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from engine.clock import SetClock
from engine.domain import NewestRecord
from engine.loops.book import Book
from engine.loops.findings import due_tick, find, find_daily
from engine.loops.looking import Order, look
from engine.scenarios import Theatre
from engine.store import listing
from engine.store.database import Database
from engine.store.feeds import Feeds
from engine.store.findings import findings
from engine.workspace import load
from tests.test_looks import FILES, accounts, book_of, copied, edited, looked, nps, on, scores, troubles, worked_off

RULES = """
- rule: fell
  when: {score: health, falls_to: red}
- rule: dropped
  when: {score: health, drops: 10, over: 7d, min_points: 2}
- rule: rose
  when: {score: health, rises: 10, over: 7d, min_points: 2}
- rule: stale
  when: {measure: nps, known: false}
- rule: silent
  when: {event: trouble, none_in: 3d}
"""
QUIET: Mapping[str, str] = {
    **{name: text for name, text in FILES.items() if not name.startswith(("playbooks/", "templates/"))},
    "rules/catalog.yaml": (
        "metrics:\n  nps: {min: 0, max: 100, quiet_after: 3d}\nevents:\n  trouble: {quiet_after: 3d}\n"
    ),
    "rules/measures.yaml": "nps: {latest: nps, max_age: 3d}\ntroubles: {count: trouble, over: 3d}\n",
    "rules/all.yaml": RULES,
}
STOPS = 9
"""The last day on which the feeds bring anything."""


@pytest.fixture(scope="module")
def ten_days(shared_url: str) -> Book:
    """Acme and beta, with records each day up to the last, and looked at each day."""
    made = book_of(Database.open(shared_url), QUIET)
    accounts(made, "acme", "beta")
    for day in range(STOPS + 1):
        brought(made, day)
        looked(made, day)
    made.database.close()
    return made


@pytest.fixture
def book(ten_days: Book, copied_url: str) -> Iterator[Book]:
    copy = copied(ten_days, copied_url)
    yield copy
    copy.database.close()


def brought(book: Book, day: int, **values: float) -> None:
    """Both feeds bring their records of a day."""
    nps(book, on(day).date(), **(values or {"acme": 60 + day % 2, "beta": 20}))
    troubles(book, "acme", on(day).date(), 1)


def found(book: Book, day: int) -> list[str]:
    """What is new on a day."""
    assert isinstance(book.clock, SetClock)
    book.clock.at = max(book.clock.at, on(day))
    return [one.name for one in find(book, Order(on(day), f"day {day}"))]


def quiet_days(book: Book) -> Iterator[int]:
    yield from range(STOPS + 1, STOPS + 12)


def told(book: Book) -> list[str]:
    offices = listing.Offices("lead@northwind.example", on(0).date())
    return [one["text"] for one in listing.deliveries(book.database, listing.Asked(), offices)]


def test_while_its_feed_is_quiet_a_score_stays_and_nothing_fires(book: Book) -> None:
    before = scores(book)

    moves = [looked(book, day) for day in quiet_days(book)]

    assert (moves, scores(book)) == ([[]] * 11, before)


def test_a_feed_that_stops_is_found_and_told_once(book: Book) -> None:
    new = {day: found(book, day) for day in quiet_days(book)}

    assert {day: names for day, names in new.items() if names} == {STOPS + 3: ["nps", "trouble"]}
    assert told(book)[0] == (
        "No record of nps has come for 3 days, the last on 11 Mar 2026. "
        "What rests on it stays as of 11 Mar 2026 until it is back."
    )
    assert len(told(book)) == 2


def test_a_feed_that_comes_back_ends_its_finding_and_makes_nothing_fall_or_rise(book: Book) -> None:
    for day in quiet_days(book):
        looked(book, day)
        found(book, day)
    back = STOPS + 12
    brought(book, back, acme=60, beta=20)

    assert looked(book, back) == []
    assert found(book, back) == []
    assert [one["ended_day"] for one in findings(book.database, listing.Asked())] == ["2026-03-23"] * 2


def test_what_was_redefined_while_its_feed_was_quiet_is_counted_anew_from_its_return_on(database: Database) -> None:
    """Until then the scores rest on what was counted in the old way, and are compared with their like."""
    day = on(STOPS + 6).date()
    anew = QUIET["rules/catalog.yaml"].replace("max: 100, ", f"max: 100, redefined: [{day}], ")
    book = book_of(database, {**QUIET, "rules/catalog.yaml": anew})
    accounts(book, "acme", "beta")
    for passed in range(STOPS + 1):
        brought(book, passed)
        looked(book, passed)
    before = scores(book)

    moves = [looked(book, passed) for passed in quiet_days(book)]
    assert (moves, scores(book)) == ([[]] * 11, before)

    brought(book, STOPS + 12, acme=5, beta=2)
    assert looked(book, STOPS + 12) == []
    assert scores(book)["acme"]["health"]["band"] == "red"


def test_a_feed_that_goes_quiet_again_is_another_finding(book: Book) -> None:
    found(book, STOPS + 4)
    brought(book, STOPS + 5)
    found(book, STOPS + 5)

    assert found(book, STOPS + 8) == ["nps", "trouble"]
    assert len(findings(book.database, listing.Asked())) == 4


def test_findings_as_of_an_earlier_moment_change_nothing(book: Book) -> None:
    found(book, STOPS + 4)
    before = findings(book.database, listing.Asked())

    assert found(book, STOPS + 1) == []
    assert findings(book.database, listing.Asked()) == before


def test_a_feed_that_is_watched_no_more_ends_its_finding(book: Book) -> None:
    found(book, STOPS + 4)

    found(edited(book, "max: 100, quiet_after: 3d", "max: 100"), STOPS + 5)

    ended = {one["name"]: one["ended_day"] for one in findings(book.database, listing.Asked())}
    assert ended == {"nps": on(STOPS + 5).date().isoformat(), "trouble": None}


def test_a_version_that_goes_out_of_use_meanwhile_finds_nothing(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    class Late(Feeds):
        def quiet(self) -> dict[str, NewestRecord]:
            edited(book, "max: 100, quiet_after: 3d", "max: 100, quiet_after: 4d")
            return super().quiet()

    monkeypatch.setattr("engine.loops.findings.Feeds", Late)

    assert found(book, STOPS + 4) == []


def test_workers_find_once_a_day_and_only_when_the_sweep_is_through(book: Book) -> None:
    assert isinstance(book.clock, SetClock)
    book.clock.at = on(STOPS + 4)
    assert due_tick(book) is None

    worked_off(book, on(STOPS + 4))
    with ThreadPoolExecutor(4) as pool:
        new = list(pool.map(lambda _: find_daily(book), range(4)))

    assert sorted(len(one) for one in new) == [0, 0, 0, 2]
    assert due_tick(book) is None
    book.clock.at += timedelta(days=1)
    worked_off(book, book.clock.at)
    assert due_tick(book) == "findings/2026-03-16"


def test_what_a_look_at_the_past_finds_goes_to_the_outbox_alone(book: Book) -> None:
    assert isinstance(book.clock, SetClock)
    book.clock.at = on(STOPS + 30)
    find(book, Order(on(STOPS + 4), "past"))
    find(book, Order(on(STOPS + 30), "now"))

    with book.database.reading() as connection:
        rows = connection.exec_driver_sql("select outbox_only from delivery").all()
    assert [bool(only) for (only,) in rows] == [True, True]


def test_a_feed_that_was_quiet_at_a_past_moment_is_quiet_in_a_look_back(book: Book) -> None:
    for day in (STOPS + 1, STOPS + 2):
        looked(book, day)
    brought(book, STOPS + 20)
    before = scores(book)
    assert isinstance(book.clock, SetClock)
    book.clock.at = on(STOPS + 20)

    look(book, Order(on(STOPS + 10), "past"))

    assert scores(book) == before


SILENCE = """
- scenario: nobody said anything for a week
  start: 2026-03-02
  before: [{metric: nps, from: -5, to: 0, value: 80}]
  days:
    3: {expect: {fires: [stale]}}
"""


def test_in_a_scenario_no_feed_is_quiet() -> None:
    sources = {**QUIET, "tests/scenarios/silence.yaml": SILENCE}
    loaded = load(sources)
    [placed] = loaded.checked().scenarios

    assert Theatre(loaded, sources).play(placed).failures == ()


def test_an_effect_that_fades_since_an_event_of_some_hours_ago_stays_as_it_was(database: Database) -> None:
    rule = "when: {event: trouble, at_least: 1, in: 96h}\n  adjust: {score: health, by: -20, fades: 10d}\n"
    book = book_of(database, {**QUIET, "rules/all.yaml": f"- rule: troubled\n  {rule}"})
    accounts(book, "acme", "beta")
    for day in range(STOPS + 1):
        brought(book, day)
    looked(book, STOPS + 3)
    before = scores(book)

    looked(book, STOPS + 5)

    assert before["acme"]["health"]["value"] == 41
    assert scores(book) == before
