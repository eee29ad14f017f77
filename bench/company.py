"""How many accounts in; a database with their past, looked at the evening before, and the measured day's records, out.

Everything comes in through `import`. A past of 54 million events would take most of an hour, so the hundred thousand
are ten times the ten thousand, copied inside the database under other ids; their looks are looks like any other.
"""

import os
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import polars as pl
from sqlalchemy import text

from bench.databases import Databases
from bench.measuring import in_own_process
from bench.multiplied import multiply
from bench.world import World, write_world
from engine.book import Book
from engine.cli.importing import Order as ImportOrder
from engine.cli.importing import take
from engine.clock import SetClock
from engine.loops import Order, look
from engine.store.database import Database

Files = tuple[tuple[str, Path], ...]
"""Kinds of import, and what is imported."""
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


def past(databases: Databases) -> str:
    """The name of a database with the imported past of `ACCOUNTS`; made if it is not there."""
    name = f"past_{measured_day():%Y%m%d}"
    if not databases.exists(name):
        databases.make("half_made")
        in_own_process(fill, url=databases.url("half_made"), folder=str(databases.folder))
        databases.rename("half_made", name)
    return name


def ready(databases: Databases) -> str:
    """The name of a database of `ACCOUNTS` for which the measured day's look is due; made if it is not there."""
    name = f"ready_{measured_day():%Y%m%d}"
    if not databases.exists(name):
        databases.copy(past(databases), "half_made")
        in_own_process(get_ready, url=databases.url("half_made"), folder=str(databases.folder), times=1)
        databases.rename("half_made", name)
    return name


def swept_name() -> str:
    """The name of the database of `ACCOUNTS` after the measured day's look."""
    return f"swept_{measured_day():%Y%m%d}"


def fill(url: str, folder: str) -> dict[str, Any]:
    """Imports the past."""
    day = measured_day()
    book = open_book(url, evening(day))
    book.put_in_use()
    bring_in(book, world_of(Path(folder), day).past)
    _tidy(book.database)
    return {}


def get_ready(url: str, folder: str, times: int) -> dict[str, Any]:
    """A past in: it is there so many times, was looked at the evening before, and the measured day has come in."""
    day = measured_day()
    book = open_book(url, evening(day))
    if times > 1:
        multiply(book.database, times, ACCOUNTS)
    look(book, Order(evening(day - timedelta(days=1)), "the evening before"))
    bring_in(book, files_of_the_day(Path(folder), day, times))
    _tidy(book.database)
    return {}


def files_of_the_day(folder: Path, day: date, times: int) -> Files:
    """Records of the measured day, for the accounts that were multiplied too."""
    files = world_of(folder, day).measured_day
    return files if times == 1 else tuple((kind, _multiplied(path, times)) for kind, path in files)


def _multiplied(path: Path, times: int) -> Path:
    frame = pl.read_parquet(path)
    accounts = pl.col("account")
    others = [frame.with_columns(f"x{k}" + accounts.str.slice(1)) for k in range(1, times)]
    of_all = path.with_name(f"{path.stem}-{times}.parquet")
    pl.concat([frame, *others]).write_parquet(of_all)
    return of_all


def bring_in(book: Book, files: Files) -> int:
    """Imports the files; how many records were applied. Raises ValueError where one was refused."""
    applied = 0
    for kind, path in files:
        done = take(book, ImportOrder(kind=kind, files=(path,))).done
        if done.refused or done.held:
            raise ValueError(f"{path.name}: {done.held} held, refused {done.refused[:3]}")
        applied += done.applied
    return applied


def _tidy(database: Database) -> None:
    """PostgreSQL would do so by itself, some time, and its CPU would count for what is measured then."""
    if not database.is_sqlite:
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("vacuum analyze"))
    database.close()
