"""Builders of batches, and readers of what became of them; a test says only what it speaks about."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
from sqlalchemy import select, text
from sqlmodel import SQLModel

from engine.batches import (
    Arrival,
    Batch,
    Entries,
    Events,
    Facts,
    Ingested,
    Observations,
    Outcomes,
    Places,
    When,
    coded,
)
from engine.clock import day_number, day_of, microseconds
from engine.language.base import parse_day
from engine.language.catalog import Catalog
from engine.snapshot import Series
from engine.store.chunks import unpack, unpack_cells
from engine.store.database import Database
from engine.store.ingest.ingest import Ingest
from engine.store.strips import Property
from engine.store.tables.accounts import BLOCK
from engine.store.tables.series import SPAN

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
"""A Tuesday, noon in London and one o'clock in Berlin."""
ZONE = "Europe/Berlin"
CATALOG = Catalog.model_validate(
    {
        "attributes": {"plan": {}, "payment_date": {"type": "date"}, "seats": {"type": "number"}},
        "metrics": {"users": {}, "nps": {"of": "contact"}},
        "events": {"login": {}, "order": {"properties": {"amount": "number", "due": "date", "system": "text"}}},
        "facts": {
            "office_move": {"properties": {"city": "text"}, "lasts": "60d"},
            "leadership_change": {"properties": {"role": "text"}},
            "payment_date_change": {
                "properties": {"was": "date", "now": "date"},
                "when_changes": "payment_date",
            },
        },
    }
)
Record = Mapping[str, Any]
TABLES = SQLModel.metadata.tables


def arrival(at: datetime = NOW, **more: Any) -> Arrival:
    return Arrival(at, "file.csv", **more)


def put(database: Database, *batches: Batch, series: Collection[Series] = (), **more: Any) -> Ingested:
    """Ingests them one after the other; what became of the last."""
    results = [Ingest(database).apply(batch, CATALOG, arrival(**more), ZONE, series) for batch in batches]
    return results[-1]


def accounts(*rows: str | Record) -> Entries:
    """Accounts by id, or with columns."""
    return entries("accounts", *({"id": row} if isinstance(row, str) else row for row in rows))


def entries(kind: str, *rows: Record) -> Entries:
    columns = {name: tuple(row.get(name) for row in rows) for name in rows[0]}
    return Entries(kind, columns, _places(rows))


def observations(*rows: tuple[Any, ...]) -> Observations:
    """Each (account, at, value) of `users`, or (account, at, value, metric, contact)."""
    full = [(*row, "users", None)[:5] if len(row) == 3 else (*row, None)[:5] for row in rows]
    account, at, value, metric, contact = zip(*full, strict=True)
    number = np.array(value, dtype=np.float64)
    return Observations(coded(account), coded(contact), coded(metric), _when(at), number, _places(rows))


def events(*rows: Record) -> Events:
    """Each with `account` and `at`; `name` (default login), `id`, `contact`, and properties."""
    own = ("account", "at", "name", "id", "contact")
    return Events(
        coded([row["account"] for row in rows]),
        coded([row.get("name", "login") for row in rows]),
        coded([row.get("id") for row in rows]),
        coded([row.get("contact") for row in rows]),
        _when([row["at"] for row in rows]),
        tuple({prop: value for prop, value in row.items() if prop not in own} for row in rows),
        _places(rows),
    )


def facts(*rows: Record) -> Facts:
    """Each with `account` and `at`; `name` (default leadership_change), `id`, `until`, `reason`, `repeats` (bool),
    and properties."""
    own = ("account", "at", "name", "id", "until", "reason", "repeats")
    blank = coded([None for _ in rows])
    return Facts(
        coded([row["account"] for row in rows]),
        coded([row.get("name", "leadership_change") for row in rows]),
        coded([row.get("id") for row in rows]),
        _when([row["at"] for row in rows]),
        _when([row.get("until") for row in rows]),
        blank,
        blank,
        coded([row.get("reason") for row in rows]),
        np.array([row.get("repeats", False) for row in rows], dtype=np.bool_),
        tuple({prop: value for prop, value in row.items() if prop not in own} for row in rows),
        _places(rows),
    )


def outcomes(*rows: tuple[str, str, str]) -> Outcomes:
    account, at, outcome = zip(*rows, strict=True)
    return Outcomes(coded(account), coded(outcome), _when(at), _places(rows))


def _places(rows: Sequence[object]) -> Places:
    return Places(("file.csv",), np.zeros(len(rows), dtype=np.int64), np.arange(2, len(rows) + 2))


def _when(texts: Sequence[str | None]) -> When:
    """`2026-11-20` is a day, `2026-11-20T10:00` a moment in UTC."""
    is_day = [one is not None and "T" not in one for one in texts]
    return When(np.array([_number(one) for one in texts], dtype=np.int64), np.array(is_day, dtype=np.bool_))


def _number(said: str | None) -> int:
    if said is None:
        return -1
    if "T" not in said:
        return day_number(parse_day(said))
    return microseconds(datetime.fromisoformat(said).replace(tzinfo=UTC))


def day(said: str) -> int:
    return day_number(parse_day(said))


def rows_of(database: Database, table: str, *columns: str) -> list[Any]:
    """All rows, in the order of the primary key; of one column its values alone."""
    of = TABLES[table]
    wanted = select(*(of.c[column] for column in columns) if columns else (of,)).order_by(*of.primary_key.columns)
    with database.reading() as connection:
        found = connection.execute(wanted)
        return list(found.scalars()) if len(columns) == 1 else [tuple(row) for row in found]


def cells(database: Database, key: str) -> dict[tuple[str, str], float]:
    """What a series says: account and day to value."""
    ids = dict(rows_of(database, "account", "seq", "id"))
    [series] = [id_ for id_, name in rows_of(database, "series", "id", "key") if name == key]
    found = {}
    for of, block, span, values in rows_of(database, "chunk", "series_id", "block", "span", "values"):
        matrix = unpack(values)
        for row, column in np.argwhere(~np.isnan(matrix)).tolist() if of == series else ():
            on = str(day_of(span * SPAN + column))
            found[ids[block * BLOCK + row], on] = float(matrix[row, column])
    return found


def corrections(database: Database) -> list[tuple[str, float | None, float]]:
    """Day, old and new of each cell that was corrected after a look."""
    found = []
    for span, blob in rows_of(database, "correction", "span", "cells"):
        for cell in unpack_cells(blob) if blob else ():
            old = None if np.isnan(cell["old"]) else float(cell["old"])
            found.append((str(day_of(span * SPAN + int(cell["column"]))), old, float(cell["new"])))
    return found


def due(database: Database) -> list[str]:
    """Accounts in which something arrived since the last look."""
    waiting = rows_of(database, "account", "id", "changed", "looked", "look_at")
    return [id_ for id_, changed, looked, at in waiting if changed > looked and at is not None]


def look(database: Database, at: datetime = NOW) -> None:
    """As if all accounts had been looked at."""
    with database.writing() as connection:
        looked = "update account set looked = changed, look_at = null, last_look = :at"
        connection.execute(text(looked), {"at": microseconds(at)})


def dump(database: Database) -> dict[str, list[Any]]:
    """Every row of every table, and on PostgreSQL the numbers that were given out."""
    found = {table: sorted(rows_of(database, table), key=str) for table in TABLES}
    if not database.is_sqlite:
        with database.reading() as connection:
            given = "select sequencename, last_value from pg_sequences order by 1"
            found["sequences"] = [tuple(row) for row in connection.execute(text(given))]
    return found


def counts(done: Ingested) -> tuple[int, int, int, int, int]:
    """Applied, unchanged, corrected, held, refused."""
    return done.applied, done.unchanged, done.corrected, done.held, len(done.refused)


def said_of(column: Property) -> list[Any]:
    """What each event of a strip says of a property."""
    if isinstance(column, np.ndarray):
        return [None if np.isnan(number) else number for number in column.tolist()]
    return [column.values[code - 1] if code else None for code in column.codes.tolist()]
