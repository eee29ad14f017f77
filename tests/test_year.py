"""A year of a made-up company, told to Pulsebook by its commands and to an oracle that shares no code with it."""

import ast
from pathlib import Path

import pytest

from tests.conftest import KINDS
from tests.oracle.oracle import Oracle
from tests.year.comparing import differences
from tests.year.pulsebook import Pulsebook
from tests.year.year import Size, year

SMALL = Size(accounts=20, days=90, longest_gap=7)
SEEDS = (0, 1, 3)
"""Those of `make test`: on SQLite, on PostgreSQL, and in a database that the first command makes."""
WHOLE = Size(accounts=200, days=365)


def disagreements(seed: int, size: Size, folder: Path, database: str | None = None) -> list[str]:
    told = Pulsebook(folder, database)
    told.play(year(seed, size))
    oracle = Oracle({task: place for place, task in enumerate(told.keyed("tasks"))})
    oracle.play(told.journal)
    return list(differences(told, oracle))


@pytest.mark.parametrize(("database_url", "seed"), tuple(zip(KINDS, SEEDS, strict=False)), indirect=["database_url"])
def test_what_the_commands_list_is_what_the_oracle_says(database_url: str, seed: int, tmp_path: Path) -> None:
    assert disagreements(seed, SMALL, tmp_path, database_url) == []


def test_so_it_is_in_a_database_that_the_commands_make(tmp_path: Path) -> None:
    assert disagreements(SEEDS[-1], SMALL, tmp_path) == []


@pytest.mark.full
@pytest.mark.parametrize("seed", range(20))
def test_a_whole_year_of_200_accounts_is_what_the_oracle_says(seed: int, tmp_path: Path) -> None:
    assert disagreements(seed, WHOLE, tmp_path) == []


def test_the_oracle_shares_no_code_with_the_engine() -> None:
    for file in (Path(__file__).parent / "oracle").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not [name for name in names if name.partition(".")[0] in ("engine", "numpy")], file
            assert not [name for name in names if name.startswith("tests.") and not name.startswith("tests.oracle")]
