"""A database in; the same with all its tables empty, for the next scenario, out."""

from functools import cache

from sqlalchemy import Delete
from sqlmodel import SQLModel

from engine.store.database import Database


def empty(database: Database) -> None:
    """Deletes every row of every table; the tables stay."""
    with database.writing() as connection:
        for deleting in _of_all_tables():
            connection.execute(deleting)


@cache
def _of_all_tables() -> tuple[Delete, ...]:
    return tuple(table.delete() for table in reversed(SQLModel.metadata.sorted_tables))
