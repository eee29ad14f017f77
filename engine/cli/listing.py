"""The command `list`: everything stored, for programs and for eyes."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from rich.text import Text

from engine.cli.common import open_book
from engine.cli.output import band_style, console, print_json, table
from engine.cli.words import choose, day_of_text
from engine.loops.book import Book
from engine.loops.explaining import NoSuchAccount
from engine.store import listing, score_lists
from engine.store.findings import findings
from engine.store.versions import version_in_use
from engine.workspace import Workspace

Documents = list[listing.Document]
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "scores": ("day", "account", "score", "model", "value", "band", "base", "adjusted", "coverage"),
    "decisions": ("day", "account", "rule", "state", "because", "playbook", "reason"),
    "runs": ("id", "account", "playbook", "rule", "started_day", "ended_day", "end"),
    "deliveries": ("id", "day", "account", "channel", "template", "to", "state", "reason"),
    "tasks": ("id", "day", "account", "title", "assignee", "due", "state"),
    "facts": ("id", "day", "account", "fact", "properties", "last_day", "reason", "withdrawn_at"),
    "findings": ("id", "day", "kind", "name", "group", "text", "ended_day"),
    "imports": ("id", "at", "kind", "source", "applied", "corrected", "unchanged", "held", "refused", "undone_at"),
}

MOMENTS = frozenset({"at", "undone_at", "withdrawn_at"})
"""Columns that hold one, as text."""


def show_list(
    folder: Path, kind: str, *, account: str | None, from_: str | None, to: str | None, as_json: bool
) -> None:
    """Prints a list, oldest first."""
    lists: Mapping[str, Callable[[Book, listing.Asked], Documents]] = {
        "accounts": accounts_of,
        "scores": _scores,
        "decisions": lambda book, asked: listing.decisions(book.database, asked),
        "runs": lambda book, asked: listing.runs(book.database, asked, book.settings().company.timezone),
        "deliveries": lambda book, asked: listing.deliveries(book.database, asked, offices(book)),
        "tasks": lambda book, asked: listing.tasks(book.database, asked),
        "facts": lambda book, asked: listing.facts(book.database, asked, book.settings().company.timezone),
        "findings": lambda book, asked: findings(book.database, asked),
        "imports": lambda book, asked: listing.imports(book.database, asked),
    }
    made = lists[choose(kind, tuple(lists), "list")]
    with open_book(folder) as book:
        if account is not None and not listing.accounts(book.database, listing.Asked(account), ()):
            raise NoSuchAccount(account)
        asked = listing.Asked(account, day_of_text(from_) if from_ else None, day_of_text(to) if to else None)
        documents = made(book, asked)
        if as_json:
            print_json(documents)
        elif kind == "accounts":
            _show_accounts(book, documents)
        else:
            columns = COLUMNS[kind]
            rows = [[_for_eyes(column, document[column]) for column in columns] for document in documents]
            console().print(table(None, columns, rows) if rows else Text(f"No {kind} yet."))


def _for_eyes(column: str, value: object) -> object:
    """A moment to the minute, in UTC; `--json` has all of it."""
    return datetime.fromisoformat(value) if column in MOMENTS and isinstance(value, str) else value


def offices(book: Book) -> listing.Offices:
    """Who is meant by `owner` and `manager` today."""
    settings = book.settings()
    return listing.Offices(settings.people.fallback, book.clock.now().date())


def accounts_of(book: Book, asked: listing.Asked) -> Documents:
    """With the present scores that the version in use has, once there is one."""
    named = in_use(book).scores if version_in_use(book.database) else ()
    return listing.accounts(book.database, asked, named)


def _scores(book: Book, asked: listing.Asked) -> Documents:
    return score_lists.scores(book.database, asked, book.settings().company.timezone)


def in_use(book: Book) -> Workspace:
    """The workspace of the version in use."""
    return book.judge().plan.workspace


def _show_accounts(book: Book, documents: Documents) -> None:
    if not documents:
        console().print(Text("No accounts yet. Bring them in with `pulsebook import accounts FILE`."))
        return
    scores = sorted({score for document in documents for score in document["scores"]})
    bands = {score: [band.band for band in in_use(book).scores[score][0].bands] for score in scores}
    rows = [
        [
            one["id"],
            one["name"],
            one["owner"],
            *(_score_cell(one["scores"].get(score), bands[score]) for score in scores),
        ]
        for one in documents
    ]
    console().print(table(None, ("id", "name", "owner", *scores), rows))


def _score_cell(said: listing.Document | None, bands: Sequence[str]) -> Text:
    if said is None or said["value"] is None:
        return Text("–")
    return Text(f"{said['value']:.0f} {said['band']}", style=band_style(said["band"], bands))
