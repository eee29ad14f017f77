"""Rows of teammates in; teammates out."""

from sqlalchemy import Connection, select

from engine.clock import day_of
from engine.domain import Teammate
from engine.store.tables import TeammateRow

TEAMMATE = TeammateRow.__table__  # type: ignore[attr-defined]


def teammates(connection: Connection) -> dict[str, Teammate]:
    """All of us, by email."""
    return {
        row.email: Teammate(
            email=row.email,
            name=row.name,
            manager=row.manager,
            slack_id=row.slack_id,
            timezone=row.timezone,
            pools=tuple(row.pools),
            away_from=None if row.away_from is None else day_of(row.away_from),
            away_until=None if row.away_until is None else day_of(row.away_until),
            backup=row.backup,
        )
        for row in connection.execute(select(TEAMMATE))
    }
