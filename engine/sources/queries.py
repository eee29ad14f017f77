"""A query in a file and the URL of the database that answers it in; a copy of all rows of the answer out.

Whatever breaks on the way, a part of the rows never passes for all of them.
"""

import json
import os
import socket
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from threading import Timer
from typing import Any, TextIO, cast
from uuid import UUID

from sqlalchemy import URL, Connection, CursorResult, Engine, NullPool, create_engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from engine.sources.lines import FileUnreadable

QUERY = ".sql"
PORTION = 10_000
"""Rows that are fetched together."""
TIMEOUT = 600
"""Seconds that an answer may take, if nothing else is said."""
REACH_SECONDS = 10
"""So long a server may take to let us in."""
KINDS = "Write sqlite:///FILE or postgresql://…, or env:NAME where it stands in the environment."


def is_query(file: Path) -> bool:
    return file.name.lower().removesuffix(".gz").endswith(QUERY)


def fetch(query: Path, url: str, seconds: float, into: Path) -> None:
    """Writes every row that the database answers a query with to a file of JSON Lines; it can change nothing there.

    Raises FileUnreadable, with what to do, unless these are all rows of one answer that came within so many seconds.
    """
    text = _text_of(query)
    engine = _engine(query.name, url)
    try:
        with engine.connect() as connection, _limit(connection, seconds) as limit, into.open("w") as out:
            _answer(query.name, connection, limit, text, out)
    except DBAPIError as error:
        raise FileUnreadable(
            f"{query.name}: the database can't be reached ({_said(error)}). Nothing was taken."
        ) from None
    finally:
        engine.dispose()


def _text_of(query: Path) -> str:
    try:
        text = query.read_text(encoding="utf-8").strip().removesuffix(";")
    except FileNotFoundError:
        raise FileUnreadable(f"There is no file {query}. Check its name.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise FileUnreadable(f"{query.name} can't be read ({error}). Save it as UTF-8.") from None
    if not text:
        raise FileUnreadable(f"{query.name} is empty. Write one select into it.")
    return text


def _engine(name: str, url: str) -> Engine:
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise FileUnreadable(f"{name}: what --database says is not the URL of a database. {KINDS}") from None
    kind = parsed.get_backend_name()
    if kind == "sqlite":
        return create_engine("sqlite://", creator=lambda: _opened(parsed), poolclass=NullPool)
    if kind == "postgresql":
        return create_engine(
            parsed.set(drivername="postgresql+psycopg"),
            poolclass=NullPool,
            connect_args={"connect_timeout": REACH_SECONDS},
            execution_options={"postgresql_readonly": True},
        )
    raise FileUnreadable(f"{name}: {kind!r} is no database that can be asked. {KINDS}")


def _opened(url: URL) -> sqlite3.Connection:
    file = Path(url.database or "").absolute().as_uri()
    return sqlite3.connect(f"{file}?mode=ro", uri=True, check_same_thread=False)


@dataclass(slots=True)
class _Limit:
    """How long an answer may take, and whether it took longer."""

    seconds: float
    is_over: bool = False


@contextmanager
def _limit(connection: Connection, seconds: float) -> Iterator[_Limit]:
    """Ends a connection that takes longer: a server that has fallen silent would be waited for without end."""
    raw: Any = connection.connection.driver_connection
    limit = _Limit(seconds)

    def end() -> None:
        limit.is_over = True
        if isinstance(raw, sqlite3.Connection):
            raw.interrupt()
            return
        with socket.socket(fileno=os.dup(raw.fileno())) as line:
            line.shutdown(socket.SHUT_RDWR)

    timer = Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        yield limit
    finally:
        timer.cancel()
        # What it has begun it ends before the connection is closed, whose number may be another's then.
        timer.join()


def _answer(name: str, connection: Connection, limit: _Limit, text: str, out: TextIO) -> None:
    """`text` is sent as it is: neither `%` nor `:` stands for a parameter."""
    done = 0
    try:
        result = connection.execution_options(stream_results=True, no_parameters=True).exec_driver_sql(text)
        columns, cursor = _columns(name, result), cast(Any, result.cursor)
        # Where the line drops SQLAlchemy leaves it open.
        with closing(cursor):
            for rows in result.partitions(PORTION):
                out.writelines(_line(name, columns, row) for row in rows)
                done += len(rows)
    except DBAPIError as error:
        raise FileUnreadable(f"{name}: {_why(error, limit, done)}. Nothing was taken.") from None
    if not done:
        raise FileUnreadable(
            f"{name}: the answer has no rows, as when a feed has stopped. Look at the query, and at what it asks."
        )


def _why(error: DBAPIError, limit: _Limit, done: int) -> str:
    if limit.is_over:
        return (
            f"after {limit.seconds:g} seconds only {done:,} rows of the answer were there: give it a longer --timeout"
        )
    if error.connection_invalidated or done:
        return f"the database broke off after {done:,} rows ({_said(error)}): import it again"
    return f"the database can't answer the query ({_said(error)}): mend it"


def _said(error: DBAPIError) -> str:
    """The first line of what the driver says."""
    return str(error.orig).strip().partition("\n")[0]


def _columns(name: str, result: CursorResult[Any]) -> tuple[str, ...]:
    if not result.returns_rows:
        raise FileUnreadable(f"{name}: the query asks for no rows. Write one select.")
    columns = tuple(column.strip() for column in result.keys())  # noqa: SIM118 it is no dictionary
    twice = next((column for column in columns if columns.count(column) > 1), None)
    if twice is not None:
        raise FileUnreadable(f"{name}: two columns are called {twice!r}. Rename one with `as`.")
    return columns


def _line(name: str, columns: Sequence[str], row: Sequence[Any]) -> str:
    said = {column: _text(name, column, value) for column, value in zip(columns, row, strict=True)}
    return f"{json.dumps(said)}\n"


def _text(name: str, column: str, value: object) -> str | None:
    """A value as a file would write it."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, int | float | UUID):
        return str(value)
    raise FileUnreadable(f"{name}: column {column!r} holds lists or bytes. Write one plain value a cell.")
