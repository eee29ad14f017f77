"""`at_least … of` is no more than the choices that it stands for, and costs durable-rules no more ways than these."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.conditions import tree
from engine.conditions.columns import AttributeOf
from engine.conditions.tree import All, Any, Row, Tree, answer, at_least, negated, ways

ROWS = st.dictionaries(st.sampled_from([f"account.a{n}" for n in range(5)]), st.sampled_from([0.0, 1.0]))


def parts(count: int) -> tuple[Tree, ...]:
    return tuple(tree.Test(AttributeOf(f"a{number}"), "==", 1.0) for number in range(count))


def written_out(count: int, of: tuple[Tree, ...]) -> Tree:
    return Any(tuple(All(chosen) for chosen in combinations(of, count)))


@given(st.integers(1, 5), st.integers(1, 5), ROWS)
def test_it_answers_as_the_choices_do_blanks_included(one: int, other: int, row: Row) -> None:
    count, of = min(one, other), parts(max(one, other))

    assert answer(at_least(count, of), row) == answer(written_out(count, of), row)
    assert answer(negated(at_least(count, of)), row) == answer(negated(written_out(count, of)), row)


@pytest.mark.parametrize(
    ("count", "of", "expected"),
    [
        pytest.param(2, 3, (3, 3), id="2 of 3"),
        pytest.param(2, 4, (6, 4), id="2 of 4"),
        pytest.param(2, 5, (10, 5), id="2 of 5"),
        pytest.param(1, 4, (4, 1), id="one of them"),
        pytest.param(4, 4, (1, 4), id="all of them"),
    ],
)
def test_its_opposite_has_few_ways_too(count: int, of: int, expected: tuple[int, int]) -> None:
    some = at_least(count, parts(of))

    assert (ways(some), ways(negated(some))) == expected
