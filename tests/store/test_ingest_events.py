"""Events, and the counts and sums that are worked out from their rows; on both databases."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from engine.conditions.filters import FilterTest
from engine.snapshot import Series
from engine.store.database import Database
from engine.store.ingest.ingest import Ingest
from tests.store.records import (
    CATALOG,
    NOW,
    accounts,
    cells,
    corrections,
    counts,
    day,
    due,
    dump,
    events,
    look,
    put,
    rows_of,
)

D20, D21 = "2026-11-20", "2026-11-21"
LOGINS = Series("count", "login")
AMOUNT = Series("sum", "order", "amount")


@pytest.fixture
def acme(database: Database) -> Database:
    put(database, accounts("acme", "zen"))
    look(database, datetime(2026, 11, 21, 12, tzinfo=UTC))
    return database


def login(at: str = D20, **more: Any) -> dict[str, Any]:
    return {"account": "acme", "at": at, **more}


def order(at: str = D20, **more: Any) -> dict[str, Any]:
    return {"account": "acme", "at": at, "name": "order", **more}


def test_an_event_is_kept_as_it_came(acme: Database) -> None:
    row = order(f"{D20}T23:30", id="o1", contact="kim@x", amount=2.5, due=date(2026, 12, 1))

    done = put(acme, events(row))

    [kept] = rows_of(acme, "event", "name", "account_seq", "day", "at", "source_id", "properties", "arrived_at")
    at = int(datetime(2026, 11, 20, 23, 30, tzinfo=UTC).timestamp() * 1_000_000)
    properties = {"amount": 2.5, "due": "2026-12-01"}
    assert kept == ("order", 0, day(D21), at, "o1", properties, int(NOW.timestamp() * 1_000_000))
    assert counts(done) == (1, 0, 0, 0, 0)
    assert due(acme) == ["acme"]
    assert rows_of(acme, "recorded") == [("order", day(D21), day(D21), at)]


def test_the_same_file_twice_changes_nothing_and_marks_nobody(acme: Database) -> None:
    batch = events(login(), login(id="7"), order(amount=1.0), login(contact="kim@x"))
    put(acme, batch, series=[LOGINS])
    look(acme)
    before = dump(acme)

    done = put(acme, batch, series=[LOGINS])

    assert counts(done) == (0, 4, 0, 0, 0)
    assert dump(acme) == before


def test_the_third_identical_row_of_a_file_is_the_third_such_event(acme: Database) -> None:
    put(acme, events(login(), login()), series=[LOGINS])

    done = put(acme, events(login(), login(), login()), series=[LOGINS])

    assert counts(done) == (1, 2, 0, 0, 0)
    assert cells(acme, LOGINS.key) == {("acme", D20): 3}


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        pytest.param(login(id="7"), (0, 1, 0, 0, 0), id="the same content is the same event"),
        pytest.param(login(id="8"), (1, 0, 0, 0, 0), id="another id is another event"),
        pytest.param(order(id="7"), (1, 0, 0, 0, 0), id="another name is another event"),
        pytest.param(login(D21, id="7"), (0, 0, 0, 0, 1), id="another day contradicts"),
        pytest.param(login(id="7", contact="kim@x"), (0, 0, 0, 0, 1), id="another contact contradicts"),
        pytest.param({"account": "zen", "at": D20, "id": "7"}, (0, 0, 0, 0, 1), id="another account contradicts"),
        pytest.param({"account": "who", "at": D20, "id": "7"}, (0, 0, 0, 0, 1), id="so does one not known yet"),
    ],
)
@pytest.mark.parametrize("together", [False, True], ids=["in two files", "in one file"])
def test_an_event_is_known_by_its_name_and_id(acme: Database, second: Any, expected: Any, together: bool) -> None:
    if together:
        done = put(acme, events(login(id="7"), second), keep_good=True)
        assert counts(done) == (expected[0] + 1, *expected[1:])
        return
    put(acme, events(login(id="7")))

    assert counts(put(acme, events(second))) == expected


def test_a_contradiction_says_so_and_leaves_the_database_as_it_was(acme: Database) -> None:
    put(acme, events(login(id="7")), series=[LOGINS])
    before = dump(acme)

    done = put(acme, events(login(id="9"), login(D21, id="7")), series=[LOGINS, AMOUNT])

    [refusal] = done.refused
    assert refusal.line == 3
    assert refusal.reason == "event 'login' with the id '7' is known with other content: give it an id of its own"
    assert dump(acme) == before


def test_a_contradiction_of_what_waits_is_refused(acme: Database) -> None:
    put(acme, events({"account": "who", "at": D20, "id": "7"}))

    assert counts(put(acme, events(login(id="7")))) == (0, 0, 0, 0, 1)


def test_days_are_counted_again_from_their_rows(acme: Database) -> None:
    put(acme, events(login(), login(D21)), series=[LOGINS])

    put(acme, events(login(f"{D20}T10:00"), {"account": "zen", "at": D20}), series=[LOGINS])

    assert cells(acme, LOGINS.key) == {("acme", D20): 2, ("acme", D21): 1, ("zen", D20): 1}


def test_late_events_are_corrections_of_the_days_already_looked_at(acme: Database) -> None:
    put(acme, events(login(D21), login("2026-11-22")), series=[LOGINS])

    put(acme, events(login(f"{D21}T10:00"), login("2026-11-23")), series=[LOGINS])

    assert corrections(acme) == [(D21, None, 1), (D21, 1, 2)]


def where(prop: str, operator: str, *values: Any) -> Series:
    type_ = CATALOG.property_type("order", prop)
    assert type_
    return Series("count", "order", "", (FilterTest(prop, operator, values, type_),))


ORDERS = events(
    order(f"{D20}T07:00", system="crm", amount=5.0, contact="kim@x"),
    order(f"{D20}T22:30", system="erp", amount=50.0, due=date(2026, 12, 1)),
    order(f"{D20}T22:45", amount=0.125),
    order("2026-11-21T09:00", system="crm"),
)


@pytest.mark.parametrize(
    ("series", "expected"),
    [
        pytest.param(Series("count", "order"), {D20: 3, D21: 1}, id="all"),
        pytest.param(AMOUNT, {D20: 55.125}, id="the sum of those that have the property"),
        pytest.param(where("system", "in", "crm", "hr"), {D20: 1, D21: 1}, id="a text among others"),
        pytest.param(where("system", "not in", "crm"), {D20: 1}, id="a blank is never other than something"),
        pytest.param(where("amount", ">=", 5.0), {D20: 2}, id="a bound"),
        pytest.param(where("due", "<", float(day("2026-12-02"))), {D20: 1}, id="a date"),
        pytest.param(where("weekday", "in", "sat", "sun"), {D21: 1}, id="the weekday"),
        pytest.param(where("contact", "in", "kim@x"), {D20: 1}, id="the contact"),
        pytest.param(where("day", "==", float(day(D21))), {D21: 1}, id="the day"),
    ],
)
@pytest.mark.parametrize("when", ["before the rows", "with the rows", "after the rows"])
def test_a_series_counts_the_rows_that_it_names(acme: Database, series: Series, expected: Any, when: str) -> None:
    if when == "before the rows":
        Ingest(acme).fill_series([series])
    put(acme, ORDERS, series=[series] if when == "with the rows" else [])
    if when == "after the rows":
        Ingest(acme).fill_series([series])

    assert cells(acme, series.key) == {("acme", on): number for on, number in expected.items()}


SPENT = (1_000_000.1, 0.2, 0.3, 0.00002, -0.1)


@pytest.mark.parametrize("amounts", [SPENT, SPENT[::-1], SPENT[2:] + SPENT[:2]], ids=["so", "backwards", "turned"])
def test_a_sum_has_all_digits_and_is_the_same_in_whatever_order_its_rows_came(acme: Database, amounts: Any) -> None:
    for amount in amounts:
        put(acme, events(order(amount=amount)), series=[AMOUNT])

    assert cells(acme, AMOUNT.key) == {("acme", D20): 1_000_000.50002}


def test_a_series_that_was_once_named_is_kept_up_by_every_import(acme: Database) -> None:
    series = where("amount", ">", 1.5)
    Ingest(acme).fill_series([series, AMOUNT])

    put(acme, events(order(amount=1.0), order(amount=2.0)), series=[])

    assert cells(acme, series.key) == {("acme", D20): 1}
    assert cells(acme, AMOUNT.key) == {("acme", D20): 3}


def test_filling_a_series_marks_nobody_and_corrects_nothing(acme: Database) -> None:
    put(acme, ORDERS)
    look(acme)

    Ingest(acme).fill_series([AMOUNT])
    Ingest(acme).fill_series([AMOUNT])

    assert (due(acme), corrections(acme)) == ([], [])


def test_no_count_is_kept_of_what_may_pass_later_and_has_not_passed(acme: Database) -> None:
    with pytest.raises(ValueError, match="what passes today may not have passed"):
        Ingest(acme).fill_series([where("contact_role", "in", "champion")])


def test_the_oldest_event_is_the_accounts_first_record(acme: Database) -> None:
    put(acme, events(login(D21), login(D20)))

    assert rows_of(acme, "account", "first_record") == [day(D20), None]
