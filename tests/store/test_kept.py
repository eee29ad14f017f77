"""A statement that is kept asks what one that is made anew would ask, on both databases."""

from typing import Any

import pytest
from sqlalchemy import Select, insert, select

from engine.store.among import among
from engine.store.database import Database
from engine.store.kept import kept
from engine.store.tables.runs import PaceRow

TABLE = PaceRow.__table__  # type: ignore[attr-defined]


@pytest.fixture
def lanes(database: Database) -> Database:
    with database.writing() as connection:
        connection.execute(insert(PaceRow), [{"lane": lane, "next": place} for place, lane in enumerate("abc")])
    return database


def test_it_is_asked_of_the_values_of_each_time_and_made_once_for_those_that_are_there(lanes: Database) -> None:
    made: list[Any] = []

    @kept
    def some(names: Any, before: Any) -> Select[Any]:
        made.append(before)
        earlier = [] if before is None else [TABLE.c.next < before]
        return select(TABLE.c.lane).where(among(TABLE.c.lane, names), *earlier).order_by(TABLE.c.lane)

    with lanes.reading() as connection:
        asked = [
            "".join(connection.execute(*some(names=names, before=before)).scalars())
            for names, before in (("ab", None), ({"b": 1, "c": 2}, None), ([], None), ("abc", 2), ("abc", 1))
        ]

    assert (asked, len(made)) == (["ab", "bc", "", "ab", "a"], 2)
