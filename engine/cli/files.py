"""The commands about a workspace's files: init, check, schema."""

import json
import shutil
from pathlib import Path

from rich.text import Text

from engine.cli.output import console, print_json
from engine.cli.words import WrongWords, choose
from engine.errors import Problem, PulsebookError, Severity
from engine.plan import Plan
from engine.store.glancing import database_url, names_recorded
from engine.wording import counted
from engine.workspace import Workspace, load, read_sources, schemas

STARTER_PARTS = ("pulsebook.toml", "rules", "playbooks", "templates", "tests/scenarios")
ROOT = Path(__file__).parent.parent


def starter() -> Path:
    """The starter workspace: inside an installed package, or the repository's own top level."""
    shipped = ROOT / "starter"
    return shipped if shipped.is_dir() else ROOT.parent


def init(folder: Path) -> None:
    """Lays the starter workspace out in a folder that is empty or not there yet."""
    if folder.is_dir() and any(folder.iterdir()):
        raise WrongWords(f"{folder} is not empty. Name a folder that is not there yet.")
    _make(folder)
    lay_out(folder)
    console().print(Text(f"A starter workspace lies in {folder}."))
    console().print(Text(f"Next: cd {folder} && pulsebook check && pulsebook test"))


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WrongWords(
            f"{folder} can't be made a folder ({error.strerror}). Name one that is not there yet, where you may write."
        ) from None


def lay_out(folder: Path) -> None:
    source = starter()
    for part in STARTER_PARTS:
        target = folder / part
        target.parent.mkdir(parents=True, exist_ok=True)
        if (source / part).is_dir():
            shutil.copytree(source / part, target, ignore=shutil.ignore_patterns("__pycache__", "*.py"))
        else:
            shutil.copyfile(source / part, target)


def check(folder: Path, *, as_json: bool) -> int:
    """All mistakes; exit code 1 if one of them is an error."""
    loaded = load(read_sources(folder))
    problems = (*loaded.problems, *(_unrecorded(loaded.workspace, folder) if loaded.workspace else ()))
    errors = sum(problem.severity is Severity.ERROR for problem in problems)
    if as_json:
        print_json({"problems": [_said(problem) for problem in problems]})
    else:
        show_problems(problems)
        console().print(Text(_summary(errors, len(problems) - errors)))
    return 1 if errors else 0


def _unrecorded(workspace: Workspace, folder: Path) -> list[Problem]:
    """What is used and has neither a record nor a `from`, where there is a database."""
    try:
        recorded = names_recorded(database_url(workspace.settings), folder)
    except PulsebookError:
        return []
    if recorded is None:
        return []
    found = []
    for kind, one in (("metrics", "metric"), ("events", "event")):
        for name in sorted(Plan(workspace).uncovered - recorded):
            if (kind, name) in workspace.places:
                file, line = workspace.places[kind, name]
                message = f"{one} {name!r} is used, but has no record so far, so what rests on it is not known"
                remedy = "Import its records or, if nothing happened yet, say `from: DATE` for it."
                found.append(Problem(file, line, message, remedy, Severity.WARNING))
    return sorted(found, key=lambda problem: problem.line)


def show_problems(problems: tuple[Problem, ...]) -> None:
    for problem in problems:
        style = "red" if problem.severity is Severity.ERROR else "yellow"
        where = Text(f"{problem.file}:{problem.line}: ", style="bold")
        warns = "" if problem.severity is Severity.ERROR else "warning: "
        console().print(where + Text(warns + problem.message, style=style))
        console().print(Text(f"  {problem.remedy}"))


def _said(problem: Problem) -> dict[str, object]:
    return {
        "file": problem.file,
        "line": problem.line,
        "column": problem.column,
        "message": problem.message,
        "remedy": problem.remedy,
        "severity": str(problem.severity),
    }


def _summary(errors: int, warnings: int) -> str:
    if not errors and not warnings:
        return "All files check clean."
    said = [counted(count, word) for count, word in ((errors, "error"), (warnings, "warning"))]
    return f"{said[0]}, {said[1]}."


def schema(kind: str | None, write: Path | None) -> None:
    """Prints one schema, or writes all of them into a folder."""
    found = schemas()
    if write is not None:
        _make(write)
        for name, document in found.items():
            (write / f"{name}.schema.json").write_text(json.dumps(document, indent=2) + "\n")
        console().print(Text(f"{len(found)} schemas lie in {write}."))
        return
    print_json(found if kind is None else found[choose(kind, tuple(found), "kind of file")])
