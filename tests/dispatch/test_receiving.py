"""A worker's pokes, while the database goes away."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import Queue
from threading import Event
from typing import Any

import psycopg
import pytest

from engine.dispatch.pokes import DELIVERIES, SCHEMA, Pokes
from engine.dispatch.receiving import Hands, receive
from tests.conftest import Copies

PATIENCE = 60.0
LANE = "slack #save"
JOBS = f"{SCHEMA}.procrastinate_jobs"


@pytest.fixture
def url(postgres_copies: Copies) -> Iterator[str]:
    with postgres_copies() as made:
        yield made


@contextmanager
def received(url: str, deliver: Callable[[str], None]) -> Iterator[None]:
    """While a worker takes up the pokes of deliveries."""
    stop = Event()
    hands = Hands(look=deliver, deliver=deliver, search=lambda: None)
    worker = threading.Thread(target=receive, args=(url, hands, stop))
    worker.start()
    try:
        yield
    finally:
        stop.set()
        worker.join(PATIENCE)


def until_one_waits_for(connection: psycopg.Connection[Any]) -> None:
    """Until another connection waits for a lock that this one holds."""
    # Not by pg_stat_activity: within a transaction it goes on saying what it said first.
    blocked = "select count(*) from pg_locks where pg_backend_pid() = any(pg_blocking_pids(pid))"
    until = time.monotonic() + PATIENCE
    while not connection.execute(blocked).fetchall()[0][0]:
        assert time.monotonic() < until, "nobody waits"
        time.sleep(0.01)


def test_a_lane_is_free_again_when_the_database_went_away_just_as_its_poke_was_done(url: str) -> None:
    came: Queue[str] = Queue()
    held = Event()
    with psycopg.connect(url) as other:

        def deliver(lane: str) -> None:
            if not held.is_set():
                held.set()
                other.execute(f"select id from {JOBS} for update".encode())
            came.put(lane)

        with received(url, deliver):
            with Pokes.open(url) as pokes:
                pokes.send(DELIVERIES, [LANE])
            until_one_waits_for(other)
            others = "pid <> pg_backend_pid() and datname = current_database()"
            other.execute(f"select pg_terminate_backend(pid) from pg_stat_activity where {others}".encode())
            other.rollback()
            with Pokes.open(url) as pokes:
                pokes.send(DELIVERIES, [LANE])

            assert [came.get(timeout=PATIENCE), came.get(timeout=PATIENCE)] == [LANE, LANE]
