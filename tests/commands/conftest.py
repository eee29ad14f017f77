"""A workspace of two accounts in a folder; commands are given in it, and what they print is read."""

import json
from collections.abc import Callable, Iterator
from contextlib import chdir, redirect_stdout
from io import StringIO
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from engine.cli.app import app
from tests.test_looks import FILES

ACCOUNTS = "id,name,owner\nacme,Acme Ltd,ana@northwind.example\nbeta,Beta GmbH,\n"
TEAMMATES = "email,name\nana@northwind.example,Ana Roth\nlead@northwind.example,Lea Lind\n"
NPS = "account,at,nps\nacme,2026-03-01,60\nbeta,2026-03-01,20\nzeta,2026-03-01,10\n"
FALL = "account,at,nps\nacme,2026-03-03,30\n"

FACTS = "facts:\n  moved: {properties: {city: text}}\n"

Told = Callable[..., Any]
Printed = Callable[..., str]


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A workspace with two accounts in an otherwise empty folder, in which commands are given."""
    lay_out(tmp_path)
    with chdir(tmp_path):
        yield tmp_path


def lay_out(folder: Path) -> None:
    for name, text in {**FILES, "rules/catalog.yaml": FILES["rules/catalog.yaml"] + FACTS}.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    slack = folder / "templates/slack/fell.j2"
    slack.parent.mkdir(parents=True)
    slack.write_text("*{{ account.name }}* fell: {{ score.value | number }}\n")
    playbook = folder / "playbooks/save.yaml"
    playbook.write_text(playbook.read_text() + "  - {step: tell, slack: fell, to: owner}\n")
    for name, text in {"accounts": ACCOUNTS, "teammates": TEAMMATES, "nps": NPS, "fall": FALL}.items():
        (folder / f"{name}.csv").write_text(text)


def empty(folder: Path) -> None:
    """Takes all files out of the workspace but its settings."""
    for name in ("rules", "playbooks", "templates", "tests"):
        for old in (folder / name).rglob("*.*"):
            old.unlink()


@pytest.fixture
def command(folder: Path, capsys: pytest.CaptureFixture[str]) -> Told:
    """Gives a command with `--json`, and reads its document; `code` is the exit code that is expected."""

    def given(*words: str, code: int = 0) -> Any:
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            app([*words, "--json"])
        assert left.value.code == code, capsys.readouterr().err
        return json.loads(capsys.readouterr().out)

    return given


@pytest.fixture
def printed(folder: Path, capsys: pytest.CaptureFixture[str]) -> Printed:
    """Gives a command that ends well, and reads what it prints for people."""

    def given(*words: str) -> str:
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            app([*words])
        said = capsys.readouterr()
        assert left.value.code == 0, said.err
        return said.out

    return given


@pytest.fixture
def told(folder: Path, looked_at_twice: Path, command: Told) -> Told:
    """The same, after two looks: acme fell on the second."""
    copytree(looked_at_twice, folder, dirs_exist_ok=True)
    return command


@pytest.fixture(scope="session")
def looked_at_twice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workspace after two looks, to be copied: six commands take half a second."""
    folder = tmp_path_factory.mktemp("looked-at-twice")
    lay_out(folder)
    with chdir(folder), redirect_stdout(StringIO()):
        look_twice(_given)
    return folder


def _given(*words: str) -> None:
    with pytest.raises(SystemExit) as left:
        app([*words, "--json"])
    assert left.value.code == 0


def look_twice(command: Told) -> None:
    command("import", "teammates", "teammates.csv")
    command("import", "accounts", "accounts.csv")
    command("import", "observations", "nps.csv")
    command("run", "--as-of", "2026-03-02")
    command("import", "observations", "fall.csv")
    command("run", "--as-of", "2026-03-03")
