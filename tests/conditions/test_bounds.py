"""A bound of a file has any number of digits; what is compared with it has 4 decimals, and so has what is asked."""

from hypothesis import given
from hypothesis import strategies as st

from engine.conditions.compile import compile_condition
from engine.conditions.tree import answer
from engine.language.catalog import Catalog
from tests.conditions.drawing import parse

PLAIN = {"below": float.__lt__, "at_most": float.__le__, "at_least": float.__ge__, "above": float.__gt__}


@given(
    st.sampled_from(sorted(PLAIN)),
    st.floats(-1, 1) | st.integers(-100_000, 100_000).map(lambda units: units / 100_000),
    st.integers(-10_000, 10_000).map(lambda units: units / 10_000),
)
def test_what_is_asked_is_what_the_bound_says(key: str, bound: float, value: float) -> None:
    tree = compile_condition(parse({"score": "health", key: bound}), Catalog())

    assert answer(tree, {"score.health": value}) is PLAIN[key](value, bound)
