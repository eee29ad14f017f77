"""How far two shares lie apart, against the examples of the article that the formula is from."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.reports.shares import Share, difference

SHARES = st.integers(1, 500).flatmap(lambda of: st.builds(Share, st.integers(0, of), st.just(of)))


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ((56, 70), (48, 80), (0.0524, 0.3339)),
        ((9, 10), (3, 10), (0.1705, 0.8090)),
        ((5, 56), (0, 29), (-0.0381, 0.1926)),
        ((0, 10), (0, 20), (-0.1611, 0.2775)),
        ((10, 10), (0, 10), (0.6075, 1.0)),
    ],
)
def test_the_interval_is_that_of_method_10_in_table_ii_of_newcombe(
    one: tuple[int, int], other: tuple[int, int], expected: tuple[float, float]
) -> None:
    assert difference(Share(*one), Share(*other)) == pytest.approx(expected, abs=6e-5)


@given(SHARES, SHARES)
def test_it_holds_the_difference_and_turns_with_the_sides(one: Share, other: Share) -> None:
    low, high = difference(one, other)

    assert low - 1e-9 <= one.value - other.value <= high + 1e-9
    assert difference(other, one) == pytest.approx((-high, -low))
