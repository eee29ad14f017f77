"""What a look at T sees of what is stored: every record whose time is not after T, and nothing later."""

from datetime import date
from typing import Any

import numpy as np
import pytest

from engine.batches import Batch
from engine.domain import Contact
from engine.snapshot import ALL_DAYS, EventRows, Series
from engine.store.database import Database
from engine.store.due import Due
from engine.store.ingest.by_hand import Override, end_fact, override, withdraw_fact
from engine.store.people import contacts_of
from tests.store.looking import AMOUNT, LOGINS, NPS, USERS, at, look, reading, snapshot
from tests.store.records import accounts, day, entries, events, facts, observations, outcomes, put, rows_of

T = at("2026-11-20T12:00")
"""One o'clock in the afternoon in Berlin, the company's zone."""
nan = np.nan


def acme(database: Database, *batches: Batch, series: Any = (LOGINS, AMOUNT)) -> None:
    put(database, accounts("acme"), *batches, series=series)


@pytest.mark.parametrize(
    ("said_at", "expected"),
    [
        pytest.param("2026-11-20", [nan, nan, 5], id="of the day as a whole"),
        pytest.param("2026-11-20T12:00", [nan, nan, 5], id="at T itself"),
        pytest.param("2026-11-20T12:00:01", [nan, nan, nan], id="a second after T is not seen"),
        pytest.param("2026-11-19T22:59:59", [nan, 5, nan], id="the last second of yesterday, in Berlin"),
        pytest.param("2026-11-19T23:00", [nan, nan, 5], id="the first second of today, in Berlin"),
        pytest.param("2026-11-21", [nan, nan, nan], id="of tomorrow is not seen"),
        pytest.param("2026-11-18", [5, nan, nan], id="of the first day that is wanted"),
        pytest.param("2026-11-17", [nan, nan, nan], id="of the day before that"),
    ],
)
def test_an_observation_is_seen_on_its_day_once_its_time_has_come(
    database: Database, said_at: str, expected: list[float]
) -> None:
    acme(database, observations(("acme", said_at, 5)))

    seen = snapshot(database, T, series={USERS: 3})

    np.testing.assert_array_equal(seen.series[USERS], [expected])


@pytest.mark.parametrize(
    ("said_at", "counted", "summed"),
    [
        pytest.param(["2026-11-20T12:00"], [nan, 1], [nan, 2.5], id="at T itself"),
        pytest.param(["2026-11-20T12:00", "2026-11-20T12:00:01"], [nan, 1], [nan, 2.5], id="but none after T"),
        pytest.param(["2026-11-20T12:00:01"], [nan, nan], [nan, nan], id="only one after T: nothing happened yet"),
        pytest.param(["2026-11-19T10:00", "2026-11-20T13:00"], [1, nan], [2.5, nan], id="yesterday's stay"),
        pytest.param(["2026-11-20", "2026-11-20T11:00"], [nan, 2], [nan, 5], id="both of today up to T"),
    ],
)
def test_the_day_of_t_is_counted_from_the_events_up_to_t(
    database: Database, said_at: list[str], counted: list[float], summed: list[float]
) -> None:
    rows = [{"account": "acme", "at": one, "name": name} for one in said_at for name in ("login", "order")]
    acme(database, events(*({**row, "amount": 2.5} if row["name"] == "order" else row for row in rows)))

    seen = snapshot(database, T, series={LOGINS: 2, AMOUNT: 2})

    np.testing.assert_array_equal(seen.series[LOGINS], [counted])
    np.testing.assert_array_equal(seen.series[AMOUNT], [summed])


def test_a_sum_without_any_amount_is_nothing_and_not_zero(database: Database) -> None:
    acme(database, events({"account": "acme", "at": "2026-11-20T11:00", "name": "order"}))
    acme(database, events({"account": "acme", "at": "2026-11-20T13:00", "name": "order", "amount": 3.0}))

    seen = snapshot(database, T, series={AMOUNT: 1})

    np.testing.assert_array_equal(seen.series[AMOUNT], [[nan]])


@pytest.mark.parametrize(
    ("asserted_at", "sees"),
    [
        pytest.param("2026-11-20T12:00", True, id="at T itself"),
        pytest.param("2026-11-20T12:00:01", False, id="a second after T"),
        pytest.param("2026-11-20", True, id="from the start of today"),
        pytest.param("2026-11-21", False, id="from tomorrow on"),
    ],
)
def test_a_fact_is_seen_from_its_moment_on(database: Database, asserted_at: str, sees: bool) -> None:
    acme(database, facts({"account": "acme", "at": asserted_at, "role": "CTO"}))

    seen = snapshot(database, T)

    assert [fact.properties for table in seen.facts.values() for fact in table.facts] == [{"role": "CTO"}] * sees


def test_a_withdrawn_fact_is_not_seen_and_an_ended_one_is_with_its_end(database: Database) -> None:
    acme(database, facts(*({"account": "acme", "at": "2026-11-10", "role": role} for role in ("CTO", "CFO"))))
    by_role = {row["role"]: id_ for id_, row in rows_of(database, "fact", "id", "properties")}
    withdraw_fact(database, by_role["CTO"], at("2026-11-21T09:00"))
    end_fact(database, by_role["CFO"], at("2026-11-21T09:00"))

    [fact] = snapshot(database, T).facts["leadership_change"].facts

    assert (fact.properties["role"], fact.until) == ("CFO", at("2026-11-21T09:00"))


@pytest.mark.parametrize(
    ("said", "has_left"),
    [
        pytest.param([("churned", "2026-11-20T12:00")], True, id="churned at T itself"),
        pytest.param([("churned", "2026-11-20T12:00:01")], False, id="churns a second after T"),
        pytest.param([("churned", "2026-11-18"), ("renewed", "2026-11-20T12:00")], False, id="taken back by T"),
        pytest.param([("churned", "2026-11-18"), ("renewed", "2026-11-20T13:00")], True, id="taken back later"),
        pytest.param([("renewed", "2026-11-18"), ("churned", "2026-11-19")], True, id="the newest counts"),
    ],
)
def test_an_account_has_left_if_its_newest_outcome_by_t_says_so(
    database: Database, said: list[tuple[str, str]], has_left: bool
) -> None:
    acme(database, outcomes(*(("acme", when, outcome) for outcome, when in said)))

    assert snapshot(database, T).ended.tolist() == [has_left]


@pytest.mark.parametrize(
    ("said", "holds"),
    [
        pytest.param([(60, "11-20T12:00", "11-25T00:00")], 60, id="from T itself on"),
        pytest.param([(60, "11-20T12:00:01", "11-25T00:00")], nan, id="not yet"),
        pytest.param([(60, "11-10T00:00", "11-20T12:00")], 60, id="until T itself"),
        pytest.param([(60, "11-10T00:00", "11-20T11:59:59")], nan, id="no more"),
        pytest.param([(60, "11-12T00:00", "11-25T00:00"), (70, "11-11T00:00", "11-25T00:00")], 60, id="the newest"),
        pytest.param([(60, "11-12T00:00", "11-25T00:00"), (70, "11-12T00:00", "11-25T00:00")], 70, id="the later"),
        pytest.param([(60, "11-12T00:00", "11-13T00:00"), (70, "11-11T00:00", "11-25T00:00")], 70, id="that holds"),
    ],
)
def test_the_newest_override_that_holds_counts(
    database: Database, said: list[tuple[float, str, str]], holds: float
) -> None:
    acme(database)
    for value, since, until in said:
        override(database, Override("acme", "health", value, at(f"2026-{since}"), at(f"2026-{until}")), "UTC")

    np.testing.assert_array_equal(snapshot(database, T).overrides["health"], [holds])


def test_matrices_end_with_each_account_s_own_today(database: Database) -> None:
    zones = {"a": "Pacific/Auckland", "b": "Europe/Berlin", "c": "America/Los_Angeles"}
    put(database, accounts(*({"id": id_, "timezone": zone} for id_, zone in zones.items())))
    days = range(18, 23)
    put(database, observations(*((id_, f"2026-11-{number}", number) for id_ in zones for number in days)))

    seen = snapshot(database, at("2026-11-20T23:30"), series={USERS: 2})

    assert seen.today.tolist() == [day(f"2026-11-{number}") for number in (21, 21, 20)]
    np.testing.assert_array_equal(seen.series[USERS], [[20, 21], [20, 21], [19, 20]])


def test_all_days_reach_back_to_the_oldest_record(database: Database) -> None:
    acme(database, observations(("acme", "2024-02-29", 1), ("acme", "2026-11-20", 2)))

    whole = snapshot(database, T, series={USERS: ALL_DAYS}).series[USERS]

    assert whole.shape == (1, day("2026-11-20") - day("2024-02-29") + 1)
    assert (whole[0, 0], whole[0, -1], int(np.isnan(whole).sum())) == (1, 2, whole.size - 2)


def test_a_contact_metric_is_the_mean_of_what_had_been_said_by_t(database: Database) -> None:
    said = [("ann", "2026-11-20T09:00", 8), ("bob", "2026-11-20T11:00", 3), ("cy", "2026-11-20T15:00", 10)]
    acme(database, observations(*(("acme", when, value, "nps", f"{who}@acme.example") for who, when, value in said)))

    assert snapshot(database, T, series={NPS: 1}).series[NPS].tolist() == [[5.5]]
    assert snapshot(database, at("2026-11-20T15:00"), series={NPS: 1}).series[NPS].tolist() == [[7.0]]


def test_event_rows_come_by_account_and_moment_with_the_properties_that_are_needed(database: Database) -> None:
    put(database, accounts("acme"), accounts({"id": "zen", "timezone": "America/New_York"}))
    put(database, entries("contacts", {"account": "acme", "email": "ann@acme.example", "role": "champion"}))
    order: dict[str, Any] = {"name": "order", "amount": 3.5, "due": date(2026, 12, 1), "system": "crm"}
    put(
        database,
        events(
            {"account": "zen", "at": "2026-11-20T03:30", **order},
            {"account": "acme", "at": "2026-11-19T10:15", "contact": "ann@acme.example", **order},
            {"account": "acme", "at": "2026-11-18T10:15", "contact": "bob@acme.example", "name": "order"},
            {"account": "acme", "at": "2026-11-17T10:15", "name": "order"},
            {"account": "acme", "at": "2026-11-20T12:00:01", "name": "order"},
        ),
    )
    names = frozenset({"amount", "due", "system", "contact", "contact_role", "weekday", "hour", "day"})

    table = snapshot(database, T, rows={"order": EventRows(3, names)}).events["order"]

    assert table.row.tolist() == [0, 0, 1]
    assert table.day.tolist() == [day("2026-11-18"), day("2026-11-19"), day("2026-11-19")]
    assert len(set(table.contact.tolist())) == 3
    assert table.contact[2] == -1
    properties = {name: column.tolist() for name, column in table.properties.items()}
    np.testing.assert_array_equal(properties.pop("amount"), [nan, 3.5, 3.5])
    np.testing.assert_array_equal(properties.pop("due"), [nan, day("2026-12-01"), day("2026-12-01")])
    assert properties == {
        "system": [None, "crm", "crm"],
        "contact": ["bob@acme.example", "ann@acme.example", None],
        "contact_role": [None, "champion", None],
        "weekday": ["wed", "thu", "thu"],
        "hour": [11, 11, 22],
        "day": [float(number) for number in table.day],
    }


def test_attributes_people_and_first_days_are_as_they_are_now(database: Database) -> None:
    columns = {"name": "Acme", "value": 1200.5, "since": date(2025, 3, 1), "seats": 40.0, "plan": "pro"}
    put(database, accounts({"id": "acme", **columns, "payment_date": date(2026, 12, 1)}, {"id": "zen", "name": "Zen"}))
    put(database, entries("teammates", {"email": "ana@us.example", "pools": "mid;big", "away_from": date(2026, 1, 2)}))
    put(database, entries("contacts", {"account": "acme", "email": "kim@acme.example", "consent": True}))
    put(database, events({"account": "zen", "at": "2026-11-03", "contact": "unlisted@zen.example"}))

    seen = snapshot(database, T)

    of_acme = {name: column[0] for name, column in seen.attributes.items()}
    assert (of_acme["name"], of_acme["plan"], of_acme["seats"], of_acme["value"]) == ("Acme", "pro", 40.0, 1200.5)
    assert of_acme["payment_date"] == day("2026-12-01")
    assert seen.first_day.tolist() == [day("2025-03-01"), day("2026-11-03")]
    assert contacts_of(database, {0: "acme", 1: "zen"}) == {
        "acme": (Contact("acme", "kim@acme.example", consent=True),)
    }
    assert (seen.teammates["ana@us.example"].pools, seen.teammates["ana@us.example"].away_from) == (
        ("mid", "big"),
        date(2026, 1, 2),
    )


def test_windows_are_covered_from_the_oldest_record_of_any_account(database: Database) -> None:
    put(database, accounts("acme", "zen"))
    put(database, events({"account": "zen", "at": "2026-11-03"}), observations(("acme", "2026-11-21", 1)))

    assert snapshot(database, T).covered_from == {"login": day("2026-11-03")}


def test_only_what_is_due_is_read_and_a_look_that_is_over_makes_it_due_later(database: Database) -> None:
    put(database, accounts("acme"))
    look(database)
    put(database, accounts("zen"))

    assert snapshot(database, due=Due(at("2026-11-24T12:00"))).accounts == ("zen",)
    assert snapshot(database, due=Due(at("2026-11-25T12:00"))).accounts == ("acme", "zen")


def test_accounts_of_several_blocks_are_read_in_the_order_of_their_numbers(database: Database) -> None:
    ids = [f"a{number:03}" for number in range(600)]
    put(database, accounts(*ids))
    put(database, observations(*((id_, "2026-11-20", number) for number, id_ in enumerate(ids))))

    every = snapshot(database, T, series={USERS: 1})
    last = snapshot(database, T, series={USERS: 1}, blocks=[2])
    few = snapshot(database, T, series={USERS: 1}, accounts=["a599", "a003", "nobody"])

    assert every.series[USERS][:, 0].tolist() == list(range(600))
    assert (last.accounts, last.series[USERS][:, 0].tolist()) == (tuple(ids[512:]), list(range(512, 600)))
    assert (few.accounts, few.series[USERS][:, 0].tolist()) == (("a003", "a599"), [3, 599])


def test_nobody_at_all_is_a_snapshot_too(database: Database) -> None:
    put(database, accounts("acme"))

    seen = reading(database, T, accounts=[], series={USERS: 3, Series("metric", "seats"): ALL_DAYS})

    assert (len(seen), seen.snapshot.series[USERS].shape[0]) == (0, 0)
