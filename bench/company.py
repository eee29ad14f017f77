"""How many accounts in; a database with their past, looked at the evening before, and the measured day's records, out.

Everything comes in through `import`. A past of 54 million events would take most of an hour, so the hundred thousand
are ten times the ten thousand, copied inside the database under other ids; their looks are looks like any other.
"""

import os
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from bench.databases import Databases
from bench.measuring import in_own_process
from bench.world import World, write_world
from engine.book import Book
from engine.cli.importing import Order as ImportOrder
from engine.cli.importing import take
from engine.clock import SetClock
from engine.loops import Order, look

WORKSPACE = Path(__file__).parent / "workspace"
ACCOUNTS = 10_240
"""Forty whole blocks."""
EVENING = time(19)
URL = "BENCH_DATABASE"
"""The environment variable that the workspace's settings name."""


def measured_day() -> date:
    """Yesterday: processes that go by the system's clock meet a company that was looked at last evening."""
    return datetime.now(UTC).date() - timedelta(days=1)


def evening(day: date) -> datetime:
    """After that day's records."""
    return datetime.combine(day, EVENING, UTC)


def open_book(url: str, at: datetime) -> Book:
    os.environ[URL] = url
    return Book.open(WORKSPACE, SetClock(at))


def world_of(folder: Path, until: date) -> World:
    """The files, written if they are not there."""
    of_day = folder / f"world-{until:%Y%m%d}"
    return World.written(of_day) or write_world(of_day, accounts=ACCOUNTS, until=until)


def ten_thousand(databases: Databases) -> str:
    """The name of a database with the past of `ACCOUNTS`, looked at the evening before; made if it is not there."""
    until = measured_day()
    name = f"company_{until:%Y%m%d}"
    if not databases.exists(name):
        databases.make("half_made")
        world_of(databases.folder, until)
        in_own_process(fill, url=databases.url("half_made"), folder=str(databases.folder), until=until.isoformat())
        databases.rename("half_made", name)
    return name


def fill(url: str, folder: str, until: str) -> dict[str, Any]:
    """The past, and the look of the evening before."""
    day = date.fromisoformat(until)
    book = open_book(url, evening(day))
    book.put_in_use()
    bring_in(book, world_of(Path(folder), day).past)
    look(book, Order(evening(day - timedelta(days=1)), "the evening before"))
    book.database.close()
    return {}


def bring_in(book: Book, files: tuple[tuple[str, Path], ...]) -> int:
    """Imports the files; how many records were applied. Raises ValueError where one was refused."""
    applied = 0
    for kind, path in files:
        done = take(book, ImportOrder(kind=kind, files=(path,))).done
        if done.refused or done.held:
            raise ValueError(f"{path.name}: {done.held} held, refused {done.refused[:3]}")
        applied += done.applied
    return applied
