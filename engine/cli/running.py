"""The commands `run` and `worker`: look at accounts, deliver what is due."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from rich.progress import Progress
from rich.text import Text

from engine.book import Book
from engine.cli.common import moment_of, open_book
from engine.cli.files import show_problems
from engine.cli.output import console, print_json
from engine.loops import Order, look
from engine.store.saving import Saved


@dataclass(frozen=True, slots=True)
class Ran:
    """What one `run` did."""

    at: datetime
    saved: Saved


def run(folder: Path, *, as_of: str | None, send: bool, as_json: bool) -> int:
    """One look at every account, then what is due is delivered."""
    book = open_book(folder)
    problems = book.put_in_use()
    if problems and not as_json:
        show_problems(problems)
        console().print(Text("The files have mistakes, so the version in use stays.", style="yellow"))
    ran = run_once(book, moment_of(as_of, book), send=send, quiet=as_json)
    if as_json:
        print_json(document(ran))
    else:
        show(ran)
    return 0


def run_once(book: Book, at: datetime, *, send: bool, quiet: bool) -> Ran:
    shown = console()
    with Progress(console=shown, transient=True, disable=quiet or not shown.is_terminal) as progress:
        bar = progress.add_task("Looking", total=None)
        order = Order(at, f"run {at.isoformat()}", send=send)
        saved = look(book, order, lambda done, count: progress.update(bar, completed=done, total=count))
    return Ran(at, saved)


def document(ran: Ran) -> dict[str, object]:
    """What `run --json` prints."""
    saved = ran.saved
    return {
        "at": ran.at,
        "looked": saved.looked,
        "skipped": len(saved.late) + len(saved.beaten),
        "seeded": saved.seeded,
        "fired": saved.fired,
        "started": saved.started,
        "deliveries": saved.deliveries,
        "tasks": saved.tasks,
    }


def show(ran: Ran) -> None:
    """What a look did, in a few lines."""
    shown, saved = console(), ran.saved
    shown.print(Text(f"Looked at {saved.looked:,} accounts as of {ran.at:%Y-%m-%d %H:%M} UTC."))
    if saved.seeded:
        shown.print(Text(f"{saved.seeded:,} things were already true, so they fired nothing."))
    shown.print(
        Text(
            f"{saved.fired:,} firings · {saved.started:,} playbooks started · "
            f"{saved.tasks:,} tasks · {saved.deliveries:,} messages"
        )
    )
    if saved.late:
        more = Counter(saved.late)
        named = ", ".join(list(more)[:5])
        shown.print(Text(f"Left out {len(more)}, looked at later than that before: {named} …", style="yellow"))


def worker(folder: Path) -> None:
    """Looks and delivers as things fall due, until stopped."""
    raise NotImplementedError(folder)
