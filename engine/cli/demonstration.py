"""The command `demo`: a sample company, half a year of daily looks at it, and what came of them."""

import os
import shutil
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, get_args

from rich.console import Console
from rich.progress import Progress
from rich.text import Text

from engine.cli.common import begin
from engine.cli.files import lay_out
from engine.cli.importing import Order as ImportOrder
from engine.cli.importing import take
from engine.cli.listing import accounts_of, in_use, offices
from engine.cli.output import band_style, console, table
from engine.cli.words import WrongWords
from engine.clock import SetClock, SystemClock
from engine.demo.company import Company, write_company
from engine.demo.diligence import closing_day
from engine.language.rules import Severity
from engine.loops.book import Book
from engine.loops.delivering import Post, deliver_due, post_of
from engine.loops.findings import sweep
from engine.loops.looking import Order
from engine.store import listing
from engine.store.assigning import OPEN
from engine.store.findings import findings
from engine.store.saving.save import Saved
from engine.store.tasks import finish
from engine.workspace import Workspace

LAST_WEEK = timedelta(days=7)
REMEMBERED = timedelta(days=60)
"""Nobody ticks off an older task."""
SHOWN = 8
MARK = ".pulsebook-demo"
"""The file that tells a demo's folder from any other."""


def demo(folder: Path, *, accounts: int, days: int, seed: int, fresh: bool = False) -> None:
    """Makes the company, imports it, looks at it day by day, and tells what happened.

    `fresh`: an earlier demo in the folder is thrown away; nothing else ever is.
    """
    if fresh and (folder / MARK).is_file():
        shutil.rmtree(folder)
    if folder.exists() and any(folder.iterdir()):
        raise WrongWords(f"{folder} is not empty. Name another folder, or replace an earlier demo with --fresh.")
    began = time.monotonic()
    until = datetime.now(UTC).date() - timedelta(days=1)
    shown = console()
    lay_out(folder)
    (folder / MARK).write_text("A demo lies here; `pulsebook demo --fresh` replaces it.\n")
    with Progress(console=shown, transient=True, disable=not shown.is_terminal) as progress:
        bar = progress.add_task("Making a sample company", total=None)
        company = write_company(folder / "data", accounts=accounts, days=days, until=until, seed=seed)
        book = Book.open(folder, SetClock(datetime.now(UTC)))
        begin()
        for kind, path in company.files.items():
            progress.update(bar, description=f"Importing {kind}")
            _import(book, kind, path)
        book.put_in_use()
        progress.update(bar, description="Looking, day by day", total=days, completed=0)
        total = Saved()
        post = _post(book)
        for day in (until - timedelta(days=days - 1 - passed) for passed in range(days)):
            _work_off(book, day, seed)
            total += _look(book, day)
            deliver_due(post)
            progress.advance(bar)
    _tell(shown, book, company, total, until, time.monotonic() - began)


def _import(book: Book, kind: str, path: Path) -> None:
    order = ImportOrder(kind=kind, files=(path,))
    done = take(book, order).done
    if done.refused:
        raise WrongWords(f"{path.name}:{done.refused[0].line}: {done.refused[0].reason}.")


def _look(book: Book, day: date) -> Saved:
    """The look of a day at its sweep the next morning would be; here: at the end of the day, in UTC."""
    at = datetime.combine(day, datetime.min.time(), UTC) + timedelta(hours=22)
    return sweep(book, Order(at, f"demo {day.isoformat()}"))[0]


def _work_off(book: Book, day: date, seed: int) -> None:
    """The team does what it does that day, in the afternoon."""
    at = datetime.combine(day, datetime.min.time(), UTC) + timedelta(hours=15)
    for task in listing.tasks(book.database, listing.Asked(first=day - REMEMBERED), OPEN):
        created, due = date.fromisoformat(task["day"]), task["due"] and date.fromisoformat(task["due"])
        if day == closing_day(seed, task["id"], task["assignee"], created, due):
            finish(book.database, task["id"], at)


def _post(book: Book) -> Post:
    """Nothing leaves a demo, whatever the credentials: all of it goes to the outbox."""
    return replace(post_of(book.settings(), book.folder, book.database, SystemClock(), {}), channels={})


def _tell(shown: Console, book: Book, company: Company, total: Saved, until: date, seconds: float) -> None:
    workspace = in_use(book)
    accounts = accounts_of(book, listing.Asked())
    decisions = listing.decisions(book.database, listing.Asked(first=until - LAST_WEEK))
    said = f"{workspace.settings.company.name}: {len(accounts)} accounts, {len(company.counts())} kinds of story"
    shown.print(Text(f"{said}, looked at {total.looked:,} times ({seconds:.0f} s)", style="bold"))
    shown.print()
    _tell_bands(shown, workspace, accounts)
    _tell_firings(shown, workspace, decisions, {one["id"]: one["name"] for one in accounts})
    _tell_findings(shown, findings(book.database, listing.Asked()))
    _tell_effects(shown, book, total)
    _tell_next(shown, book, accounts)


def _tell_bands(shown: Console, workspace: Workspace, accounts: Sequence[dict[str, Any]]) -> None:
    primary = workspace.primary
    bands = workspace.scores[primary][0].bands
    names = [band.band for band in bands]
    counts = Counter((account["scores"].get(primary) or {}).get("band") for account in accounts)
    most = max(counts.values(), default=1)
    shown.print(Text(f"Where they stand ({primary})", style="bold"))
    for band in bands:
        bar = "█" * round(30 * counts[band.band] / most)
        shown.print(Text(f"  {band.title:<16}{counts[band.band]:>4}  ") + Text(bar, style=band_style(band.band, names)))
    if counts[None]:
        shown.print(Text(f"  {'not known':<16}{counts[None]:>4}"))
    shown.print()


def _tell_firings(
    shown: Console, workspace: Workspace, decisions: Sequence[dict[str, Any]], names: Mapping[str, str]
) -> None:
    """The gravest first, the newest of them first."""
    fired = [one for one in reversed(decisions) if one["state"] in ("fired", "reminded")]
    fired.sort(key=lambda one: get_args(Severity).index(workspace.rules[one["rule"]].severity), reverse=True)
    shown.print(Text(f"What fired in the last week: {len(fired)}", style="bold"))
    rows = [(one["day"], f"{names[one['account']]} ({one['account']})", one["rule"], one["because"]) for one in fired]
    if rows:
        shown.print(table(None, ("day", "account", "rule", "because"), rows[:SHOWN]))
    if len(fired) > SHOWN:
        shown.print(Text(f"  … and {len(fired) - SHOWN} more, less grave or before them"))
    shown.print()


def _tell_findings(shown: Console, found: Sequence[dict[str, Any]]) -> None:
    if found:
        shown.print(Text(f"What concerns more than one account: {len(found)}", style="bold"))
        rows = [(one["day"], one["name"], one["text"]) for one in found[-SHOWN:]]
        shown.print(table(None, ("day", "found by", "what"), rows))
        shown.print()


def _tell_effects(shown: Console, book: Book, total: Saved) -> None:
    runs = listing.runs(book.database, listing.Asked(), book.settings().company.timezone)
    sent = listing.deliveries(book.database, listing.Asked(), offices(book))
    started = Counter(run["playbook"] for run in runs)
    tasks = Counter(task["state"] for task in listing.tasks(book.database, listing.Asked()))
    by_channel = Counter(one["channel"] for one in sent if one["state"] == "sent")
    waiting = sum(one["state"] == "waiting" for one in sent)
    not_sent = sum(one["state"] == "not_sent" for one in sent)
    shown.print(Text("What followed in all", style="bold"))
    shown.print(Text(f"  Playbooks started  {', '.join(f'{name} {count}' for name, count in started.most_common())}"))
    shown.print(Text(f"  Slack              {by_channel['slack']} messages"))
    shown.print(Text(f"  Task queue         {sum(tasks.values())} tasks, {tasks['open']} open"))
    emails = f"{by_channel['email']} sent, {waiting} wait for approval, {not_sent} not sent (each says why)"
    shown.print(Text(f"  Email              {emails}"))
    shown.print(Text(f"  Already true when first looked at, so not fired: {total.seeded:,}"))
    shown.print(Text(f"  Nothing left this machine: messages lie in {book.folder / 'outbox'}"))
    shown.print()


def _tell_next(shown: Console, book: Book, accounts: Sequence[dict[str, Any]]) -> None:
    primary = in_use(book).primary
    known = [one for one in accounts if (one["scores"].get(primary) or {}).get("value") is not None]
    lowest = min(known, key=lambda one: one["scores"][primary]["value"], default=None)
    told = {
        "list decisions": "every firing, with its reason",
        "test": "the scenarios that hold the rules to their word",
    }
    if lowest is not None:
        about = {
            f"why {lowest['id']}": "how its score comes about",
            f"account show {lowest['id']}": "its course, and all that happened",
        }
        told = {**about, **told}
    shown.print(Text("Try next", style="bold"))
    shown.print(Text(f"  cd {book.folder}"))
    command, width = _command(book.folder), max(map(len, told))
    for words, what in told.items():
        shown.print(Text(f"  {command} {words:<{width}}   {what}"), soft_wrap=True)


def _command(folder: Path) -> str:
    """How the command is called from a folder, by somebody who may not have it on their path."""
    called = Path(sys.argv[0])
    if shutil.which("pulsebook") is not None or called.name != "pulsebook":
        return "pulsebook"
    return os.path.relpath(called, folder)
