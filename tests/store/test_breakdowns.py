"""The parts of scores come back from their blob as they went in."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.store.breakdowns import Sheet, pack_sheets, unpack_sheets

LANES, MEASURES = 3, 2
rounded = st.floats(-1e7, 1e7).map(lambda number: round(number, 4) + 0.0)
numbers = st.one_of(rounded, st.just(float("nan")), st.floats(allow_infinity=True))
rows = st.lists(numbers, min_size=LANES * MEASURES, max_size=LANES * MEASURES)


def sheet(values: list[float], **texts: list[str | None]) -> Sheet:
    matrix = np.array(values).reshape(LANES, MEASURES)
    said = {int(entry.removeprefix("of_")): column for entry, column in texts.items()}
    return Sheet(["logins", "plan"], [3.0, 1.0], np.array([0, 7, 255]), matrix, matrix / 2, matrix, matrix, said)


@given(values=rows)
def test_every_number_comes_back_exactly(values: list[float]) -> None:
    [back] = unpack_sheets(pack_sheets([sheet(values, of_1=["pro", None, "trial"])]))

    expected = np.array(values).reshape(LANES, MEASURES)
    np.testing.assert_array_equal(back.values, expected)
    np.testing.assert_array_equal(back.points, expected / 2)
    assert (back.measures, back.weights, back.lanes.tolist()) == (["logins", "plan"], [3.0, 1.0], [0, 7, 255])
    assert back.texts == {1: ["pro", None, "trial"]}


@pytest.mark.parametrize(
    ("gone", "left"),
    [
        pytest.param([], [[0, 7, 255]], id="nobody"),
        pytest.param([7, 9], [[0, 255]], id="one of them, and one who is not in it"),
        pytest.param([0, 7, 255], [], id="all of them: the sheet is gone"),
    ],
)
def test_who_is_looked_at_again_leaves_the_old_sheet(gone: list[int], left: list[list[int]]) -> None:
    kept = unpack_sheets(pack_sheets([sheet([1, 2, 3, 4, 5, 6]).without(gone)]))

    assert [one.lanes.tolist() for one in kept] == left
