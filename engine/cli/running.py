"""The commands `run` and `worker`: look at accounts, deliver what is due."""

import os
import signal
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from threading import Event

import typer
from rich.progress import Progress
from rich.text import Text

from engine.cli.common import moment_of, open_book
from engine.cli.files import show_problems
from engine.cli.output import console, print_json
from engine.errors import Problem
from engine.holds import Hold
from engine.judged import Finding
from engine.loops.book import Book
from engine.loops.delivering import deliver_soon, post_of
from engine.loops.findings import sweep
from engine.loops.looking import Order, stays_in_the_outbox
from engine.loops.looking import Progress as HowFar
from engine.loops.working import work
from engine.store.saving.save import Saved
from engine.wording import counted

NAMED = 20
"""Accounts that are named to people; --json names all of them."""
STAYS = "The files have mistakes, so the version in use stays."


@dataclass(frozen=True, slots=True)
class Ran:
    """What one `run` did."""

    at: datetime
    saved: Saved
    found: tuple[Finding, ...]
    sent: int
    not_sent: int
    unknown: int
    left: int
    outbox: Path | None
    """Where messages lie that could not leave for want of credentials, or for …"""
    is_past: bool = False
    """… the look was of a moment long past."""


def run(folder: Path, *, as_of: str | None, send: bool, as_json: bool) -> int:
    """One look at every account, then what is due is delivered."""
    with open_book(folder) as book:
        tell_mistakes(book.put_in_use(), as_json=as_json)
        at = moment_of(as_of, book)
        order = Order(at, f"run {at.isoformat()}", send=send)
        tell(carried_out(book, order, partial(sweep, book, order), quiet=as_json), as_json=as_json)
        return 0


def tell_mistakes(problems: tuple[Problem, ...], *, as_json: bool) -> None:
    """Says that the files have mistakes, where they have, so that the version in use stays."""
    if problems and as_json:
        typer.echo(f"{STAYS} `pulsebook check` shows them.", err=True)
    elif problems:
        show_problems(problems)
        console().print(Text(STAYS, style="yellow"))


def tell(ran: Ran, *, as_json: bool) -> None:
    """The document, or a few lines."""
    if as_json:
        print_json(document(ran.at, ran.saved, ran.saved.hold, ran.found))
    else:
        show(ran)


Looking = Callable[[HowFar], tuple[Saved, tuple[Finding, ...]]]
"""Takes a look, and says how far it is; what was saved, and what was found beside the accounts."""


def carried_out(book: Book, order: Order, looking: Looking, *, quiet: bool) -> Ran:
    """The main job: look, then deliver."""
    shown = console()
    with Progress(console=shown, transient=True, disable=quiet or not shown.is_terminal) as progress:
        bar = progress.add_task("Looking", total=None)
        saved, found = looking(lambda done, count: progress.update(bar, completed=done, total=count))
        bar = progress.add_task("Delivering", total=None)
        post = post_of(book.settings(), book.folder, book.database, book.clock, os.environ)
        post = replace(post, at=order.at, titles=book.judge().plan.titles)
        delivered = deliver_soon(post, Event(), lambda count: progress.update(bar, completed=count))
    is_past = stays_in_the_outbox(order, book.clock.now())
    without = set(post.outboxes) - set(post.channels)
    return Ran(
        at=order.at,
        saved=saved,
        found=found,
        sent=delivered.sent,
        not_sent=delivered.not_sent,
        unknown=delivered.unknown,
        left=delivered.left,
        outbox=book.folder / book.settings().outbox.folder if delivered.sent and (without or is_past) else None,
        is_past=is_past and not without,
    )


def document(at: datetime, saved: Saved, hold: Hold | None, found: tuple[Finding, ...]) -> dict[str, object]:
    """What `run --json` prints."""
    return {
        "at": at,
        "looked": saved.looked,
        "skipped": len(saved.late) + len(saved.beaten),
        "skipped_accounts": sorted((*saved.late, *saved.beaten)),
        "seeded": saved.seeded,
        "fired": saved.fired,
        "started": saved.started,
        "deliveries": saved.deliveries,
        "tasks": saved.tasks,
        "held": None if hold is None else _held(hold),
        "findings": len(found),
    }


def _held(hold: Hold) -> dict[str, object]:
    return {"id": hold.id, "count": hold.count, "usual": hold.usual}


def show(ran: Ran) -> None:
    """What a look did, in a few lines."""
    shown, saved = console(), ran.saved
    if saved.hold is not None:
        shown.print(Text(saved.hold.told, style="yellow"))
    else:
        show_looked(ran.at, saved)
    for finding in ran.found:
        shown.print(Text(f"Found: {finding.text}", style="yellow"))
    if ran.unknown or ran.not_sent or ran.left:
        shown.print(
            Text(f"{ran.sent:,} left · {ran.not_sent:,} not sent · {ran.unknown:,} unknown · {ran.left:,} wait")
        )
    if ran.outbox is not None and ran.is_past:
        shown.print(
            Text(f"That is long past, so messages lie in {ran.outbox}; --send lets them leave.", style="yellow")
        )
    elif ran.outbox is not None:
        shown.print(Text(f"Channels without credentials wrote into {ran.outbox}."))
    show_left_out(saved)


def show_left_out(saved: Saved) -> None:
    """The accounts that were looked at later than that before."""
    late = len(saved.late)
    if late:
        more = f" and {late - NAMED:,} more, all of which --json names" if late > NAMED else ""
        named = ", ".join(saved.late[:NAMED]) + more
        console().print(Text(f"Left out {late:,}, looked at later than that before: {named}", style="yellow"))


def show_looked(at: datetime, saved: Saved) -> None:
    """What came of the accounts."""
    shown = console()
    shown.print(Text(f"Looked at {counted(saved.looked, 'account')} as of {at:%Y-%m-%d %H:%M} UTC."))
    if saved.seeded:
        true = counted(saved.seeded, "thing was already true, so it", "things were already true, so they")
        shown.print(Text(f"{true} fired nothing."))
    shown.print(
        Text(
            f"{counted(saved.fired, 'firing')} · {counted(saved.started, 'playbook')} started · "
            f"{counted(saved.tasks, 'task')} · {counted(saved.deliveries, 'message')}"
        )
    )


def worker(folder: Path) -> None:
    """Looks and delivers as things fall due, until it is stopped (SIGTERM or Ctrl-C); what is under way is finished."""
    stop = Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda _sign, _frame: stop.set())
    with open_book(folder) as book:
        book.judge()
        _say(f"Working in {folder.resolve()}. Stop with Ctrl-C.")
        work(book, stop, _say)
        _say("Stopped.")


def _say(sentence: str) -> None:
    console().print(Text(sentence), soft_wrap=True)
