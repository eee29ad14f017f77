"""The past can be had back: a snapshot of T, made whenever, equals the one that the look at T was given."""

from datetime import timedelta
from typing import Any

import pytest

from engine.clock import microseconds
from engine.store.database import Database
from engine.store.ingest.by_hand import end_fact
from engine.store.people import contacts_of
from tests.store.histories import STEPS, History, came_in
from tests.store.looking import AMOUNT, LOGINS, USERS, look, snapshot
from tests.store.records import NOW, accounts, entries, events, facts, observations, put, rows_of

USUAL, ALL = 14, 200
LATER = NOW + timedelta(hours=1)
BY_NOW = {"known_at": NOW}


@pytest.mark.parametrize(
    "seed", [*range(USUAL), *(pytest.param(seed, marks=pytest.mark.full) for seed in range(USUAL, ALL))]
)
def test_a_snapshot_made_later_equals_the_one_that_the_look_had(database: Database, seed: int) -> None:
    history = History(database, seed)
    for _ in range(STEPS):
        history.go_on()

    assert history.kept
    for at, numbers, seen in history.kept:
        assert history.again(at, numbers) == seen


def test_without_known_at_a_look_at_the_past_knows_all_that_has_arrived_since(database: Database) -> None:
    put(database, accounts("acme"), observations(("acme", "2026-11-24", 1)))
    look(database)
    put(database, observations(("acme", "2026-11-24", 2)), at=LATER)

    assert snapshot(database, NOW, series={USERS: 1}).series[USERS].tolist() == [[2.0]]
    assert snapshot(database, NOW, series={USERS: 1}, **BY_NOW).series[USERS].tolist() == [[1.0]]


def test_late_events_are_counted_out_of_the_days_that_they_touched(database: Database) -> None:
    series = (LOGINS, AMOUNT)
    first: dict[str, Any] = {"account": "acme", "at": "2026-11-23", "name": "order", "amount": 2.0}
    put(database, accounts("acme"), events(first, {"account": "acme", "at": "2026-11-22"}), series=series)
    look(database)
    late = [{"account": "acme", "at": "2026-11-23"}, {**first, "at": "2026-11-23T10:00", "amount": 5.0}]
    put(database, events(*late), series=series, at=LATER)

    then = snapshot(database, NOW, series={LOGINS: 3, AMOUNT: 3}, **BY_NOW)

    assert [None if value != value else value for value in then.series[LOGINS][0]] == [1.0, None, None]
    assert [None if value != value else value for value in then.series[AMOUNT][0]] == [None, 2.0, None]


def test_an_older_record_moves_neither_the_first_day_nor_what_is_covered(database: Database) -> None:
    put(database, accounts("acme"), events({"account": "acme", "at": "2026-11-10"}))
    look(database)
    before = came_in(snapshot(database, NOW))
    put(database, events({"account": "acme", "at": "2026-10-01"}), at=LATER)

    assert came_in(snapshot(database, NOW, **BY_NOW)) == before
    assert came_in(snapshot(database, NOW))["first_day"] != before["first_day"]


def test_a_fact_that_was_ended_later_held_on(database: Database) -> None:
    put(database, accounts("acme"), facts({"account": "acme", "at": "2026-11-10"}))
    look(database)
    [fact] = rows_of(database, "fact", "id")
    end_fact(database, fact, LATER)

    [then] = snapshot(database, NOW, **BY_NOW).facts["leadership_change"].facts
    [now] = snapshot(database, NOW).facts["leadership_change"].facts

    assert (then.until, now.until) == (None, LATER)


def test_people_are_as_they_were_and_those_who_came_later_were_not_there(database: Database) -> None:
    put(database, accounts({"id": "acme", "owner": "ana@us.example"}))
    put(database, entries("contacts", {"account": "acme", "email": "kim@acme.example", "consent": True}))
    put(database, entries("teammates", {"email": "ana@us.example", "pools": "mid;big"}))
    look(database)
    before, contacts = came_in(snapshot(database, NOW)), contacts_of(database, {0: "acme"})
    put(database, accounts({"id": "acme", "owner": "bo@us.example"}), accounts("zen"), at=LATER)
    emails = ("kim@acme.example", "new@acme.example")
    put(
        database,
        entries("contacts", *({"account": "acme", "email": one, "consent": False} for one in emails)),
        at=LATER,
    )
    put(
        database,
        entries("teammates", *({"email": f"{one}@us.example", "pools": None} for one in ("ana", "bo"))),
        at=LATER,
    )

    assert came_in(snapshot(database, NOW, **BY_NOW)) == before
    assert contacts_of(database, {0: "acme"}, microseconds(NOW)) == contacts
    assert contacts_of(database, {0: "acme"}) != contacts


def test_an_account_that_was_not_looked_at_by_then_is_not_in_it(database: Database) -> None:
    put(database, accounts("acme"))
    look(database)
    put(database, accounts("zen"), at=LATER)
    look(database, LATER)

    assert snapshot(database, NOW, **BY_NOW).accounts == ("acme",)
