"""Lanes on which something is due in; pokes of the workers, wherever they run, out. A poke is the name of a lane.

Procrastinate carries them, in a schema of their own in the same PostgreSQL. Nothing but pokes lies there, and what was
lost with one is found again from the columns: a newer Procrastinate begins with an empty schema.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import psycopg
from procrastinate import App, SyncPsycopgConnector, __version__
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.schema import SchemaManager

from engine.errors import PulsebookError

SCHEMA = f"pulsebook_pokes_{__version__.replace('.', '_')}"
LOOKS, DELIVERIES = "looks", "deliveries"
LAYING_OUT = 7_305_128
"""Locked while the tables are made, for several workers start at once."""


class PokesUnusable(PulsebookError):
    """The tables of the pokes can't be made or used; the message says what to do."""


def connection_arguments(url: str) -> dict[str, Any]:
    """What a connector of Procrastinate takes, so that it sees its own schema alone."""
    return {"conninfo": url, "kwargs": {"options": f"-c search_path={SCHEMA}"}}


def lay_out(url: str) -> None:
    """Makes the tables of the pokes where they are missing. Raises PokesUnusable."""
    try:
        with psycopg.connect(url, options=f"-c search_path={SCHEMA}") as connection:
            if _is_laid_out(connection):
                return
            connection.execute("select pg_advisory_xact_lock(%s)", [LAYING_OUT])
            if _is_laid_out(connection):
                return
            connection.execute(f"create schema {SCHEMA}".encode())
            connection.execute(SchemaManager.get_schema())
    except psycopg.Error as error:
        reason = str(error).strip().splitlines()[0]
        raise PokesUnusable(
            f"Workers can't be poked: {reason}. The database's user has to be allowed to create the schema {SCHEMA}."
        ) from error


def _is_laid_out(connection: psycopg.Connection[Any]) -> bool:
    # Not to_regclass: within a transaction it goes on saying what it said before another one made the table.
    known = "select 1 from pg_tables where schemaname = %s and tablename = 'procrastinate_jobs'"
    return connection.execute(known, [SCHEMA]).fetchone() is not None


@dataclass(frozen=True, slots=True)
class Pokes:
    """Sends pokes. Only ever after the commit that made the work due: a poke that is refused because another
    waits would wake nobody if that one ran before the commit.
    """

    app: App

    @classmethod
    @contextmanager
    def open(cls, url: str) -> Iterator["Pokes"]:
        """`url`: of a PostgreSQL, as libpq takes it. Raises PokesUnusable."""
        lay_out(url)
        app = App(connector=SyncPsycopgConnector(**connection_arguments(url), min_size=1, max_size=2))
        with app.open():
            yield cls(app)

    def send(self, queue: str, lanes: Iterable[str]) -> None:
        """One poke a lane, but where one waits already."""
        for lane in lanes:
            with suppress(AlreadyEnqueued):
                self.app.configure_task(queue, queue=queue, lock=lane, queueing_lock=lane).defer(lane=lane)
