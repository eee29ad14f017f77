"""The command `run --dry-run`: what a look would do, and nothing of it done."""

from datetime import datetime
from pathlib import Path

from rich.progress import Progress
from rich.text import Text

from engine.cli.common import moment_of, open_book
from engine.cli.output import console, print_json, table
from engine.cli.running import document, show_looked, stays
from engine.domain import DECIDED, Move
from engine.loops.looking import Order
from engine.loops.trying import Tried, try_out

FIRED, SEEDED = DECIDED[Move.FIRES], DECIDED[Move.SEEDS]
COLUMNS = {FIRED: "fires", DECIDED[Move.REMINDS]: "again", SEEDED: "already true", DECIDED[Move.CLEARS]: "over"}
"""What is told to people of each rule."""


def try_run(folder: Path, *, as_of: str | None, as_json: bool) -> int:
    """A look at a copy of what is stored: for each rule how many accounts it would fire for."""
    shown = console()
    with open_book(folder) as book:
        stays(book.mistakes(), as_json=as_json)
        at = moment_of(as_of, book)
        with Progress(console=shown, transient=True, disable=as_json or not shown.is_terminal) as progress:
            bar = progress.add_task("Trying", total=None)
            tried = try_out(
                book,
                Order(at, f"run {at.isoformat()}"),
                lambda done, count: progress.update(bar, completed=done, total=count),
            )
    if as_json:
        print_json(_document(at, tried))
    else:
        _show(at, tried)
    return 0


def _document(at: datetime, tried: Tried) -> dict[str, object]:
    rules = [
        {"rule": rule, **{state: moves.get(state, 0) for state in DECIDED.values()}}
        for rule, moves in tried.moves.items()
    ]
    return {**document(at, tried.saved, tried.hold, tried.found), "dry_run": True, "rules": rules}


def _show(at: datetime, tried: Tried) -> None:
    shown = console()
    shown.print(Text("Nothing of this is saved or sent: it was tried on a copy.", style="yellow"))
    if tried.hold is not None:
        shown.print(Text(f"{tried.hold.text} Once released, this would follow:", style="yellow"))
    show_looked(at, tried.saved)
    for finding in tried.found:
        shown.print(Text(f"Found: {finding.text}", style="yellow"))
    rows = [
        (rule, *(f"{moves[state]:,}" if state in moves else None for state in COLUMNS))
        for rule, moves in sorted(tried.moves.items(), key=lambda one: -one[1].get(FIRED, 0))
        if moves.keys() & COLUMNS.keys()
    ]
    if rows:
        shown.print(table(None, ("rule", *COLUMNS.values()), rows))
    if any(SEEDED in moves for moves in tried.moves.values()):
        shown.print(Text("What is already true fires nothing, unless its rule says `backfill: true`."))
