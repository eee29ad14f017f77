"""What commands share: the open workspace, the moment that was asked for, the lists of names."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from difflib import get_close_matches
from pathlib import Path
from zoneinfo import ZoneInfo

from engine.book import Book
from engine.clock import day_number, end_of_day
from engine.errors import PulsebookError
from engine.language.base import parse_day


class WrongWords(PulsebookError):
    """An argument that can't be understood; the message says what is."""


def open_book(folder: Path) -> Book:
    return Book.open(folder)


def moment_of(said: str | None, book: Book) -> datetime:
    """The moment of `--as-of`: ISO 8601; a date is the end of that day, a time without offset the company's."""
    if said is None:
        return book.clock.now()
    return end_of(said, book.settings().company.timezone) if len(said) <= len("2026-03-01") else _time(said, book)


def end_of(said: str, zone: str) -> datetime:
    """The end of a day, as `--as-of` and `--until` mean it."""
    return end_of_day(day_number(day_of_text(said)), zone)


def day_of_text(said: str) -> date:
    try:
        return parse_day(said)
    except ValueError as error:
        raise WrongWords(f"{error}.".capitalize()) from None


def _time(said: str, book: Book) -> datetime:
    try:
        at = datetime.fromisoformat(said)
    except ValueError:
        raise WrongWords(f"{said!r} is no moment. Write 2026-03-01 or 2026-03-01T18:00, with +02:00 or Z.") from None
    if at.tzinfo is None:
        at = at.replace(tzinfo=ZoneInfo(book.settings().company.timezone))
    return at.astimezone(UTC)


def choose(said: str, kinds: Sequence[str], what: str) -> str:
    """One of some words; raises WrongWords with the nearest."""
    if said in kinds:
        return said
    near = get_close_matches(said, kinds, n=1)
    hint = f"Did you mean {near[0]!r}?" if near else f"There are: {', '.join(kinds)}."
    raise WrongWords(f"There is no {what} {said!r}. {hint}")
