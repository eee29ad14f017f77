"""A rule across accounts counts over all with one value of an attribute, and finds a thing once for each group."""

from datetime import timedelta

import pytest

from engine.batches import Entries, placed
from engine.loops.findings import sweep
from engine.store.database import Database
from tests.across import CATALOG, RULE, accounts, book_with, files, happened, listed, notices, ordered, swept
from tests.test_looks import book_of, edited, on, put

SEGMENTS = {"acme": "smb", "beta": "smb", "gamma": "mid", "nobody": None}


def test_n87_events_of_different_accounts_of_a_group_make_one_finding(database: Database) -> None:
    book = book_with(database, files(), **SEGMENTS)
    assert swept(book, 0) == []
    happened(book, on(1), "acme", "beta", "gamma", "nobody", "nobody", "nobody")
    assert swept(book, 1) == []
    happened(book, on(2), "beta", "gamma")

    assert swept(book, 2) == ["wave: 3 in smb, Acme and Beta"]
    assert swept(book, 3) == []
    assert listed(book, "kind", "name", "group", "accounts", "day", "ended_day") == [
        ("across", "wave", "smb", ["acme", "beta"], "2026-03-04", None)
    ]
    assert notices(book) == ["wave: 3 in smb, Acme and Beta"]


def test_its_accounts_stand_by_id_in_whatever_order_they_came(database: Database) -> None:
    book = book_with(database, files(), zeta="smb", acme="smb")
    swept(book, 0)
    happened(book, on(1), "zeta", "acme", "acme")

    assert swept(book, 1) == ["wave: 3 in smb, Acme and Zeta"]
    assert listed(book, "accounts") == [(["acme", "zeta"],)]


def test_a_finding_ends_when_there_are_fewer_and_a_new_wave_is_another(database: Database) -> None:
    book = book_with(database, files(), **SEGMENTS)
    swept(book, 0)
    happened(book, on(1), "acme", "acme", "beta")
    told = {day: swept(book, day) for day in range(1, 10)}
    happened(book, on(10), "acme", "beta", "beta")
    told[10] = swept(book, 10)

    assert {day for day, texts in told.items() if texts} == {1, 10}
    assert listed(book, "day", "ended_day") == [("2026-03-03", "2026-03-10"), ("2026-03-12", None)]


def test_what_is_true_at_the_first_sweep_by_a_version_is_seeded(database: Database) -> None:
    book = book_with(database, files(), **SEGMENTS)
    happened(book, on(-1), "acme", "acme", "beta")
    happened(book, on(0), "gamma", "gamma")
    assert swept(book, 0) == []
    happened(book, on(1), "gamma")
    assert swept(book, 1) == ["wave: 3 in mid, Gamma"]

    stricter = edited(book, "at_least: 3", "at_least: 2")

    assert swept(stricter, 2) == []
    assert listed(book, "group", "ended_day") == [("mid", "2026-03-04")]


def test_a_group_that_comes_later_than_the_version_fires_at_its_first_sweep(database: Database) -> None:
    book = book_with(database, files(), **SEGMENTS)
    swept(book, 0)
    accounts(book, zeta="large")
    happened(book, on(1), "zeta", "zeta", "zeta")

    assert swept(book, 1) == ["wave: 3 in large, Zeta"]


def test_with_backfill_what_is_true_already_fires(database: Database) -> None:
    book = book_with(database, files(backfill="true"), **SEGMENTS)
    happened(book, on(-1), "acme", "acme", "beta")

    assert swept(book, 0) == ["wave: 3 in smb, Acme and Beta"]


def test_with_for_it_fires_when_it_has_held_so_long(database: Database) -> None:
    book = book_with(database, files(for_="2d"), **SEGMENTS)
    swept(book, 0)
    happened(book, on(1), "acme", "acme", "beta")

    assert [bool(swept(book, day)) for day in range(1, 5)] == [False, False, True, False]


def test_with_every_it_is_told_again_and_stays_one_finding(database: Database) -> None:
    book = book_with(database, files(every="2d"), **SEGMENTS)
    swept(book, 0)
    happened(book, on(1), "acme", "acme", "beta")

    assert [bool(swept(book, day)) for day in range(1, 7)] == [True, False, True, False, True, False]
    assert listed(book, "day") == [("2026-03-03",)]
    assert len(notices(book)) == 3


def test_fewer_than_wanted_in_a_window_that_is_not_covered_move_nothing(database: Database) -> None:
    since = CATALOG.replace("from: 2026-01-01", "from: 2026-03-05")
    book = book_with(database, files(catalog=since), **SEGMENTS)
    happened(book, on(-6), "acme", "acme", "acme")
    swept(book, 0)

    told = [swept(book, day) for day in range(1, 9)]
    happened(book, on(8), "acme", "acme", "acme")

    assert told == [[]] * 8
    assert swept(book, 8) == []
    assert swept(book, 9) == []


def test_a_group_whose_last_account_left_it_is_no_more(database: Database) -> None:
    book = book_with(database, files(), **SEGMENTS)
    swept(book, 0)
    happened(book, on(1), "gamma", "gamma", "gamma")
    swept(book, 1)
    accounts(book, gamma="smb")

    assert swept(book, 2) == ["wave: 3 in smb, Gamma"]
    assert listed(book, "group", "ended_day") == [("mid", "2026-03-04"), ("smb", None)]


def test_each_account_counts_up_to_its_own_today(database: Database) -> None:
    rule = RULE.replace("at_least: 3, in: 7d", "at_least: 2, in: 1d")
    book = book_with(database, files(rule), **SEGMENTS)
    put(book, Entries("accounts", {"id": ("acme",), "timezone": ("Pacific/Auckland",)}, placed("test", 1)), on(0))
    swept(book, 0)
    happened(book, on(1) - timedelta(hours=6), "acme", "beta")  # in Auckland it is the next day already

    assert swept(book, on(1)) == ["wave: 2 in smb, Acme and Beta"]
    assert listed(book, "ended_day") == [(None,)]
    assert swept(book, on(1) + timedelta(hours=6)) == []
    assert listed(book, "ended_day") == [("2026-03-04",)]


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        pytest.param("{event: trouble, at_least: 2, in: 6h, across: segment}", [True, False], id="hours"),
        pytest.param(
            "{event: trouble, at_least: 2, in: 7d, across: segment, where: {kind: crm}}", [True, True], id="properties"
        ),
        pytest.param(
            "{event: trouble, at_least: 2, in: 7d, across: segment, where: {contact_role: champion}}",
            [True, True],
            id="the role of a contact",
        ),
        pytest.param(
            "{event: trouble, at_least: 2, in: 7d, across: segment, where: {kind: mail}}", [False, False], id="others"
        ),
    ],
)
def test_the_window_and_the_events_are_those_of_the_condition(
    database: Database, when: str, expected: list[bool]
) -> None:
    book = book_with(database, files(when), **SEGMENTS)
    people = {"account": ("acme", "beta"), "email": ("kim@x.example",) * 2, "role": ("champion",) * 2}
    put(book, Entries("contacts", people, placed("test", 2)), on(0))
    swept(book, 0)
    happened(book, on(1) - timedelta(hours=5), "acme", "beta", contact="kim@x.example", kind="crm")

    told = [swept(book, on(1)), swept(book, on(1) + timedelta(hours=2))]

    assert bool(told[0]) == expected[0]
    assert [one is None for (one,) in listed(book, "ended_day")] == [expected[1]] * expected[0]


def test_a_rule_that_is_removed_ends_its_findings_and_is_new_when_it_is_back(database: Database) -> None:
    book = book_with(database, files(), **SEGMENTS)
    swept(book, 0)
    happened(book, on(1), "acme", "acme", "beta")
    swept(book, 1)

    swept(book_of(database, {**files(), "rules/all.yaml": ""}), 2)

    assert listed(book, "ended_day") == [("2026-03-04",)]
    back = book_of(database, files())
    assert swept(back, 3) == [], "what is true by then is seeded"


def test_a_sweep_as_of_an_earlier_moment_moves_nothing(database: Database) -> None:
    book = book_with(database, files(), **SEGMENTS)
    swept(book, 0)
    happened(book, on(1), "acme", "acme", "beta")
    swept(book, 3)

    assert swept(book, 0) == []
    assert listed(book, "ended_day") == [(None,)]


@pytest.mark.parametrize("measures", ["", "family: {roll_up: health, of: children, take: mean}\n"])
def test_a_sweep_lists_accounts_by_id_though_children_are_looked_at_before_parents(
    database: Database, measures: str
) -> None:
    written = files()
    book = book_of(database, written | {"rules/measures.yaml": written["rules/measures.yaml"] + measures})
    columns = {"id": ("acme", "beta"), "name": ("Acme", "Beta"), "parent": (None, "acme"), "segment": ("smb", "smb")}
    put(book, Entries("accounts", columns, placed("test", 2)), on(0))
    sweep(book, ordered(book, on(0)))
    happened(book, on(1), "beta", "beta", "acme")

    _saved, found = sweep(book, ordered(book, on(1)))

    assert bool(book.judge().plan.rolled_up) == bool(measures)
    assert [one.text for one in found] == ["wave: 3 in smb, Acme and Beta"]


def test_while_the_feed_is_quiet_a_wave_goes_on(database: Database) -> None:
    quiet = CATALOG.replace("from: 2026-01-01", "from: 2026-01-01, quiet_after: 3d")
    book = book_with(database, files(catalog=quiet), **SEGMENTS)
    swept(book, 0)
    happened(book, on(1), "acme", "acme", "beta")

    for day in range(1, 20):
        swept(book, day)

    assert listed(book, "kind", "ended_day") == [("across", None), ("quiet", None)]


def test_a_rule_that_asks_what_another_asks_already_is_new_all_the_same(database: Database) -> None:
    book = book_with(database, files(), **SEGMENTS)
    swept(book, 0)
    happened(book, on(1), "acme", "acme", "acme")
    swept(book, 1)

    twin = book.sources["rules/all.yaml"].replace("rule: wave", "rule: tide")

    assert swept(book_of(database, {**book.sources, "rules/twin.yaml": twin}), 2) == []
