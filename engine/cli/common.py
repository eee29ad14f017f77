"""What commands on an open workspace share: the book, and the moment that was asked for."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from engine.cli.words import WrongWords, day_of_text
from engine.clock import YEARS, day_number, end_of_day, is_meant
from engine.loops.book import Book
from engine.loops.poking import poke

SELDOM = (50_000, 20, 20)
"""So many new objects, and so many searches among the young, before older ones are searched for garbage."""


@contextmanager
def open_book(folder: Path) -> Iterator[Book]:
    """The book, until the command is through; its connections to the database end with it."""
    book = Book.open(folder)
    begin()
    try:
        yield book
    finally:
        book.database.close()


def begin() -> None:
    """The start is over; from here on there may be garbage. Nothing to do where it was looked for all along."""
    if not gc.isenabled():
        gc.freeze()
        gc.set_threshold(*SELDOM)
        gc.enable()


@contextmanager
def changing(folder: Path) -> Iterator[Book]:
    """The book, for a command that changes what is stored: workers hear of it afterwards."""
    with open_book(folder) as book:
        yield book
        poke(book)


def moment_of(said: str | None, book: Book) -> datetime:
    """The moment of `--as-of`: ISO 8601; a date is the end of that day, a time without offset the company's."""
    if said is None:
        return book.clock.now()
    return end_of(said, book.settings().company.timezone) if len(said) <= len("2026-03-01") else _time(said, book)


def end_of(said: str, zone: str) -> datetime:
    """The end of a day, as `--as-of` and `--until` mean it."""
    return end_of_day(day_number(day_of_text(said)), zone)


def _time(said: str, book: Book) -> datetime:
    try:
        at = datetime.fromisoformat(said)
    except ValueError:
        raise WrongWords(f"{said!r} is no moment. Write 2026-03-01 or 2026-03-01T18:00, with +02:00 or Z.") from None
    if not is_meant(at):
        raise WrongWords(f"{said!r} is outside of the years {YEARS}. Mend the year.")
    if at.tzinfo is None:
        at = at.replace(tzinfo=ZoneInfo(book.settings().company.timezone))
    return at.astimezone(UTC)
