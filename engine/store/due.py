"""The counters of accounts and runs in; what is due, and which versions are still needed, out."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select

from engine.clock import microseconds, moment
from engine.store.among import among
from engine.store.database import Database
from engine.store.kept import kept
from engine.store.tables.accounts import BLOCK, AccountRow, BlockRow
from engine.store.tables.runs import RunRow

ACCOUNT = AccountRow.__table__  # type: ignore[attr-defined]
BLOCKS = BlockRow.__table__  # type: ignore[attr-defined]
RUN = RunRow.__table__  # type: ignore[attr-defined]
NO_IMPORT = ""
"""What is due by itself, or by a single arrival."""


def block_numbers(database: Database) -> list[int]:
    """All blocks, ascending."""
    with database.asking() as connection:
        return list(connection.execute(*_blocks()).scalars())


@kept
def _blocks() -> Select[Any]:
    return select(BLOCKS.c.id).order_by(BLOCKS.c.id)


def due_blocks(database: Database, now: datetime) -> list[int]:
    """The blocks in which an account is due, ascending."""
    query = select(ACCOUNT.c.seq // BLOCK).where(ACCOUNT.c.look_at <= microseconds(now)).distinct()
    with database.asking() as connection:
        return sorted(int(block) for block in connection.execute(query).scalars())


@dataclass(frozen=True, slots=True)
class Lot:
    """Accounts of a block that are due for one thing (`AccountRow.due_for`), and since when the first and last are."""

    block: int
    due_for: str | None
    first: datetime
    last: datetime


def due_lots(database: Database, now: datetime) -> list[Lot]:
    with database.asking() as connection:
        rows = connection.execute(*_lots(now=microseconds(now))).all()
    return [Lot(int(block), due_for, moment(first), moment(last)) for block, due_for, first, last in rows]


@kept
def _lots(now: Any) -> Select[Any]:
    block, look_at = (ACCOUNT.c.seq // BLOCK).label("block"), ACCOUNT.c.look_at
    lots = select(block, ACCOUNT.c.due_for, func.min(look_at), func.max(look_at)).where(look_at <= now)
    return lots.group_by(block, ACCOUNT.c.due_for)


@dataclass(frozen=True, slots=True)
class Due:
    """By when accounts are due (None: whenever), since when, and for what: an import, a hold, or NO_IMPORT."""

    by: datetime | None = None
    after: datetime | None = None
    what: str | None = None
    accounts: Collection[str] | None = None
    """Ids; None: whoever."""


def is_due(due: Due) -> Iterator[ColumnElement[bool]]:
    """The conditions on rows of accounts."""
    if due.by is not None:
        yield ACCOUNT.c.look_at <= microseconds(due.by)
    if due.after is not None:
        yield ACCOUNT.c.look_at > microseconds(due.after)
    if due.what == NO_IMPORT:
        yield or_(ACCOUNT.c.due_for.is_(None), ACCOUNT.c.due_for.not_like("import %"))
    elif due.what is not None:
        yield ACCOUNT.c.due_for == due.what
    if due.accounts is not None:
        yield among(ACCOUNT.c.id, due.accounts)


def due_count(database: Database, due: Due) -> int:
    with database.asking() as connection:
        return connection.execute(select(func.count()).select_from(ACCOUNT).where(*is_due(due))).scalar_one()


def versions_under_way(database: Database) -> frozenset[str]:
    """The versions that runs under way were started on."""
    with database.asking() as connection:
        return frozenset(connection.execute(*_under_way()).scalars())


@kept
def _under_way() -> Select[Any]:
    return select(RUN.c.version).where(RUN.c.ended_at.is_(None)).distinct()
