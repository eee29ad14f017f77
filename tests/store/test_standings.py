"""What reports read of all accounts: the present of a score, points gained, what there is of each measure."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np

from engine.reports.columns import Happened, Standing
from engine.store.database import Database
from engine.store.standings import Asked, happened, parts, standing
from tests.store.looking import keep, reading, score
from tests.store.records import NOW, accounts, outcomes, put

TOMORROW, LATER = NOW + timedelta(days=1), NOW + timedelta(days=2)


def asked(database: Database, attributes: Sequence[str] = (), over: int = 0, at: Any = LATER) -> Standing:
    return standing(database, Asked("health", at, "EUR", attributes, over))


def looked(database: Database, when: Any, *numbers: float, version: str = "f1") -> None:
    keep(database, reading(database, when), scores={"health": score(*numbers, version=version)})


def test_every_account_has_a_row_looked_at_or_not(database: Database) -> None:
    acme = {"id": "acme", "name": "Acme", "owner": "ana@us.example", "value": Decimal("10.05"), "currency": "USD"}
    put(database, accounts(acme))
    looked(database, NOW, 40.5)
    put(database, accounts("zen"))

    found = asked(database)

    assert found.ids.tolist() == ["acme", "zen"]
    assert (found.names[0], found.owners[0], found.models[0], found.bands[0]) == (
        "Acme",
        "ana@us.example",
        "paying",
        "red",
    )
    assert found.revenue.tolist() == [Decimal("10.05"), None]
    assert found.currencies.tolist() == ["USD", "EUR"]
    np.testing.assert_array_equal(found.values, [40.5, np.nan])


def test_only_the_attributes_that_are_asked_for_are_read(database: Database) -> None:
    zen = {"id": "zen", "plan": None, "payment_date": None, "country": "JP"}
    put(database, accounts({"id": "acme", "plan": "pro", "payment_date": date(2027, 1, 5), "country": None}, zen))

    attributes = asked(database, ["plan", "payment_date", "country"]).attributes

    assert {name: column.tolist() for name, column in attributes.items()} == {
        "plan": ["pro", None],
        "payment_date": ["2027-01-05", None],
        "country": [None, "JP"],
    }


def test_points_are_gained_between_the_last_look_and_the_day_so_long_before(database: Database) -> None:
    put(database, accounts("acme", "zen", "new"))
    looked(database, NOW, 40, 60, np.nan)
    looked(database, LATER, 45.5, np.nan, 50)

    np.testing.assert_array_equal(asked(database, over=2).gained, [5.5, np.nan, np.nan])
    np.testing.assert_array_equal(asked(database, over=1).gained, [np.nan] * 3)
    np.testing.assert_array_equal(asked(database).gained, [np.nan] * 3)


def test_scores_of_different_versions_are_not_compared(database: Database) -> None:
    put(database, accounts("acme"))
    looked(database, NOW, 40)
    looked(database, TOMORROW, 50, version="f2")

    np.testing.assert_array_equal(asked(database, over=1).gained, [np.nan])


def test_of_each_measure_there_is_what_the_last_look_left(database: Database) -> None:
    put(database, accounts(*(f"a{number}" for number in range(300))))
    looked(database, NOW, *range(300))

    found = parts(database, "health", asked(database).seqs)

    assert list(found) == ["logins", "plan"]
    np.testing.assert_array_equal(found["logins"].values, range(300))
    np.testing.assert_array_equal(found["logins"].points, range(300))
    assert found["plan"].texts[299] == "plan 299"
    np.testing.assert_array_equal(found["plan"].points, np.arange(300) + 0.1234)


def test_of_some_accounts_the_parts_are_theirs(database: Database) -> None:
    put(database, accounts("acme", "mid", "zen"))
    looked(database, NOW, 1, 2, 3)
    everybody = asked(database)

    found = parts(database, "health", everybody.only(np.array([False, True, True])).seqs)

    np.testing.assert_array_equal(found["logins"].values, [2, 3])
    assert parts(database, "health", everybody.only(np.zeros(3, dtype=np.bool_)).seqs) == {}
    assert parts(database, "growth", everybody.seqs) == {}


def test_who_left_keeps_the_parts_of_the_last_look_before_it_was_known(database: Database) -> None:
    put(database, accounts("acme", "zen"))
    looked(database, NOW, 40, 60)
    put(database, outcomes(("acme", "2026-11-24", "churned")))
    only_zen = replace(score(61).breakdowns[0], rows=np.array([1]))
    keep(database, reading(database, LATER), scores={"health": replace(score(np.nan, 61), breakdowns=(only_zen,))})

    everybody = asked(database)

    assert everybody.left.tolist() == [True, False]
    np.testing.assert_array_equal(everybody.values, [np.nan, 61])
    np.testing.assert_array_equal(parts(database, "health", everybody.seqs)["logins"].values, [40, 61])


def test_an_outcome_that_has_not_come_yet_counts_for_nothing(database: Database) -> None:
    put(database, accounts("acme"))
    put(database, outcomes(("acme", "2026-11-25", "churned")), at=LATER)

    assert asked(database, at=NOW).left.tolist() == [False]
    assert asked(database, at=LATER).left.tolist() == [True]


def test_outcomes_are_told_with_the_revenue_that_is_known_now(database: Database) -> None:
    put(database, accounts({"id": "acme", "value": Decimal(12), "currency": None}))
    put(database, outcomes(("acme", "2026-11-20", "renewed")))

    assert happened(database, "EUR") == [Happened("acme", "renewed", date(2026, 11, 20), Decimal(12), "EUR")]
