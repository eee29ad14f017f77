"""Each number once, ascending, whatever order they came in."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from engine.arithmetic.each_once import each_once


@given(st.lists(st.integers(-5, 5) | st.integers(-(2**62), 2**62)))
def test_each_number_is_there_once_in_ascending_order(numbers: list[int]) -> None:
    assert each_once(np.array(numbers, dtype=np.int64)).tolist() == sorted(set(numbers))
