"""Metrics of contacts: rows by contact, and the mean as the account's cell; on both databases."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from engine.store.database import Database
from tests.store.records import (
    NOW,
    accounts,
    cells,
    corrections,
    counts,
    dump,
    look,
    observations,
    put,
    rows_of,
)

D20, D23 = "2026-11-20", "2026-11-23"


@pytest.fixture
def acme(database: Database) -> Database:
    """A database with the accounts acme and zen, that were looked at a day ago."""
    put(database, accounts("acme", "zen"))
    look(database, NOW - timedelta(days=1))
    return database


class TestAMetricOfContacts:
    def test_an_account_has_the_mean_of_its_contacts(self, acme: Database) -> None:
        done = put(acme, observations(("acme", D20, 9, "nps", "a@x"), ("acme", D20, 4, "nps", "b@x")))

        assert counts(done) == (2, 0, 0, 0, 0)
        assert cells(acme, "metric nps") == {("acme", D20): 6.5}

    def test_the_mean_has_all_digits(self, acme: Database) -> None:
        put(acme, observations(("acme", D20, 0.12345678, "nps", "a@x"), ("acme", D20, 0.12345676, "nps", "b@x")))

        assert cells(acme, "metric nps") == {("acme", D20): 0.12345677}

    def test_a_contact_that_answers_later_moves_the_mean(self, acme: Database) -> None:
        put(acme, observations(("acme", D20, 9, "nps", "a@x"), ("acme", D20, 4, "nps", "b@x")))
        look(acme)

        done = put(acme, observations(("acme", f"{D20}T10:00", 6, "nps", "b@x"), ("acme", D20, 9, "nps", "a@x")))

        assert counts(done) == (0, 1, 1, 0, 0)
        assert cells(acme, "metric nps") == {("acme", D20): 7.5}
        assert corrections(acme)[-1] == (D20, 6.5, 7.5)

    def test_the_same_answers_again_change_nothing(self, acme: Database) -> None:
        batch = observations(("acme", D20, 9, "nps", "a@x"), ("acme", D20, 4, "nps", "b@x"))
        put(acme, batch)
        before = dump(acme)

        done = put(acme, batch)

        assert counts(done) == (0, 2, 0, 0, 0)
        assert dump(acme) == before

    def test_an_address_that_nobody_listed_gets_a_row(self, acme: Database) -> None:
        put(acme, observations(("acme", D20, 9, "nps", "a@x")))

        assert rows_of(acme, "contact", "email", "listed") == [("a@x", False)]

    @pytest.mark.parametrize(
        ("row", "reason"),
        [
            pytest.param(("acme", D20, 9, "nps"), "metric 'nps' is of contacts: name the contact", id="no contact"),
            pytest.param(
                ("acme", D20, 9, "users", "a@x"),
                "metric 'users' is of accounts: leave out the contact, or say `of: contact` in the catalog",
                id="a contact too many",
            ),
        ],
    )
    def test_rows_of_the_other_sort_are_refused(self, acme: Database, row: Any, reason: str) -> None:
        done = put(acme, observations(row))

        assert [refusal.reason for refusal in done.refused] == [reason]


def test_a_record_of_which_one_value_is_refused_says_nothing(database: Database) -> None:
    put(database, accounts("acme"))
    batch = observations(
        ("acme", D20, 3, "nps", "kim@x"), ("acme", D20, 9, "nps", "kim@x"), ("acme", D20, 4, "users", "kim@x")
    )

    done = put(database, replace(batch, record=np.array([0, 1, 1])), keep_good=True)

    assert counts(done) == (1, 0, 0, 0, 1)
    assert cells(database, "metric nps") == {("acme", D20): 3}
