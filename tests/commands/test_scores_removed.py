"""Files from which a score, or a band, is taken while accounts still stand there and runs still speak of it."""

from pathlib import Path

import pytest
from freezegun import freeze_time

from tests.commands.conftest import Printed, Told, empty

SCORE = """
score: NAME
goal: See how they are
measures: [{measure: nps, weight: 1, curve: [[0, 0], [100, 100]]}]
bands: [{band: low, from: 0}, {band: high, from: 50}]
"""
RULE = "- {rule: unhappy, when: {measure: nps, below: 50}, backfill: true, play: call}\n"
PLAYBOOK = "playbook: call\nsteps:\n  - {wait: 1d}\n  - {step: ring, task: ring}\n"
TITLE = "{{ account.name }} is at {{ score.value | number }} {{ scores.fit.band }}\n"


@pytest.fixture
def waiting(folder: Path, command: Told) -> Path:
    """Beta has a score of either kind, and a run whose task tells of both tomorrow."""
    empty(folder)
    (folder / "templates/task").mkdir(exist_ok=True)
    for path, text in {
        "rules/catalog.yaml": "metrics: {nps: {}}\n",
        "rules/measures.yaml": "nps: {latest: nps}\n",
        "rules/scores/health.yaml": SCORE.replace("NAME", "health") + "primary: true\n",
        "rules/scores/fit.yaml": SCORE.replace("NAME", "fit"),
        "rules/all.yaml": RULE,
        "playbooks/call.yaml": PLAYBOOK,
        "templates/task/ring.j2": TITLE,
    }.items():
        (folder / path).write_text(text)
    (folder / "nps.csv").write_text("account,at,nps\nbeta,2026-03-01,20\n")
    command("import", "accounts", "accounts.csv", "--as-of", "2026-03-01")
    command("import", "observations", "nps.csv", "--as-of", "2026-03-01")
    command("run", "--as-of", "2026-03-01")
    return folder


def take_out(folder: Path, *gone: str) -> None:
    """Those scores, and what speaks of them."""
    for name in gone:
        (folder / f"rules/scores/{name}.yaml").unlink()
    if "fit" in gone:
        (folder / "playbooks/call.yaml").unlink()
        (folder / "templates/task/ring.j2").unlink()
        (folder / "rules/all.yaml").write_text(RULE.replace(", play: call", ""))


@pytest.mark.parametrize(
    ("gone", "title"),
    [
        pytest.param((), "Beta GmbH is at 20 low", id="none is gone"),
        pytest.param(("fit",), "Beta GmbH is at 20 unknown", id="one is gone"),
        pytest.param(("fit", "health"), "Beta GmbH is at unknown unknown", id="both are gone"),
    ],
)
def test_a_run_goes_on_without_a_score_that_is_gone(
    waiting: Path, command: Told, printed: Printed, gone: tuple[str, ...], title: str
) -> None:
    take_out(waiting, *gone)

    command("run", "--as-of", "2026-03-02T08:00")

    assert [task["title"] for task in command("list", "tasks")] == [title]
    with freeze_time("2026-03-02T09:00:00Z"):
        [listed] = command("list", "accounts", "--account", "beta")
        assert listed["scores"].keys() == {"health", "fit"} - set(gone)
        assert command("account", "show", "beta")["scores"] == listed["scores"]
        shown = printed("account", "show", "beta")
        assert [name for name in ("fit", "health") if f"{name}: " in shown] == sorted(listed["scores"])
        assert printed("why", "beta")


def test_an_account_that_left_is_shown_in_the_band_that_it_had(waiting: Path, command: Told, printed: Printed) -> None:
    (waiting / "left.csv").write_text("account,at,outcome\nbeta,2026-03-01T12:00:00Z,churned\n")
    command("import", "outcomes", "left.csv", "--as-of", "2026-03-01")
    command("run", "--as-of", "2026-03-02T08:00")
    score = waiting / "rules/scores/health.yaml"
    score.write_text(score.read_text().replace("band: low", "band: poor"))
    command("run", "--as-of", "2026-03-03T08:00")

    assert "20.0 low" in printed("account", "show", "beta")
