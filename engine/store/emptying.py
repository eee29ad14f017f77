"""A database in; the same with all its tables empty, for the next scenario, out."""

from sqlmodel import SQLModel

from engine.store.database import Database


def empty(database: Database) -> None:
    """Deletes every row of every table; the tables stay."""
    with database.writing() as connection:
        for table in reversed(SQLModel.metadata.sorted_tables):
            connection.execute(table.delete())
