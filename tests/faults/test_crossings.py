"""What is no crossing fires nothing: what was true before, what is not known, what rests on too few points."""

import pytest

from engine.batches import Entries, placed
from engine.store.database import Database
from tests.test_holds import tasks
from tests.test_looks import FILES, accounts, book_of, edited, fired, looked, nps, on, put


def test_r60_a_rule_that_is_switched_on_fires_only_what_turns_true_from_then_on(database: Database) -> None:
    book = book_of(database)
    names = [f"a{number}" for number in range(300)]
    accounts(book, *names)
    nps(book, on(0).date(), **dict.fromkeys(names, 20.0) | {"a0": 60})
    looked(book, 0)
    switched = edited(
        book, "below: 50}\n", "below: 50}\n- {rule: lower, when: {score: health, below: 30}, play: save}\n"
    )

    seeded = [state for _, rule, state in looked(switched, 1) if rule == "lower"]
    nps(switched, on(2).date(), a0=20)

    assert (seeded, tasks(switched)) == (["seeded"] * 299, 0)
    assert [one for one in looked(switched, 2) if one[1] == "lower"] == [("a0", "lower", "fired")]


NEGATIVE = """
- {rule: not-that-plan, when: {account: {plan: {not: enterprise}}}, play: save}
- {rule: no-such-plan, when: {not: {account: {plan: enterprise}}}}
- {rule: few-seats, when: {account: {seats: {below: 10}}}}
- {rule: not-many-seats, when: {not: {account: {seats: {at_least: 10}}}}}
- {rule: not-content, when: {not: {measure: nps, above: 10}}}
- {rule: low, when: {score: health, below: 50}}
- {rule: not-high, when: {not: {score: health, above: 50}}}
- {rule: neither, when: {not: {any: [{measure: nps, above: 10}, {fact: move, active: true}]}}}
"""


def test_r61_of_what_is_blank_a_negative_condition_is_not_true(database: Database) -> None:
    catalog = FILES["rules/catalog.yaml"] + "attributes:\n  plan:\n  seats: {type: number}\nfacts:\n  move:\n"
    book = book_of(database, {**FILES, "rules/catalog.yaml": catalog, "rules/all.yaml": NEGATIVE})
    accounts(book, "acme")
    assert looked(book, 0) == []

    accounts(book, "beta")
    assert (looked(book, 1), tasks(book)) == ([], 0)

    put(book, Entries("accounts", {"id": ("beta",), "plan": ("pro",), "seats": (5.0,)}, placed("test", 1)), on(2))
    nps(book, on(2).date(), beta=5)
    assert len(looked(book, 2)) == 8


FIRSTS = """
- {rule: fell, when: {score: health, falls_to: red}, play: save}
- {rule: rose, when: {score: health, rises_to: green}}
- {rule: dropped, when: {score: health, drops: 10, over: 14d}}
- {rule: changed, when: {measure: moved, below: 0}}
- {rule: low, when: {score: health, below: 50}}
"""


@pytest.mark.parametrize(("first", "follows"), [(10, ["low"]), (90, [])])
def test_r62_a_first_value_is_where_it_is_but_has_crossed_nothing(
    database: Database, first: float, follows: list[str]
) -> None:
    measures = FILES["rules/measures.yaml"] + "week: {mean: nps, over: 7d}\nmoved: {change: week}\n"
    book = book_of(database, {**FILES, "rules/measures.yaml": measures, "rules/all.yaml": FIRSTS})
    accounts(book, "acme")
    looked(book, 0)

    nps(book, on(1).date(), acme=first)

    assert [rule for _, rule, _ in looked(book, 1)] == follows


@pytest.mark.parametrize(("days", "follows"), [(1, []), (2, []), (3, ["declining", "dropped"])])
def test_r65_a_trend_on_fewer_points_than_it_needs_is_unknown(
    database: Database, days: int, follows: list[str]
) -> None:
    rules = """
- {rule: dropped, when: {score: health, drops: 10, over: 14d, min_points: 3}, play: save}
- {rule: declining, when: {score: health, declining: 10, over: 14d, min_points: 4}}
"""
    book = book_of(database, {**FILES, "rules/all.yaml": rules})
    accounts(book, "acme")
    for day in range(days):
        nps(book, on(day).date(), acme=60 - day)
        looked(book, day)

    nps(book, on(days).date(), acme=10)
    looked(book, days)

    assert fired(book) == follows
