"""One fact arrives: how long until its delivery is stored, and until the message has left with a worker running."""

import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import text

from bench import company
from bench.databases import TITLES, Databases
from bench.measuring import child_env, cpu_of, in_own_process, measured, peak_memory
from bench.running import Bench
from bench.table import Line
from engine.batches import Arrival, Facts, coded, placed, whens
from engine.clock import SystemClock, microseconds
from engine.loops.book import Book
from engine.loops.lots import look_at_due
from engine.loops.poking import poke
from engine.store.database import Database
from engine.store.ingest.ingest import Ingest

FACTS = 120
MESSAGES = "delivery where template = 'new-leadership'"
"""What each fact leaves; an account that drops sharply by it has one more."""
STORED, DELIVERED = 0.050, 1.0
"""Seconds wanted at the 95th percentile."""
PACE = 0.3
"""Seconds, at most, between one message and the next fact, which so meets a worker at any point of its round."""
GLANCE = 0.002
PATIENCE = 300.0
"""Seconds until something is given up."""


def rows(bench: Bench) -> Iterator[Line]:
    for databases in bench.each(company.swept):
        url = databases.copy(company.swept(databases), "facts")
        found = in_own_process(facts_stored, url=url, postmaster=databases.postmaster)
        yield _line("one fact to its stored delivery", databases, found, STORED)
        url = databases.copy(company.swept(databases), "facts")
        folder = bench.folder / f"worker-{databases.kind}"
        found = in_own_process(facts_delivered, url=url, folder=str(folder), postmaster=databases.postmaster)
        yield _line("one fact to the delivered message, worker running", databases, found, DELIVERED)
        databases.drop("facts")


def _line(what: str, databases: Databases, found: dict[str, Any], wanted: float) -> Line:
    half, most = np.percentile(found["seconds"], [50, 95])
    each = (found["client"] + found["server"]) / FACTS
    return Line.of(
        f"{what} ({found['accounts']:,} accounts)",
        TITLES[databases.kind],
        found,
        figure=f"p50 {half * 1000:.0f} ms, p95 {most * 1000:.0f} ms over {FACTS} facts; {each * 1000:.1f} CPU ms each",
        wanted=f"p95 ≤ {wanted * 1000:,.0f} ms",
        met=bool(most <= wanted),
        beside=f"one row written and committed: {found['commit'] * 1000:.1f} ms",
    )


def facts_stored(url: str, postmaster: int | None) -> dict[str, Any]:
    """In one process: the fact is taken, its account is looked at, and its delivery lies in the store."""
    at = company.evening(company.measured_day()) + timedelta(minutes=5)
    book = company.open_book(url, at)
    first, *accounts = _without_leader(book.database, FACTS + 1)
    _happen(book, first)
    before = _counted(book.database, MESSAGES)
    with measured(postmaster) as cost:
        seconds = [_happen(book, account) for account in accounts]
    stored = _counted(book.database, MESSAGES) - before
    if stored != FACTS:
        raise ValueError(f"{FACTS} facts left {stored} messages")
    return {**asdict(cost), "seconds": seconds, **_beside(book.database)}


def _beside(database: Database) -> dict[str, Any]:
    """How many accounts there are, and how long one of them takes to be written and committed."""
    seconds = []
    for seq in range(FACTS):
        began = time.perf_counter()
        with database.writing() as connection:
            connection.execute(text("update account set changed = changed where seq = :seq"), {"seq": seq})
        seconds.append(time.perf_counter() - began)
    return {"accounts": _counted(database, "account"), "commit": float(np.median(seconds))}


def _happen(book: Book, account: str) -> float:
    """Seconds until what the fact brings about is stored. That nothing else is due is found out afterwards."""
    began = time.perf_counter()
    _state(book, account)
    looks = look_at_due(book)
    next(looks)
    took = time.perf_counter() - began
    for _ in looks:
        pass
    return took


def facts_delivered(url: str, folder: str, postmaster: int | None) -> dict[str, Any]:
    """With a worker process: from the fact to the file in the outbox. CPU and memory are the worker's."""
    workspace = Path(folder)
    shutil.rmtree(workspace, ignore_errors=True)
    shutil.copytree(company.WORKSPACE, workspace)
    book = company.open_book(url, SystemClock().now())
    book.clock = SystemClock()
    first, *accounts = _without_leader(book.database, FACTS + 1)
    rng, seconds = random.Random(7), []
    with _worker(url, workspace) as worker:
        _wait_until(lambda: not _due(book), "the looks that were due")
        _delivered(book, workspace, first)
        before = cpu_of(worker)
        with measured(postmaster) as cost:
            for account in accounts:
                time.sleep(rng.random() * PACE)
                seconds.append(_delivered(book, workspace, account))
        cost.client = cpu_of(worker) - before
        memory = peak_memory(worker)
    return {**asdict(cost), "seconds": seconds, "memory": memory, **_beside(book.database)}


def _delivered(book: Book, workspace: Path, account: str) -> float:
    """Seconds until the message about a new fact lies in the outbox."""
    outbox, began = workspace / "outbox", time.perf_counter()
    _state(book, account)
    poke(book)
    _wait_until(lambda: any(outbox.glob(f"*-{account}-new-leadership-*.txt")), f"the message about {account}")
    return time.perf_counter() - began


def _state(book: Book, account: str) -> None:
    """The fact that a new leader came, now."""
    plan, now, nothing = book.judge().plan, book.clock.now(), coded([None])
    batch = Facts(
        account=coded([account]),
        name=coded(["leadership_change"]),
        id=nothing,
        when=whens([now]),
        until=whens([None]),
        source=nothing,
        author=nothing,
        reason=nothing,
        yearly=np.zeros(1, dtype=np.bool_),
        properties=({"role": "CTO"},),
        places=placed("bench", 1),
    )
    zone = plan.settings.company.timezone
    Ingest(book.database).apply(batch, plan.catalog, Arrival(now, "bench"), zone, plan.kept_series)


def _without_leader(database: Database, count: int) -> list[str]:
    """Accounts all over the company to which that has not happened yet."""
    query = "select id from account where seq not in (select account_seq from fact) order by id"
    with database.reading() as connection:
        found = list(connection.execute(text(query)).scalars())
    return found[:: len(found) // count][:count]


def _counted(database: Database, rows: str) -> int:
    with database.reading() as connection:
        return int(connection.execute(text(f"select count(*) from {rows}")).scalar_one())


def _due(book: Book) -> int:
    query = text("select count(*) from account where look_at <= :now")
    with book.database.reading() as connection:
        return int(connection.execute(query, {"now": microseconds(book.clock.now())}).scalar_one())


@contextmanager
def _worker(url: str, workspace: Path) -> Iterator[int]:
    """The process of `pulsebook worker`, without credentials: messages go to the outbox."""
    command = [str(Path(sys.executable).with_name("pulsebook")), "-C", str(workspace), "worker"]
    env = {**child_env(), company.URL: url}
    process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL)
    try:
        yield process.pid
    finally:
        process.terminate()
        process.wait(timeout=60)


def _wait_until(is_so: Callable[[], bool], what: str) -> None:
    until = time.monotonic() + PATIENCE
    while not is_so():
        if time.monotonic() > until:
            raise TimeoutError(f"{what}: not within {PATIENCE:.0f} s")
        time.sleep(GLANCE)
