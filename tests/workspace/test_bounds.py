"""Bounds that no number keeps are warned of."""

import pytest

from engine.errors import Problem, Severity
from engine.workspace.check_conditions import is_empty
from tests.workspace.base import RULES, Edit, mistake, problems_of


@pytest.mark.parametrize(
    ("edit", "problem"),
    [
        mistake(
            "bounds between which there is no number",
            RULES,
            "{date: renewal_date, in_next: 60d}",
            "{measure: logins_28d, at_most: 5, above: 5}",
            15,
            "rule 'renewal-near' asks for a number of at most 5 and above 5, which there is none of",
            "Mend a bound, or ask for each under `any`.",
            Severity.WARNING,
        ),
        mistake(
            "a bound that no score reaches",
            RULES,
            "{date: renewal_date, in_next: 60d}",
            "{score: health, above: 100}",
            15,
            "rule 'renewal-near' asks for a number above 100, which there is none of",
            "A score lies in 0 to 100.",
            Severity.WARNING,
        ),
    ],
)
def test_bounds_that_no_number_keeps_are_warned_of(edit: Edit, problem: Problem) -> None:
    assert problems_of(edit.sources()) == (problem,)


@pytest.mark.parametrize(
    ("bounds", "expected"),
    [
        ([("<", 5), (">", 4)], False),
        ([("<=", 5), (">=", 5)], False),
        ([("<", 5), (">=", 5)], True),
        ([("<=", 5), (">", 5), (">=", 0)], True),
        ([(">=", 0), ("<=", 100)], False),
        ([("<", 0)], True),
        ([(">", 100)], True),
        ([(">=", 100)], False),
        ([(">=", 50), ("<", 35), ("<=", 90)], True),
    ],
)
def test_bounds_are_empty_where_no_number_from_0_to_100_lies_within_all(
    bounds: list[tuple[str, float]], expected: bool
) -> None:
    assert is_empty(bounds, 0, 100) is expected
