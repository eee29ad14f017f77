"""The command `test`: play the scenarios of a workspace."""

from pathlib import Path

from rich.progress import track
from rich.text import Text

from engine.cli.common import begin
from engine.cli.output import console, print_json
from engine.cli.words import WrongWords
from engine.scenarios import Result, Theatre
from engine.workspace import PlacedScenario, load, read_sources
from engine.workspace.spots import suggestion


def play(folder: Path, only: str | None, *, as_json: bool) -> int:
    """Plays all scenarios, or those whose name contains `only`; exit code 1 if one fails.

    Raises WrongWords where none is called so.
    """
    sources = read_sources(folder)
    loaded = load(sources)
    workspace = loaded.checked()
    chosen = [placed for placed in workspace.scenarios if only is None or only in placed.scenario.scenario]
    if only is not None and not chosen:
        names = sorted({placed.scenario.scenario for placed in workspace.scenarios})
        raise WrongWords(f"No scenario's name contains {only!r}. {suggestion(only, names, 'There are none yet.')}")
    theatre = Theatre(loaded, sources)
    begin()
    shown = console()
    playing = (
        chosen if as_json else track(chosen, "Playing", console=shown, transient=True, disable=not shown.is_terminal)
    )
    results = [theatre.play(placed) for placed in playing]
    if as_json:
        print_json({"scenarios": [_said(result) for result in results]})
    else:
        _show(results)
    return 0 if all(result.passed for result in results) else 1


def _said(result: Result) -> dict[str, object]:
    placed = result.placed
    failures = [{"day": one.day, "expected": one.expected, "got": one.got} for one in result.failures]
    return {**_where(placed), "passed": result.passed, "failures": failures}


def _where(placed: PlacedScenario) -> dict[str, object]:
    return {"file": placed.file, "line": placed.line, "scenario": placed.scenario.scenario}


def _show(results: list[Result]) -> None:
    shown = console()
    for result in results:
        if result.passed:
            continue
        placed = result.placed
        shown.print(Text(f"{placed.file}:{placed.line}: ", style="bold") + Text(placed.scenario.scenario, style="red"))
        for one in result.failures:
            shown.print(Text(f"  day {one.day}: expected {one.expected}"))
            shown.print(Text(f"  {' ' * len(f'day {one.day}')}       got {one.got}"))
    failed = sum(not result.passed for result in results)
    shown.print(Text(f"{len(results) - failed} of {len(results)} scenarios passed."))
