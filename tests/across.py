"""A book with one rule across accounts; what a test says happens to them, and what the rule finds day by day."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from engine.batches import Entries, Events, coded, placed, whens
from engine.clock import SetClock
from engine.judged import Finding
from engine.loops.book import Book
from engine.loops.findings import find
from engine.loops.looking import Order
from engine.store import listing
from engine.store.database import Database
from engine.store.findings import findings
from tests.test_looks import FILES, book_of, on, put

RULE = "{event: trouble, at_least: 3, in: 7d, across: segment}"
FINDING = "{{ rule.name }}: {{ count }} in {{ group }}, {{ accounts | join(' and ') }}"
CATALOG = """
attributes: {segment: {}}
metrics: {nps: }
events:
  trouble: {from: 2026-01-01, properties: {kind: text}}
"""


def files(when: str = RULE, *, catalog: str = CATALOG, **more: str) -> dict[str, str]:
    """`more`: further keys of the rule; `{}` in the condition is the rule's."""
    keys = "".join(f"  {key.rstrip('_')}: {value}\n" for key, value in more.items())
    kept = {name: text for name, text in FILES.items() if not name.startswith(("playbooks/", "templates/"))}
    return {
        **kept,
        "rules/catalog.yaml": catalog,
        "rules/measures.yaml": "nps: {latest: nps}\n",
        "rules/all.yaml": f'- rule: wave\n  when: {when}\n  finding: "{FINDING}"\n{keys}',
    }


def book_with(database: Database, written: Mapping[str, str], **segments: str | None) -> Book:
    """Accounts by id, each with its segment."""
    book = book_of(database, written)
    accounts(book, **segments)
    return book


def accounts(book: Book, **segments: str | None) -> None:
    ids = tuple(segments)
    columns = {"id": ids, "name": tuple(id_.title() for id_ in ids), "segment": tuple(segments.values())}
    put(book, Entries("accounts", columns, placed("test", len(ids))), on(0))


def happened(book: Book, when: datetime, *ids: str, contact: str | None = None, **properties: Any) -> None:
    """One event of each account, the last at that moment; an id may stand there several times."""
    count = len(ids)
    put(
        book,
        Events(
            coded(ids),
            coded(["trouble"] * count),
            coded([None] * count),
            coded([contact] * count),
            whens([when - timedelta(seconds=number) for number in range(count)]),
            (properties,) * count,
            placed("test", count),
        ),
        when + timedelta(minutes=1),
    )


def swept(book: Book, when: int | datetime) -> list[str]:
    """What a sweep at a moment, or at the usual one of a day, tells."""
    return [finding.text for finding in told(book, when)]


def told(book: Book, when: int | datetime) -> tuple[Finding, ...]:
    return find(book, ordered(book, on(when) if isinstance(when, int) else when))


def ordered(book: Book, at: datetime) -> Order:
    """A sweep at a moment, which the book's clock has come to."""
    assert isinstance(book.clock, SetClock)
    book.clock.at = max(at, book.clock.at)
    return Order(at, f"sweep {at.date()}")


def listed(book: Book, *keys: str) -> list[tuple[Any, ...]]:
    return [tuple(one[key] for key in keys) for one in findings(book.database, listing.Asked())]


def notices(book: Book) -> list[str]:
    offices = listing.Offices("lead@northwind.example", on(0).date())
    return [one["text"] for one in listing.deliveries(book.database, listing.Asked(), offices)]
