"""A million observations from a CSV file: how many a second, in how much memory, and what the same file does again."""

import csv
from collections.abc import Iterator
from dataclasses import asdict
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from sqlalchemy import text

from bench import company
from bench.databases import TITLES, Databases
from bench.measuring import in_own_process, measured
from bench.running import Bench
from bench.table import Line
from engine.cli.importing import Order, take
from engine.loops.looking import Order as Look
from engine.loops.looking import look
from engine.store.database import Database

MILLION = 1_000_000
METRICS = ("active_users", "uptime", "api_calls", "storage_gb", "open_invoices")
IDS = [f"a{number:07d}" for number in range(10_000)]
"""Of the company's first accounts, and of others."""
EVENTS = 200_000
EMPTY, OTHERS = "empty", "accounts.parquet"
LEAST = 300_000
FLAT = 1.25
"""So many times the memory is still flat, at three times the rows."""


def rows(bench: Bench) -> Iterator[Line]:
    files = {count: _observations(bench.folder, count) for count in (MILLION, 3 * MILLION)}
    events = _events(bench.folder)
    pl.DataFrame({"id": IDS[company.IMPORTED :]}).write_parquet(bench.folder / OTHERS)
    floors = [_floor(name, files[MILLION]) for name in FLOORS]
    yield from floors
    for databases in bench.each(_make_empty):
        on = TITLES[databases.kind]
        three = _imported(databases, EMPTY, "observations", files[3 * MILLION])
        first = _imported(databases, EMPTY, "observations", files[MILLION])
        again = _imported(databases, None, "observations", files[MILLION])
        yield from _lines(on, first, again, three, floors[0])
        of_events = _imported(databases, EMPTY, "events", events)
        yield Line.of(f"import of {EVENTS:,} events (CSV)", on, of_events, figure=_rate(EVENTS, of_events))
        databases.drop("importing")


def _lines(on: str, first: dict[str, Any], again: dict[str, Any], three: dict[str, Any], floor: Line) -> Iterator[Line]:
    rate = MILLION / (first["client"] + first["server"])
    yield Line.of(
        "import of 1,000,000 observations (CSV)",
        on,
        first,
        figure=_rate(MILLION, first),
        wanted=f"≥ {LEAST:,} rows/s",
        met=rate >= LEAST,
        beside=f"{MILLION / rate / (floor.client or 1):.0f} × polars.read_csv",
    )
    growth = three["memory"] / first["memory"]
    yield Line.of(
        "· 3,000,000 observations",
        on,
        three,
        figure=_rate(3 * MILLION, three),
        wanted="memory flat",
        met=growth <= FLAT,
        beside=f"{growth:.2f} × the memory of 1,000,000",
    )
    yield Line.of(
        "· the same file again",
        on,
        again,
        figure=f"{again['unchanged']:,} unchanged, {again['applied']:,} applied, {again['marked']:,} accounts marked; "
        f"database the same: {'yes' if again['is_same'] else 'NO'}",
        wanted="nothing changed, nobody marked",
        met=again["unchanged"] == MILLION and again["is_same"] and not again["marked"],
    )


def _rate(count: int, cost: dict[str, Any]) -> str:
    return f"{count / (cost['client'] + cost['server']):,.0f} rows per CPU s, {count / cost['wall']:,.0f} a second"


def _floor(name: str, path: Path) -> Line:
    cost = in_own_process(FLOORS[name], path=str(path))
    return Line.of(
        f"· floor: {name}, 1,000,000 rows", "", cost, figure=f"{MILLION / cost['client']:,.0f} rows per CPU s"
    )


def by_polars(path: str) -> dict[str, Any]:
    with measured() as cost:
        assert pl.read_csv(path).height == MILLION
    return asdict(cost)


def by_csv(path: str) -> dict[str, Any]:
    with measured() as cost, Path(path).open(newline="") as file:
        assert sum(1 for _ in csv.reader(file)) == MILLION + 1
    return asdict(cost)


FLOORS = {"polars.read_csv": by_polars, "the csv module": by_csv}


def _observations(folder: Path, count: int) -> Path:
    """One value a line: account, metric, value, day; the days up to the measured one."""
    path = folder / f"observations-{count}.csv"
    days = count // (len(IDS) * len(METRICS))
    rng = np.random.default_rng(days)
    frames = [
        pl.DataFrame({"account": IDS, "metric": metric, "value": rng.integers(0, 100, len(IDS))}).with_columns(
            at=company.measured_day() - timedelta(days=ago)
        )
        for ago in reversed(range(days))
        for metric in METRICS
    ]
    pl.concat(frames).write_csv(path)
    return path


def _events(folder: Path) -> Path:
    """The first events of the company's past."""
    path = folder / f"events-{EVENTS}.csv"
    source = next(path for kind, path in company.world_of(folder).past if kind == "events")
    pl.read_parquet(source).head(EVENTS).write_csv(path, datetime_format="%Y-%m-%dT%H:%M:%SZ")
    return path


def _make_empty(databases: Databases) -> None:
    """A database with the accounts, their contacts and nothing else, all of them looked at."""
    databases.make(EMPTY)
    in_own_process(only_accounts, url=databases.url(EMPTY), folder=str(databases.folder))


def only_accounts(url: str, folder: str) -> dict[str, Any]:
    day = company.measured_day()
    book = company.open_book(url, company.evening(day))
    book.put_in_use()
    past = company.world_of(Path(folder)).past
    company.bring_in(book, tuple(one for one in past if one[0] in ("teammates", "accounts", "contacts")))
    company.bring_in(book, (("accounts", Path(folder) / OTHERS),))
    look(book, Look(company.evening(day), "the first"))
    company.tidy(book.database)
    return {}


def _imported(databases: Databases, source: str | None, kind: str, path: Path) -> dict[str, Any]:
    """Into a copy of `source`, or once more into the same."""
    url = databases.copy(source, "importing") if source else databases.url("importing")
    return in_own_process(imported, url=url, kind=kind, path=str(path), postmaster=databases.postmaster)


def imported(url: str, kind: str, path: str, postmaster: int | None) -> dict[str, Any]:
    """A file, from its first byte to the commit. `marked`: accounts that something arrived for."""
    book = company.open_book(url, company.evening(company.measured_day()))
    before, changed = _state(book.database), _changed(book.database)
    with measured(postmaster) as cost:
        done = take(book, Order(kind=kind, files=(Path(path),))).done
    if done.refused or done.held:
        raise ValueError(f"{done.held} held, refused {done.refused[:3]}")
    after = _changed(book.database)
    marked = sum(after[seq] != count for seq, count in changed.items())
    said = {"applied": done.applied, "unchanged": done.unchanged, "marked": marked}
    found = {**asdict(cost), **said, "is_same": before == _state(book.database)}
    book.database.close()
    return found


def _changed(database: Database) -> dict[int, int]:
    with database.reading() as connection:
        return dict(connection.execute(text("select seq, changed from account")).all())


def _state(database: Database) -> str:
    """What may have changed, in one number: the accounts with their counters, chunks and corrections."""
    found = sha256()
    with database.reading() as connection:
        for query in (
            "select * from account order by seq",
            "select * from chunk order by series_id, block, span",
            "select * from correction order by id",
        ):
            for row in connection.execute(text(query)):
                found.update(repr(tuple(row)).encode())
    return found.hexdigest()
