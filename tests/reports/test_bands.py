"""Bands over time: where each account stood at the end of each period, who moved between, who left."""

from collections.abc import Iterable
from typing import Any

import pytest

from engine.reports.bands import Edges, bands
from engine.reports.columns import Course
from tests.reports.courses import Told, make_course

LADDER = (("red", 0.0), ("yellow", 40.0), ("green", 70.0))
EDGES = Edges(("red", "yellow", "green"), {1: LADDER}, LADDER)
A_WEEK = 7
"""From day 0, a Sunday, the weeks change on the days 1, 8, 15, …"""


def told(*courses: Course, edges: Edges = EDGES, every: str = "week") -> list[dict[str, Any]]:
    return bands(courses, edges, every)


def weeks(*values: float | None) -> list[float | None]:
    """A day 0, and then so many weeks with one value each."""
    return [values[0], *(value for value in values for _ in range(A_WEEK))]


def test_an_account_stands_where_its_last_look_in_the_period_left_it() -> None:
    fell = [80.0] * 7 + [20.0] + [80.0] * 7

    _, first, second = told(make_course(fell, weeks(50, 50)))

    assert (first["period"], first["bands"]) == ("2026-W10", {"red": 1, "yellow": 1, "green": 0})
    assert (second["period"], second["bands"]) == ("2026-W11", {"red": 0, "yellow": 1, "green": 1})


def test_who_moved_is_told_though_the_counts_are_the_same() -> None:
    *_, last = told(make_course(weeks(20, 80), weeks(80, 20), weeks(50, 50)))

    assert (last["bands"], last["rose"], last["fell"]) == ({"red": 1, "yellow": 1, "green": 1}, 1, 1)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param((20, 80), (1, 0), id="up by two"),
        pytest.param((69.9, 70), (1, 0), id="over an edge"),
        pytest.param((70, 99), (0, 0), id="in one band"),
        pytest.param((70, 69.9), (0, 1), id="down"),
        pytest.param((20, None), (None, None), id="not known any more"),
        pytest.param((None, 20), (None, None), id="not known before"),
    ],
)
def test_a_move_is_from_one_known_band_to_another(values: tuple[float, float], expected: tuple[int, int]) -> None:
    *_, last = told(make_course(weeks(*values)))

    assert (last["rose"], last["fell"]) == expected


def test_who_has_left_by_the_end_stands_in_no_band_and_is_counted_once() -> None:
    gone = [(0, 10, "churned")]

    _, before, then, after = told(make_course(weeks(20, 20, 20), weeks(80, 80, 80), outcomes=gone))

    assert [(one["accounts"], one["left"]) for one in (before, then, after)] == [(2, 0), (1, 1), (1, 0)]
    assert then["bands"] == {"red": 0, "yellow": 0, "green": 1}


@pytest.mark.parametrize(
    ("outcomes", "left"),
    [
        pytest.param([(0, 10, "churned"), (0, 12, "renewed")], [0, 0], id="back within the week"),
        pytest.param([(0, 10, "churned"), (0, 10, "renewed")], [0, 0], id="back on the same day"),
        pytest.param([(0, 7, "churned"), (0, 15, "expanded")], [1, 0], id="back a week later"),
        pytest.param([(0, 7, "churned"), (0, 9, "churned")], [1, 0], id="told twice"),
        pytest.param([(0, 10, "renewed")], [0, 0], id="another outcome"),
    ],
)
def test_an_account_leaves_once_until_it_is_back(outcomes: Iterable[Told], left: list[int]) -> None:
    _, *found = told(make_course(weeks(50, 50), outcomes=outcomes))

    assert [one["left"] for one in found] == left


def test_who_was_not_looked_at_in_a_period_does_not_count_in_it() -> None:
    unlooked = [(0, day) for day in range(8, 15)]

    *_, last = told(make_course(weeks(50, 50), weeks(50, None), unlooked=unlooked))

    assert (last["accounts"], last["unknown"]) == (1, 1)


def test_each_value_is_read_by_the_bands_of_the_version_that_made_it() -> None:
    old = {(0, day): 2 for day in range(8)}
    edges = Edges(EDGES.order, {1: LADDER, 2: (("red", 0.0), ("amber", 30.0), ("green", 45.0))}, LADDER)

    _, before, after = told(make_course(weeks(50, 50), weeks(35, 35), versions={**old, (1, 7): 2}), edges=edges)

    assert (before["bands"], before["unknown"]) == ({"red": 0, "yellow": 0, "green": 1}, 1)
    assert (after["bands"], after["fell"]) == ({"red": 1, "yellow": 1, "green": 0}, 1)


@pytest.mark.parametrize(
    ("every", "periods"),
    [
        ("week", ["2026-W09", "2026-W10", "2026-W11", "2026-W12", "2026-W13", "2026-W14"]),
        ("month", ["2026-03", "2026-04"]),
        ("quarter", ["2026-Q1", "2026-Q2"]),
    ],
)
def test_periods_are_those_of_the_calendar(every: str, periods: list[str]) -> None:
    assert [one["period"] for one in told(make_course([50.0] * 32), every=every)] == periods


def test_a_departure_before_the_first_look_counts_in_the_period_of_that_look() -> None:
    course = make_course([None, 50.0], [50.0, 50.0], unlooked=[(0, 0)], outcomes=[(0, -20, "churned")])

    assert told(course, every="quarter")[0]["left"] == 1
    assert told(course, every="month")[0]["left"] == 0


def test_courses_of_some_accounts_each_add_up() -> None:
    one, other = weeks(20, 80), weeks(80, None)

    assert told(make_course(one), make_course(other)) == told(make_course(one, other))


def test_periods_before_the_first_look_are_left_out() -> None:
    course = make_course(weeks(50, 50), unlooked=[(0, day) for day in range(8)])

    assert [one["period"] for one in told(course)] == ["2026-W11"]
    assert told() == []
