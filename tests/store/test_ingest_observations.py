"""Observations: the same thing twice is one thing, on both databases."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from engine.clock import microseconds, start_of_day
from engine.store.database import Database
from engine.store.ingest.ingest import Ingest
from tests.store.records import (
    CATALOG,
    NOW,
    ZONE,
    accounts,
    arrival,
    cells,
    corrections,
    counts,
    day,
    due,
    dump,
    look,
    observations,
    put,
    rows_of,
)

USERS = "metric users"
D20, D23 = "2026-11-20", "2026-11-23"


@pytest.fixture
def acme(database: Database) -> Database:
    """A database with the accounts acme and zen, that were looked at a day ago."""
    put(database, accounts("acme", "zen"))
    look(database, NOW - timedelta(days=1))
    return database


def test_a_new_cell_is_applied_and_marks_its_account_alone(acme: Database) -> None:
    done = put(acme, observations(("acme", D20, 5)))

    assert counts(done) == (1, 0, 0, 0, 0)
    assert cells(acme, USERS) == {("acme", D20): 5}
    assert due(acme) == ["acme"]
    assert done.blocks == {0}


def test_the_same_file_twice_changes_nothing_and_marks_nobody(acme: Database) -> None:
    batch = observations(("acme", D20, 5), ("zen", D20, 7), ("zen", f"{D23}T10:00", 8))
    put(acme, batch)
    look(acme)
    before = dump(acme)

    done = put(acme, batch)

    assert counts(done) == (0, 3, 0, 0, 0)
    assert dump(acme) == before
    assert done.blocks == frozenset()


@pytest.mark.parametrize(
    ("second", "expected", "holds"),
    [
        pytest.param(("T10:00", 5), (0, 1, 0), 5, id="the same value at the same time is unchanged"),
        pytest.param(("T10:00", 6), (0, 0, 1), 6, id="another value at the same time is a correction"),
        pytest.param(("T10:01", 6), (0, 0, 1), 6, id="a later time of day holds"),
        pytest.param(("T09:59", 6), (0, 1, 0), 5, id="an earlier time of day does not"),
        pytest.param(("T10:01", 5), (0, 1, 0), 5, id="the same value later in the day changes nothing"),
    ],
)
def test_one_day_has_one_value(acme: Database, second: Any, expected: Any, holds: float) -> None:
    put(acme, observations(("acme", f"{D20}T10:00", 5)))

    done = put(acme, observations(("acme", D20 + second[0], second[1])))

    assert counts(done)[:3] == expected
    assert cells(acme, USERS) == {("acme", D20): holds}


def test_a_value_said_again_later_in_the_day_outlives_one_from_between(acme: Database) -> None:
    put(acme, observations(("acme", f"{D20}T10:00", 5)), observations(("acme", f"{D20}T12:00", 5)))

    done = put(acme, observations(("acme", f"{D20}T11:00", 7)))

    assert counts(done) == (0, 1, 0, 0, 0)
    assert cells(acme, USERS) == {("acme", D20): 5}


def test_a_file_is_reduced_to_what_it_says_in_the_end(acme: Database) -> None:
    batch = observations(
        ("acme", f"{D20}T10:00", 1),
        ("acme", f"{D20}T12:00", 2),
        ("acme", f"{D20}T12:00", 3),
        ("acme", f"{D20}T11:00", 4),
        ("zen", D20, 5),
    )

    done = put(acme, batch)

    assert counts(done) == (2, 3, 0, 0, 0)
    assert cells(acme, USERS) == {("acme", D20): 3, ("zen", D20): 5}


@pytest.mark.parametrize(
    ("zone", "at", "on"),
    [
        pytest.param(None, "2026-11-20T22:59:59", "2026-11-20", id="the last second of Berlin's day"),
        pytest.param(None, "2026-11-20T23:00:00", "2026-11-21", id="the first of the next"),
        pytest.param("America/New_York", "2026-11-20T23:00:00", "2026-11-20", id="the account's own zone counts"),
        pytest.param("Asia/Kolkata", "2026-11-20T18:30:00", "2026-11-21", id="half an hour off"),
        pytest.param("America/New_York", "2026-11-01T04:30:00", "2026-11-01", id="the night the clocks go back"),
        pytest.param("America/New_York", "2026-11-02T04:30:00", "2026-11-01", id="and 25 hours later, an hour earlier"),
        pytest.param("Pacific/Kiritimati", "2026-11-20", "2026-11-20", id="a date is a date wherever it is"),
    ],
)
def test_a_moment_is_on_the_day_that_the_account_has(database: Database, zone: Any, at: str, on: str) -> None:
    put(database, accounts({"id": "acme", "timezone": zone}), observations(("acme", at, 5)))

    assert list(cells(database, USERS)) == [("acme", on)]


def test_on_the_night_the_clocks_go_back_the_later_moment_holds(database: Database) -> None:
    put(database, accounts({"id": "acme", "timezone": "America/New_York"}))
    first_half_past_one, second_quarter_past_one = "2026-11-01T05:30", "2026-11-01T06:15"

    put(database, observations(("acme", second_quarter_past_one, 2), ("acme", first_half_past_one, 1)))

    assert cells(database, USERS) == {("acme", "2026-11-01"): 2}


def test_what_changes_on_a_day_already_looked_at_is_kept_as_a_correction(acme: Database) -> None:
    put(acme, observations(("acme", D20, 5), ("zen", D20, 1)))
    look(acme, datetime(2026, 11, 23, 12, tzinfo=UTC))

    put(acme, observations(("acme", D20, 6), ("acme", D23, 7), ("acme", "2026-11-24", 8), ("zen", D20, 1)))

    assert corrections(acme)[-2:] == [(D20, 5, 6), (D23, None, 7)]


def test_before_the_first_look_only_what_is_replaced_is_kept(database: Database) -> None:
    put(
        database,
        accounts("acme"),
        observations(("acme", D20, 5)),
        observations(("acme", D20, 6), ("acme", "2026-11-21", 7)),
    )

    assert corrections(database) == [(D20, 5, 6)]


def test_a_correction_is_one_row_for_each_import_and_chunk(acme: Database) -> None:
    october = "2026-10-01"

    done = put(acme, observations(("acme", D20, 5), ("zen", D20, 6), ("acme", "2026-11-21", 7), ("zen", october, 8)))

    assert rows_of(acme, "correction", "import_id") == [done.import_id, done.import_id]


@pytest.mark.parametrize(
    ("at", "refused"),
    [
        pytest.param("2026-11-24T12:05:00", 0, id="five minutes ahead may be a clock"),
        pytest.param("2026-11-24T12:05:01", 1, id="a second more is refused"),
        pytest.param("2026-11-24", 0, id="today"),
        pytest.param("2026-11-25", 1, id="tomorrow"),
    ],
)
def test_nothing_is_taken_from_the_future(acme: Database, at: str, refused: int) -> None:
    done = put(acme, observations(("acme", at, 5)))

    assert counts(done) == (1 - refused, 0, 0, 0, refused)


def test_a_refusal_names_the_line_and_the_way_out(acme: Database) -> None:
    done = put(acme, observations(("acme", D20, 5), ("acme", "2026-12-01T08:00", 5)))

    [refusal] = done.refused
    assert (refusal.file, refusal.line) == ("file.csv", 3)
    assert refusal.reason == (
        "at 2026-12-01 08:00 UTC lies ahead of 2026-11-24 12:00 UTC: correct the time, or import it later"
    )


def test_after_a_refusal_the_database_is_as_it_was(acme: Database) -> None:
    put(acme, observations(("acme", D20, 5)))
    before = dump(acme)

    done = put(acme, observations(("acme", D23, 6), ("nobody", D23, 6), ("acme", "2027-01-01", 7)))

    assert counts(done) == (0, 0, 0, 0, 1)
    assert dump(acme) == before


def test_keep_good_takes_the_others(acme: Database) -> None:
    batch = observations(("acme", D23, 6), ("acme", "2027-01-01", 7), ("nobody", D23, 8))

    done = put(acme, batch, keep_good=True)

    assert counts(done) == (1, 0, 0, 1, 1)
    assert rows_of(acme, "account", "id", "newest") == [("acme", microseconds(NOW)), ("zen", microseconds(NOW))]


def test_a_dry_run_tells_what_would_become_of_each_record(acme: Database) -> None:
    put(acme, observations(("acme", D20, 5)))
    before = rows_of(acme, "chunk"), rows_of(acme, "held"), rows_of(acme, "import"), rows_of(acme, "account")

    done = put(acme, observations(("acme", D20, 6), ("acme", D23, 1), ("nobody", D20, 1)), dry_run=True)

    assert counts(done) == (1, 0, 1, 1, 0)
    assert (done.import_id, done.blocks) == (None, frozenset())
    assert before == (
        rows_of(acme, "chunk"),
        rows_of(acme, "held"),
        rows_of(acme, "import"),
        rows_of(acme, "account"),
    )


def test_an_import_is_kept_with_its_source_and_counts(acme: Database) -> None:
    done = put(acme, observations(("acme", D20, 6), ("acme", D20, 6)))

    kept = rows_of(acme, "import", "id", "kind", "source", "counts")[-1]
    expected = {"applied": 1, "unchanged": 1, "refused": 0}
    assert kept == (done.import_id, "observations", "file.csv", expected)


def test_the_oldest_and_the_newest_record_are_known(acme: Database) -> None:
    put(acme, observations(("acme", D20, 6), ("zen", D23, 6)), observations(("acme", "2026-11-01", 6)))

    newest = microseconds(start_of_day(day(D23), ZONE))
    assert rows_of(acme, "recorded") == [("users", day("2026-11-01"), day(D23), newest)]
    assert rows_of(acme, "account", "first_record") == [day("2026-11-01"), day(D23)]


def test_an_import_of_the_past_is_seeded_in_the_next_look(acme: Database) -> None:
    put(acme, observations(("acme", D20, 6)), history=True)

    assert rows_of(acme, "account", "seed_next") == [True, False]


def test_an_arrival_makes_an_account_due_at_once_and_moves_its_counter(acme: Database) -> None:
    before = rows_of(acme, "account", "changed")

    put(acme, observations(("acme", D20, 6), ("acme", D23, 6)))

    assert rows_of(acme, "account", "changed") == [before[0] + 1, before[1]]
    assert rows_of(acme, "account", "look_at") == [int(NOW.timestamp() * 1_000_000), None]


def test_a_hundred_thousand_accounts_and_days_add_up(database: Database) -> None:
    ids = [f"a{number}" for number in range(600)]
    put(database, accounts(*ids))
    days = [f"2026-{month:02}-{on:02}" for month in range(6, 11) for on in range(1, 31)]
    rows = [(id_, on, number % 7) for number, id_ in enumerate(ids) for on in days]

    done = Ingest(database).apply(observations(*rows), CATALOG, arrival(), ZONE, ())

    found = cells(database, USERS)
    assert counts(done) == (len(rows), 0, 0, 0, 0)
    assert len(found) == len(rows)
    assert sum(found.values()) == sum(value for *_, value in rows)
