"""A database's URL in; connections out, one transaction each, on SQLite and on PostgreSQL alike."""

import os
from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from sqlite3 import Connection as SQLiteConnection
from sqlite3 import OperationalError
from time import sleep
from typing import Any, TypeVar

from sqlalchemy import URL, Column, Connection, CursorResult, Dialect, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.pool import StaticPool
from sqlalchemy.util import LRUCache

from engine.errors import PulsebookError

Item = TypeVar("Item")

HEAD = "0013"
"""The newest migration, so that a database that is up to date is known without loading Alembic."""
ARE_THERE = {
    "sqlite": "select 1 from sqlite_master where name = 'alembic_version'",
    "postgresql": "select to_regclass('alembic_version')",
}
"""Null where there are no tables yet. SQLAlchemy has one question for this, but takes long to put it."""
MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_SECONDS = 30
WAL_TRIES = 1_000
CACHE = 32_768
"""KiB of pages that SQLite keeps, not 2,000: the indexes of what an import brings fell out again and again."""
MIGRATION_LOCK = 7_305_127
"""Taken on PostgreSQL while the tables are brought up to date, for several workers start at once."""
PARAMETERS = 10_000
"""Values in one `in (…)`: SQLite takes 32,766 to a statement, PostgreSQL 65,535."""

_DIALECTS: dict[str, Dialect] = {}
_COMPILED: LRUCache[Any, Any] = LRUCache(1_000)


class DatabaseUnusable(PulsebookError):
    """The database can't be opened, read or written; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Database:
    """An open database. All is done in `with database.reading()`, `.asking()` or `.writing()`."""

    engine: Engine
    shown: str
    """The URL without its password."""

    @classmethod
    def open(cls, url: str, folder: Path | None = None) -> "Database":
        """`sqlite:///FILE` (relative to `folder`), `sqlite://` (in memory) or `postgresql://…`.

        Raises DatabaseUnusable where that is none of them, where the file can't be made or written, and where the
        driver is not installed. A server is first asked by the first transaction.
        """
        try:
            parsed = make_url(url)
        except ArgumentError:
            raise DatabaseUnusable(
                "[database] url is not the URL of a database. Write sqlite:///pulsebook.db or postgresql://…"
            ) from None
        kind = parsed.get_backend_name()
        if kind == "sqlite":
            return cls(_compiling_once(_sqlite(parsed, folder or Path.cwd())), parsed.render_as_string())
        if kind in ("postgresql", "postgres"):
            return cls(_compiling_once(_postgresql(parsed)), parsed.render_as_string())
        raise DatabaseUnusable(f"{kind!r} is no database that Pulsebook knows. Use sqlite:///… or postgresql://…")

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @property
    def libpq_url(self) -> str:
        """The URL with its password, as the clients of PostgreSQL take it."""
        return self.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One snapshot: what others commit meanwhile is not seen."""
        options = {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        with self._connected(options) as connection:
            yield connection

    @contextmanager
    def asking(self) -> Iterator[Connection]:
        """For one statement that writes nothing: PostgreSQL takes it without being told of a transaction."""
        options: dict[str, object] = {} if self.is_sqlite else {"isolation_level": "AUTOCOMMIT"}
        with self._connected(options) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction, committed at the end, rolled back by an exception. On SQLite the only one of its time."""
        with self._connected({"writes": True}) as connection:
            yield connection

    @contextmanager
    def _connected(self, options: dict[str, object]) -> Iterator[Connection]:
        with ExitStack() as stack:
            with self._said_plainly():
                connection = stack.enter_context(self.engine.connect()).execution_options(**options)
                stack.enter_context(connection.begin())
            with self._said_plainly(only_lost=True):
                yield connection

    @contextmanager
    def _said_plainly(self, *, only_lost: bool = False) -> Iterator[None]:
        """`only_lost`: of what the database answers, only that it is gone."""
        try:
            yield
        except DBAPIError as error:
            if only_lost and not error.connection_invalidated:
                raise
            reason = str(error.orig).strip().splitlines()[0]
            if "locked" in reason:
                remedy = "Another process has been writing for too long: wait for it, or end it."
            elif self.is_sqlite:
                remedy = "Check the file and its rights, or name another in [database] url."
            else:
                remedy = "Check that the server runs and that [database] url names its host, database and user."
            raise DatabaseUnusable(f"The database {self.shown} can't be used: {reason}. {remedy}") from error

    def migrate(self) -> None:
        """Makes the tables, or brings them up to date; quick where they are.

        Raises DatabaseUnusable where a newer Pulsebook made them, and where the database can't be written.
        """
        with self._said_plainly():
            if self.version() == HEAD:
                return
            with self.writing() as connection:
                if not self.is_sqlite:
                    connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
                from engine.store.migrating import upgrade

                upgrade(connection)

    def version(self) -> str | None:
        """The migration that the tables are at; None: there are no tables yet."""
        with self.reading() as connection:
            if connection.exec_driver_sql(ARE_THERE[self.engine.dialect.name]).scalar() is None:
                return None
            return connection.execute(text("select version_num from alembic_version")).scalar()

    def close(self) -> None:
        self.engine.dispose()


def rows_in(connection: Connection, columns: Sequence[Column[Any]], keys: list[Any]) -> list[tuple[Any, ...]]:
    """The rows whose first column is one of the keys, as the driver has them.

    SQLAlchemy gives each key a name of its own, which costs more than the look-up.
    """
    wanted = f"select {', '.join(column.name for column in columns)} from {columns[0].table.name}"  # noqa: S608 our own
    where = f"{wanted} where {columns[0].name}"
    if connection.dialect.name == "sqlite":
        result = connection.exec_driver_sql(f"{where} in ({', '.join('?' * len(keys))})", tuple(keys))
    else:
        result = connection.exec_driver_sql(f"{where} = any(%(keys)s)", {"keys": keys})
    return fetched(result)


def fetched(result: CursorResult[Any]) -> list[tuple[Any, ...]]:
    """Plain tuples of the driver: a million rows as row objects cost more than the query."""
    rows = list(result.cursor.fetchall()) if result.cursor else []
    result.close()
    return rows


def portions(items: Collection[Item], size: int = PARAMETERS) -> Iterator[list[Item]]:
    """The items in lists short enough for one statement."""
    listed = list(items)
    for start in range(0, len(listed), size):
        yield listed[start : start + size]


def _compiling_once(engine: Engine) -> Engine:
    """SQLAlchemy keeps a statement that it compiled with the dialect, of which each engine has its own.

    Whoever opens one database after the other, as tests do, would compile each statement again and again.
    """
    engine.dialect = _DIALECTS.setdefault(engine.dialect.name, engine.dialect)
    engine.update_execution_options(compiled_cache=_COMPILED)
    return engine


def _sqlite(url: URL, folder: Path) -> Engine:
    if url.database in (None, "", ":memory:"):
        engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
    else:
        file = folder / str(url.database)
        _make_file(file)
        engine = create_engine(URL.create("sqlite", database=str(file)), connect_args={"timeout": BUSY_SECONDS})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _make_file(file: Path) -> None:
    """Creates the file for its owner alone; the write-ahead log takes over its mode."""
    if not file.parent.is_dir():
        raise DatabaseUnusable(
            f"The folder of the database {file} is not there. Make it, or name another in [database] url."
        )
    try:
        os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise DatabaseUnusable(
            f"The database {file} can't be written: {error.strerror}. "
            "Give yourself the right, or name another in [database] url."
        ) from None


def _prepare_sqlite(connection: SQLiteConnection, _: object) -> None:
    # The driver's own transactions begin too late: two writers read, both write, one update is lost.
    connection.isolation_level = None
    _switch_to_wal(connection)
    connection.execute("pragma synchronous = normal")
    connection.execute(f"pragma cache_size = -{CACHE}")


def _switch_to_wal(connection: SQLiteConnection) -> None:
    """SQLite does not wait for others here, as it does elsewhere; only the first ones to open a new file meet it."""
    for _ in range(WAL_TRIES):
        try:
            connection.execute("pragma journal_mode = wal")
            return
        except OperationalError as error:
            if "locked" not in str(error):
                raise
            sleep(BUSY_SECONDS / WAL_TRIES)
    connection.execute("pragma journal_mode = wal")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("begin immediate" if writes else "begin")


def _postgresql(url: URL) -> Engine:
    try:
        # Not asked before each use whether they still live: what fails because of it is tried again by its worker.
        return create_engine(url.set(drivername="postgresql+psycopg"), use_native_hstore=False)
    except ModuleNotFoundError:
        raise DatabaseUnusable(
            "The driver for PostgreSQL is not installed. Install it: pip install 'pulsebook[postgres]'."
        ) from None
