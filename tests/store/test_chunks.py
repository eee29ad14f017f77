"""The laws of the chunk codec: what goes in comes out, and counts stay small."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from engine.store.chunks import (
    CELL,
    NO_TIME,
    SHAPE,
    empty,
    pack,
    pack_cells,
    pack_times,
    unpack,
    unpack_cells,
    unpack_times,
)

DAY = 25 * 3_600_000
"""Milliseconds of the longest day."""

numbers = st.one_of(
    st.integers(-128, 127).map(float),
    st.integers(-40_000, 40_000).map(float),
    st.integers(-(2**31), 2**31).map(float),
    st.floats(-1e15, 1e15).map(lambda number: round(number, 4) + 0.0),
    st.floats(allow_nan=False, allow_infinity=False),
)


def scattered(values: list[Any], seed: int, kind: Any, blank: float) -> NDArray[Any]:
    """A matrix with those values in random places, each perhaps many times, and blanks."""
    chosen = np.random.default_rng(seed).choice(np.array([blank, *values], dtype=kind), size=SHAPE)
    return np.asarray(chosen)


@given(st.lists(numbers, max_size=5), st.integers(0, 1000))
def test_values_come_back_as_they_were(values: list[float], seed: int) -> None:
    matrix = scattered(values, seed, np.float64, np.nan)

    again = unpack(pack(matrix))

    np.testing.assert_array_equal(matrix, again)


@given(st.lists(st.integers(0, DAY), max_size=5), st.sampled_from([1, 1_000, 60_000]), st.integers(0, 1000))
def test_times_come_back_as_they_were(times: list[int], unit: int, seed: int) -> None:
    matrix = scattered([time // unit * unit for time in times], seed, np.int32, NO_TIME)
    values = np.where(matrix == NO_TIME, np.nan, 1.0)

    again = unpack_times(pack_times(matrix), values)

    np.testing.assert_array_equal(matrix, again)


def test_records_of_whole_days_carry_no_times() -> None:
    assert pack_times(np.zeros(SHAPE, dtype=np.int32)) is None


@given(st.lists(st.tuples(st.integers(0, 255), st.integers(0, 31), numbers, numbers), max_size=9))
def test_corrected_cells_come_back_as_they_were(cells: list[tuple[int, int, float, float]]) -> None:
    packed = np.array([(row, column, old, new, NO_TIME, 5) for row, column, old, new in cells], dtype=CELL)

    again = unpack_cells(pack_cells(packed))

    np.testing.assert_array_equal(packed, again)


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        pytest.param(127, b"b", id="127 fits a byte"),
        pytest.param(-128, b"h", id="the lowest byte means unknown, so -128 takes two"),
        pytest.param(32_767, b"h", id="32,767 fits two"),
        pytest.param(32_768, b"i", id="32,768 takes four"),
        pytest.param(2.0**31, b"f", id="a power of two fits a short float"),
        pytest.param(0.1, b"f", id="a tenth is exact after four decimals"),
        pytest.param(1_234_567.89, b"d", id="a million with cents needs a long float"),
    ],
)
def test_the_narrowest_type_that_is_exact_is_chosen(number: float, kind: bytes) -> None:
    matrix = empty()
    matrix[3, 7] = number

    assert kind == pack(matrix)[:1]


def test_daily_counts_take_less_than_a_byte_each() -> None:
    counts = np.random.default_rng(1).poisson(12, size=SHAPE).astype(np.float64)

    assert len(pack(counts)) < counts.size
