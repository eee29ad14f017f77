"""Names of metrics and events in; from when to when there are records of them, out."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, Select, case, select

from engine.store.among import among
from engine.store.database import Database
from engine.store.kept import kept
from engine.store.tables.series import RecordedRow
from engine.store.writing import inserting

RECORDED = RecordedRow.__table__  # type: ignore[attr-defined]


def recorded_names(database: Database) -> frozenset[str]:
    """All of which there is any record."""
    with database.asking() as connection:
        return frozenset(connection.execute(select(RECORDED.c.name)).scalars())


def recorded(connection: Connection, names: Collection[str] | None = None) -> dict[str, Any]:
    """The rows of those names (None: of all) of which there is any record."""
    return {row.name: row for row in connection.execute(*_recorded(names=names))}


@kept
def _recorded(names: Any) -> Select[Any]:
    return select(RECORDED) if names is None else select(RECORDED).where(among(RECORDED.c.name, names))


def widen(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Spans of names, which may be new, are laid over those that are stored: another import may have come first."""
    statement = inserting(connection, RECORDED)
    said, stored = statement.excluded, RECORDED.c
    wider = {
        "first_day": case((said.first_day < stored.first_day, said.first_day), else_=stored.first_day),
        "last_day": case((said.last_day > stored.last_day, said.last_day), else_=stored.last_day),
        "last_at": case((said.last_at > stored.last_at, said.last_at), else_=stored.last_at),
    }
    connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_=wider), rows)
