"""The order of scores and rules, and the levels that it cuts into (language.md section 7)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.workspace import load
from engine.workspace.order import Level, Ordered, cycles, levels, order_of
from tests.workspace.base import BASE, ENGAGEMENT, HEALTH, RULES, Edit

NUMBERS = st.integers(0, 12)


def item(number: int) -> Ordered:
    return Ordered("rule" if number % 2 else "score", f"n{number}")


def test_context_comes_before_its_score_and_signals_after_it() -> None:
    workspace = load(BASE).checked()

    assert workspace.levels == (
        Level(scores=(), rules=("new-leadership", "renewal-near")),
        Level(scores=("health",), rules=("fell-into-red", "quiet-renewal")),
        Level(scores=("engagement",), rules=()),
    )


@pytest.mark.parametrize(
    ("edit", "first", "then"),
    [
        pytest.param(
            Edit(ENGAGEMENT, "start: 30\n", "start: 30\n").sources(),
            "quiet-renewal",
            "engagement",
            id="an effect, a score",
        ),
        pytest.param(
            Edit(HEALTH, "{measure: nps,", "{measure: nps, unless: {rule: renewal-near, active: true},").sources(),
            "renewal-near",
            "health",
            id="a rule, a score that speaks of it in unless",
        ),
        pytest.param(
            Edit(ENGAGEMENT, "when: {measure: nps, at_least: 50}", "when: {score: health, above: 3}").sources(),
            "health",
            "engagement",
            id="a score, a points model that speaks of it",
        ),
        pytest.param(
            Edit(HEALTH, "  - {measure: nps,", "  - {score: engagement, group: product}\n  - {measure: nps,").sources(),
            "engagement",
            "health",
            id="a score, a score that has it as a measure",
        ),
        pytest.param(
            Edit(RULES, "clear_at: {score: health", "clear_at: {score: engagement").sources(),
            "engagement",
            "fell-into-red",
            id="a score, a rule that clears at it",
        ),
    ],
)
def test_everything_is_judged_after_what_it_rests_on(edit: dict[str, str], first: str, then: str) -> None:
    order = [one.name for one in load(edit).checked().order]

    assert order.index(first) < order.index(then)


@given(st.lists(st.tuples(NUMBERS, NUMBERS)))
def test_without_circles_everything_comes_once_and_after_all_that_it_needs(pairs: list[tuple[int, int]]) -> None:
    needed: dict[Ordered, list[Ordered]] = {item(number): [] for number in range(13)}
    for left, right in pairs:
        if left != right:
            needed[item(max(left, right))].append(item(min(left, right)))

    order = order_of(levels(needed))

    assert sorted(order) == sorted(needed)
    assert all(order.index(before) < order.index(one) for one in needed for before in needed[one])


@given(st.lists(st.tuples(NUMBERS, NUMBERS)))
def test_a_circle_is_found_exactly_where_there_is_no_order(pairs: list[tuple[int, int]]) -> None:
    needed: dict[Ordered, list[Ordered]] = {item(number): [] for number in range(13)}
    for left, right in pairs:
        needed[item(left)].append(item(right))

    circles = list(cycles(needed))

    for circle in circles:
        assert all(after in needed[one] for one, after in zip(circle, (*circle[1:], circle[0]), strict=True))
    if circles:
        with pytest.raises(ValueError, match="circle"):
            levels(needed)
    else:
        levels(needed)
