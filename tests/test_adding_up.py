"""What a score's parts add, to one decimal, adds up to the score that is shown above them."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.cli.explaining import adding_up

amounts = st.lists(st.none() | st.integers(-400_000, 1_000_000).map(lambda number: number / 10_000), max_size=12)


def shown(number: float) -> float:
    return float(f"{number:.1f}")


@given(amounts)
def test_parts_are_rounded_so_that_they_add_up(some: list[float | None]) -> None:
    rounded = adding_up(some, ())

    known = [amount for amount in some if amount is not None]
    assert math.fsum(part for part in rounded if part is not None) == pytest.approx(shown(math.fsum(known)))
    for amount, part in zip(some, rounded, strict=True):
        assert (amount is None) == (part is None)
        assert amount is None or abs(part - amount) < 0.1 + 1e-9  # type: ignore[operator]


@pytest.mark.parametrize(
    ("some", "totals", "expected"),
    [
        pytest.param([7.14, 7.14, 7.14], (21.4200, None), [7.2, 7.1, 7.1], id="the first of equal ones gets the rest"),
        pytest.param([10.06, 11.09, None], (21.1500, 30.0), [10.0, 11.1, None], id="as the score is shown"),
        pytest.param([10.0, 20.0], (None, 30.0), [10.0, 20.0], id="whole ones stay"),
        pytest.param([-3.3333, 3.3333], (0.0, 0.0), [-3.3, 3.3], id="what goes down and up"),
        pytest.param([], (None, None), [], id="nothing"),
    ],
)
def test_what_is_left_over_goes_where_the_rest_is_largest(
    some: list[float | None], totals: tuple[float | None, ...], expected: list[float | None]
) -> None:
    assert adding_up(some, totals) == expected
