"""Keys that each stand in an entry of their kind, and never beside each other, are told with each other's name."""

import pytest

from engine.errors import Problem
from tests.workspace.base import MEASURES, PLAYBOOK, RULES, Edit, mistake, problems_of

NEAR = "{date: renewal_date, in_next: 60d}"
UNDER_ALL = "Leave one of them, or ask for each under `all`."


@pytest.mark.parametrize(
    ("edit", "problem"),
    [
        mistake(
            "a condition of two subjects",
            RULES,
            NEAR,
            "{score: health, event: login, below: 4}",
            15,
            "rule 'renewal-near', when.any: 'event' does not go with 'score'",
            UNDER_ALL,
        ),
        mistake(
            "two tests of one subject",
            RULES,
            NEAR,
            "{fact: leadership_change, active: true, within: 7d}",
            15,
            "rule 'renewal-near', when.any: 'within' does not go with 'active'",
            UNDER_ALL,
        ),
        mistake(
            "a bound of a crossing",
            RULES,
            "when: {score: health, falls_to: red}",
            "when: {score: health, falls_to: red, below: 20}",
            2,
            "rule 'fell-into-red', when: 'below' does not go with 'falls_to'",
            UNDER_ALL,
        ),
        mistake(
            "two measures in one",
            MEASURES,
            "breadth: {distinct: login, by: contact, over: 28d}",
            "breadth: {distinct: login, by: contact, over: 28d, days_with: login}",
            2,
            "measure 'breadth': 'days_with' does not go with 'distinct'",
            "Leave one of them, or write two measures.",
        ),
        mistake(
            "two steps in one",
            PLAYBOOK,
            "{step: tell-owner, slack: at-risk, to: owner}",
            "{step: tell-owner, slack: at-risk, to: owner, due: 3d}",
            6,
            "playbook 'save-at-risk', steps: 'due' does not go with 'slack'",
            "Leave one of them, or write two steps.",
        ),
    ],
)
def test_two_rivals_are_told_with_each_others_name(edit: Edit, problem: Problem) -> None:
    assert problems_of(edit.sources()) == (problem,)
