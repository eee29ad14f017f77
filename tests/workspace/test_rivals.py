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
            "Leave one of them.",
        ),
        mistake(
            "a bound of a crossing",
            RULES,
            "when: {score: health, falls_to: red}",
            "when: {score: health, falls_to: red, below: 20}",
            2,
            "rule 'fell-into-red', when: 'below' does not go with 'falls_to'",
            "Leave one of them.",
        ),
        mistake(
            "a score and a measure",
            RULES,
            NEAR,
            "{score: health, measure: nps, below: 3}",
            15,
            "rule 'renewal-near', when.any: 'measure' does not go with 'score'",
            UNDER_ALL,
        ),
        mistake(
            "a key of another subject",
            RULES,
            NEAR,
            "{fact: leadership_change, active: true, in: 30d}",
            15,
            "rule 'renewal-near' has an unknown key 'in' under when.any",
            "Keys: active, fact, where, within.",
        ),
        mistake(
            "a key that an effect has not",
            RULES,
            "by: -10, fades: 90d",
            "by: -10, over: 90d",
            13,
            "rule 'new-leadership' has an unknown key 'over' under adjust",
            "Keys: by, fades, score.",
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
            "{step: tell-owner, slack: at-risk, to: owner, task: risk-call}",
            6,
            "playbook 'save-at-risk', steps: 'task' does not go with 'slack'",
            "Leave one of them, or write two steps.",
        ),
    ],
)
def test_two_rivals_are_told_with_each_others_name(edit: Edit, problem: Problem) -> None:
    assert problems_of(edit.sources()) == (problem,)
