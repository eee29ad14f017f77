"""A look decides through durable-rules alone, tells everybody once, and takes what was already true as seen."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.batches import Arrival, Batch, Entries, Events, Observations, coded, placed, whens
from engine.clock import SetClock
from engine.conditions.tree import Tree
from engine.loops.book import Book
from engine.loops.looking import Order, look
from engine.loops.lots import look_at_due
from engine.network import Network
from engine.pipeline import Judge
from engine.rules import Round
from engine.store import listing
from engine.store.database import Database
from engine.store.ingest.ingest import Ingest
from engine.store.reading import Wanted, read
from engine.workspace import load

FIRST = datetime(2026, 3, 2, 20, tzinfo=UTC)
FILES: Mapping[str, str] = {
    "pulsebook.toml": """
[company]
name = "Northwind"
timezone = "UTC"
currency = "EUR"
[people]
fallback = "lead@northwind.example"
""",
    "rules/catalog.yaml": "metrics:\n  nps: {min: 0, max: 100}\nevents:\n  trouble:\n",
    "rules/measures.yaml": "nps: {latest: nps}\ntroubles: {count: trouble, over: 7d}\n",
    "rules/scores/health.yaml": """
score: health
goal: Show what follows
measures:
  - {measure: nps, weight: 3, curve: [[0, 0], [100, 100]]}
bands: [{band: red, from: 0}, {band: green, from: 40}]
""",
    "rules/all.yaml": """
- rule: fell
  when: {score: health, falls_to: red}
  play: save
- rule: trouble
  when: {event: trouble, at_least: 2, in: 7d}
  adjust: {score: health, by: -10}
- rule: low
  when: {score: health, below: 50}
""",
    "playbooks/save.yaml": "playbook: save\nsteps:\n  - {step: call, task: call}\n",
    "templates/task/call.j2": "Call {{ account.name }}\n",
}


def book_of(database: Database, files: Mapping[str, str] = FILES) -> Book:
    loaded = load(files)
    assert loaded.workspace is not None, loaded.problems
    book = Book(Path(), loaded, files, database, SetClock(FIRST))
    book.put_in_use()
    return book


def copied(book: Book, url: str) -> Book:
    """The same at the same moment, with a copy of its store."""
    copy = book_of(Database.open(url), book.sources)
    copy.clock = SetClock(book.clock.now())
    return copy


def edited(book: Book, old: str, new: str) -> Book:
    """The same store, with files in which one text is another."""
    files = {name: text.replace(old, new) for name, text in book.sources.items()}
    assert files != book.sources
    return book_of(book.database, files)


def put(book: Book, batch: Batch, at: datetime) -> None:
    plan = book.judge().plan
    Ingest(book.database).apply(batch, plan.catalog, Arrival(at, "test"), "UTC", plan.kept_series)


def accounts(book: Book, *ids: str, at: datetime = FIRST) -> None:
    put(book, Entries("accounts", {"id": ids, "name": ids}, placed("test", len(ids))), at)


def nps(book: Book, day: date, **values: float) -> None:
    count = len(values)
    batch = Observations(
        account=coded(values),
        contact=coded([None] * count),
        metric=coded(["nps"] * count),
        when=whens([day] * count),
        value=np.array(list(values.values())),
        places=placed("test", count),
    )
    put(book, batch, datetime.combine(day, datetime.min.time(), UTC) + timedelta(hours=12))


def troubles(book: Book, account: str, day: date, count: int) -> None:
    noon = datetime.combine(day, datetime.min.time(), UTC) + timedelta(hours=12)
    trouble(book, account, [noon + timedelta(minutes=minute) for minute in range(count)], arrives=noon)


def trouble(book: Book, account: str, moments: Sequence[datetime], arrives: datetime) -> None:
    trouble_of(book, [account] * len(moments), moments, arrives)


def trouble_of(book: Book, of: Sequence[str], moments: Sequence[datetime], arrives: datetime) -> None:
    """One import; `of`: of each moment the account."""
    count = len(moments)
    nothing, names = coded([None] * count), coded(["trouble"] * count)
    places = placed("test", count)
    put(book, Events(coded(of), names, nothing, nothing, whens(moments), ({},) * count, places), arrives)


def on(day: int) -> datetime:
    return FIRST + timedelta(days=day)


def looked(book: Book, day: int) -> list[tuple[str, str, str]]:
    """A look on a day; its decisions as (account, rule, state)."""
    assert isinstance(book.clock, SetClock)
    book.clock.at = on(day)
    look(book, Order(on(day), f"day {day}"))
    at = on(day).isoformat()
    decided = listing.decisions(book.database, listing.Asked())
    return sorted((one["account"], one["rule"], one["state"]) for one in decided if one["at"] == at)


def worked_off(book: Book, at: datetime) -> None:
    """Everything that is due at a moment is looked at, as by a worker."""
    assert isinstance(book.clock, SetClock)
    book.clock.at = at
    list(look_at_due(book))


def fired(book: Book) -> list[str]:
    """The rules that have fired so far."""
    decided = listing.decisions(book.database, listing.Asked())
    return sorted(one["rule"] for one in decided if one["state"] == "fired")


def scores(book: Book) -> dict[str, Any]:
    return {
        one["id"]: one["scores"] for one in listing.accounts(book.database, listing.Asked(), book.workspace().scores)
    }


def two_accounts(database: Database) -> Book:
    """acme at 60, to fall on day 2, and beta low from the start."""
    made = book_of(database)
    accounts(made, "acme", "beta")
    nps(made, FIRST.date(), acme=60, beta=20)
    return made


@pytest.fixture
def book(database: Database) -> Book:
    return two_accounts(database)


def fall(book: Book) -> None:
    nps(book, on(2).date(), acme=30)
    troubles(book, "acme", on(2).date(), 2)


FALLEN = [("acme", "fell", "fired"), ("acme", "low", "fired"), ("acme", "trouble", "fired")]


def test_what_is_true_at_the_first_look_is_seeded_and_what_turns_true_later_fires(book: Book) -> None:
    assert looked(book, 0) == [("beta", "low", "seeded")]
    assert looked(book, 1) == []
    fall(book)
    assert looked(book, 2) == FALLEN
    assert scores(book)["acme"]["health"]["value"] == 20
    assert looked(book, 3) == []


def test_with_a_network_that_concludes_nothing_nothing_moves(book: Book) -> None:
    class Silent:
        def __init__(self, trees: Mapping[str, Tree]) -> None:
            pass

        def decide(self, fact: Mapping[str, str | float]) -> frozenset[str]:
            return frozenset()

    judge = Judge(book.judge().plan, book.plan, network=Silent)
    book._judges = {judge.plan.version: judge}
    looked(book, 0)
    fall(book)

    assert looked(book, 2) == []
    assert scores(book)["acme"]["health"]["value"] == 30


def test_masks_that_let_everybody_through_change_nothing(book: Book) -> None:
    def everybody(_asked: Round, _columns: object) -> Any:
        return np.ones(2, dtype=np.bool_)

    judge = Judge(book.judge().plan, book.plan, may_move=everybody)
    book._judges = {judge.plan.version: judge}

    assert looked(book, 0) == [("beta", "low", "seeded")]
    fall(book)
    assert looked(book, 2) == FALLEN
    assert scores(book)["acme"]["health"]["value"] == 20


def test_a_score_that_is_changed_in_the_asserted_fact_alone_changes_the_conclusion(book: Book) -> None:
    class Flattering(Network):
        def decide(self, fact: Mapping[str, str | float]) -> frozenset[str]:
            return super().decide({**fact, "score.health": 90.0})

    judge = Judge(book.judge().plan, book.plan, network=Flattering)
    book._judges = {judge.plan.version: judge}
    looked(book, 0)
    fall(book)

    assert [one for one in looked(book, 2) if one[1] == "low"] == []


def test_an_account_that_comes_later_fires_from_its_first_look(book: Book) -> None:
    looked(book, 0)
    accounts(book, "gamma", at=on(1))
    nps(book, on(1).date(), gamma=10)

    assert looked(book, 1) == [("gamma", "low", "fired")]


def test_a_fact_that_arrives_during_a_look_is_looked_at_next(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    looked(book, 0)
    asked = Judge.look

    def interrupted(self: Judge, *given: Any) -> Any:
        judged = asked(self, *given)
        monkeypatch.setattr(Judge, "look", asked)
        fall(book)
        return judged

    monkeypatch.setattr(Judge, "look", interrupted)
    assert looked(book, 2) == []

    worked_off(book, on(2) + timedelta(seconds=1))

    assert fired(book) == ["fell", "low", "trouble"]


def test_a_fact_that_arrives_between_the_moment_of_a_look_and_its_reading_is_looked_at_next(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked(book, 0)
    troubles(book, "beta", on(2).date(), 1)
    just_now = on(2) + timedelta(seconds=1)

    def late(database: Database, wanted: Wanted) -> Any:
        monkeypatch.setattr("engine.loops.looking.read", read)
        trouble(book, "acme", [just_now] * 2, arrives=just_now)
        return read(database, wanted)

    monkeypatch.setattr("engine.loops.looking.read", late)
    worked_off(book, on(2))
    assert fired(book) == []

    worked_off(book, just_now)
    assert fired(book) == ["trouble"]


def test_what_is_dated_a_little_ahead_is_looked_at_when_its_moment_has_come(book: Book) -> None:
    looked(book, 0)
    ahead = on(2) + timedelta(minutes=3)
    trouble(book, "acme", [on(2), ahead], arrives=on(2))
    worked_off(book, on(2))
    assert fired(book) == []

    worked_off(book, ahead)
    assert fired(book) == ["trouble"]


def test_what_has_been_due_since_before_the_sweep_is_the_sweep_and_what_came_since_an_arrival(book: Book) -> None:
    looked(book, 0)
    fall(book)
    worked_off(book, on(3))
    troubles(book, "beta", on(3).date(), 2)
    worked_off(book, on(3) + timedelta(minutes=1))

    causes = {
        (one["account"], one["rule"]): one["cause"]
        for one in listing.decisions(book.database, listing.Asked())
        if one["state"] == "fired"
    }
    assert causes[("acme", "low")] == f"sweep {on(3).date()}"
    assert causes[("beta", "trouble")] == "arrival"


def test_looking_twice_at_one_moment_changes_nothing(book: Book) -> None:
    looked(book, 0)
    fall(book)
    looked(book, 2)
    before = listing.decisions(book.database, listing.Asked())

    look(book, Order(on(2), "again"))

    assert listing.decisions(book.database, listing.Asked()) == before


def test_a_look_before_an_accounts_last_is_left_out_and_named(book: Book) -> None:
    looked(book, 2)

    saved = look(book, Order(on(1), "earlier"))

    assert saved.late == ("acme", "beta")
    assert saved.looked == 0
