"""The commands about held sweeps: which there are, and what is to become of one."""

from pathlib import Path

from rich.text import Text

from engine.cli.common import changing, moment_of, open_book
from engine.cli.output import console, print_json, table
from engine.cli.running import carried_out, tell
from engine.clock import day_of
from engine.holds import Hold, HoldState
from engine.loops.looking import Order, release
from engine.store.holds import end_hold, hold_of, holds

COLUMNS = ("id", "day", "cause", "state", "count", "accounts", "usual")


def show_sweeps(folder: Path, *, as_json: bool) -> None:
    """Every sweep that was ever held."""
    with open_book(folder) as book:
        documents = [_document(hold) for hold in holds(book.database)]
    if as_json:
        print_json(documents)
        return
    rows = [[document[column] for column in COLUMNS] for document in documents]
    console().print(table(None, COLUMNS, rows) if rows else Text("No sweep was held yet."))


def show_sweep(folder: Path, hold: int, *, as_json: bool) -> None:
    """One of them: what would have fired, and for whom."""
    with open_book(folder) as book:
        found = hold_of(book.database, hold)
    if as_json:
        print_json(_document(found))
        return
    shown = console()
    shown.print(Text(found.told if found.state is HoldState.HELD else f"{found.text} Since then: {found.state}."))
    rows = [(one.account, one.name, one.value, one.rule) for one in found.examples]
    shown.print(table("The largest", ("account", "name", "value", "rule"), rows))


def release_sweep(folder: Path, hold: int, *, as_of: str | None, send: bool, as_json: bool) -> None:
    """Judges anew and saves, whatever fires; then delivers what is due, as `run` does."""
    with changing(folder) as book:
        at = moment_of(as_of, book)
        order = Order(at, f"release {hold}", send=send)
        tell(
            carried_out(book, order, lambda progress: (release(book, hold, order, progress), ()), quiet=as_json),
            as_json=as_json,
        )


def discard_sweep(folder: Path, hold: int, *, as_of: str | None, as_json: bool) -> None:
    """Forgets what would have fired; what is still true at the next sweep is judged again."""
    with open_book(folder) as book:
        ended = end_hold(book.database, hold, HoldState.DISCARDED, moment_of(as_of, book))
    if as_json:
        print_json(_document(ended))
        return
    said = f"The sweep {hold} is forgotten: nothing of it was saved, and everything stands as before it."
    console().print(Text(said))
    console().print(
        Text("The next sweep judges anew. Was it wrong data? Take it back with `pulsebook import undo ID`.")
    )


def _document(hold: Hold) -> dict[str, object]:
    return {
        "id": hold.id,
        "cause": hold.cause,
        "at": hold.at,
        "day": day_of(hold.day),
        "state": hold.state,
        "count": hold.count,
        "accounts": hold.accounts,
        "usual": hold.usual,
        "rules": hold.rules,
        "examples": [
            {"account": one.account, "name": one.name, "value": one.value, "rule": one.rule} for one in hold.examples
        ],
        "text": hold.text,
        "ended_at": hold.ended_at,
    }
