"""The examples on real data: every command of their READMEs runs as it stands, and no record of a file goes missing."""

import csv
import gzip
import io
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "examples"
CDNOW = Path(os.environ.get("CDNOW", ROOT.parent / "shared/data/cdnow/transactions_dev.csv.gz"))
NEEDS_CDNOW = pytest.mark.skipif(
    not CDNOW.exists(),
    reason=f"the orders of CDNOW are not at {CDNOW}: set the environment variable CDNOW to their path",
)


@dataclass
class Played:
    """An example whose README was followed in a copy. `imports`: each import command and what it printed."""

    folder: Path
    printed: list[str] = field(default_factory=list)
    imports: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)


def commands(readme: str) -> list[str]:
    """The commands in the fenced sh blocks, in their order, one a line."""
    blocks = re.findall(r"^```sh\n(.*?)^```", readme, re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line]


def play(name: str, folder: Path, upto: str | None = None) -> Played:
    """All commands, or those up to and with the first one that begins with `upto`."""
    shutil.copytree(EXAMPLES / name, folder, ignore=shutil.ignore_patterns("pulsebook.db*", "outbox"))
    played = Played(folder)
    for command in commands((folder / "README.md").read_text(encoding="utf-8")):
        importing = command.startswith("pulsebook import ")
        said = shell(f"{command} --json" if importing else command, folder)
        if said.returncode:
            played.failed.append(f"{command}\n{said.stdout}{said.stderr}")
        elif importing:
            played.imports.append((command, json.loads(said.stdout)))
        else:
            played.printed.append(said.stdout)
        if upto and command.startswith(upto):
            break
    return played


def shell(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "CDNOW": str(CDNOW)}
    return subprocess.run(command, shell=True, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def records(command: str, folder: Path) -> int:
    """The records of the file of an import that its --where keeps, as the standard library's csv counts them."""
    words = shlex.split(command.replace("$CDNOW", str(CDNOW)))
    file = folder / words[3]
    wheres = [words[place + 1].split("=", 1) for place, word in enumerate(words) if word == "--where"]
    content = file.read_bytes()
    text = (gzip.decompress(content) if file.suffix == ".gz" else content).decode()
    rows = csv.DictReader(io.StringIO(text, newline=""))
    return sum(all(row[column] == value for column, value in wheres) for row in rows)


def listed(kind: str, folder: Path, *words: str) -> list[dict[str, Any]]:
    said = shell(shlex.join(["pulsebook", "list", kind, "--json", *words]), folder)
    found: list[dict[str, Any]] = json.loads(said.stdout)
    return found


@pytest.mark.parametrize("name", ["telco", "ravenstack", pytest.param("cdnow", marks=NEEDS_CDNOW)])
def test_the_commands_of_a_readme_run_as_they_stand_and_no_record_goes_missing(name: str, tmp_path: Path) -> None:
    played = play(name, tmp_path / name)

    assert played.failed == []
    assert played.printed[0] == "All files check clean.\n"
    assert counted(played) == {command: records(command, played.folder) for command, _ in played.imports}
    assert [(said["refused"], said["held"]) for _, said in played.imports] == [([], 0)] * len(played.imports)
    assert_messages_lie_in_the_outbox(played)
    assert_the_last_file_again_changes_nothing(played)


def counted(played: Played) -> dict[str, int]:
    """What became of the records, added up, by command."""
    ends = ("applied", "unchanged", "corrected", "held")
    return {command: sum(said[end] for end in ends) + len(said["refused"]) for command, said in played.imports}


def assert_messages_lie_in_the_outbox(played: Played) -> None:
    sent = [one for one in listed("deliveries", played.folder) if one["state"] == "sent"]

    assert {one["reason"] for one in sent} == {"outbox"}
    assert len(list((played.folder / "outbox").iterdir())) == len(sent)
    assert [one["text"] for one in sent if re.search(r"\b(unknown|None|nan)\b", one["text"])] == []


def assert_the_last_file_again_changes_nothing(played: Played) -> None:
    command, first = played.imports[-1]

    again = json.loads(shell(f"{command} --json", played.folder).stdout)

    assert (again["applied"], again["corrected"], again["unchanged"]) == (0, 0, first["read"])


def test_the_telco_score_is_the_matrix_worked_out_by_hand(tmp_path: Path) -> None:
    played = play("telco", tmp_path / "telco", upto="pulsebook run")
    with (played.folder / "data/telco.csv").open(newline="", encoding="utf-8") as file:
        expected = {row["customerID"]: pytest.approx(_matrix(row), abs=1e-4) for row in csv.DictReader(file)}

    scores = [one for one in listed("scores", played.folder) if one["score"] == "health"]

    assert {one["account"]: one["base"] for one in scores} == expected
    assert Counter(one["band"] for one in scores) == {"red": 1717, "yellow": 1763, "green": 1158}


def _matrix(row: dict[str, str]) -> float:
    """Five dimensions of 1 to 5 points, weighted, as 0 to 100."""
    extras = "OnlineSecurity OnlineBackup DeviceProtection TechSupport StreamingTV StreamingMovies".split()
    months = int(row["tenure"])
    levels = (
        (0.25, {"Month-to-month": 1, "One year": 4, "Two year": 5}[row["Contract"]]),
        (0.20, 1 + sum(months > bound for bound in (3, 12, 24, 48))),
        (0.25, (1, 2, 3, 4, 4, 5, 5)[sum(row[extra] == "Yes" for extra in extras)]),
        (0.15, 1 + 2 * ((row["OnlineSecurity"] == "Yes") + (row["TechSupport"] == "Yes"))),
        (0.15, {"Electronic check": 1, "Mailed check": 3}.get(row["PaymentMethod"], 5)),
    )
    return sum(weight * (level - 1) * 25 for weight, level in levels)
