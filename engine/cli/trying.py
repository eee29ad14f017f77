"""The command `run --dry-run`: what a look would do, and nothing of it done."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.progress import Progress
from rich.text import Text

from engine.cli.common import moment_of, open_book
from engine.cli.output import console, print_json, table
from engine.cli.running import document, show_left_out, show_looked, tell_mistakes
from engine.domain import DECIDED, Move
from engine.loops.book import Book
from engine.loops.looking import Order
from engine.loops.trying import Tried, try_out

COLUMNS = {
    DECIDED[Move.FIRES]: "fires",
    DECIDED[Move.REMINDS]: "again",
    DECIDED[Move.SEEDS]: "already true",
    DECIDED[Move.WAITS]: "waits",
    DECIDED[Move.LAPSES]: "waits no more",
    DECIDED[Move.CLEARS]: "over",
    DECIDED[Move.RETRACTS]: "taken back",
}
"""What people read of each rule; of what no rule does there is no column."""


def try_run(folder: Path, *, as_of: str | None, send: bool, as_json: bool) -> int:
    """A look at a copy of what is stored: for each rule how many accounts it would fire for."""
    shown = console()
    with _clearing_up(), open_book(folder) as book:
        tell_mistakes(book.mistakes(), as_json=as_json)

        def order_of(trial: Book) -> Order:
            at = moment_of(as_of, trial)
            return Order(at, f"run {at.isoformat()}", send=send)

        with Progress(console=shown, transient=True, disable=as_json or not shown.is_terminal) as progress:
            bar = progress.add_task("Trying", total=None)
            tried = try_out(book, order_of, lambda done, count: progress.update(bar, completed=done, total=count))
    if as_json:
        print_json(_document(tried))
    else:
        _show(tried)
    return 0


@contextmanager
def _clearing_up() -> Iterator[None]:
    """The copy has to go, also where the command is ended from outside."""
    before = signal.signal(signal.SIGTERM, lambda _sign, _frame: sys.exit(128 + signal.SIGTERM))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _document(tried: Tried) -> dict[str, object]:
    rules = [
        {"rule": rule, **{state: moves.get(state, 0) for state in DECIDED.values()}}
        for rule, moves in tried.moves.items()
    ]
    return {**document(tried.at, tried.saved, tried.hold, tried.found), "dry_run": True, "rules": rules}


def _show(tried: Tried) -> None:
    shown = console()
    shown.print(Text("This was tried on a copy: nothing is saved or sent.", style="yellow"))
    if tried.hold is not None:
        shown.print(Text(f"It would be held: {tried.hold.text} In all, and once that is released:", style="yellow"))
    show_looked(tried.at, tried.saved)
    for finding in tried.found:
        shown.print(Text(f"Found: {finding.text}", style="yellow"))
    show_left_out(tried.saved)
    there = {state for moves in tried.moves.values() for state in moves}
    states = [state for state in COLUMNS if state in there]
    rules = sorted(tried.moves.items(), key=lambda one: [-one[1].get(state, 0) for state in states])
    if rules:
        rows = [(rule, *(moves.get(state) for state in states)) for rule, moves in rules]
        shown.print(table(None, ("rule", *(COLUMNS[state] for state in states)), rows))
    if DECIDED[Move.SEEDS] in there:
        shown.print(Text("What is already true fires nothing, unless its rule says `backfill: true`."))
