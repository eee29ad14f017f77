"""A file as it might come from anywhere in; what an import makes of it, out."""

from datetime import datetime
from pathlib import Path
from typing import Any

from engine.cli.importing import Imported, take
from engine.cli.importing import Order as ImportOrder
from engine.clock import SetClock
from engine.loops.book import Book
from engine.sources.tables import PIECE
from tests.test_looks import FIRST, on

MANY = tuple(f"a{number:02}" for number in range(60))
"""As many accounts as it takes for a column to be odd."""


def came(
    book: Book,
    folder: Path,
    kind: str,
    *texts: str,
    at: datetime = FIRST,
    suffix: str = "csv",
    piece: int = PIECE,
    **how: Any,
) -> Imported:
    """An import of files at a moment."""
    assert isinstance(book.clock, SetClock)
    book.clock.at = at
    files = []
    for number, text in enumerate(texts):
        files.append(folder / f"{kind}{number}.{suffix}")
        files[-1].write_text(text)
    return take(book, ImportOrder(kind, tuple(files), **how), piece=piece)


def counted(imported: Imported) -> tuple[int, int, int, int, int]:
    """Applied, unchanged, corrected, held, refused."""
    done = imported.done
    return done.applied, done.unchanged, done.corrected, done.held, len(done.refused)


def wide(day: int, *columns: str, **rows: tuple[float, ...]) -> str:
    """A wide file of one day: per account one value a column."""
    said = [",".join([account, str(on(day).date()), *map(str, values)]) for account, values in rows.items()]
    return "\n".join([",".join(["account", "at", *columns]), *said]) + "\n"
