"""Nothing that people get to read takes a score for a probability: no score is calibrated, so none is one."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.main import get_command

from docs.examples import blocks
from engine.cli.app import app
from engine.workspace import read_sources

ROOT = Path(__file__).parent.parent
PROBABLE = re.compile(
    r"probab|likel(y|ihood)|\bodds\b|\bchances?\b|propensity|\d\s*%\s*(risk|churn)|(risk|churn) of \d", re.IGNORECASE
)

TOLD = {file: text for file, text in read_sources(ROOT).items() if file.startswith(("templates/", "rules/"))}
"""Where the texts stand that people get to read."""


def texts_of(file: Path) -> Iterator[str]:
    """The texts in a module; what only its readers see (docstrings, and texts that stand alone) is none of them."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    alone = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in alone:
            yield node.value


def helps() -> Iterator[str]:
    for command in get_command(app).commands.values():  # type: ignore[attr-defined]
        for one in (command, *getattr(command, "commands", {}).values()):
            yield from (one.help or "", *(option.help or "" for option in one.params if hasattr(option, "help")))


@pytest.mark.parametrize("file", sorted((ROOT / "engine").rglob("*.py")), ids=lambda file: str(file.relative_to(ROOT)))
def test_x6_no_text_of_the_engine_reads_as_a_probability(file: Path) -> None:
    assert [text for text in texts_of(file) if PROBABLE.search(text)] == []


def test_no_help_of_a_command_reads_as_a_probability() -> None:
    assert [text for text in helps() if PROBABLE.search(text)] == []


@pytest.mark.parametrize("file", sorted(TOLD))
def test_no_message_and_no_label_of_the_starter_reads_as_a_probability(file: str) -> None:
    assert PROBABLE.search(TOLD[file]) is None


@pytest.mark.parametrize("page", ["docs/language.md", "README.md"])
def test_nothing_that_the_pages_show_as_printed_reads_as_a_probability(page: str) -> None:
    printed = [
        block.text for block in blocks((ROOT / page).read_text(encoding="utf-8")) if block.language in ("text", "")
    ]

    assert printed
    assert [text for text in printed if PROBABLE.search(text)] == []


@pytest.mark.parametrize(
    "text", ["72% churn", "a risk of 30%", "likely to leave", "chance of renewal", "Churn probability: 0.7"]
)
def test_what_reads_as_a_probability_is_found(text: str) -> None:
    assert PROBABLE.search(text)
