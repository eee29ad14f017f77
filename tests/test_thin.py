"""A day is thin when fewer accounts than a share of the usual have a record of it; the usual is that of its weekday."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.arithmetic.thin import REACH, ThinFeed, thin_feed

LAST = 20_000
BEGINS = LAST - 400


def feed(
    *last_days: int, usual: Sequence[int] = (100,) * 7, begins: int = BEGINS, below: float = 0.5
) -> ThinFeed | None:
    """A feed of so many accounts on each weekday, but for the last days of all."""
    counts = [usual[(LAST - ago) % 7] for ago in range(REACH - 1, -1, -1)]
    counts[len(counts) - len(last_days) :] = last_days
    return thin_feed(np.array(counts, dtype=np.int64), LAST, begins, below)


@pytest.mark.parametrize(
    ("last_days", "expected"),
    [
        pytest.param((100, 100), None, id="as usual"),
        pytest.param((100, 50), None, id="half of the usual, where less than half is thin"),
        pytest.param((100, 49), ThinFeed(LAST - 1, 49, 100.0), id="less than half"),
        pytest.param((100, 0), ThinFeed(LAST - 1, 0, 100.0), id="nothing at all"),
        pytest.param((49, 100), None, id="a thin day that is over"),
        pytest.param((100, 30, 20, 40), ThinFeed(LAST - 3, 40, 100.0), id="three thin days in a row"),
        pytest.param((30, 100, 20), ThinFeed(LAST - 1, 20, 100.0), id="a whole day between two thin ones"),
    ],
)
def test_a_feed_is_held_as_of_the_last_day_that_was_not_thin(
    last_days: tuple[int, ...], expected: ThinFeed | None
) -> None:
    assert feed(*last_days) == expected


@pytest.mark.parametrize(("accounts", "is_thin"), [(7, False), (6, True)])
def test_the_share_is_taken_exactly(accounts: int, is_thin: bool) -> None:
    """As binary fractions 7 % of 100 are a little more than 7."""
    assert (feed(accounts, below=0.07) is not None) == is_thin


def test_weekends_are_compared_with_weekends() -> None:
    week = tuple(5 if day == LAST % 7 else 100 for day in range(7))

    assert feed(usual=week) is None
    assert feed(2, usual=week) == ThinFeed(LAST - 1, 2, 5.0)


@pytest.mark.parametrize(
    ("weeks", "expected"),
    [pytest.param(4, True, id="four weeks known"), pytest.param(3, False, id="three weeks known")],
)
def test_with_fewer_than_four_weeks_known_no_day_is_thin(weeks: int, expected: bool) -> None:
    assert (feed(10, begins=LAST - 7 * weeks) is not None) == expected


def test_thin_days_are_no_part_of_the_usual() -> None:
    four_thin_weekdays = [10 if ago % 7 == 0 else 100 for ago in range(28, -1, -1)]

    assert feed(*four_thin_weekdays) == ThinFeed(LAST - 1, 10, 100.0)


def test_a_feed_that_stays_thin_for_long_is_its_own_usual() -> None:
    assert feed(*[10] * 27) == ThinFeed(LAST - 27, 10, 100.0)
    assert feed(*[10] * REACH) is None


@given(
    counts=st.lists(st.integers(0, 50), min_size=REACH, max_size=REACH),
    begins=st.integers(LAST - 150, LAST),
    below=st.floats(0.01, 1),
)
def test_what_is_held_ends_before_a_day_that_is_below_its_usual(counts: list[int], begins: int, below: float) -> None:
    found = thin_feed(np.array(counts, dtype=np.int64), LAST, begins, below)

    if found is not None:
        assert begins <= found.last_day + 1 <= LAST
        assert found.accounts == counts[-1] < below * found.usual + 1e-6
