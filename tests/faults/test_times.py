"""Moments that are late, long past, ahead, or not said wholly: what is true now counts, and nothing is guessed."""

from pathlib import Path

import pytest

from engine.clock import day_number
from engine.filling import Counts
from engine.loops.book import Book
from engine.loops.filling import Wish, fill
from engine.store.database import Database
from tests.faults.base import came, counted
from tests.store.records import cells, corrections, rows_of
from tests.test_looks import FILES, accounts, book_of, fired, looked, nps, on


@pytest.fixture
def book(database: Database) -> Book:
    """Acme at 60, looked at each day for two weeks."""
    made = book_of(database)
    accounts(made, "acme")
    for day in range(0, 14, 2):
        nps(made, on(day).date(), acme=60)
        looked(made, day)
    return made


def said(day: int, value: float, account: str = "acme") -> str:
    return f"{account},{on(day).date()},{value}\n"


HEAD = "account,at,nps\n"


def test_r31_what_was_only_true_ten_days_ago_alerts_nobody(book: Book, tmp_path: Path) -> None:
    came(book, tmp_path, "observations", HEAD + said(4, 10), at=on(14))

    assert looked(book, 14) == []
    assert corrections(book.database) == [(str(on(4).date()), 60, 10)]


@pytest.mark.parametrize(("history", "state"), [(False, "fired"), (True, "seeded")])
def test_r31_what_a_late_record_makes_true_now_fires_and_as_history_is_seeded(
    book: Book, tmp_path: Path, history: bool, state: str
) -> None:
    came(book, tmp_path, "observations", HEAD + said(13, 10), at=on(16), history=history)

    assert ("acme", "low", state) in looked(book, 16)


SIZES = [pytest.param(20, 100, id="some"), pytest.param(200, 730, id="two years", marks=pytest.mark.full)]


@pytest.mark.parametrize(("count", "days"), SIZES)
def test_r33_two_years_of_the_past_are_filled_in_and_fire_nothing_that_was_crossed_then(
    database: Database, tmp_path: Path, count: int, days: int
) -> None:
    book = book_of(database)
    names = [f"a{number}" for number in range(count)]
    accounts(book, *names)
    nps(book, on(0).date(), **dict.fromkeys(names, 60))
    looked(book, 0)
    told = {(name, day): 10 if day % 20 else 60 for name in names for day in range(1 - days, 1)}
    past = "".join(said(day, value, name) for (name, day), value in told.items())
    done = came(book, tmp_path, "observations", HEAD + past, at=on(1), history=True)

    filled = fill(book, Wish(day_number(on(1 - days).date()), day_number(on(0).date())))

    assert (counted(done)[0], filled.counts) == (count * (days - 1), Counts(filled=count * (days - 1), left=count))
    expected = {(name, str(on(day).date())): value for (name, day), value in told.items()}
    assert cells(database, "score health adjusted") == expected
    looked(book, 1)
    assert (fired(book), rows_of(database, "task"), rows_of(database, "delivery")) == ([], [], [])


AHEAD = ["2026-03-16T20:06:00Z", "2026-03-17", "2036-03-16", "8999-12-31"]


def test_r34_what_is_dated_ahead_is_refused_and_never_the_latest(book: Book, tmp_path: Path) -> None:
    rows = "".join(f"acme,{at},5\n" for at in AHEAD)

    done = came(book, tmp_path, "observations", HEAD + rows, at=on(14), keep_good=True)

    assert counted(done) == (0, 0, 0, 0, len(AHEAD))
    assert all("lies ahead of 2026-03-16" in refusal.reason for refusal in done.done.refused)
    assert looked(book, 14) == []


EPOCHS = ["1772323200", "1772323200000", "1772323200000000", "1.7723232e9", "0", "-1", "46082"]


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_r35_a_number_is_no_moment_whatever_its_unit(book: Book, tmp_path: Path, kind: str) -> None:
    rows = {
        "csv": HEAD + "".join(f"acme,{at},5\n" for at in EPOCHS),
        "jsonl": "".join(f'{{"account": "acme", "at": {at}, "nps": 5}}\n' for at in EPOCHS),
    }

    done = came(book, tmp_path, "observations", rows[kind], suffix=kind, keep_good=True)

    assert counted(done) == (0, 0, 0, 0, len(EPOCHS))
    assert {refusal.reason.partition("' ")[2] for refusal in done.done.refused} == {
        "is no date or time: write 2026-03-01 or 2026-03-01T09:30+01:00"
    }


BLANKS = ["1970-01-01", "1970-01-01T00:00Z", "1970-01-01 01:00+01:00"]


@pytest.mark.parametrize("at", BLANKS)
def test_r35_the_beginning_of_the_epoch_is_no_date(book: Book, tmp_path: Path, at: str) -> None:
    done = came(book, tmp_path, "events", f"account,at,event\nacme,{at},trouble\n", at=on(14))

    [refusal] = done.done.refused
    assert refusal.reason == "at: 1970-01-01 is how systems write that there is no date: correct it"


SEEN = {
    "rules/catalog.yaml": FILES["rules/catalog.yaml"].replace("  trouble:\n", "  trouble: {properties: {seen: time}}\n")
}


def test_r36_a_time_without_an_offset_is_read_where_it_is_said_to_be_and_counted(
    database: Database, tmp_path: Path
) -> None:
    book = book_of(database, {**FILES, **SEEN})
    accounts(book, "acme")
    seen = "2026-03-01T09:00"
    rows = f"acme,2026-03-02T09:00,trouble,{seen}\nacme,2026-03-02T09:00Z,trouble,{seen}\n"

    done = came(book, tmp_path, "events", "account,at,event,seen\n" + rows, timezone="America/New_York")

    hours = sorted(at // 3_600_000_000 % 24 for at in rows_of(database, "event", "at"))
    assert (hours, done.naive_times) == ([9, 14], 3)
    assert {said["seen"] for said in rows_of(database, "event", "properties")} == {"2026-03-01T14:00:00+00:00"}
