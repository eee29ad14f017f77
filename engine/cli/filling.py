"""The command `fill`: past days in; of how many a score was filled in, out."""

from pathlib import Path

from rich.progress import Progress
from rich.text import Text

from engine.cli.common import changing, moment_of
from engine.cli.output import console, print_json
from engine.cli.words import day_of_text
from engine.clock import day_number, day_of
from engine.loops.filling import Filled, Wish, fill
from engine.wording import counted


def fill_days(folder: Path, *, from_: str, until: str | None, again: bool, as_of: str | None, as_json: bool) -> None:
    """Fills in all days from one to another, the last by default yesterday."""
    shown, first, last = console(), day_of_text(from_), day_of_text(until) if until else None
    with changing(folder) as book:
        at = moment_of(as_of, book)
        today = book.judge().plan.company.day(at)
        wish = Wish(day_number(first), day_number(today) - 1 if last is None else day_number(last), again)
        with Progress(console=shown, transient=True, disable=as_json or not shown.is_terminal) as progress:
            bar = progress.add_task("Filling in", total=None)
            filled = fill(book, wish, lambda done, count: progress.update(bar, completed=done, total=count), at=at)
    if as_json:
        print_json(_document(wish, filled))
    else:
        _show(wish, filled)


def _document(wish: Wish, filled: Filled) -> dict[str, object]:
    return {
        "from": day_of(wish.first),
        "until": day_of(wish.last),
        "filled": filled.counts.filled,
        "left": filled.counts.left,
        "unknown": filled.counts.unknown,
        "due": filled.due,
    }


def _show(wish: Wish, filled: Filled) -> None:
    shown, counts = console(), filled.counts
    days = f"{day_of(wish.first)} to {day_of(wish.last)}"
    shown.print(Text(f"{days}: {counted(counts.filled, 'day was', 'days were')} filled in, all accounts together."))
    if counts.left:
        again = "" if wish.again else "; what was filled in before is worked out anew with --again"
        shown.print(Text(f"{counts.left:,} had a score and keep it{again}."))
    if counts.unknown:
        shown.print(Text(f"{counts.unknown:,} stay without one, for too little is known of them."))
    if filled.due:
        due = counted(filled.due, "account is", "accounts are")
        shown.print(Text(f"{due} due for a look: what turns true in it is taken as seen."))
