"""What is asked for and can never be: bounds that no number keeps, values out of range, more days than there are."""

import pytest

from engine.errors import Problem, Severity
from engine.workspace.check_conditions import is_empty
from tests.workspace.base import MEASURES, RULES, SCENARIOS, Edit, mistake, problems_of


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
        mistake(
            "a bound that no attribute reaches",
            RULES,
            "seats: {at_least: 5}",
            "seats: {below: 0}",
            12,
            "rule 'new-leadership' asks for 'seats' below 0, which it never is",
            "It is 0 or more.",
            Severity.WARNING,
        ),
        mistake(
            "bounds of a property between which there is no number",
            MEASURES,
            "where: {system: crm}",
            "where: {minutes: {above: 4, at_most: 4}}",
            7,
            "measure 'minutes_28d' asks for 'minutes' of at most 4 and above 4, which it never is",
            "Mend a bound.",
            Severity.WARNING,
        ),
        mistake(
            "more days than the window of a metric has",
            MEASURES,
            "{latest: nps, max_age: 180d}",
            "{mean: nps, over: 28d, min_points: 29}",
            6,
            "measure 'nps' wants 29 days with a value, and its window has 28: it is never known",
            "Take a longer window, or write `min_points: 28` or less.",
            Severity.WARNING,
        ),
        mistake(
            "more days than the window of a drop has",
            RULES,
            "{date: renewal_date, in_next: 60d}",
            "{score: health, drops: 5, over: 7d, min_points: 8}",
            15,
            "rule 'renewal-near' wants 8 days with a value, and its window has 7: it is never known",
            "Take a longer window, or write `min_points: 7` or less.",
            Severity.WARNING,
        ),
        mistake(
            "an effect of nothing",
            RULES,
            "by: -10",
            "by: 0",
            13,
            "rule 'new-leadership' adds 0 points, which changes nothing",
            "Say how many, like -10.",
            Severity.WARNING,
        ),
        mistake(
            "an hour that no day has",
            MEASURES,
            "where: {system: crm}",
            "where: {hour: [23, 24]}",
            7,
            "measure 'minutes_28d': 'hour' is never 24",
            "It lies in 0 to 23.",
        ),
        mistake(
            "a metric's number that no import takes",
            SCENARIOS,
            "metrics: {nps: -20}",
            "metrics: {nps: 100.5}",
            11,
            "scenario 'a fall into red that lasts': 'nps' is never 100.5",
            "It lies in -100 to 100.",
        ),
        mistake(
            "the same before a scenario begins",
            SCENARIOS,
            "{metric: nps, on: -10, value: 50}",
            "{metric: nps, on: -10, value: -101}",
            7,
            "scenario 'a fall into red that lasts': 'nps' is never -101",
            "It lies in -100 to 100.",
        ),
        mistake(
            "a number that no account has",
            RULES,
            "seats: {at_least: 5}",
            "seats: -1",
            12,
            "rule 'new-leadership': 'seats' is never -1",
            "It is 0 or more.",
        ),
    ],
)
def test_what_can_never_be_is_told(edit: Edit, problem: Problem) -> None:
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
