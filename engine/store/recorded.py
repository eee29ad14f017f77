"""The names of metrics and events of which there is any record, out."""

from sqlalchemy import select

from engine.store.database import Database
from engine.store.tables.series import RecordedRow

RECORDED = RecordedRow.__table__  # type: ignore[attr-defined]


def recorded_names(database: Database) -> frozenset[str]:
    with database.asking() as connection:
        return frozenset(connection.execute(select(RECORDED.c.name)).scalars())
