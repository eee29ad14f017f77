"""A condition on a list of any length, on both databases."""

import pytest
from sqlalchemy import ColumnElement, insert, select, text

from engine.store.among import among
from engine.store.database import Database
from engine.store.tables.runs import PaceRow

TABLE = PaceRow.__table__  # type: ignore[attr-defined]
LANES = ["a", "b", "it's", 'say "no"', "back\\slash", "{1,2}", "null", ""]


@pytest.fixture
def lanes(database: Database) -> Database:
    with database.writing() as connection:
        connection.execute(insert(PaceRow), [{"lane": lane, "next": place} for place, lane in enumerate(LANES)])
    return database


def found(database: Database, condition: ColumnElement[bool]) -> list[str]:
    with database.reading() as connection:
        return list(connection.execute(select(TABLE.c.lane).where(condition).order_by(TABLE.c.next)).scalars())


@pytest.mark.parametrize(
    "wanted",
    [
        pytest.param([], id="none"),
        pytest.param(["b"], id="one"),
        pytest.param(LANES[2:], id="what needs care"),
        pytest.param(["nobody", "b", "b"], id="one twice, and one that is not there"),
        pytest.param([*LANES, *map(str, range(100_000))], id="more than a statement has parameters"),
    ],
)
def test_texts_among_others_are_found(lanes: Database, wanted: list[str]) -> None:
    assert found(lanes, among(TABLE.c.lane, wanted)) == [lane for lane in LANES if lane in wanted]


def test_numbers_are_found_and_may_be_joined_with_other_conditions(lanes: Database) -> None:
    assert found(lanes, among(TABLE.c.next, {1, 2, 77}) & among(TABLE.c.lane, ("a", "b"))) == ["b"]


def test_it_is_looked_up_by_its_index(lanes: Database) -> None:
    query = select(TABLE.c.next).where(among(TABLE.c.lane, ["a"]))
    with lanes.reading() as connection:
        said = str(query.compile(connection, compile_kwargs={"render_postcompile": True}))
        if lanes.is_sqlite:
            [plan] = connection.execute(text(f"explain query plan {said}".replace("?", "'[]'"))).all()[:1]
            assert "USING INDEX" in plan.detail
        else:
            assert "= ANY (" in said
