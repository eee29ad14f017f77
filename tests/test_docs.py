"""`docs/language.md` says what the code says, and every example in it does what the page tells of it."""

import csv
import os
import re
import shlex
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from docs.examples import CONDITION, blocks, conditions, files, forms, lay_out, with_conditions
from docs.generate import DOCUMENT, filled, slug
from docs.tables import models
from engine.cli.listing import COLUMNS
from engine.cli.report_group import report_app
from engine.cli.unimporting import UNDO
from engine.conditions.condition import forms_in_union, walk
from engine.holds import Example, Tally
from engine.language.base import Entry
from engine.language.meanings import meanings
from engine.language.measures import measure_forms
from engine.language.playbooks import STEP_KINDS, all_steps, step_kind
from engine.sources.targets import KINDS
from engine.store.database import Database
from engine.store.holds import Crowd, keep_hold
from engine.store.sweeps import Sweep
from engine.workspace import load
from tests.shell import Shell, commands

TEXT = DOCUMENT.read_text(encoding="utf-8")
EXAMPLES = blocks(TEXT)
FILES = files(EXAMPLES)
WORKSPACE = load(FILES).checked()


def test_its_tables_and_sentences_are_those_of_the_code() -> None:
    assert filled(TEXT) == TEXT, "run: python docs/generate.py"


def test_its_examples_are_one_workspace_without_mistakes() -> None:
    assert load(with_conditions(FILES, conditions(EXAMPLES))).problems == ()


def test_every_example_is_a_file_a_condition_a_command_or_its_output() -> None:
    loose = [block for block in EXAMPLES if not block.place and block.language not in ("sh", "text")]

    assert loose == []


def test_every_key_of_every_model_has_a_table_and_a_meaning() -> None:
    described = set(re.findall(r"^<!-- keys: (\w+) -->$", TEXT, re.MULTILINE))
    silent = [(name, key) for name, model in models().items() for key in _without_meaning(model)]

    assert described == set(models())
    assert silent == []


def _without_meaning(model: type[BaseModel]) -> list[str]:
    return [key for key in model.model_fields if key not in meanings(model)]


def test_every_link_leads_to_a_heading() -> None:
    prose = re.sub(r"^```.*?^```$", "", TEXT, flags=re.MULTILINE | re.DOTALL)
    slugs = [slug(heading) for heading in re.findall(r"^#+ (.+)$", prose, re.MULTILINE)]

    assert set(re.findall(r"\]\(#(.+?)\)", TEXT)) - set(slugs) == set()
    assert len(slugs) == len(set(slugs))


def test_every_form_of_a_condition_has_an_example() -> None:
    shown = (*forms(load(with_conditions(FILES, conditions(EXAMPLES))).checked()), *whole_rules())

    assert {type(part) for form in shown for part in walk(form)} == set(forms_in_union())


def whole_rules() -> tuple[Entry, ...]:
    """The conditions that stand for themselves, and not among others."""
    return tuple(rule.when for rule in WORKSPACE.rules.values() if rule.across is not None)


def test_every_list_of_conditions_is_followed_by_its_sentences() -> None:
    assert len([block for block in EXAMPLES if block.place == CONDITION]) == TEXT.count("<!-- reads -->")


def test_every_measure_has_an_example() -> None:
    assert {type(measure) for measure in WORKSPACE.measures.values()} == set(measure_forms())


def test_every_step_has_an_example() -> None:
    steps = [step for playbook in WORKSPACE.playbooks.values() for step in all_steps(playbook.steps)]

    assert {step_kind(step) for step in steps} == set(STEP_KINDS)


def make_helpdesk(folder: Path) -> None:
    """The database that the page asks has the tickets of its file."""
    with (folder / "helpdesk.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    columns = ", ".join(rows[0])
    with closing(sqlite3.connect(folder / "helpdesk.db")) as connection, connection:
        connection.execute(f"create table ticket ({columns})")
        connection.executemany(
            f"insert into ticket ({columns}) values ({', '.join('?' * len(rows[0]))})",
            [tuple(row.values()) for row in rows],
        )


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    """The workspace of the page after all of its commands, in their order."""
    shell = Shell(tmp_path_factory.mktemp("docs"))
    lay_out(FILES, shell.folder)
    make_helpdesk(shell.folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(os.environ, "COLUMNS", "120")
        for command in commands(EXAMPLES):
            shell.give(command)
        yield shell


def test_every_command_does_its_work(followed: Shell) -> None:
    assert followed.failed == {}


def test_a_text_under_commands_is_what_the_last_of_them_prints(followed: Shell) -> None:
    pairs = [(one, after) for one, after in pairwise(EXAMPLES) if after.language == "text"]
    printed = [followed.printed[commands((block,))[-1]] for block, _ in pairs]

    assert printed == [after.text for _, after in pairs]


def test_a_file_of_every_kind_is_imported(followed: Shell) -> None:
    imports = [shlex.split(command)[2:] for command in followed.codes if command.startswith("pulsebook import ")]

    assert {words[0] for words in imports} == {*KINDS, UNDO}
    assert {name for name in FILES if name.endswith(".csv")} == {
        word for words in imports for word in words if word.endswith(".csv")
    }


BROKEN = {
    "tests/scenarios/false.yaml": "- {scenario: no, start: 2026-03-02, days: {1: {expect: {band: {health: green}}}}}\n",
    "aliases.csv": "alias,account\nold,later\n",
    "old.csv": "id\nold\n",
    "bad.csv": "id,timezone\nlater,Mars\nBluebird,\nlater,\n",
}
ASKED = {
    "import": "import accounts bad.csv --keep-good",
    "import undo": "import undo 1",
    "why": "why castle",
    "account show": "account show castle",
    "fill": "fill --from 2026-03-04 --until 2026-03-17",
    "report revenue": "report revenue --quarter 2026-Q2",
}
"""What the commands of the table are asked, so that each of their keys shows up."""
DOCUMENTS = {
    *"check import run fill why test".split(),
    "account show",
    *(f"report {command.name}" for command in report_app.registered_commands),
    "run --dry-run",
    "sweep list",
    "import undo",
    "list accounts",
    *(f"list {kind}" for kind in COLUMNS),
}


def hold_an_alias(shell: Shell) -> None:
    """It can't be taken once its account comes, for by then it is the id of another."""
    shell.told("import aliases aliases.csv")
    shell.told("import accounts old.csv")


def hold_a_sweep(folder: Path) -> None:
    """Too little happens on the page for one to be held by itself."""
    database = Database.open(f"sqlite:///{folder / 'pulsebook.db'}")
    tally = Tally(2, ("castle",), examples=(Example("castle", "Castle Clinic", None, "EUR", "fell-into-red"),))
    with database.writing() as connection:
        keep_hold(connection, Sweep("run", datetime(2026, 3, 18, tzinfo=UTC), 20_530), tally, Crowd(2, 0), "held")
    database.close()


def test_the_keys_of_every_json_document_are_those_of_the_table(followed: Shell) -> None:
    lay_out(BROKEN, followed.folder)
    hold_a_sweep(followed.folder)
    hold_an_alias(followed)
    rows = re.findall(r"^\| `([a-z -]+)` \| (?:`(\S+)` )?\| (.+) \|$", TEXT[TEXT.index("## JSON") :], re.MULTILINE)
    commands = sorted({command for command, _, _ in rows} - {"check"})
    documents = {command: followed.told(ASKED.get(command, command)) for command in commands}
    lay_out({"rules/catalog.yaml": "attribute: {}\n"}, followed.folder)
    documents["check"] = followed.told("check")

    told = {(command, path): _keys(documents[command], path) for command, path, _ in rows}

    assert {command for command, _, _ in rows} == DOCUMENTS
    assert told == {
        (command, path): set(re.findall(r"`(\w+)`", re.sub(r"\(.*?\)", "", keys))) for command, path, keys in rows
    }


def _keys(document: Any, path: str) -> set[str]:
    """The keys of a document, or of the entries of a list; `path` leads further in, `*` is any name."""
    found = document if isinstance(document, list) else [document]
    for step in path.split(".") if path else ():
        inner = [value for one in found for key, value in one.items() if step in (key, "*")]
        found = [one for value in inner for one in (value if isinstance(value, list) else [value])]
    return {key for one in found for key in one}
