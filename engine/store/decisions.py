"""A database in; how many accounts changed their state by which rule since some moment of it, out."""

from collections.abc import Mapping

from sqlalchemy import func, select

from engine.store.database import Database
from engine.store.tables.looks import DecisionRow

DECISION = DecisionRow.__table__  # type: ignore[attr-defined]


def newest_decision(database: Database) -> int:
    """The number of the newest decision; those after it have greater ones."""
    with database.reading() as connection:
        return int(connection.execute(select(func.coalesce(func.max(DECISION.c.id), 0))).scalar_one())


def moves_since(database: Database, newest: int) -> Mapping[str, Mapping[str, int]]:
    """By rule, in the order of their names: how many decisions of which state (see DECIDED) came after that one."""
    counted = (
        select(DECISION.c.rule, DECISION.c.move, func.count())
        .where(DECISION.c.id > newest)
        .group_by(DECISION.c.rule, DECISION.c.move)
        .order_by(DECISION.c.rule)
    )
    found: dict[str, dict[str, int]] = {}
    with database.reading() as connection:
        for rule, state, count in connection.execute(counted):
            found.setdefault(rule, {})[state] = count
    return found
