"""Imports go down the floors of `docs/architecture.md`, and durable-rules is imported in one file."""

import ast
from pathlib import Path

import pytest

ENGINE = Path(__file__).parent.parent / "engine"
WORDS = (
    "domain errors clock calendar conditions language snapshot batches holds judged people family "
    "look_alikes bundles letters packing templating template_filters wording"
).split()
ARITHMETIC = ["arithmetic"]
STAGES = "measures scoring columns rules network playbooks actions telling moments".split()
WHOLE = (
    "workspace needs look_needs plan signals playing asides concluding tallying resolving roll_ups withdrawing "
    "pipeline retracting across feed_findings filling playthrough demo reports"
).split()
ADAPTERS = "sources channels store dispatch".split()
LOOPS = ["loops"]
DOORS = "cli scenarios __main__".split()
FLOORS = (WORDS, ARITHMETIC, STAGES, WHOLE, ADAPTERS, LOOPS, DOORS)


def _floor(part: str) -> int:
    for number, parts in enumerate(FLOORS):
        if part in parts:
            return number
    raise AssertionError(f"engine/{part} stands on no floor: give it one in FLOORS and in docs/architecture.md")


def _imports(file: Path) -> set[str]:
    """The dotted names of everything that a file imports, wherever in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


def _part(file: Path) -> str:
    return file.relative_to(ENGINE).parts[0].removesuffix(".py")


FILES = [file for file in sorted(ENGINE.rglob("*.py")) if _part(file) != "__init__" and "starter" not in file.parts]


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ENGINE)))
def test_imports_go_down_the_floors(file: Path) -> None:
    here = _part(file)
    others = {name.split(".")[1] for name in _imports(file) if name.startswith("engine.")} - {here}

    upward = {other for other in others if _floor(other) > _floor(here)}
    sideways = {other for other in others if _floor(other) == _floor(here) and here in (*STAGES, *ADAPTERS)}

    assert upward == set(), f"{here} imports from a floor above"
    assert sideways <= SHARED.get(here, set()), f"{here} imports its neighbour"


SHARED = {"actions": {"playbooks"}}
"""`actions` renders what `playbooks` planned, and takes its word for a step."""


def test_durable_rules_is_imported_in_one_file() -> None:
    importing = {
        str(file.relative_to(ENGINE)) for file in FILES if any(n.startswith("durable") for n in _imports(file))
    }

    assert importing == {"network.py"}


def test_tables_stay_in_the_store() -> None:
    outside = {_part(file) for file in FILES if any(n.startswith("sqlmodel") for n in _imports(file))} - {"store"}

    assert outside == set()


def test_polars_stays_at_the_door() -> None:
    importing = {_part(file) for file in FILES if any(n.split(".")[0] == "polars" for n in _imports(file))}

    assert importing <= {"sources"}
