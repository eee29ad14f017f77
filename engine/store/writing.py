"""Rows, or the columns of rows, in; one statement that writes them all, on SQLite and on PostgreSQL alike.

Nothing is converted but lists and mappings, which become JSON; a text in a column of JSON is taken to be JSON already.
Said once and kept, such a statement costs a fraction of one that SQLAlchemy binds row by row.
"""

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, Connection, Dialect, Table
from sqlalchemy.dialects.sqlite import Insert as SQLiteInsert

from engine.store.arrays import array_of
from engine.store.database import PARAMETERS

if TYPE_CHECKING:
    from sqlalchemy.dialects.postgresql import Insert as PostgreSQLInsert

VALUES = re.compile(r"VALUES \(.*\)(?= ON CONFLICT|$)", re.DOTALL)
STATEMENTS = 256

Rows = Sequence[Mapping[str, Any]]
Columns = Mapping[str, Sequence[Any]]
"""By the name of each column its values, all of one length."""


def inserting(connection: Connection, table: Table) -> "SQLiteInsert | PostgreSQLInsert":
    """The dialect's own `insert into table`, which knows `on conflict` and `excluded`."""
    return _inserting(connection.dialect, table)


def append(connection: Connection, table: Table, rows: Rows) -> None:
    """Writes new rows, all of one shape."""
    _write(connection, table, None, (), _columns(rows))


def upsert(
    connection: Connection, table: Table, key: Collection[str], rows: Rows, update: Collection[str] | None = None
) -> None:
    """Writes rows, all of one shape. Of one whose key is there, the columns of `update` are replaced.

    None: all but the key, and then no key may come twice; empty: what is there stays.
    """
    upsert_columns(connection, table, key, _columns(rows), update)


def upsert_columns(
    connection: Connection, table: Table, key: Collection[str], columns: Columns, update: Collection[str] | None = None
) -> None:
    """The same of rows that are said column by column."""
    names = [column.name for column in table.columns if column.name not in key] if update is None else update
    _write(connection, table, tuple(key), tuple(names), columns)


def alter(connection: Connection, table: Table, key: str, rows: Rows) -> None:
    """Of rows that are there, all of one shape, writes the other columns."""
    if rows:
        names = (*(name for name in rows[0] if name != key), key)
        _run(connection, table, _altering(connection.dialect, table, names), _columns(rows))


@dataclass(frozen=True, slots=True)
class _Statement:
    """`order`: the columns as the statement names them. PostgreSQL gets an array of each, SQLite row after row."""

    sql: str
    order: tuple[str, ...]


def _columns(rows: Rows) -> Columns:
    return {name: [row[name] for row in rows] for name in rows[0]} if rows else {}


def _write(
    connection: Connection, table: Table, key: tuple[str, ...] | None, update: tuple[str, ...], columns: Columns
) -> None:
    names = tuple(column.name for column in table.columns if column.name in columns)
    if names and len(columns[names[0]]):
        _run(connection, table, _inserting_all(connection.dialect, table, key, update, names), columns)


def _run(connection: Connection, table: Table, statement: _Statement, columns: Columns) -> None:
    said = [
        _as_text(columns[name]) if isinstance(table.c[name].type, JSON) else columns[name] for name in statement.order
    ]
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(statement.sql, [*zip(*said, strict=True)])
        return
    for start in range(0, len(said[0]), PARAMETERS):
        some = [values[start : start + PARAMETERS] for values in said]
        connection.exec_driver_sql(statement.sql, dict(zip(statement.order, map(array_of, some), strict=True)))


def _as_text(values: Sequence[Any]) -> Sequence[str | None]:
    """A column's values as JSON, unless they are text already."""
    if all(isinstance(value, str) for value in values):
        return values
    return [None if value is None else json.dumps(value) for value in values]


@lru_cache(STATEMENTS)
def _inserting_all(
    dialect: Dialect, table: Table, key: tuple[str, ...] | None, update: tuple[str, ...], names: tuple[str, ...]
) -> _Statement:
    # Inline: else PostgreSQL is asked for the new number, too.
    insert = _inserting(dialect, table).inline()
    if key is not None and update:
        replaced = {name: insert.excluded[name] for name in update}
        insert = insert.on_conflict_do_update(index_elements=list(key), set_=replaced)
    elif key is not None:
        insert = insert.on_conflict_do_nothing(index_elements=list(key))
    compiled = insert.compile(dialect=dialect, column_keys=list(names))
    if compiled.positional:
        return _Statement(str(compiled), tuple(compiled.positiontup or ()))
    sql = VALUES.sub(f"SELECT * FROM {_unnested(dialect, table, names)}", str(compiled), count=1)  # noqa: S608 our own
    return _Statement(sql, names)


@lru_cache(STATEMENTS)
def _altering(dialect: Dialect, table: Table, names: tuple[str, ...]) -> _Statement:
    """`names`: of columns, the key as the last."""
    quoted = [dialect.identifier_preparer.quote(name) for name in names]
    *others, key = quoted
    if dialect.name == "sqlite":
        values = ", ".join(f"{name} = ?" for name in others)
        return _Statement(f"UPDATE {table.name} SET {values} WHERE {key} = ?", names)  # noqa: S608 our own columns
    values = ", ".join(f"{name} = said.{name}" for name in others)
    said = f"{_unnested(dialect, table, names)} AS said ({', '.join(quoted)})"
    return _Statement(f"UPDATE {table.name} SET {values} FROM {said} WHERE {table.name}.{key} = said.{key}", names)  # noqa: S608 our own


def _unnested(dialect: Dialect, table: Table, names: Sequence[str]) -> str:
    arrays = (f"%({name})s::{table.c[name].type.compile(dialect)}[]" for name in names)
    return f"unnest({', '.join(arrays)})"


def _inserting(dialect: Dialect, table: Table) -> "SQLiteInsert | PostgreSQLInsert":
    if dialect.name == "sqlite":
        return SQLiteInsert(table)
    # Loads the drivers of PostgreSQL that there are, which takes a tenth of the start of a command.
    from sqlalchemy.dialects.postgresql import Insert as PostgreSQLInsert

    return PostgreSQLInsert(table)
