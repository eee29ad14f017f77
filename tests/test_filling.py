"""Days on which nobody looked get the scores that looks would have left, and nothing else follows from it."""

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from engine.clock import SetClock, day_number, microseconds
from engine.filling import Counts
from engine.loops.book import Book
from engine.loops.filling import Disappeared, Filled, NotOver, Wish, fill
from engine.loops.looking import Order, look
from engine.store import listing, score_lists
from engine.store.courses import courses
from engine.store.database import Database
from engine.store.due import Due, due_count
from engine.store.imports import take_back
from engine.store.saving.filling import OutOfUse, keep_days
from engine.workspace import load
from engine.workspace.scored import only_scored
from tests.faults.base import came
from tests.past import (
    CONTEXT,
    PLAIN,
    ZONES,
    Told,
    company,
    filled,
    known,
    lived,
    look_day_by_day,
    looked_day_by_day,
    told,
)
from tests.store.records import dump, rows_of
from tests.test_looks import FILES as LOOKS
from tests.test_looks import FIRST, accounts, book_of, edited, fired, looked, nps, on

FILES = {"plain": PLAIN, "context": CONTEXT}


zoned = cache(lambda: company(5, 24, ZONES))


@cache
def looked_at(files: str) -> Told:
    return lived(zoned(), told(looked_day_by_day(FILES[files], zoned(), range(zoned().days))))


@pytest.mark.parametrize("files", FILES)
def test_a_filled_day_is_what_a_look_at_its_end_would_have_left(database: Database, files: str) -> None:
    book = known(database, FILES[files], zoned())

    done = filled(book, zoned())

    assert told(database) == looked_at(files)
    assert done.counts.filled == len({(name, day) for _, _, name, day in looked_at(files)})


@pytest.mark.parametrize("looked", [9, 15])
def test_rules_go_on_from_what_the_looks_before_have_left(database: Database, looked: int) -> None:
    """What only `clear_at` ends, and what fades by the days since a rule became active, hold as they would have."""
    book = known(database, CONTEXT, zoned())
    look_day_by_day(book, zoned(), range(looked))

    filled(book, zoned(), first=looked)

    assert told(database) == looked_at("context")


two_years = cache(lambda accounts: company(accounts, 730, ZONES))


@cache
def looked_at_every(days: int, files: str, accounts: int) -> Told:
    of = two_years(accounts)
    return lived(of, told(looked_day_by_day(FILES[files], of, range(0, of.days, days))))


@pytest.mark.full
@pytest.mark.parametrize(("files", "accounts", "every"), [("plain", 200, 61), ("context", 8, 1)])
def test_over_two_years_too(database: Database, files: str, accounts: int, every: int) -> None:
    """Every so many days are looked at: without context rules no day rests on a look before it."""
    of = two_years(accounts)

    filled(known(database, FILES[files], of), of)

    expected = looked_at_every(every, files, accounts)
    days = {day for _, _, _, day in expected}
    assert {key: number for key, number in told(database).items() if key[3] in days} == expected


def test_only_rules_that_a_score_rests_on_are_asked() -> None:
    workspace = load(CONTEXT).checked()

    assert workspace.rules.keys() - only_scored(workspace).rules.keys() == {"fell"}


def test_nothing_is_written_but_days_scores_and_who_is_due_and_nothing_when_it_is_said_again(
    database: Database,
) -> None:
    of = company(3, 6)
    book = known(database, CONTEXT, of)
    before = dump(database)

    first = filled(book, of)

    once = dump(database)
    changed = {table for table, rows in once.items() if rows != before[table]} - {"sequences"}
    assert changed == {"chunk", "series", "score_version", "account"}
    assert first.due == 3
    assert set(rows_of(database, "account", "seed_next", "look_at")) == {(True, microseconds(FIRST))}
    assert filled(book, of) == Filled(replace(first.counts, filled=0, left=first.counts.filled))
    assert dump(database) == once


TREND = {
    **LOOKS,
    "rules/all.yaml": LOOKS["rules/all.yaml"]
    + "- rule: dropped\n  when: {score: health, drops: 15, over: 14d}\n  play: save\n",
}


def history_of(book: Book, value: float, *days: int) -> None:
    """What acme had on days of the past comes in; nobody looks."""
    for day in days:
        nps(book, on(day).date(), acme=value)


def fill_on(book: Book, day: int, *, first: int = -10, last: int | None = None, again: bool = False) -> Filled:
    """On a day; the last to be filled in is the day before it, unless said otherwise."""
    assert isinstance(book.clock, SetClock)
    book.clock.at = on(day)
    begin, end = (day_number(on(one).date()) for one in (first, day - 1 if last is None else last))
    return fill(book, Wish(begin, end, again))


@pytest.fixture
def book(database: Database) -> Book:
    """Acme at 60, looked at on day 0."""
    made = book_of(database, TREND)
    accounts(made, "acme")
    nps(made, on(0).date(), acme=60)
    looked(made, 0)
    return made


def test_what_turns_true_by_the_past_is_seeded_and_a_crossing_of_then_is_none(book: Book) -> None:
    history_of(book, 90, -5, -4)
    history_of(book, 10, -3)
    looked(book, 1)

    fill_on(book, 2)

    assert looked(book, 2) == [("acme", "dropped", "seeded")]
    assert fired(book) == []


def test_a_replay_is_filled_in_as_of_its_own_moment(book: Book) -> None:
    history_of(book, 90, -5, -4)
    history_of(book, 10, -3)
    looked(book, 1)
    assert isinstance(book.clock, SetClock)
    book.clock.at = on(60)

    first, last = (day_number(on(day).date()) for day in (-10, 0))
    filled_in = fill(book, Wish(first, last), at=on(2))

    assert filled_in.due == 1
    assert looked(book, 2) == [("acme", "dropped", "seeded")]


def test_what_turns_true_after_that_fires(book: Book) -> None:
    history_of(book, 70, -5)
    fill_on(book, 1)
    assert looked(book, 1) == []
    nps(book, on(2).date(), acme=30)

    assert ("acme", "dropped", "fired") in looked(book, 2)


def test_a_past_that_no_rule_compares_with_makes_nobody_due(book: Book) -> None:
    history_of(book, 90, -60)
    looked(book, 1)

    assert fill_on(book, 1, first=-60, last=-14) == Filled(Counts(filled=47))
    assert due_count(book.database, Due(on(1))) == 0
    assert fill_on(book, 1, first=-13, last=-13) == Filled(Counts(filled=1), due=1)


def test_what_a_look_has_left_is_never_overwritten(book: Book) -> None:
    before = told(book.database)
    history_of(book, 90, -2, 0)

    done = fill_on(book, 1)

    assert done.counts == Counts(filled=2, left=1)
    assert {key: told(book.database)[key] for key in before} == before


def test_a_look_that_comes_in_between_stands(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    nps(book, on(1).date(), acme=40)

    def late(*given: Any) -> set[int]:
        look(book, Order(on(1), "late"))
        return keep_days(*given)

    nps(book, on(2).date(), acme=40)
    monkeypatch.setattr("engine.loops.filling.keep_days", late)
    fill_on(book, 3)

    days = listing_of(book)
    assert [days[str(on(day).date())] for day in range(3)] == [(60, False), (40, False), (40, True)]


def test_a_day_that_is_looked_at_after_all_is_filled_in_no_more(book: Book) -> None:
    fill_on(book, 4)

    look(book, Order(on(2), "late"))

    assert [listing_of(book)[str(on(day).date())] for day in (1, 2, 3)] == [(60, True), (60, False), (60, True)]
    assert fill_on(book, 4, again=True).counts == Counts(filled=2, left=2)


def listing_of(book: Book) -> dict[str, tuple[float, bool]]:
    """By day, acme's health and whether it was filled in; the last look is on day 4."""
    looked(book, 4)
    found = score_lists.scores(book.database, listing.Asked(account="acme"), "UTC")
    return {one["day"]: (one["value"], one["filled"]) for one in found}


@pytest.mark.parametrize(
    ("first", "last", "told"),
    [
        pytest.param(-3, 1, "2026-03-03 is not over yet.", id="today"),
        pytest.param(-3, 5, "2026-03-07 is not over yet.", id="a day to come"),
        pytest.param(-1, -2, "2026-03-01 comes after 2026-02-28.", id="ends before it begins"),
    ],
)
def test_only_days_that_are_over_are_filled_in(book: Book, first: int, last: int, told: str) -> None:
    with pytest.raises(NotOver, match=told):
        fill_on(book, 1, first=first, last=last)


def values(book: Book) -> dict[str, float | str]:
    return {day: number for (score, part, _, day), number in told(book.database).items() if part == "value"}


def test_days_that_rest_on_a_wrong_import_are_worked_out_anew_when_asked_for(book: Book, tmp_path: Path) -> None:
    rows = f"acme,{on(-4).date()},90\n"
    wrong = came(book, tmp_path, "observations", "account,at,nps\n" + rows, at=on(1), history=True).done.import_id
    assert wrong is not None
    fill_on(book, 1)
    before = values(book)

    undone = take_back(book.database, wrong, on(1), book.judge().plan.catalog, "UTC")

    assert undone.filled == day_number(on(-4).date())
    assert (fill_on(book, 1).counts.filled, values(book)) == (0, before)
    assert fill_on(book, 1, again=True).counts.filled == 0
    assert values(book) == {str(on(0).date()): 60}


def test_what_an_earlier_version_filled_in_stays_until_it_is_asked_for_again(book: Book) -> None:
    history_of(book, 90, -4)
    fill_on(book, 1)
    before = values(book)
    other = edited(book, "[[0, 0], [100, 100]]", "[[0, 10], [100, 100]]")

    assert (fill_on(other, 1).counts, values(other)) == (Counts(left=5), before)
    assert fill_on(other, 1, again=True).counts == Counts(filled=4, left=1)
    assert values(other) == before | {str(on(day).date()): 91.0 for day in range(-4, 0)}


def test_a_version_that_comes_into_use_meanwhile_stops_it(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    history_of(book, 90, -4)

    def late(*given: Any) -> set[int]:
        edited(book, "[[0, 0], [100, 100]]", "[[0, 10], [100, 100]]")
        return keep_days(*given)

    monkeypatch.setattr("engine.loops.filling.keep_days", late)
    with pytest.raises(OutOfUse, match="Say it again"):
        fill_on(book, 1)
    assert values(book) == {str(on(0).date()): 60}


def test_accounts_that_are_taken_back_meanwhile_stop_it(
    book: Book, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = came(book, tmp_path, "accounts", "id\nbeta\n", at=on(1)).done.import_id
    history_of(book, 90, -40)

    def late(*given: Any) -> set[int]:
        take_back(book.database, new or 0, on(1), book.judge().plan.catalog, "UTC")
        return keep_days(*given)

    monkeypatch.setattr("engine.loops.filling.keep_days", late)
    with pytest.raises(Disappeared, match="Say it again"):
        fill_on(book, 1, first=-40)


def test_days_of_looks_are_told_from_filled_ones_over_months_in_which_nothing_was_filled_in(database: Database) -> None:
    book = book_of(database, LOOKS)
    accounts(book, "acme")
    nps(book, on(0).date(), acme=70)
    for day in (0, 40):
        looked(book, day)

    listed = score_lists.scores(database, listing.Asked(account="acme"), "UTC")
    found = list(courses(database, "health", on(40)))

    assert {(one["day"], one["filled"]) for one in listed} == {(str(on(day).date()), False) for day in (0, 40)}
    assert [(int(one.looked.sum()), int(one.filled.sum())) for one in found] == [(2, 0)]
