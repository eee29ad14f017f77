"""No mistake hides another."""

import pytest

from engine.workspace import load
from tests.workspace.base import (
    BASE,
    CATALOG,
    ENGAGEMENT,
    HEALTH,
    MEASURES,
    PLAYBOOK,
    RULES,
    Edit,
)


def test_an_unknown_name_is_told_beside_a_misspelt_key_of_the_same_rule() -> None:
    edit = Edit(RULES, "falls_to: red}\n", "falls_to: rd}\n  clear: {score: health, above: 45}\n")

    said = [problem.message for problem in load(edit.sources()).problems]

    assert said == [
        "rule 'fell-into-red' speaks of an unknown band 'rd' of health",
        "rule 'fell-into-red' has an unknown key 'clear'",
    ]


@pytest.mark.parametrize(
    ("file", "edits", "said"),
    [
        pytest.param(
            PLAYBOOK,
            {
                "cooldown: 30d": "cooldown: 30\nclass: spam\nnot_while: [nope]",
                "slack: at-risk, to: owner": "slack: at-rsk, to: owner",
                "due: 2 business days": "due: 2w",
            },
            [
                ", cooldown: '30' is no duration",
                " has an unknown key 'class'",
                " speaks of an unknown playbook 'nope'",
                " uses an unknown slack template 'at-rsk'",
                ", steps.due: '2w' is no duration",
            ],
            id="a playbook's form and names",
        ),
        pytest.param(
            HEALTH,
            {
                '3: "< 0.5", 5: else': '3: "< 0.5"',
                "{measure: nps, group: relationship": "{measure: npss, group: relationship",
                "from: 0, label": "from: 1, label",
            },
            [
                ", measures.points: some values have no level",
                " speaks of an unknown measure 'npss'",
                ", bands: from 0 to 1 is a gap between the bands",
            ],
            id="a score's points, measures and bands",
        ),
        pytest.param(
            HEALTH,
            {
                "{band: red, from: 0, label: At risk}": "red",
                "{band: green, from: 70}": "{band: green, from: high}",
                "weight: 3": "weight: 0",
            },
            [
                ", measures.weight: '0' is no weight",
                ", bands: a mapping is wanted, not 'red'",
                ", bands.from: 'high' is no number",
            ],
            id="several bands",
        ),
        pytest.param(
            HEALTH,
            {"primary: true": "primary: yes", "from: 0, label": "from: 1, label"},
            [", primary: true or false is wanted, not 'yes'", ", bands: from 0 to 1 is a gap between the bands"],
            id="a key of a score and its bands",
        ),
        pytest.param(
            HEALTH,
            {"weight: 3": "weight: 0", "group: relationship, points": "group: relatonship, points"},
            [
                ", measures.weight: '0' is no weight",
                ", measures.group: 'plan_name' names an unknown group 'relatonship'",
            ],
            id="a weight and another measure's group",
        ),
        pytest.param(
            HEALTH,
            {"product: 60": "product: abc", "group: product, weight": "group: prodct, weight"},
            [
                ", groups.product: 'abc' is no number",
                ", measures.group: 'logins_28d' names an unknown group 'prodct'",
            ],
            id="a group's weight and a measure's group",
        ),
        pytest.param(
            PLAYBOOK,
            {"cooldown: 30d": "cooldown: 30", "until: {task: call": "until: {task: cal"},
            [", cooldown: '30' is no duration", " speaks of an unknown task step 'cal'"],
            id="a cooldown and a step that is spoken of",
        ),
        pytest.param(
            PLAYBOOK,
            {
                "due: 2 business days": "due: 2w",
                "slack: at-risk, to: owner": "webhook: x",
                "slack: at-risk": "slack: no",
            },
            [
                ": `webhook` is not supported yet",
                ", steps.due: '2w' is no duration",
                " uses an unknown slack template 'no'",
            ],
            id="a step that is not supported yet and others",
        ),
    ],
)
def test_no_mistake_of_an_entry_hides_another(file: str, edits: dict[str, str], said: list[str]) -> None:
    sources = dict(BASE)
    for old, new in edits.items():
        sources = Edit(file, old, new).sources(sources)

    problems = load(sources).problems

    assert [problem.message.partition("'")[2].partition("'")[2] for problem in problems] == said


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        pytest.param(
            MEASURES,
            "seats: {attribute: seats}",
            "logins_28d: {count: login, over: 28d}\nseats: {attribute: seets}",
            [
                "the key 'logins_28d' stands twice in one mapping (first on line 1)",
                "measure 'seats' speaks of an unknown attribute 'seets'",
            ],
            id="a key that stands twice",
        ),
        pytest.param(
            MEASURES,
            "seats: {attribute: seats}",
            "seats: *x\nmore: &y {attribute: seets}\n<<: *x",
            [
                "an alias stands here: *x",
                "an anchor stands here: &y",
                "measure 'more' speaks of an unknown attribute 'seets'",
                "a merge key stands here: <<",
                "an alias stands here: *x",
            ],
            id="aliases and anchors",
        ),
        pytest.param(
            CATALOG,
            "  seats: {type: number, min: 0}",
            "  seats: *x\n  more: {type: numbr}",
            ["an alias stands here: *x", "attribute 'more', type: 'numbr' is no choice"],
            id="an alias in the catalog",
        ),
        pytest.param(
            CATALOG, "outcomes: [paused]", "outcomes: *x", ["an alias stands here: *x"], id="an alias for outcomes"
        ),
        pytest.param(
            HEALTH,
            "{measure: logins_28d, group: product, weight: 3, curve: [[0, 0], [20, 60], [60, 100]]}",
            "{measure: logns, group: product, weight: 3, curve: *x}\n  - *y",
            [
                "score 'health' speaks of an unknown measure 'logns'",
                "an alias stands here: *x",
                "an alias stands here: *y",
            ],
            id="aliases in a score",
        ),
        pytest.param(
            RULES,
            '"{{ account.name }} fell to {{ score.value | number }}"',
            "{{ account.name }}\n  paly: x",
            ["a mapping or a list stands where a key belongs", "rule 'fell-into-red' has an unknown key 'paly'"],
            id="braces without quotes",
        ),
        pytest.param(
            RULES,
            "  when: {score: health, falls_to: red}",
            "  when: {all: [*x, {score: helth, falls_to: red}]}",
            ["an alias stands here: *x", "rule 'fell-into-red' speaks of an unknown score 'helth'"],
            id="an alias in a condition",
        ),
        pytest.param(
            RULES,
            '  because: "{{ account.name }}',
            '  foo: 1\n  because: "{{ accout.name }}',
            [
                "rule 'fell-into-red' has an unknown key 'foo'",
                "rule 'fell-into-red', because: the template speaks of an unknown name 'accout'",
            ],
            id="an unknown key and a name in a sentence",
        ),
        pytest.param(
            RULES,
            "falls_to: red}",
            "falls_to: red, foo: 1}\n  adjust: {score: health, by: ten, fade: 3d}",
            [
                "rule 'fell-into-red' has an unknown key 'foo' under when",
                "rule 'fell-into-red', adjust.by: 'ten' is no number",
                "rule 'fell-into-red' has an unknown key 'fade' under adjust",
            ],
            id="a condition and an effect",
        ),
        pytest.param(
            RULES,
            "  cap: {score: engagement, at_most: 60}",
            "  soften: {score: health, measures: [nope], by: 50}",
            [
                "rule 'quiet-renewal' softens 'nope', which is no measure of health",
                "rule 'quiet-renewal', soften.by: '50' is no share",
            ],
            id="what a rule softens, and by how much",
        ),
        pytest.param(
            RULES,
            "  cap: {score: engagement, at_most: 60}",
            "  cap: {score: engagement, at_most: 60}\n  adjust: {score: health, by: 3}\n  play: nope",
            [
                "rule 'quiet-renewal': a rule has one effect on a score: adjust, soften or cap",
                "rule 'quiet-renewal' starts an unknown playbook 'nope'",
            ],
            id="two effects, and a playbook",
        ),
        pytest.param(
            RULES,
            "at_most: 60}",
            "at_most: 184}\n- {rule: other, when: {score: helth, below: 3}}",
            [
                "rule 'quiet-renewal', cap.at_most: '184' is out of bounds",
                "rule 'other' speaks of an unknown score 'helth'",
            ],
            id="a cap and the next rule",
        ),
        pytest.param(
            PLAYBOOK,
            "  - {step: tell-owner, slack: at-risk, to: owner}",
            "  - {step: tell-owner, slack: at-rsk, to: '#has space'}\n  - {stepp: x, slack: foo}",
            [
                "playbook 'save-at-risk' uses an unknown slack template 'at-rsk'",
                "playbook 'save-at-risk' tells '#has space', which is nobody",
                "playbook 'save-at-risk', steps: 'step' is missing",
                "playbook 'save-at-risk' has an unknown key 'stepp' under steps",
                "playbook 'save-at-risk' uses an unknown slack template 'foo'",
            ],
            id="steps",
        ),
        pytest.param(
            PLAYBOOK,
            "[{step: escalate, slack: at-risk, to: manager}]",
            "[{step: escalate, slck: at-risk, to: manager}, {step: b, task: foo}]",
            [
                "playbook 'save-at-risk', steps.then: 'step', 'slck', 'to' tells no step",
                "playbook 'save-at-risk' uses an unknown task template 'foo'",
            ],
            id="steps of a branch",
        ),
        pytest.param(
            PLAYBOOK,
            "{step: call, task: risk-call, due: 2 business days}",
            "{step: call, tsk: risk-call}",
            ["playbook 'save-at-risk', steps: 'step', 'tsk' tells no step"],
            id="a step that others speak of",
        ),
        pytest.param(
            HEALTH,
            "{measure: logins_28d, group: product,",
            "{measure: logns, group: prodct,",
            [
                "score 'health' speaks of an unknown measure 'logns'",
                "score 'health', measures.group: 'logns' names an unknown group 'prodct'",
            ],
            id="a measure and its group",
        ),
        pytest.param(
            ENGAGEMENT,
            "  - {event: login, add: 1, fades: 90d, cap: 30}",
            "  - {event: login, add: 1}\n  - {event: logn, add: 1}\n  - {event: lgin, add: 1, fades: 90d, over: 9d}",
            [
                "score 'engagement', points: it is not said how long an event counts",
                "score 'engagement', points: it is not said how long an event counts",
                "score 'engagement' speaks of an unknown event 'logn'",
                "score 'engagement' speaks of an unknown event 'lgin'",
                "score 'engagement', points.over: an event that fades does not count in full over a window too",
            ],
            id="entries of a points model",
        ),
    ],
)
def test_no_mistake_of_a_file_hides_another(file: str, old: str, new: str, said: list[str]) -> None:
    problems = load(Edit(file, old, new).sources()).problems

    assert [problem.message for problem in problems] == said


def test_two_mistakes_in_one_rule_give_both() -> None:
    sources = Edit(RULES, "for: 2d", "for: 2w").sources()
    sources = Edit(RULES, "severity: high", "severity: hihg").sources(sources)

    assert [problem.line for problem in load(sources).problems] == [3, 6]
