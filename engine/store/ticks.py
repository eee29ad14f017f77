"""A key in; whether what it stands for was done already, by whichever worker, out."""

from datetime import datetime

from sqlalchemy import Connection, select

from engine.clock import microseconds
from engine.store.database import Database
from engine.store.tables.housekeeping import TickRow
from engine.store.writing import inserting

TICK = TickRow.__table__  # type: ignore[attr-defined]


def is_taken(database: Database, key: str) -> bool:
    with database.asking() as connection:
        return connection.execute(select(TICK.c.key).where(TICK.c.key == key)).first() is not None


def take(connection: Connection, key: str, at: datetime) -> bool:
    """Takes a tick unless it was taken before; somebody else who tries waits for the end of this transaction."""
    taking = (
        inserting(connection, TICK).values(key=key, at=microseconds(at)).on_conflict_do_nothing(index_elements=["key"])
    )
    return connection.execute(taking.returning(TICK.c.key)).first() is not None


def move_on(connection: Connection, key: str, at: datetime) -> bool:
    """Sets what was last done as of an earlier moment to this one; False: it was done as of a later one.

    Others who try wait for the end of this transaction.
    """
    setting = inserting(connection, TICK).values(key=key, at=microseconds(at))
    later = setting.on_conflict_do_update(
        index_elements=["key"], set_={"at": setting.excluded.at}, where=TICK.c.at <= setting.excluded.at
    )
    return connection.execute(later.returning(TICK.c.key)).first() is not None
