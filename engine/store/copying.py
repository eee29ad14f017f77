"""A database in; a copy of all that is stored, to try something on and to be thrown away, out."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from sqlite3 import Connection as SQLiteConnection
from sqlite3 import Error as SQLiteError
from tempfile import TemporaryDirectory
from typing import cast

from sqlalchemy import JSON, Connection, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import SQLModel

from engine.errors import PulsebookError
from engine.store.database import Database

REMEDY = "Make room there, or name another folder in the variable TMPDIR."
ROWS = 10_000
"""Read and written at a time."""
CACHE_KIB = 256 * 1024
"""Of the copy while it is written: ids come in no order, so each of a million would wait for its page of an index."""


class NoCopy(PulsebookError):
    """The copy could not be written."""


@contextmanager
def copied(database: Database) -> Iterator[Database]:
    """What is stored at this moment, in a SQLite file that nobody else may read and that goes in the end.

    Raises NoCopy, and DatabaseUnusable where the database can't be read.
    """
    with TemporaryDirectory(prefix="pulsebook-copy-") as folder:
        copy = Database.open("sqlite:///copy.db", Path(folder))
        try:
            _copy(database, copy, folder)
            yield copy
        finally:
            copy.close()


def _copy(database: Database, copy: Database, folder: str) -> None:
    try:
        if database.is_sqlite:
            _copy_pages(database, copy)
        else:
            copy.migrate()
            _copy_rows(database, copy)
    except (SQLiteError, OSError) as error:
        raise NoCopy(f"{folder} can't take a copy of the database: {error}. {REMEDY}") from None
    except DBAPIError as error:
        raise NoCopy(f"{folder} can't take a copy of the database: {error.orig}. {REMEDY}") from None


def _copy_pages(database: Database, copy: Database) -> None:
    with database.engine.connect() as source, copy.engine.connect() as target:
        _driver_of(source).backup(_driver_of(target))


def _driver_of(connection: Connection) -> SQLiteConnection:
    return cast(SQLiteConnection, connection.connection.driver_connection)


def _copy_rows(database: Database, copy: Database) -> None:
    """Values as the drivers have them: either database keeps the same kinds, but for JSON, which SQLite has as text."""
    with database.reading() as source, copy.writing() as target:
        target.exec_driver_sql(f"pragma cache_size = -{CACHE_KIB}")
        stream = source.execution_options(yield_per=ROWS)
        for table in SQLModel.metadata.sorted_tables:
            names = [copy.engine.dialect.identifier_preparer.quote(column.name) for column in table.columns]
            asked = [
                f"cast({name} as text)" if isinstance(column.type, JSON) else name
                for name, column in zip(names, table.columns, strict=True)
            ]
            put = f"insert into {table.name} ({', '.join(names)}) values ({', '.join('?' * len(names))})"  # noqa: S608
            target.execute(table.delete())
            for rows in stream.execute(text(f"select {', '.join(asked)} from {table.name}")).partitions():  # noqa: S608
                target.exec_driver_sql(put, [tuple(row) for row in rows])
