"""How many accounts in; a database with their past, looked at the evening before, and the measured day's records, out.

`IMPORTED` accounts come in through `import`, like anybody's; an import of the events of all would take an hour. The
others are these again, copied inside the database under other ids. All looks are looks like any other.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import polars as pl
from sqlalchemy import text

from bench.databases import Databases
from bench.measuring import in_own_process
from bench.multiplied import multiply
from bench.world import EVENTS, METRICS, World, write_world
from engine.cli.importing import Order as ImportOrder
from engine.cli.importing import take
from engine.clock import SetClock
from engine.loops.book import Book
from engine.loops.findings import sweep
from engine.loops.looking import Order
from engine.store.database import Database

Files = tuple[tuple[str, Path], ...]
"""Kinds of import, and what is imported."""
WORKSPACE = Path(__file__).parent / "workspace"
FIRST_WORKSPACE = Path(__file__).parent / "first"
"""The same with what the main job knew, and nothing that came later."""


@dataclass(frozen=True, slots=True)
class Sort:
    """A sort of company: its workspace, and what its past holds."""

    workspace: Path
    days: int
    metrics: tuple[str, ...]
    events: Mapping[str, float]


LEVELS = (*METRICS, "exports", "seats_used", "errors", "dashboards")
ORDINARY, FIRST = "ordinary", "first"
SORTS: Mapping[str, Sort] = {
    ORDINARY: Sort(WORKSPACE, 180, METRICS, EVENTS),
    FIRST: Sort(FIRST_WORKSPACE, 180, METRICS, EVENTS),
    "levels": Sort(Path(__file__).parent / "levels", 90, LEVELS, {}),
}
IMPORTED = 2_560
"""Ten whole blocks."""
TEN_THOUSAND, HUNDRED_THOUSAND, MILLION = 4, 40, 391
"""So many times these."""
EVENING = time(19)
URL = "BENCH_DATABASE"
"""The environment variable that the workspace's settings name."""


def measured_day() -> date:
    """Yesterday: processes that go by the system's clock meet a company that was looked at last evening."""
    return datetime.now(UTC).date() - timedelta(days=1)


def evening(day: date) -> datetime:
    """After that day's records."""
    return datetime.combine(day, EVENING, UTC)


def open_book(url: str, at: datetime, sort: str = ORDINARY) -> Book:
    os.environ[URL] = url
    return Book.open(SORTS[sort].workspace, SetClock(at))


def world_of(folder: Path, sort: str = ORDINARY) -> World:
    """The files, written if they are not there."""
    until, of = measured_day(), SORTS[sort]
    written = folder / f"world-{sort}-{until:%Y%m%d}"
    return World.written(written) or write_world(
        written, accounts=IMPORTED, until=until, days=of.days, metrics=of.metrics, events=of.events
    )


def past(databases: Databases, sort: str = ORDINARY) -> str:
    """The name of a database with the imported past of `IMPORTED` accounts; made if it is not there."""
    return _made(databases, f"past_{sort}", None, fill, folder=str(databases.folder), sort=sort)


def ready(databases: Databases, sort: str = ORDINARY) -> str:
    """The name of a database of ten thousand for which the measured day's look is due; made if it is not there."""
    return _made(
        databases, f"ready_{sort}", past, get_ready, folder=str(databases.folder), times=TEN_THOUSAND, sort=sort
    )


def swept(databases: Databases) -> str:
    """The name of a database of ten thousand after the measured day's look; made if it is not there."""
    return _made(databases, "swept", ready, take_the_look)


def _made(
    databases: Databases,
    kind: str,
    begin: Callable[[Databases], str] | None,
    work: Callable[..., dict[str, Any]],
    **arguments: object,
) -> str:
    """A database of the measured day, made in a process of its own out of a copy of another, or out of an empty one."""
    name = f"{kind}_{measured_day():%Y%m%d}"
    if not databases.exists(name):
        if begin is None:
            databases.make("half_made")
        else:
            databases.copy(begin(databases), "half_made")
        in_own_process(work, url=databases.url("half_made"), **arguments)
        databases.rename("half_made", name)
    return name


def fill(url: str, folder: str, sort: str) -> dict[str, Any]:
    """Imports the past."""
    book = open_book(url, evening(measured_day()), sort)
    book.put_in_use()
    bring_in(book, world_of(Path(folder), sort).past)
    tidy(book.database)
    return {}


def get_ready(url: str, folder: str, times: int, sort: str = ORDINARY) -> dict[str, Any]:
    """A past in: it is there so many times, was looked at the evening before, and the measured day has come in."""
    day = measured_day()
    book = open_book(url, evening(day), sort)
    book.put_in_use()
    multiply(book.database, times, IMPORTED)
    sweep(book, Order(evening(day - timedelta(days=1)), "the evening before"))
    bring_in(book, tuple((kind, _multiplied(path, times)) for kind, path in world_of(Path(folder), sort).measured_day))
    tidy(book.database)
    return {}


def take_the_look(url: str) -> dict[str, Any]:
    at = evening(measured_day())
    book = open_book(url, at)
    sweep(book, Order(at, "the evening"))
    tidy(book.database)
    return {}


def _multiplied(path: Path, times: int) -> Path:
    frame = pl.read_parquet(path)
    account = "account" if "account" in frame.columns else "id"
    number = pl.col(account).str.slice(1)
    others = [frame.with_columns((pl.lit(f"x{k}") + number).alias(account)) for k in range(1, times)]
    of_all = path.with_name(f"{path.stem}-{times}.parquet")
    half_written = of_all.with_suffix(f".{os.getpid()}")
    pl.concat([frame, *others]).write_parquet(half_written)
    return half_written.replace(of_all)


def bring_in(book: Book, files: Files) -> int:
    """Imports the files; how many records were applied. Raises ValueError where one was refused."""
    applied = 0
    for kind, path in files:
        done = take(book, ImportOrder(kind=kind, files=(path,))).done
        if done.refused or done.held:
            raise ValueError(f"{path.name}: {done.held} held, refused {done.refused[:3]}")
        applied += done.applied
    return applied


def tidy(database: Database) -> None:
    """PostgreSQL would do so by itself, some time, and its CPU would count for what is measured then."""
    if not database.is_sqlite:
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("vacuum analyze"))
    database.close()
