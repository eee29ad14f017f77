"""Strips hold what the rows of events hold, and come back from their blob as they went in."""

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from engine.store.strips import Property, Strip, coded, joined, pack, said, unpack
from tests.store.records import said_of

numbers = st.one_of(st.none(), st.integers(-(10**9), 10**9), st.floats(-1e6, 1e6).map(lambda number: round(number, 4)))
scalars = st.one_of(st.none(), st.booleans(), st.text(max_size=5), st.integers(-5, 5), st.sampled_from([1.0, 0.0, 2.5]))


def strip(count: int, first: int = 0, **properties: Property) -> Strip:
    """Events of one account, a moment apart."""
    at = np.arange(first, first + count) * 1_000_000_007
    contact = np.arange(count) - 1
    return Strip(np.zeros(count, np.int64), at % 32, at, contact, at + 5, properties)


def typed(said: list[Any]) -> list[tuple[type, Any]]:
    """True is not 1; whole numbers among numbers are numbers."""
    return [(bool if isinstance(one, bool) else float if isinstance(one, int) else type(one), one) for one in said]


@given(st.one_of(st.lists(numbers), st.lists(scalars)))
def test_a_property_comes_back_from_its_blob_as_it_went_in(told: list[Any]) -> None:
    back = unpack(pack(strip(len(told), prop=said(told))))

    assert typed(said_of(back.properties["prop"])) == typed(told)


@given(st.lists(scalars, max_size=6), st.lists(numbers, max_size=6), st.integers(0, 3))
def test_what_is_joined_holds_the_events_of_all_and_nothing_where_one_says_nothing(
    some: list[Any], more: list[Any], blank: int
) -> None:
    parts = [
        strip(len(some), prop=said(some)),
        strip(len(more), len(some), prop=said(more)),
        strip(blank, len(some) + len(more)),
    ]

    together = joined(parts)

    assert typed(said_of(together.properties["prop"])) == typed([*some, *more, *[None] * blank])
    assert together.at.tolist() == sorted(at for part in parts for at in part.at.tolist())


@given(st.permutations(range(12)))
def test_joined_events_lie_by_account_and_moment(order: list[int]) -> None:
    lane, at = np.array(order) % 3, np.array(order) * 10
    part = Strip(lane, lane, at, lane, at, {"name": said([str(number) for number in order])})

    together = joined([part])

    assert list(zip(together.lane.tolist(), together.at.tolist(), strict=True)) == sorted(
        zip(lane.tolist(), at.tolist(), strict=True)
    )
    assert said_of(together.properties["name"]) == [str(at // 10) for at in together.at.tolist()]


def test_numbers_are_coded_by_what_they_are() -> None:
    found = coded(np.array([2.5, np.nan, 1.0, 2.5]))

    assert said_of(found) == [2.5, None, 1.0, 2.5]
    assert found.values == (1.0, 2.5)
