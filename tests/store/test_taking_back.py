"""What is taken back is as if it had never come; what came later, and whatever a look back then saw, stays."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from engine.store.database import Database
from engine.store.emptying import empty
from engine.store.imports import CantTakeBack, take_back
from engine.store.ingest.by_hand import withdraw_fact
from tests.store.histories import STEPS, History
from tests.store.looking import LOGINS, USERS, keep, reading, snapshot
from tests.store.records import (
    CATALOG,
    NOW,
    ZONE,
    accounts,
    cells,
    due,
    dump,
    entries,
    events,
    facts,
    look,
    observations,
    outcomes,
    put,
    rows_of,
)

USUAL, ALL = 5, 200
LATER = NOW + timedelta(hours=1)
SEEDS = [*range(USUAL), *(pytest.param(seed, marks=pytest.mark.full) for seed in range(USUAL, ALL))]


@pytest.mark.parametrize("seed", SEEDS)
def test_looks_see_what_they_would_if_it_had_never_come(database: Database, seed: int) -> None:
    history = History(database, seed)
    for _ in range(STEPS):
        history.go_on()
        before = history.sees()
        for number in reversed(history.arrive()):
            history.take_back(number)

        assert history.sees() == before


def undo(database: Database, number: int | None) -> Any:
    assert number is not None
    return take_back(database, number, LATER, CATALOG, ZONE)


def came(database: Database, *batches: Any) -> int:
    """Puts them as one import each; the number of the last."""
    number = put(database, *batches).import_id
    assert number is not None
    return number


D20, D21 = "2026-11-20", "2026-11-21"


@pytest.fixture
def acme(database: Database) -> Database:
    put(database, accounts("acme"), observations(("acme", f"{D20}T09:00", 5)))
    return database


def test_a_second_time_changes_nothing(acme: Database) -> None:
    number = came(acme, observations(("acme", D21, 7)))
    undo(acme, number)
    before = dump(acme)

    again = undo(acme, number)

    assert (again.was_undone, again.accounts) == (True, 0)
    assert dump(acme) == before


def test_the_accounts_that_it_concerned_are_due_and_no_others(acme: Database) -> None:
    put(acme, accounts("beta"))
    number = came(acme, observations(("acme", D21, 7)))
    look(acme)

    done = undo(acme, number)

    assert (done.accounts, done.blocks, due(acme)) == (1, {0}, ["acme"])


def test_where_a_later_import_has_written_over_a_cell_that_one_stays(acme: Database) -> None:
    wrong = came(acme, observations(("acme", f"{D20}T09:00", 0), ("acme", D21, 0)))
    later = came(acme, observations(("acme", f"{D20}T09:00", 6)))

    undo(acme, wrong)
    assert cells(acme, USERS.key) == {("acme", D20): 6}
    undo(acme, later)
    assert cells(acme, USERS.key) == {("acme", D20): 5}


def test_what_returns_has_its_time_of_day(acme: Database) -> None:
    undo(acme, came(acme, observations(("acme", f"{D20}T12:00", 9))))

    put(acme, observations(("acme", f"{D20}T10:00", 6)))

    assert cells(acme, USERS.key) == {("acme", D20): 6}


def test_an_event_that_was_taken_back_can_come_again(acme: Database) -> None:
    login = events({"account": "acme", "at": D20, "id": "1"})
    undo(acme, put(acme, login, series=[LOGINS]).import_id)
    assert cells(acme, LOGINS.key) == {}

    done = put(acme, login, series=[LOGINS])

    assert (done.applied, cells(acme, LOGINS.key)) == (1, {("acme", D20): 1})


def test_an_attribute_is_what_it_was_and_the_fact_that_it_changed_is_withdrawn(database: Database) -> None:
    put(database, accounts({"id": "acme", "payment_date": date(2026, 11, 1), "value": 84000.5, "plan": "pro"}))
    moved = {"id": "acme", "payment_date": date(2026, 12, 1), "value": None, "plan": "trial"}
    number = came(database, accounts(moved))
    put(database, accounts({"id": "acme", "plan": "free"}))

    undo(database, number)

    [(attributes, value)] = rows_of(database, "account", "attributes", "value")
    assert (attributes, value) == ({"payment_date": "2026-11-01", "plan": "free"}, 84000.5)
    assert snapshot(database).facts == {}


def test_an_account_that_nobody_else_spoke_of_goes_and_one_that_was_looked_at_stays(database: Database) -> None:
    put(database, accounts("acme"))
    first = came(database, accounts({"id": "beta", "plan": "pro"}))
    keep(database, reading(database))
    second = came(database, accounts({"id": "gamma", "plan": "pro"}))

    assert undo(database, second).staying == ()
    assert undo(database, first).staying == ("beta",)
    assert rows_of(database, "account", "id", "attributes") == [("acme", {}), ("beta", {})]


@pytest.mark.parametrize("comes", ["before", "after"])
@pytest.mark.parametrize(("taken_back", "left"), [(0, 6), (1, 5), (2, 6)])
def test_what_waited_and_was_corrected_meanwhile_belongs_to_each_import(
    database: Database, comes: str, taken_back: int, left: int
) -> None:
    """The first import said 5, the second 6, the third 6 once more."""
    numbers = [put(database, observations(("acme", "2026-11-20", value))).import_id for value in (5, 6, 6)]
    assert numbers[2] is None
    if comes == "before":
        put(database, accounts("acme"))
    if taken_back < 2:
        undo(database, numbers[taken_back])
    if comes == "after":
        put(database, accounts("acme"))

    assert cells(database, "metric users") == {("acme", "2026-11-20"): left}
    assert rows_of(database, "held") == []


def test_of_a_contact_that_waits_what_one_import_said_is_taken_back(database: Database) -> None:
    kim = {"account": "acme", "email": "kim@acme.example"}
    said = {"name": "Kim"}, {"role": "CTO"}, {"name": "Kim Lee"}
    numbers = [came(database, entries("contacts", {**kim, **columns})) for columns in said]

    undo(database, numbers[2])
    undo(database, numbers[0])
    put(database, accounts("acme"))

    assert rows_of(database, "contact", "email", "name", "role") == [("kim@acme.example", None, "CTO")]


@pytest.mark.parametrize(("taken_back", "meant"), [(False, "beta"), (True, "acme")])
def test_an_alias_waits_for_the_account_that_it_means_now(database: Database, taken_back: bool, meant: str) -> None:
    came(database, entries("aliases", {"account": "acme", "alias": "17"}))
    second = came(database, entries("aliases", {"account": "beta", "alias": "17"}))
    if taken_back:
        undo(database, second)

    put(database, accounts(meant))

    assert rows_of(database, "alias") == [("17", meant)]


def test_facts_that_waited_and_were_replaced_are_those_of_each_import(database: Database) -> None:
    said = [facts({"account": "acme", "at": "2026-11-20", "id": "f1", "role": role}) for role in ("CTO", "CEO")]
    numbers = [came(database, one) for one in said]
    put(database, accounts("acme"))
    assert rows_of(database, "fact", "import_id") == numbers

    undo(database, numbers[1])

    found = rows_of(database, "fact", "properties", "withdrawn_at")
    assert [properties["role"] for properties, withdrawn in found if withdrawn is None] == ["CTO"]


def test_what_waits_for_its_account_waits_no_more(database: Database) -> None:
    put(database, accounts("acme"))
    undo(database, came(database, observations(("late", D20, 5))))

    put(database, accounts("late"))

    assert rows_of(database, "chunk") == []


def test_an_alias_means_what_it_meant(database: Database) -> None:
    put(database, accounts("acme", "beta"), entries("aliases", {"account": "acme", "alias": "17"}))
    more = ({"account": "beta", "alias": "17"}, {"account": "beta", "alias": "18"})

    undo(database, came(database, entries("aliases", *more)))

    assert rows_of(database, "alias") == [("17", "acme")]


def test_an_outcome_that_was_taken_back_can_come_again(acme: Database) -> None:
    churned = outcomes(("acme", D20, "churned"))
    undo(acme, came(acme, churned))
    assert not snapshot(acme).ended.any()

    put(acme, churned)

    assert snapshot(acme).ended.all()


@pytest.mark.parametrize("id_", ["f1", None])
def test_a_fact_that_was_taken_back_can_come_again(acme: Database, id_: str | None) -> None:
    said = [facts({"account": "acme", "at": D20, "id": id_, "role": role}) for role in ("CTO", "CEO")]
    numbers = [came(acme, one) for one in said]
    for number in numbers:
        undo(acme, number)

    done = put(acme, said[0])

    assert (done.applied, done.unchanged, done.corrected) == (1, 0, 0)
    [fact] = snapshot(acme).facts["leadership_change"].facts
    assert fact.properties == {"role": "CTO"}


def test_a_fact_that_a_person_has_withdrawn_does_not_come_again(acme: Database) -> None:
    said = facts({"account": "acme", "at": D20, "id": "f1", "role": "CTO"})
    number = came(acme, said)
    [id_] = rows_of(acme, "fact", "id")
    withdraw_fact(acme, id_, NOW, "ana@x")
    undo(acme, number)

    assert put(acme, said).unchanged == 1


def test_a_fact_that_it_replaced_returns(acme: Database) -> None:
    put(acme, facts({"account": "acme", "at": D20, "id": "f1", "role": "CTO"}))
    undo(acme, came(acme, facts({"account": "acme", "at": D20, "id": "f1", "role": "CEO"})))

    [fact] = snapshot(acme).facts["leadership_change"].facts

    assert fact.properties == {"role": "CTO"}


@pytest.mark.parametrize("number", [pytest.param(99, id="unknown"), pytest.param(1, id="of an earlier Pulsebook")])
def test_what_is_not_kept_can_not_be_taken_back(acme: Database, number: int) -> None:
    with acme.writing() as connection:
        connection.execute(text('update "import" set undoable = false where id = 1'))

    with pytest.raises(CantTakeBack, match=r"There is no import 99|Import the right data again"):
        undo(acme, number)


PLACES = [(account, day) for account in ("acme", "beta") for day in (D20, D21)]
Written = list[frozenset[tuple[str, str]]]


def write(database: Database, written: Written, which: list[int]) -> dict[int, int]:
    """Import `number` writes its own number into its cells and into the plans of their accounts; those of `which`."""
    empty(database)
    put(database, accounts("acme", "beta"), observations(("acme", D20, -1)))
    found = {}
    for number in which:
        cells_ = sorted(written[number])
        plans = [{"id": account, "plan": str(number)} for account in sorted({account for account, _ in cells_})]
        found[number * 2] = came(database, observations(*((account, day, number) for account, day in cells_)))
        found[number * 2 + 1] = came(database, accounts(*plans))
    return found


def said(database: Database) -> tuple[Any, Any]:
    return cells(database, USERS.key), rows_of(database, "account", "id", "attributes")


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(written=st.lists(st.frozensets(st.sampled_from(PLACES), min_size=1), min_size=1, max_size=5), draws=st.randoms())
def test_imports_over_each_other_are_taken_back_in_any_order(database: Database, written: Written, draws: Any) -> None:
    numbers = write(database, written, list(range(len(written))))
    wrong = [number for number in range(len(written)) if draws.random() < 0.6]
    taken = [2 * number + part for number in wrong for part in (0, 1)]
    draws.shuffle(taken)

    for number in taken:
        undo(database, numbers[number])

    after = said(database)
    write(database, written, [number for number in range(len(written)) if number not in wrong])
    assert after == said(database)
