"""How each mistake in scores of contacts, and in what rolls scores up, is reported."""

import pytest

from engine.errors import Problem
from tests.workspace.base import BASE, CATALOG, HEALTH, MEASURES, RULES, Edit, mistake, problems_of

INVOLVEMENT = "rules/scores/involvement.yaml"
LEVELS = {
    **BASE,
    CATALOG: BASE[CATALOG].replace("events:\n", "  mood: {of: contact}\nevents:\n"),
    MEASURES: BASE[MEASURES]
    + "mood: {latest: mood}\n"
    + "champions: {roll_up: involvement, of: contacts, take: worst, where: {role: champion}}\n"
    + "family: {roll_up: health, of: children, take: weighted, weight: value, where: {segment: mid}}\n",
    INVOLVEMENT: """\
score: involvement
level: contact
goal: Who of them still works with us
measures:
  - {measure: logins_28d, curve: [[0, 0], [10, 100]], unless: {account: {segment: smb}}}
  - {measure: mood, curve: [[0, 0], [10, 100]]}
bands: [{band: quiet, from: 0}, {band: busy, from: 50}]
""",
}
ONLY = "Only a measure with `roll_up` reads it; speak of such a measure instead."


def test_scores_of_contacts_and_roll_ups_check_clean() -> None:
    assert problems_of(LEVELS) == ()


@pytest.mark.parametrize(
    ("edit", "problem"),
    [
        mistake(
            "a condition on a score of contacts",
            RULES,
            "{score: health, falls_to: red}",
            "{score: involvement, below: 20}",
            2,
            "rule 'fell-into-red' speaks of 'involvement', a score of contacts",
            ONLY,
        ),
        mistake(
            "an effect on a score of contacts",
            RULES,
            "adjust: {score: health,",
            "adjust: {score: involvement,",
            13,
            "rule 'new-leadership' speaks of 'involvement', a score of contacts",
            ONLY,
        ),
        mistake(
            "a primary score of contacts",
            INVOLVEMENT,
            "level: contact\n",
            "level: contact\nprimary: true\n",
            3,
            "score 'involvement' scores contacts, so it can't be the primary score",
            "Leave `primary` to a score of accounts.",
        ),
        mistake(
            "a metric of accounts in a score of contacts",
            INVOLVEMENT,
            "measure: mood",
            "measure: nps",
            6,
            "score 'involvement' measures contacts by 'nps', but nps is a metric of accounts",
            "Declare the metric with `of: contact`, or use events that name contacts.",
        ),
        mistake(
            "a roll-up in a score of contacts",
            INVOLVEMENT,
            "measure: mood",
            "measure: family",
            6,
            "score 'involvement' measures contacts by 'family', which rolls up scores into one number of the account",
            "Use measures of what contacts do.",
        ),
        mistake(
            "another score in a score of contacts",
            INVOLVEMENT,
            "- {measure: mood, curve: [[0, 0], [10, 100]]}",
            "- {score: health}",
            6,
            "score 'involvement' scores contacts, which no rule and no other score speaks of",
            "Use measures of what contacts do.",
        ),
        mistake(
            "a rule that excuses a contact",
            INVOLVEMENT,
            "unless: {account: {segment: smb}}",
            "unless: {rule: new-leadership, active: true}",
            5,
            "score 'involvement' scores contacts, which no rule and no other score speaks of",
            "Speak of records and measures.",
        ),
        mistake(
            "a score of accounts, rolled up from contacts",
            MEASURES,
            "roll_up: involvement",
            "roll_up: health",
            12,
            "measure 'champions' rolls up 'health' of contacts, but that is a score of accounts",
            "Write `level: contact` in the score, or roll up one that has it.",
        ),
        mistake(
            "a score of contacts, rolled up from children",
            MEASURES,
            "roll_up: health",
            "roll_up: involvement",
            13,
            "measure 'family' speaks of 'involvement', a score of contacts",
            ONLY,
        ),
        mistake(
            "an unknown score, rolled up",
            MEASURES,
            "roll_up: involvement",
            "roll_up: involvment",
            12,
            "measure 'champions' speaks of an unknown score of contacts 'involvment'",
            "Did you mean 'involvement'?",
        ),
        mistake(
            "an unknown field of contacts",
            MEASURES,
            "where: {role: champion}",
            "where: {rol: champion}",
            12,
            "measure 'champions' speaks of an unknown field 'rol' of contacts",
            "Did you mean 'role'?",
        ),
        mistake(
            "a field of another type",
            MEASURES,
            "where: {role: champion}",
            "where: {consent: champion}",
            12,
            "measure 'champions': 'consent' is a boolean, and true or false is wanted, not 'champion'",
            "Write true or false.",
        ),
        mistake(
            "a text that an attribute of children never has",
            MEASURES,
            "where: {segment: mid}",
            "where: {segment: middle}",
            13,
            "measure 'family': 'segment' is never 'middle'",
            "Did you mean 'mid'?",
        ),
        mistake(
            "a weight that is a text",
            MEASURES,
            "weight: value",
            "weight: plan",
            13,
            "measure 'family' weighs by 'plan', which is a text",
            "Numbers are: seats, value.",
        ),
        mistake(
            "a mean with a weight",
            MEASURES,
            "take: weighted",
            "take: mean",
            13,
            "measure 'family': `take: weighted` and `weight` belong together",
            "Give both, or neither.",
        ),
        mistake(
            "contacts that are weighed",
            MEASURES,
            "take: worst, where: {role: champion}",
            "take: weighted, weight: seats",
            12,
            "measure 'champions', take: contacts have no number to be weighed by",
            "Take their mean or the worst.",
        ),
        mistake(
            "an unknown level",
            INVOLVEMENT,
            "level: contact",
            "level: person",
            2,
            "score 'involvement', level: 'person' is no choice",
            "Choose one of: account, contact.",
        ),
    ],
)
def test_each_mistake_is_told_with_its_place_and_what_to_do(edit: Edit, problem: Problem) -> None:
    assert problem in problems_of(edit.sources(LEVELS))


def test_all_models_of_a_score_are_of_one_level() -> None:
    other = LEVELS[HEALTH].replace("score: health\n", "score: health\nmodel: second\nlevel: contact\norder: 5\n")
    [problem] = [
        one
        for one in problems_of({**LEVELS, "rules/scores/second.yaml": other})
        if "scores contacts, but" in one.message
    ]

    assert (
        problem.message
        == "score 'health', model 'second' scores contacts, but rules/scores/health.yaml scores accounts"
    )
