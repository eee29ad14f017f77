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
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from threading import Timer
from typing import Any, TextIO
from uuid import UUID

import psycopg
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from engine.sources.lines import FileUnreadable

QUERY = ".sql"
PORTION = 10_000
"""Rows that are fetched together."""
TIMEOUT = 600
"""Seconds that an answer may take, if nothing else is said."""
REACH_SECONDS = 10
"""So long a server may take to let us in."""
KINDS = "Write sqlite:///FILE or postgresql://…, or env:NAME where it stands in the environment."
READS = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE})
"""What a query may do: else `attach` and `vacuum into` would write files though the database is read only."""
DRIVERS = sqlite3.Error, psycopg.Error

Raw = sqlite3.Connection | psycopg.Connection[tuple[Any, ...]]


def is_query(file: Path) -> bool:
    return file.name.lower().endswith(QUERY)


def fetch(query: Path, url: str, seconds: float, into: Path) -> None:
    """Writes every row that the database answers a query with to a file of JSON Lines; it can change nothing there.

    Raises FileUnreadable, with what to do, unless these are all rows of one answer that came within so many seconds.
    """
    text = _text_of(query)
    with closing(_opened(query.name, url)) as raw, _limit(raw, seconds) as limit, into.open("w") as out:
        _answer(query.name, raw, limit, text, out)


def _text_of(query: Path) -> str:
    try:
        text = query.read_text(encoding="utf-8-sig").strip().removesuffix(";")
    except FileNotFoundError:
        raise FileUnreadable(f"There is no file {query}. Check its name.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise FileUnreadable(f"{query.name} can't be read ({error}). Save it as UTF-8.") from None
    if not text:
        raise FileUnreadable(f"{query.name} is empty. Write one select into it.")
    return text


def _opened(name: str, url: str) -> Raw:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise FileUnreadable(f"{name}: what --database says is not the URL of a database. {KINDS}") from None
    if "@" in (parsed.host or ""):
        # The driver's message would have the end of the password.
        raise FileUnreadable(f"{name}: the URL of the database has an @ too many. In a password write %40 for it.")
    kind = parsed.get_backend_name()
    if kind not in ("sqlite", "postgresql"):
        raise FileUnreadable(f"{name}: {kind!r} is no database that can be asked. {KINDS}")
    try:
        return _of_file(parsed) if kind == "sqlite" else _of_server(parsed)
    except DRIVERS as error:
        raise FileUnreadable(f"{name}: the database can't be reached ({_said(error)}). Nothing was taken.") from None


def _of_file(url: URL) -> sqlite3.Connection:
    file = Path(url.database or "").absolute().as_uri()
    raw = sqlite3.connect(f"{file}?mode=ro", uri=True, check_same_thread=False)
    raw.set_authorizer(lambda action, *_: sqlite3.SQLITE_OK if action in READS else sqlite3.SQLITE_DENY)
    return raw


def _of_server(url: URL) -> psycopg.Connection[tuple[Any, ...]]:
    conninfo = url.set(drivername="postgresql").render_as_string(hide_password=False)
    raw = psycopg.connect(conninfo, connect_timeout=REACH_SECONDS)
    raw.read_only = True
    return raw


@dataclass(slots=True)
class _Limit:
    """How long an answer may take, and whether it took longer."""

    seconds: float
    is_over: bool = False


@contextmanager
def _limit(raw: Raw, seconds: float) -> Iterator[_Limit]:
    """Ends a connection that takes longer: a server that has fallen silent would be waited for without end."""
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


def _answer(name: str, raw: Raw, limit: _Limit, text: str, out: TextIO) -> None:
    """`text` is sent as it is: neither `%` nor `:` stands for a parameter."""
    done = 0
    try:
        with closing(_asked(raw, limit, text)) as cursor:
            columns = _columns(name, cursor)
            while rows := cursor.fetchmany(PORTION):
                out.writelines(_line(name, columns, row) for row in rows)
                done += len(rows)
    except DRIVERS as error:
        raise FileUnreadable(f"{name}: {_why(error, raw, limit, done)}. Nothing was taken.") from None
    if not done:
        why = "the answer has no rows, as when a feed has stopped"
        raise FileUnreadable(f"{name}: {why}. Look at the query, and at what it asks.")


def _asked(raw: Raw, limit: _Limit, text: str) -> Any:
    if isinstance(raw, sqlite3.Connection):
        return raw.execute(text)
    # When the line is ended the server would work on: it ends by itself a little later.
    raw.execute(f"set local statement_timeout = {int(limit.seconds * 1000) + 1000}".encode())
    cursor = raw.cursor(name="pulsebook")
    try:
        return cursor.execute(text.encode())
    except psycopg.Error:
        cursor.close()
        raise


def _why(error: Exception, raw: Raw, limit: _Limit, done: int) -> str:
    if limit.is_over:
        return (
            f"after {limit.seconds:g} seconds only {done:,} rows of the answer were there: give it a longer --timeout"
        )
    if isinstance(error, sqlite3.OperationalError) and error.sqlite_errorcode == sqlite3.SQLITE_BUSY:
        return f"the database is busy ({_said(error)}): import it again"
    if isinstance(raw, psycopg.Connection) and raw.broken:
        return f"the database broke off after {done:,} rows ({_said(error)}): import it again"
    return f"the database can't answer the query ({_said(error)}): mend it"


def _said(error: Exception) -> str:
    """The first line of what the driver says."""
    return str(error).strip().partition("\n")[0]


def _columns(name: str, cursor: Any) -> tuple[str, ...]:
    if cursor.description is None:
        raise FileUnreadable(f"{name}: the query asks for no rows. Write one select.")
    columns = tuple(column[0].strip() for column in cursor.description)
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
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, int | float | UUID):
        return str(value)
    kind = type(value).__name__
    raise FileUnreadable(f"{name}: column {column!r} holds a {kind}. Make a text or a number of it in the query.")
