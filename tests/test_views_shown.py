"""Letters and grades stand where the files ask for them: in messages, and in what `why` shows of a score's parts."""

from contextlib import chdir
from pathlib import Path

import pytest

from engine.cli.app import app
from tests.test_looks import FILES

LETTERS = "views: {letter: {low: 0, fine: 25, well: 70}}\n"
TOLD = "{{ score.letter }}{% for drag in score.drags %}; {{ drag.sentence }} ({{ drag.grade }}){% endfor %}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Acme has fallen from 60 to 30 points, by a measure that is shown as a grade."""
    files = dict(FILES) | {"accounts.csv": "id,name\nacme,Acme\n"}
    files |= {f"nps-{day}.csv": f"account,at,nps\nacme,2026-03-0{day},{nps}\n" for day, nps in ((1, 60), (3, 30))}
    files["rules/measures.yaml"] = files["rules/measures.yaml"].replace("{latest: nps}", "{latest: nps, show: grade}")
    files["rules/scores/health.yaml"] += LETTERS
    files["playbooks/save.yaml"] += "  - {step: tell, slack: fell, to: owner}\n"
    files["templates/slack/fell.j2"] = TOLD
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    imports = "import accounts accounts.csv", "import observations nps-1.csv", "import observations nps-3.csv"
    with chdir(tmp_path):
        for words in (*imports[:2], "run --as-of 2026-03-02", imports[2], "run --as-of 2026-03-03"):
            give(words)
    return tmp_path


def give(words: str) -> None:
    with pytest.raises(SystemExit) as left:
        app(words.split())
    assert left.value.code == 0


def test_a_message_tells_the_letter_of_a_score_and_the_grade_of_a_measure(folder: Path) -> None:
    [message] = (folder / "outbox").iterdir()

    assert "fine; Nps: fine (fine)" in message.read_text()


def test_n64_why_shows_a_measure_by_its_grade(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()

    with chdir(folder):
        give("why acme")

    [row] = [line for line in capsys.readouterr().out.splitlines() if line.startswith("nps ")]
    assert row.split()[:3] == ["nps", "fine", "30"]


def test_why_tells_programs_the_number(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()

    with chdir(folder):
        give("why acme --json")

    assert '"measure": "nps", "value": 30.0, "points": 30.0' in capsys.readouterr().out
