"""What fired before an outcome: how the time of accounts is cut into stretches, and how those with a firing compare."""

from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.reports.columns import Course
from engine.reports.firings import firings
from engine.reports.stretches import stretches
from tests.reports.courses import FIRST, Told, make_course

DAYS = 10
"""Of a stretch."""
CHURNED = "churned"


def with_us(days: int, **more: Any) -> Course:
    """One account, looked at on each of so many days."""
    return make_course([50.0] * days, **more)


def cut(course: Course, outcome: str = CHURNED, days: int = DAYS) -> list[tuple[int, int, bool]]:
    """First and last day of each stretch, and whether the outcome came on the next."""
    found = stretches(course, outcome, days)
    rows = zip((found.firsts - FIRST).tolist(), (found.lasts - FIRST).tolist(), found.ended.tolist(), strict=True)
    return sorted(rows)


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        pytest.param([], [(5, 14, False), (15, 24, False)], id="who stays: back from the last look"),
        pytest.param([(0, 24, CHURNED)], [(4, 13, False), (14, 23, True)], id="who leaves: back from the day before"),
        pytest.param([(0, 11, CHURNED)], [(1, 10, True)], id="the first look begins it"),
        pytest.param([(0, 10, CHURNED)], [], id="too short by a day"),
        pytest.param([(0, 11, CHURNED), (0, 14, "renewed")], [(1, 10, True), (15, 24, False)], id="who comes back"),
        pytest.param([(0, 11, CHURNED), (0, 16, "renewed")], [(1, 10, True)], id="back for too short a time"),
        pytest.param([(0, 11, CHURNED), (0, 13, CHURNED)], [(1, 10, True)], id="leaving is told twice"),
        pytest.param([(0, 13, "renewed")], [(5, 14, False), (15, 24, False)], id="another outcome"),
        pytest.param([(0, 27, CHURNED)], [(7, 16, False), (17, 26, True)], id="told after the last look"),
        pytest.param([(0, 90, CHURNED)], [(10, 19, False), (20, 29, False)], id="told long after it"),
    ],
)
def test_the_time_with_us_is_cut_backwards(outcomes: list[Told], expected: list[tuple[int, int, bool]]) -> None:
    assert cut(with_us(25, outcomes=outcomes)) == expected


def test_days_that_were_filled_in_are_not_among_it() -> None:
    afterwards = [(0, day) for day in range(12)]

    assert cut(with_us(25, filled=afterwards)) == [(15, 24, False)]


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        pytest.param([(0, 12, "renewed")], [(2, 11, True), (15, 24, False)], id="it goes on with the day itself"),
        pytest.param([(0, 12, CHURNED)], [(2, 11, False)], id="who leaves is with us no more"),
        pytest.param([(0, 12, CHURNED), (0, 14, "renewed")], [(2, 11, False), (15, 24, False)], id="coming back"),
    ],
)
def test_any_outcome_may_be_asked_for(outcomes: list[Told], expected: list[tuple[int, int, bool]]) -> None:
    assert cut(with_us(25, outcomes=outcomes), outcome="renewed") == expected


def test_a_stretch_without_a_look_does_not_count() -> None:
    unlooked = [(0, day) for day in range(5, 15)]

    assert cut(with_us(25, unlooked=unlooked)) == [(15, 24, False)]


def test_who_was_never_looked_at_has_no_stretch() -> None:
    assert cut(make_course([None] * 30, unlooked=[(0, day) for day in range(30)], outcomes=[(0, 25, CHURNED)])) == []


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 60), st.sampled_from([CHURNED, "renewed"])), max_size=12),
    st.integers(1, 20),
    st.sampled_from([CHURNED, "renewed"]),
)
def test_no_day_stands_in_two_stretches_and_an_end_is_an_outcome(told: list[Told], days: int, outcome: str) -> None:
    course = make_course(*([50.0] * 50 for _ in range(4)), outcomes=sorted(told, key=lambda one: one[1]))

    found = stretches(course, outcome, days)

    there = [(row, day) for row, first, last in _rows(found) for day in range(first, last + 1)]
    assert len(there) == len(set(there)) == days * len(found)
    ends = {(row, last + 1 - FIRST) for row, _, last in _rows(found.only(found.ended))}
    assert ends <= {(row, day) for row, day, name in told if name == outcome}


def _rows(found: Any) -> Iterable[tuple[int, int, int]]:
    return zip(found.rows.tolist(), found.firsts.tolist(), found.lasts.tolist(), strict=True)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        pytest.param(0, (0, 0), id="at the first look"),
        pytest.param(4, (0, 1), id="in an earlier stretch"),
        pytest.param(14, (1, 0), id="on the first day of the last"),
        pytest.param(23, (1, 0), id="on the day before"),
        pytest.param(24, (0, 0), id="on the day itself"),
    ],
)
def test_a_firing_counts_in_the_stretch_that_its_day_lies_in(day: int, expected: tuple[int, int]) -> None:
    course = with_us(25, outcomes=[(0, 24, CHURNED)], firings=[(0, day, "fell")])

    [rule] = firings([course], ["fell"], CHURNED, DAYS)["rules"]

    assert (rule["ended"], rule["others"]) == expected


def crowd(left: int, stayed: int, told_left: int, told_stayed: int) -> Course:
    """Accounts with one stretch each; of so many of either side `fell` fired within it."""
    fired = [*range(told_left), *range(left, left + told_stayed)]
    return make_course(
        *([50.0] * (DAYS + 1) for _ in range(left + stayed)),
        outcomes=[(row, DAYS + 1, CHURNED) for row in range(left)],
        firings=[(row, 5, "fell") for row in fired],
    )


def test_shares_are_told_with_what_a_firing_says_and_the_base_that_it_is_set_against() -> None:
    found = firings([crowd(20, 60, 15, 5)], ["fell"], CHURNED, DAYS)

    [rule] = found.pop("rules")
    assert found == {"ended": 20, "others": 60, "base": 0.25}
    assert (rule["ended_share"], rule["others_share"], rule["precision"]) == (0.75, 0.0833, 0.75)
    assert (rule["says"], rule["low"] > 0) == (None, True)


@pytest.mark.parametrize(
    ("sides", "says"),
    [
        pytest.param((20, 60, 5, 15), "no clear difference", id="as often on either side"),
        pytest.param((20, 60, 7, 15), "no clear difference", id="a little more often"),
        pytest.param((20, 60, 20, 0), None, id="always against never"),
        pytest.param((9, 60, 9, 0), "too few to say", id="nine departures"),
        pytest.param((10, 60, 10, 0), None, id="ten"),
        pytest.param((60, 9, 0, 9), "too few to say", id="nine that stayed"),
    ],
)
def test_a_difference_is_told_where_there_is_one(sides: tuple[int, int, int, int], says: str | None) -> None:
    [rule] = firings([crowd(*sides)], ["fell"], CHURNED, DAYS)["rules"]

    assert rule["says"] == says


def test_any_of_several_rules_comes_first_and_counts_a_stretch_once() -> None:
    course = with_us(12, firings=[(0, 3, "fell"), (0, 4, "rose"), (0, 5, "rose")])

    any_, fell, rose = firings([course], ["fell", "rose"], CHURNED, DAYS)["rules"]

    assert [(one["rule"], one["others"]) for one in (any_, fell, rose)] == [(None, 1), ("fell", 1), ("rose", 1)]


def test_of_nobody_there_are_no_shares() -> None:
    found = firings([], ["fell"], CHURNED, DAYS)

    assert (found["ended"], found["others"], found["base"]) == (0, 0, None)
    assert found["rules"][0]["precision"] is None


def test_courses_of_some_accounts_each_add_up() -> None:
    asked = ["fell"], CHURNED, DAYS
    both = firings([crowd(20, 60, 15, 5), crowd(4, 6, 1, 1)], *asked)

    assert (both["ended"], both["others"], both["rules"][0]["ended"]) == (24, 66, 16)
