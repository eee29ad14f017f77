"""The starter's scenarios hold its files to their numbers: with a threshold a step off, or a rule gone, one fails."""

import json
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest
import yaml

from engine.errors import Severity
from engine.language.playbooks import all_steps
from engine.language.scenarios import Scenario
from engine.scenarios import Theatre
from engine.workspace import Loaded, PlacedScenario, load, read_sources
from tests.mutants import Mutant, mutants_of_playbook, mutants_of_rules, mutants_of_score, stepped

ROOT = Path(__file__).parent.parent
SOURCES = read_sources(ROOT)
WORKSPACE = load(SOURCES).checked()
BANDS = {name: tuple(band.band for band in models[0].bands) for name, models in WORKSPACE.scores.items()}
SAMPLE = 5
"""So many are played without `--full`."""

NOT_PLAYED = ("goal", "priority")
"""Of a playbook: a goal is measured and stops nothing; a priority is an order, which a step does not change."""
UNTOLD = "no message and no condition says when it is due, and scenarios have no word for it"
LONG = "two scenarios of half a year would hold it; the scenarios would take half as long again"
LEFT_OUT = {
    ("new-leadership", "steps.3.then.1.due"): UNTOLD,
    ("onboarding-trouble", "steps.5.else.0.due"): UNTOLD,
    ("referral-ask", "cooldown"): LONG,
    ("referral-ask", "steps.2.else.0.due"): UNTOLD,
    ("save-at-risk", "steps.3.else.0.due"): UNTOLD,
    ("save-at-risk", "steps.5.due"): UNTOLD,
    ("upsell-offer", "cooldown"): LONG,
    ("upsell-offer", "steps.3.due"): UNTOLD,
}
"""What of playbooks may be a step off and no scenario fails, and why."""


def _rules_in(text: str) -> list[Any]:
    """The rules in a file of them; none in a catalog, measures or a score."""
    entries = yaml.safe_load(text)
    return entries if isinstance(entries, list) else []


RULE_FILES = {file: text for file, text in SOURCES.items() if file.startswith("rules/") and _rules_in(text)}
PLAYBOOK_FILES = {file: text for file, text in SOURCES.items() if file.startswith("playbooks/")}
SCORE_FILES = {
    file: text
    for file, text in SOURCES.items()
    if file.startswith("rules/scores/") and yaml.safe_load(text).get("level") != "contact"
}
"""Of accounts: bands of contacts are told by `why`, and nothing goes by them."""
OF_RULES = [mutant for file, text in RULE_FILES.items() for mutant in mutants_of_rules(file, text, BANDS)]
OF_PLAYBOOKS = [
    mutant for file, text in PLAYBOOK_FILES.items() for mutant in mutants_of_playbook(file, text, NOT_PLAYED)
]
OF_SCORES = [mutant for file, text in SCORE_FILES.items() for mutant in mutants_of_score(file, text)]
PLAYED = [mutant for mutant in (*OF_RULES, *OF_PLAYBOOKS, *OF_SCORES) if (mutant.owner, mutant.path) not in LEFT_OUT]
SAMPLED = Random(3).sample(OF_RULES, SAMPLE)


@pytest.mark.parametrize(
    "mutant",
    [pytest.param(mutant, id=str(mutant), marks=() if mutant in SAMPLED else pytest.mark.full) for mutant in PLAYED],
)
def test_a_scenario_fails_with_a_threshold_a_step_off_or_a_rule_that_is_never_true(
    mutant: Mutant, record_property: Callable[[str, object], None]
) -> None:
    sources = {**SOURCES, mutant.file: mutant.text}
    loaded = load(sources)
    if _errors(loaded):
        record_property("tally", "mutants that check refuses")
        return
    theatre = Theatre(loaded, sources)
    nearest_first = sorted(WORKSPACE.scenarios, key=lambda placed: _distance(placed, mutant))

    assert not all(theatre.play(placed).passed for placed in nearest_first), "all scenarios pass, none notices"
    record_property("tally", "mutants on which a scenario fails")


@pytest.mark.parametrize("rule", sorted(WORKSPACE.rules))
def test_check_refuses_the_files_without_a_rule(rule: str) -> None:
    """Its scenarios name it; so what they say of a rule that does nothing is asked of one that is never true."""
    [(file, entries)] = [
        (file, entries)
        for file, entries in ((file, _rules_in(text)) for file, text in RULE_FILES.items())
        if any(entry["rule"] == rule for entry in entries)
    ]
    without = json.dumps([entry for entry in entries if entry["rule"] != rule])

    errors = _errors(load({**SOURCES, file: without}))

    assert any(rule in error and "tests/scenarios/" in error for error in errors)


def test_every_rule_playbook_and_score_has_mutants() -> None:
    assert {mutant.owner for mutant in OF_SCORES} == set(WORKSPACE.scores)
    assert {mutant.owner for mutant in OF_RULES} == set(WORKSPACE.rules)
    assert {mutant.owner for mutant in OF_PLAYBOOKS} == set(WORKSPACE.playbooks)


def test_what_is_left_out_is_there() -> None:
    assert set(LEFT_OUT) <= {(mutant.owner, mutant.path) for mutant in OF_PLAYBOOKS}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param(3, (2, 4), id="a number"),
        pytest.param(-10, (-11, -9), id="a number below 0"),
        pytest.param(0.85, (0.84, 0.86), id="a decimal number, in its last place"),
        pytest.param("40%", ("39%", "41%"), id="a share"),
        pytest.param("14d", ("13d", "15d"), id="days"),
        pytest.param("2 business days", ("1 business days", "3 business days"), id="business days"),
        pytest.param(True, (), id="yes or no"),
        pytest.param("call", (), id="a name"),
        pytest.param("3 in a row", (), id="a text with a number in it"),
    ],
)
def test_a_step_is_one_unit_down_and_one_up(value: object, expected: tuple[object, ...]) -> None:
    assert expected == stepped(value)


def test_a_rule_is_changed_at_each_number_and_band_and_once_as_a_whole() -> None:
    text = """
    - rule: fell
      when: {all: [{score: health, falls_to: low}, {event: error, at_least: 3, in: 7d}]}
      for: 2d
      adjust: {score: health, by: -10}
      because: 3 errors
    """

    changes = [str(mutant) for mutant in mutants_of_rules("rules/a.yaml", text, {"health": ("low", "middle", "high")})]

    assert changes == [
        "fell: when as it is -> never",
        "fell: when.all.0.falls_to low -> middle",
        "fell: when.all.1.at_least 3 -> 2",
        "fell: when.all.1.at_least 3 -> 4",
        "fell: when.all.1.in 7d -> 6d",
        "fell: when.all.1.in 7d -> 8d",
        "fell: for 2d -> 1d",
        "fell: for 2d -> 3d",
        "fell: adjust.by -10 -> -11",
        "fell: adjust.by -10 -> -9",
    ]


def _errors(loaded: Loaded) -> list[str]:
    return [str(problem) for problem in loaded.problems if problem.severity == Severity.ERROR]


def _distance(placed: PlacedScenario, mutant: Mutant) -> tuple[int, int]:
    """Those that speak most of the rule, or of what is in the playbook, come first; short ones before long ones."""
    return -len(_words_of(mutant) & _spoken_of(placed.scenario)), max(placed.scenario.days)


def _words_of(mutant: Mutant) -> set[str]:
    """The rule's name; the playbook's, and the names and templates of its steps."""
    steps = all_steps(WORKSPACE.playbooks[mutant.owner].steps) if mutant.file in PLAYBOOK_FILES else ()
    keys = ("step", "slack", "email")
    return {mutant.owner, *(str(getattr(step, key)) for step in steps for key in keys if hasattr(step, key))}


def _spoken_of(scenario: Scenario) -> set[str]:
    said: set[str] = set()
    for one in (scenario.never, *(entry.expect for entry in scenario.days.values())):
        if one is not None:
            said |= {*(one.fires or ()), *(one.starts or ()), *(one.stops or ()), *(one.tasks or ())}
            said |= {sent.slack or sent.email or "" for sent in one.sends or ()}
    return said
