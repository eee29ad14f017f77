"""Windows over matrices: which days they take, what they make of blanks, and how numbers are rounded."""

import warnings
from collections.abc import Callable, Iterator
from random import Random
from statistics import fmean, median

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.arithmetic import series
from engine.snapshot import Numbers

BLANK = float("nan")
ROW = [1.0, BLANK, 3.0, BLANK, 5.0]
"""Five days, the last is today."""


def matrix(*rows: list[float]) -> Numbers:
    return np.array(rows, dtype=np.float64).reshape(len(rows), -1)


def listed(numbers: Numbers) -> list[float | None]:
    return [None if number != number else float(number) for number in numbers]


@pytest.fixture(autouse=True)
def _no_warnings() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


@pytest.mark.parametrize(
    ("days", "end", "expected"),
    [
        pytest.param(1, 0, [5.0], id="today"),
        pytest.param(3, 0, [3.0, None, 5.0], id="three days"),
        pytest.param(2, 1, [3.0, None], id="two days that end yesterday"),
        pytest.param(9, 0, [1.0, None, 3.0, None, 5.0], id="more days than there are"),
        pytest.param(2, 4, [1.0], id="partly before the first day"),
        pytest.param(2, 5, [], id="before the first day"),
        pytest.param(2, 9, [], id="long before the first day"),
    ],
)
def test_a_window_is_its_last_day_and_the_days_before_it(days: int, end: int, expected: list[float | None]) -> None:
    assert listed(series.window(matrix(ROW), days, end)[0]) == expected


@pytest.mark.parametrize(
    ("kind", "min_points", "expected"),
    [
        pytest.param("sum", 1, 9.0, id="sum"),
        pytest.param("mean", 1, 3.0, id="mean"),
        pytest.param("min", 1, 1.0, id="min"),
        pytest.param("max", 1, 5.0, id="max"),
        pytest.param("median", 3, 3.0, id="median of as many as wanted"),
        pytest.param("median", 4, None, id="one too few"),
    ],
)
def test_blanks_are_left_out_of_a_statistic(kind: str, min_points: int, expected: float | None) -> None:
    assert listed(series.statistic(kind, matrix(ROW), min_points)) == [expected]


def test_a_statistic_of_nothing_is_unknown_but_a_total_of_nothing_is_zero() -> None:
    nothing = matrix([BLANK, BLANK])

    assert listed(series.statistic("sum", nothing, 1)) == [None]
    assert listed(series.statistic("max", nothing[:, :0], 1)) == [None]
    assert listed(series.total(nothing)) == [0.0]
    assert list(series.points(nothing)) == [0]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        pytest.param([1.0, 2.0], (2.0, 0.0), id="today"),
        pytest.param([1.0, 2.0, BLANK, BLANK], (2.0, 2.0), id="two days ago"),
        pytest.param([0.0, BLANK], (0.0, 1.0), id="zero is a value"),
        pytest.param([BLANK, BLANK], (None, None), id="never"),
        pytest.param([], (None, None), id="no days"),
    ],
)
def test_the_newest_value_and_its_age(row: list[float], expected: tuple[float | None, float | None]) -> None:
    value, age = series.newest(matrix(row))

    assert (listed(value)[0], listed(age)[0]) == expected


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        pytest.param(1.00004, "1.0", id="down"),
        pytest.param(1.00006, "1.0001", id="up"),
        pytest.param(2.00003125, "2.0", id="far below the half"),
        pytest.param(-0.00001, "0.0", id="minus zero is zero"),
        pytest.param(-1.23456, "-1.2346", id="below zero"),
    ],
)
def test_numbers_are_rounded_to_four_decimals(number: float, expected: str) -> None:
    assert str(float(series.round4(np.array([number]))[0])) == expected


def test_of_two_numbers_that_are_as_near_the_even_one_is_taken() -> None:
    units = np.arange(-300_000, 300_000)
    even = np.where(units % 2 == 0, units, units + 1)

    assert (series.round4((2 * units + 1) / 20_000) == even / 10_000).all()


PLAIN: dict[str, Callable[[list[float]], float]] = {"sum": sum, "mean": fmean, "min": min, "max": max, "median": median}
CELLS = st.lists(st.lists(st.none() | st.integers(-99, 99), min_size=4, max_size=4), min_size=1, max_size=6)


@settings(derandomize=True, database=None, deadline=None)
@given(CELLS, st.sampled_from(sorted(PLAIN)), st.integers(1, 5), st.integers(0, 4))
def test_each_row_is_what_it_is_alone(cells: list[list[int | None]], kind: str, days: int, end: int) -> None:
    values = matrix(*[[BLANK if cell is None else float(cell) for cell in row] for row in cells])

    found = series.statistic(kind, series.window(values, days, end), 1)

    rows = [[float(one) for one in row[max(0, 4 - end - days) : 4 - end] if one is not None] for row in cells]
    assert listed(found) == [pytest.approx(PLAIN[kind](row)) if row else None for row in rows]


@pytest.mark.parametrize(
    ("number", "factor", "expected"),
    [
        pytest.param(0.6667, 1.5, 1.00005, id="more than 4 decimals stay"),
        pytest.param(3.0, 1.1, 3.3, id="the noise of binary fractions goes"),
        pytest.param(0.3333, 0.925, 0.3083025, id="a share of a tenth of a percent"),
    ],
)
def test_a_multiple_of_a_rounded_number_is_exact(number: float, factor: float, expected: float) -> None:
    assert series.times(matrix([number]), factor)[0, 0] == expected


@given(st.lists(st.integers(-10_000_000, 10_000_000), min_size=1, max_size=30), st.randoms(use_true_random=False))
def test_what_is_added_up_is_rounded_alike_in_whatever_order(units: list[int], chance: Random) -> None:
    """Halves of the last digit too, which the noise of binary fractions would turn this way or that."""
    amounts = [unit / 100_000 for unit in units]
    shuffled = chance.sample(amounts, len(amounts))

    one, other = series.round4(np.array([sum(amounts), sum(shuffled)]))

    assert one == other
    assert abs(float(one) - sum(units) / 100_000) <= 0.5001 / 10_000
