"""How each rule that is not written as rules are is reported."""

import pytest

from engine.errors import Problem
from tests.workspace.base import RULES, Edit, mistake, problems_of


@pytest.mark.parametrize(
    ("edit", "problem"),
    [
        mistake(
            "a misspelt key of a rule",
            RULES,
            "  when: {score: health, falls_to: red}\n",
            "  wen: {score: health, falls_to: red}\n  when: {score: health, falls_to: red}\n",
            2,
            "rule 'fell-into-red' has an unknown key 'wen'",
            (
                "Did you mean 'when'? Keys: rule, when, for, clear_at, every, "
                "severity, because, label, play, backfill, adjust, soften, cap, finding."
            ),
        ),
        mistake(
            "a rule without its condition",
            RULES,
            "  when: {score: health, falls_to: red}\n",
            "",
            1,
            "rule 'fell-into-red' lacks 'when'",
            "Add `when: …` (what must be true).",
        ),
        mistake(
            "rule without name",
            RULES,
            "- rule: renewal-near\n  when:",
            "- label: Renewal\n  when:",
            14,
            "a rule lacks 'rule'",
            "Add `rule: …` (the rule's name: its identity).",
        ),
        mistake(
            "a misspelt key of a condition",
            RULES,
            "{score: health, falls_to: red}",
            "{score: health, fals_to: red}",
            2,
            "rule 'fell-into-red' has an unknown key 'fals_to' under when",
            (
                "Did you mean 'falls_to'? Keys: below, at_most, at_least, above, "
                "score, band, enters, falls_to, rises_to, leaves, drops, rises, over, min_points, declining, known."
            ),
        ),
        mistake(
            "a bound that is none",
            RULES,
            "{score: health, above: 45}",
            "{score: health, over: 45}",
            4,
            "rule 'fell-into-red', clear_at.over: '45' is no duration",
            "Write one like 15m, 6h, 90d or 2 business days.",
        ),
        mistake(
            "a misspelt subject of a condition",
            RULES,
            "{score: health, above: 45}",
            "{scor: health, above: 45}",
            4,
            "rule 'fell-into-red', clear_at: 'scor', 'above' tells no condition",
            "Did you mean 'score'?",
        ),
        mistake(
            "a text where a condition belongs",
            RULES,
            "{score: health, above: 45}",
            "health above 45",
            4,
            "rule 'fell-into-red', clear_at: a condition is wanted, not 'health above 45'",
            "Name one of: score, measure, fact, event, account, date, rule, task, all, any, not, at_least.",
        ),
        mistake(
            "two crossings in one condition",
            RULES,
            "{score: health, falls_to: red}",
            "{score: health, falls_to: red, enters: red}",
            2,
            "rule 'fell-into-red', when: a crossing is told in one way",
            "Say one of: enters, falls_to, rises_to, leaves.",
        ),
        mistake(
            "duration in weeks",
            RULES,
            "for: 2d",
            "for: 2w",
            3,
            "rule 'fell-into-red', for: '2w' is no duration",
            "Write one like 15m, 6h, 90d or 2 business days.",
        ),
        mistake(
            "a key with nothing after it",
            RULES,
            "severity: high",
            "severity:",
            6,
            "rule 'fell-into-red', severity: nothing is said",
            "Give it a value, or delete it.",
        ),
        mistake(
            "yes in place of true",
            RULES,
            "  severity: high\n",
            "  severity: high\n  backfill: yes\n",
            7,
            "rule 'fell-into-red', backfill: true or false is wanted, not 'yes'",
            "Write true or false, without quotes.",
        ),
        mistake(
            "a misspelt choice",
            RULES,
            "severity: high",
            "severity: hihg",
            6,
            "rule 'fell-into-red', severity: 'hihg' is no choice",
            "Did you mean 'high'?",
        ),
        mistake(
            "a share without its sign",
            RULES,
            "falls: 30%",
            "falls: 30",
            15,
            "rule 'renewal-near', when.any.falls: '30' is no share",
            "Write it with its sign, like 30%.",
        ),
        mistake(
            "a number with a sign of percent",
            RULES,
            "above: 45}",
            "above: 45%}",
            4,
            "rule 'fell-into-red', clear_at.above: '45%' is no number",
            "Write one like 35 or 0.5.",
        ),
        mistake(
            "unknown score",
            RULES,
            "{score: health, falls_to: red}",
            "{score: helth, falls_to: red}",
            2,
            "rule 'fell-into-red' speaks of an unknown score 'helth'",
            "Did you mean 'health'?",
        ),
        mistake(
            "a band that no model has",
            RULES,
            "{score: health, falls_to: red}",
            "{score: health, falls_to: purple}",
            2,
            "rule 'fell-into-red' speaks of an unknown band 'purple' of health",
            "There are: green, red, yellow.",
        ),
        mistake(
            "unknown fact",
            RULES,
            "fact: leadership_change",
            "fact: leadership_chang",
            11,
            "rule 'new-leadership' speaks of an unknown fact 'leadership_chang'",
            "Did you mean 'leadership_change'?",
        ),
    ],
)
def test_each_mistake_is_told_with_its_place_and_what_to_do(edit: Edit, problem: Problem) -> None:
    assert problems_of(edit.sources()) == (problem,)
