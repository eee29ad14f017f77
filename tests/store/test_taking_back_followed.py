"""Facts that follow from changes are, after an import was taken back, those that would have followed without it."""

from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.batches import Batch
from engine.store.database import Database
from engine.store.emptying import empty
from engine.store.imports import take_back
from engine.store.ingest.ingest import Ingest
from tests.store.records import NOW, ZONE, accounts, arrival, entries, rows_of
from tests.store.test_ingest_derived import CATALOG

LATER = NOW + timedelta(days=1)
SEATS = st.sampled_from([None, 5.0, 6.0, 50.0])
ROLES = st.sampled_from([None, "champion", "buyer"])


def distinct(values: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    """Several, of which none is the one before it: the same again is nobody's word."""
    return st.lists(values, min_size=2, max_size=6).filter(lambda some: all(a != b for a, b in pairwise(some)))


def came(database: Database, batches: dict[int, Batch]) -> dict[int, int | None]:
    """Each an hour after the one before; the numbers of the imports."""
    return {
        hour: Ingest(database).apply(batch, CATALOG, arrival(NOW - timedelta(hours=9 - hour)), ZONE, ()).import_id
        for hour, batch in batches.items()
    }


def stated(database: Database) -> list[tuple[str, dict[str, Any], int]]:
    rows = rows_of(database, "fact", "name", "properties", "at", "withdrawn_at")
    return sorted(((name, said, at) for name, said, at, gone in rows if gone is None), key=str)


def check(database: Database, batches: dict[int, Batch], undone: list[int]) -> None:
    """As if what was taken back had never come."""
    empty(database)
    came(database, {0: accounts("acme"), **{hour: one for hour, one in batches.items() if hour not in undone}})
    expected = stated(database)
    empty(database)
    numbers = came(database, {0: accounts("acme"), **batches})

    for hour in undone:
        number = numbers[hour]
        assert number is not None
        take_back(database, number, LATER, CATALOG, ZONE)

    assert stated(database) == expected


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=distinct(SEATS), data=st.data())
def test_an_attribute_has_moved_from_what_it_would_have_been(
    database: Database, values: list[float | None], data: st.DataObject
) -> None:
    batches: dict[int, Batch] = {
        hour: accounts({"id": "acme", "seats": value}) for hour, value in enumerate(values, 1) if hour > 1 or value
    }
    undone = data.draw(st.permutations(sorted(batches)))[: data.draw(st.integers(1, len(batches)))]

    check(database, batches, undone)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kim=distinct(ROLES), lou=distinct(ROLES), data=st.data())
def test_a_role_was_lost_by_whoever_would_have_had_it(
    database: Database, kim: list[str | None], lou: list[str | None], data: st.DataObject
) -> None:
    said = [dict(zip(("kim", "lou"), both, strict=True)) for both in zip(kim, lou, strict=False)]
    batches: dict[int, Batch] = {
        hour: entries("contacts", *({"account": "acme", "email": f"{n}@x", "role": role} for n, role in one.items()))
        for hour, one in enumerate(said, 1)
    }
    undone = data.draw(st.permutations(sorted(batches)))[: data.draw(st.integers(1, len(batches)))]

    check(database, batches, undone)


@pytest.mark.parametrize(
    ("values", "moves"),
    [
        pytest.param([5.0, 50.0, 5.0], [], id="back to what it was"),
        pytest.param([5.0, 50.0, 6.0], [{"was": 5.0, "now": 6.0, "by": 1.0}], id="to something else"),
        pytest.param([5.0, None, 6.0], [{"was": 5.0, "now": 6.0, "by": 1.0}], id="it was blank meanwhile"),
        pytest.param([None, 7.0, 9.0], [], id="it was blank before"),
    ],
)
def test_one_that_comes_after_is_told_from_the_one_before(
    database: Database, values: list[float | None], moves: list[dict[str, float]]
) -> None:
    numbers = came(database, {hour: accounts({"id": "acme", "seats": value}) for hour, value in enumerate(values)})

    take_back(database, numbers[1] or 0, LATER, CATALOG, ZONE)

    assert [said for _, said, _ in stated(database)] == moves
