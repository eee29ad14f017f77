"""The counters of accounts and runs in; what is due, and which versions are still needed, out."""

from datetime import datetime

from sqlalchemy import func, select

from engine.clock import microseconds, moment
from engine.store.database import Database
from engine.store.tables.accounts import BLOCK, AccountRow, BlockRow
from engine.store.tables.runs import RunRow

ACCOUNT = AccountRow.__table__  # type: ignore[attr-defined]
BLOCKS = BlockRow.__table__  # type: ignore[attr-defined]
RUN = RunRow.__table__  # type: ignore[attr-defined]


def block_numbers(database: Database) -> list[int]:
    """All blocks, ascending."""
    with database.asking() as connection:
        return list(connection.execute(select(BLOCKS.c.id).order_by(BLOCKS.c.id)).scalars())


def due_blocks(database: Database, now: datetime) -> dict[int, datetime]:
    """The blocks in which an account is due, ascending, and since when one is."""
    block = (ACCOUNT.c.seq // BLOCK).label("block")
    query = select(block, func.min(ACCOUNT.c.look_at)).where(ACCOUNT.c.look_at <= microseconds(now)).group_by(block)
    with database.asking() as connection:
        return {int(block): moment(since) for block, since in sorted(connection.execute(query).all())}


def versions_under_way(database: Database) -> frozenset[str]:
    """The versions that runs under way were started on."""
    with database.asking() as connection:
        query = select(RUN.c.version).where(RUN.c.ended_at.is_(None)).distinct()
        return frozenset(connection.execute(query).scalars())
