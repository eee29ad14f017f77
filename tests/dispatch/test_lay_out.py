"""The tables of the pokes are made once, whoever comes first."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import psycopg
import pytest
from procrastinate.schema import SchemaManager

from engine.dispatch.pokes import LAYING_OUT, SCHEMA, lay_out


@pytest.fixture
def fresh(postgres_server: str) -> Iterator[str]:
    """The URL of a PostgreSQL without any tables."""
    name = f"fresh_{uuid4().hex}"
    with psycopg.connect(postgres_server, autocommit=True) as server:
        server.execute(f"create database {name}".encode())
        yield postgres_server.replace("/postgres?", f"/{name}?")
        server.execute(f"drop database {name} with (force)".encode())


def test_a_worker_that_had_to_wait_for_another_finds_the_tables_made(fresh: str) -> None:
    with psycopg.connect(fresh, options=f"-c search_path={SCHEMA}") as first, ThreadPoolExecutor(1) as pool:
        first.execute("select pg_advisory_xact_lock(%s)", [LAYING_OUT])
        second = pool.submit(lay_out, fresh)
        waits = "select 1 from pg_locks where locktype = 'advisory' and not granted"
        while first.execute(waits).fetchone() is None:
            assert not second.done()
            time.sleep(0.01)
        first.execute(f"create schema {SCHEMA}".encode())
        first.execute(SchemaManager.get_schema())
        first.commit()

        assert second.result(timeout=30) is None
