"""The starter workspace checks clean, and does on each day what its scenarios say."""

from pathlib import Path

import pytest

from engine.language.playbooks import EmailStep, all_steps
from engine.scenarios import Theatre
from engine.workspace import Loaded, PlacedScenario, load, read_sources
from tests.needs_page import numbered

ROOT = Path(__file__).parent.parent
SOURCES = read_sources(ROOT)
LOADED = load(SOURCES)
WORKSPACE = LOADED.checked()


@pytest.fixture(scope="module")
def theatre() -> Theatre:
    return Theatre(LOADED, SOURCES)


def test_the_starter_has_no_mistakes() -> None:
    loaded: Loaded = LOADED

    assert loaded.problems == ()


@pytest.mark.parametrize("placed", WORKSPACE.scenarios, ids=lambda placed: numbered(placed.scenario.scenario))
def test_a_scenario_of_the_starter_plays_as_it_says(theatre: Theatre, placed: PlacedScenario) -> None:
    assert theatre.play(placed).failures == ()


def _expected(kind: str) -> set[str]:
    """The names that some scenario expects on some day."""
    entries = [entry for placed in WORKSPACE.scenarios for entry in placed.scenario.days.values()]
    return {name for entry in entries if entry.expect for name in getattr(entry.expect, kind) or ()}


def test_every_rule_fires_in_a_scenario() -> None:
    assert set(WORKSPACE.rules) - _expected("fires") == set()


def test_every_playbook_starts_in_a_scenario() -> None:
    assert set(WORKSPACE.playbooks) - _expected("starts") == set()


def test_every_template_is_used_by_a_playbook() -> None:
    steps = [step for playbook in WORKSPACE.playbooks.values() for step in all_steps(playbook.steps)]
    used = {(kind, getattr(step, kind)) for step in steps for kind in ("slack", "email", "task") if hasattr(step, kind)}

    assert set(WORKSPACE.templates) - used == set()


@pytest.mark.parametrize("task", sorted(name for kind, name in WORKSPACE.templates if kind == "task"))
def test_n81_a_task_says_what_to_do_for_whom_step_by_step_and_when_it_is_done(task: str) -> None:
    title, *lines = str(WORKSPACE.templates["task", task]).splitlines()

    assert "{{ account.name }}" in title
    assert sum(line.startswith("- ") for line in lines) >= 3
    assert lines[-1].startswith("Done when: ")


def test_a_marketing_mail_says_who_writes_and_how_to_hear_no_more() -> None:
    steps = [step for playbook in WORKSPACE.playbooks.values() for step in all_steps(playbook.steps)]
    marketing = {step.email for step in steps if isinstance(step, EmailStep) and step.class_ == "marketing"}
    texts = {name: WORKSPACE.templates["email", name] for name in marketing}

    assert texts
    for name, text in texts.items():
        assert "10115 Berlin" in str(text), name
        assert "Reply “no more”" in str(text), name
