"""Many workers on one PostgreSQL: pokes that come twice or never, workers that die, a database that goes away."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from engine.dispatch.pokes import LOOKS, Pokes
from engine.loops.poking import send_due
from engine.store.database import Database
from engine.store.due import due_blocks
from tests.conftest import Copies
from tests.killing.company import ACCOUNTS, Company, Effect, name
from tests.killing.counting import deliveries, firings, runs, tasks
from tests.servers.running import ROOT

SEED = 20261126
WORKERS, VICTIMS = 8, 3
FACTS = 160
PATIENCE = 180.0
PAUSE = 0.15
"""Seconds between two arrivals, so that not the one worker that is awake does everything."""


@pytest.fixture
def database(postgres_copies: Copies) -> Iterator[Database]:
    """A fresh database of the PostgreSQL server."""
    with postgres_copies() as url:
        opened = Database.open(url)
        yield opened
        opened.close()


@dataclass
class Worker:
    """A real `pulsebook worker`; it says a line for each look that it saved."""

    process: "subprocess.Popen[bytes]"
    log: Path

    @property
    def said(self) -> str:
        return self.log.read_text()

    @property
    def looks(self) -> int:
        return self.said.count("Looked at")

    @property
    def is_up(self) -> bool:
        assert self.process.poll() is None, self.said
        return "Working in" in self.said


@contextmanager
def workers(folder: Path, url: str, count: int) -> Iterator[list[Worker]]:
    """So many worker processes, up and running, without credentials; asked to stop in the end, or killed."""
    started = []
    for number in range(count):
        log = folder / f"worker-{number}.log"
        with log.open("wb") as file:
            command = [sys.executable, "-m", "tests.working.worker", str(folder)]
            environment = os.environ | {"DATABASE_URL": url}
            process = subprocess.Popen(command, env=environment, stdout=file, stderr=subprocess.STDOUT, cwd=ROOT)
            started.append(Worker(process, log))
    try:
        for worker in started:
            wait_for(lambda worker=worker: worker.is_up, "a worker that works")  # type: ignore[misc]
        yield started
        for worker in started:
            worker.process.terminate()
        for worker in started:
            worker.process.wait(PATIENCE)
    finally:
        for worker in started:
            worker.process.kill()
            worker.process.wait()


def wait_for(happened: Callable[[], bool], what: str) -> None:
    until = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < until, f"{what} did not come"
        time.sleep(0.05)


def messages(company: Company) -> Counter[Effect]:
    """What has to leave by itself."""
    return company.effects("slack") + company.effects("email")


def everything_left(company: Company, database: Database) -> bool:
    """Nothing is due, and each fact's messages have left."""
    sent = {effect for effect, row in deliveries(database).items() if row.state == "sent"}
    return not due_blocks(database, datetime.now(UTC)) and messages(company).keys() <= sent


def test_n78_of_eight_workers_with_pokes_doubled_and_lost_each_thing_is_done_once(
    database: Database, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    company, chance = Company.founded(tmp_path, database), random.Random(SEED)
    facts = [(name(number), fact) for number in range(ACCOUNTS) for fact in ("office_move", "new_leader")]
    chance.shuffle(facts)
    fates: Counter[str] = Counter()
    with workers(tmp_path, database.libpq_url, WORKERS) as crew, Pokes.open(database.libpq_url) as pokes:
        victims = chance.sample(crew, VICTIMS)
        while victims or len(company.asserted) < FACTS or not all(worker.looks for worker in crew):
            time.sleep(PAUSE)
            for _ in range(3):
                company.assert_fact(*facts.pop(), datetime.now(UTC))
            fate = chance.choice(("twice", "never"))
            for _ in range(2 if fate == "twice" else 0):
                send_due(pokes, database, datetime.now(UTC))
            fates[fate] += 1
            if victims and victims[-1].looks and len(company.asserted) > FACTS / 4:
                victims.pop().process.send_signal(signal.SIGKILL)
        wait_for(lambda: everything_left(company, database), "the last message")
        looks = [worker.looks for worker in crew]

    record_property(
        "figures",
        f"{WORKERS} workers on PostgreSQL, {VICTIMS} of them killed, {len(company.asserted)} facts, "
        f"pokes {dict(fates)}: looks saved {looks}",
    )
    assert all(looks)
    assert firings(database) == company.runs()
    assert runs(database) == company.runs()
    assert tasks(database) == company.effects("task")
    files = [path.name for path in (tmp_path / "outbox").iterdir() if not path.name.startswith(".")]
    sent = {effect: row.reference for effect, row in deliveries(database).items() if row.state == "sent"}
    assert messages(company).keys() <= sent.keys()
    assert sorted(files) == sorted(sent.values())


def test_a_lane_has_one_poke_that_waits(database: Database) -> None:
    with Pokes.open(database.libpq_url) as pokes:
        pokes.send(LOOKS, ["block 1", "block 2", "block 1"])
        pokes.send(LOOKS, ["block 2"])

        waiting = sorted(str(job.lock) for job in pokes.app.job_manager.list_jobs())
    assert waiting == ["block 1", "block 2"]


def test_a_worker_outlives_a_database_that_goes_away(database: Database, tmp_path: Path) -> None:
    company = Company.founded(tmp_path, database)
    with workers(tmp_path, database.libpq_url, 1):
        company.assert_fact(name(1), "office_move", datetime.now(UTC))
        wait_for(lambda: everything_left(company, database), "the first message")
        others = "pid <> pg_backend_pid() and datname = current_database()"
        cut = text(f"select pg_terminate_backend(pid) from pg_stat_activity where {others}")
        with database.engine.connect() as connection:
            connection.execute(cut)
        database.engine.dispose()
        company.assert_fact(name(3), "office_move", datetime.now(UTC))

        wait_for(lambda: everything_left(company, database), "the message")

    assert runs(database) == company.runs()
