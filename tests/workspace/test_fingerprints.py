"""What makes a rule or a score model another one, and what does not (language.md sections 5 and 7)."""

import pytest

from engine.workspace import load
from tests.workspace.base import BASE, CATALOG, ENGAGEMENT, HEALTH, MEASURES, PLAYBOOK, RULES, Edit


def rule_prints(sources: dict[str, str]) -> dict[str, str]:
    return {name: rule.fingerprint for name, rule in load(sources).checked().compiled.rules.items()}


def model_prints(sources: dict[str, str]) -> dict[str, str]:
    scores = load(sources).checked().compiled.scores
    return {name: trees.models[0].fingerprint for name, trees in scores.items()}


def changed(before: dict[str, str], after: dict[str, str]) -> set[str]:
    return {name for name in before if before[name] != after[name]}


HEALTHS = {"fell-into-red"}
PAYING = "when: {account: {trial: false}}"


@pytest.mark.parametrize(
    ("edit", "rules"),
    [
        pytest.param(Edit(RULES, "for: 2d", "for: 3d"), HEALTHS, id="for"),
        pytest.param(Edit(RULES, "above: 45", "above: 46"), HEALTHS, id="clear_at"),
        pytest.param(Edit(RULES, "by: -10", "by: -11"), HEALTHS, id="the effect of a rule on a score that it names"),
        pytest.param(Edit(RULES, "role: CTO", "role: CEO"), {"new-leadership", *HEALTHS}, id="a condition"),
        pytest.param(Edit(RULES, "in_next: 60d", "in_next: 61d"), {"renewal-near", "quiet-renewal"}, id="a named rule"),
        pytest.param(Edit(MEASURES, "max_age: 180d", "max_age: 90d"), HEALTHS, id="a measure of a score that it names"),
        pytest.param(
            Edit(CATALOG, "  login:\n", "  login: {from: 2026-01-01}\n"),
            {"renewal-near", "quiet-renewal", *HEALTHS},
            id="since when an event is complete",
        ),
        pytest.param(Edit(HEALTH, "weight: 3", "weight: 4"), HEALTHS, id="a weight"),
        pytest.param(Edit(HEALTH, "from: 40", "from: 41"), HEALTHS, id="a band's edge"),
        pytest.param(
            Edit(HEALTH, "bands:", "when: {account: {trial: false}}\nbands:"), HEALTHS, id="whom a model scores"
        ),
        pytest.param(Edit(RULES, "severity: high", "severity: low"), set(), id="severity"),
        pytest.param(Edit(RULES, "  play: save-at-risk\n", ""), set(), id="the playbook"),
        pytest.param(Edit(RULES, "fell to {{", "is at {{"), set(), id="because"),
        pytest.param(Edit(RULES, "- rule: new-lead", "# context\n- rule: new-lead"), set(), id="a comment"),
        pytest.param(Edit(RULES, "{score: health, falls_to: red}", "{falls_to: red, score: health}"), set(), id="keys"),
        pytest.param(Edit(RULES, "role: CTO", "role: [CTO]"), set(), id="a list of one"),
        pytest.param(
            Edit(RULES, "{score: health, falls_to: red}", "{all: [{any: [{score: health, falls_to: red}]}]}"),
            set(),
            id="all and any of one",
        ),
        pytest.param(Edit(CATALOG, "unit: users", "unit: people"), set(), id="a unit"),
        pytest.param(Edit(CATALOG, "minutes: number", "minutes: {type: number}"), set(), id="a type at length"),
        pytest.param(Edit(HEALTH, "label: At risk", "label: In danger"), set(), id="a band's label"),
        pytest.param(Edit(PLAYBOOK, "cooldown: 30d", "cooldown: 31d"), set(), id="a playbook"),
        pytest.param(Edit(ENGAGEMENT, "add: 20", "add: 21"), set(), id="a score that no rule names"),
    ],
)
def test_a_rule_is_another_one_when_its_answer_can_change(edit: Edit, rules: set[str]) -> None:
    assert changed(rule_prints(dict(BASE)), rule_prints(edit.sources())) == rules


@pytest.mark.parametrize(
    ("edit", "scores"),
    [
        pytest.param(Edit(HEALTH, "weight: 3", "weight: 4"), {"health"}, id="a weight"),
        pytest.param(Edit(HEALTH, "[20, 60]", "[20, 61]"), {"health"}, id="a curve"),
        pytest.param(Edit(HEALTH, "product: 60", "product: 61"), {"health"}, id="a group's weight"),
        pytest.param(Edit(HEALTH, "from: 40", "from: 41"), {"health"}, id="a band's edge"),
        pytest.param(Edit(HEALTH, "bands:", "missing: worst\nbands:"), {"health"}, id="what is missing"),
        pytest.param(Edit(HEALTH, "bands:", "min_coverage: 30%\nbands:"), {"health"}, id="coverage"),
        pytest.param(Edit(MEASURES, "max_age: 180d", "max_age: 90d"), {"health", "engagement"}, id="a measure"),
        pytest.param(Edit(ENGAGEMENT, "add: 1,", "add: 2,"), {"engagement"}, id="points"),
        pytest.param(Edit(HEALTH, "goal: Warn", "goal: Tell"), set(), id="the goal"),
        pytest.param(Edit(HEALTH, "bands:", "views: {letter: {D: 0, A: 80}}\nbands:"), set(), id="views"),
        pytest.param(
            Edit(HEALTH, "{band: green, from: 70}", "{band: green, from: 70, pile: watch}"), set(), id="a pile"
        ),
        pytest.param(Edit(MEASURES, "show: percent", "show: grade"), set(), id="how a measure is shown"),
        pytest.param(Edit(RULES, "by: -10", "by: -11"), set(), id="the effect of a rule"),
        pytest.param(Edit(HEALTH, "bands:", f"{PAYING}\nbands:"), set(), id="whom it scores"),
    ],
)
def test_a_score_version_is_another_one_when_its_number_can_change(edit: Edit, scores: set[str]) -> None:
    assert changed(model_prints(dict(BASE)), model_prints(edit.sources())) == scores


def test_moving_a_rule_to_another_file_changes_nothing() -> None:
    first, rest = BASE[RULES].split("- rule: new-leadership", 1)
    moved = {**BASE, RULES: first, "rules/context.yaml": f"- rule: new-leadership{rest}"}

    assert rule_prints(moved) == rule_prints(dict(BASE))


FAMILY = {
    **BASE,
    MEASURES: BASE[MEASURES] + "family: {roll_up: health, of: children, take: mean}\n",
    RULES: BASE[RULES] + "- {rule: family-shaky, when: {measure: family, below: 40}}\n",
}


@pytest.mark.parametrize(
    ("file", "old", "new", "is_another"),
    [
        pytest.param(HEALTH, "weight: 3", "weight: 4", True, id="a weight"),
        pytest.param(MEASURES, "{latest: nps, max_age: 180d}", "{latest: nps, max_age: 90d}", True, id="a measure"),
        pytest.param(RULES, "by: -10", "by: -11", True, id="the effect of a rule on it"),
        pytest.param(HEALTH, "bands:", f"{PAYING}\nbands:", True, id="whom it scores"),
        pytest.param(HEALTH, "label: At risk", "label: In danger", False, id="a band's label"),
        pytest.param(HEALTH, "goal: Warn", "goal: Tell", False, id="the goal"),
        pytest.param(ENGAGEMENT, "add: 20", "add: 21", False, id="another score"),
    ],
)
def test_a_rule_on_branches_is_another_one_when_their_score_can_change(
    file: str, old: str, new: str, is_another: bool
) -> None:
    after = FAMILY | {file: FAMILY[file].replace(old, new)}

    assert ("family-shaky" in changed(rule_prints(FAMILY), rule_prints(after))) == is_another


def test_a_score_may_roll_up_its_own_values_of_branches() -> None:
    rolled_up = "  - {measure: family, group: product, curve: [[0, 0], [100, 100]]}\nbands:"
    circle = FAMILY | {HEALTH: FAMILY[HEALTH].replace("bands:", rolled_up)}
    after = circle | {HEALTH: circle[HEALTH].replace("weight: 3", "weight: 4")}

    assert changed(model_prints(circle), model_prints(after)) == {"health"}
    assert "family-shaky" in changed(rule_prints(circle), rule_prints(after))


def test_two_models_that_are_the_same_but_for_their_names_are_two_versions() -> None:
    trial = "model: trial\norder: 10\nwhen: {account: {trial: true}}\n"
    sources = {**BASE, "rules/scores/trial.yaml": BASE[HEALTH] + trial, HEALTH: BASE[HEALTH] + "model: paying\n"}
    [one, other] = load(sources).checked().compiled.scores["health"].models

    assert one.fingerprint != other.fingerprint


def test_a_model_that_gets_a_name_beside_a_second_stays_the_same_version() -> None:
    named = {**BASE, HEALTH: BASE[HEALTH] + "model: paying\n"}

    assert model_prints(named) == model_prints(dict(BASE))
