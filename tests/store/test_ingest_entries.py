"""Accounts, contacts, teammates and aliases; what waits for an account; on both databases."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from engine.batches import Unsaid
from engine.store.database import Database
from tests.store.records import (
    accounts,
    cells,
    counts,
    day,
    due,
    dump,
    entries,
    events,
    look,
    observations,
    put,
    rows_of,
)

D20 = "2026-11-20"


class TestAccounts:
    def test_get_consecutive_numbers_in_the_order_of_the_file(self, database: Database) -> None:
        put(database, accounts("zen", "acme"), accounts("beta", "acme"))

        assert rows_of(database, "account", "seq", "id") == [(0, "zen"), (1, "acme"), (2, "beta")]

    def test_fill_blocks_of_256(self, database: Database) -> None:
        put(database, accounts(*(f"a{number}" for number in range(257))))

        assert rows_of(database, "block", "id") == [0, 1]

    def test_keep_every_type_of_attribute(self, database: Database) -> None:
        row = {
            "id": "acme",
            "since": date(2024, 2, 29),
            "value": 1234567.89,
            "plan": "pro",
            "payment_date": date(2026, 12, 1),
            "seats": 12.0,
        }

        put(database, accounts(row))

        kept = rows_of(database, "account", "since", "value", "attributes")
        attributes = {"plan": "pro", "payment_date": "2026-12-01", "seats": 12.0}
        assert kept == [(day("2024-02-29"), Decimal("1234567.89"), attributes)]

    def test_that_are_new_are_due(self, database: Database) -> None:
        put(database, accounts("acme"))

        assert due(database) == ["acme"]

    def test_said_again_update_only_the_columns_of_the_file(self, database: Database) -> None:
        put(database, accounts({"id": "acme", "name": "Acme", "plan": "pro", "owner": "ana@example.com"}))

        done = put(database, accounts({"id": "acme", "name": "Acme Inc", "plan": None}))

        assert counts(done) == (0, 0, 1, 0, 0)
        assert rows_of(database, "account", "name", "owner", "attributes") == [("Acme Inc", "ana@example.com", {})]

    def test_the_same_twice_change_nothing_and_mark_nobody(self, database: Database) -> None:
        batch = accounts({"id": "acme", "value": 0.1, "since": date(2024, 1, 1), "seats": 3.0}, {"id": "zen"})
        put(database, batch)
        look(database)
        before = dump(database)

        done = put(database, batch)

        assert counts(done) == (0, 2, 0, 0, 0)
        assert dump(database) == before

    def test_that_stand_twice_in_a_file_are_as_the_last_row_says(self, database: Database) -> None:
        done = put(database, accounts({"id": "acme", "plan": "pro"}, {"id": "acme", "plan": "free"}))

        assert counts(done) == (1, 1, 0, 0, 0)
        assert rows_of(database, "account", "attributes") == [{"plan": "free"}]

    def test_keep_what_their_record_does_not_speak_of(self, database: Database) -> None:
        """In JSON Lines each line has keys of its own."""
        put(
            database,
            accounts({"id": "acme", "name": "Acme", "plan": "pro"}, {"id": "zen", "name": "Zen", "plan": "pro"}),
        )

        done = put(
            database,
            accounts(
                {"id": "acme", "name": Unsaid.UNSAID, "plan": "free"},
                {"id": "zen", "name": "Zen AG", "plan": Unsaid.UNSAID},
                {"id": "acme", "name": "Acme Inc", "plan": Unsaid.UNSAID},
            ),
        )

        assert counts(done) == (0, 1, 2, 0, 0)
        assert rows_of(database, "account", "name", "attributes") == [
            ("Acme Inc", {"plan": "free"}),
            ("Zen AG", {"plan": "pro"}),
        ]

    def test_that_change_leave_a_trace_of_each_field(self, database: Database) -> None:
        put(database, accounts({"id": "acme", "since": date(2024, 1, 1), "seats": 3.0, "name": "Acme"}))

        row = {"id": "acme", "since": date(2024, 1, 2), "seats": None, "name": "Acme"}
        done = put(database, accounts(row), author="ana@example.com")

        trace = rows_of(database, "change", "kind", "entity", "field", "old", "new", "by", "import_id")
        by = ("ana@example.com", done.import_id)
        assert trace == [
            ("account", "acme", "since", "2024-01-01", "2024-01-02", *by),
            ("account", "acme", "seats", 3.0, None, *by),
        ]

    def test_that_are_their_own_parents_are_refused(self, database: Database) -> None:
        done = put(database, accounts({"id": "acme", "parent": "acme"}, {"id": "zen", "parent": "acme"}))

        assert [(one.line, one.reason) for one in done.refused] == [
            (2, "acme can't be its own parent: leave parent empty")
        ]
        assert rows_of(database, "account") == []

    def test_that_would_be_parents_of_each_other_are_refused(self, database: Database) -> None:
        put(database, accounts({"id": "north", "parent": "group"}, {"id": "group", "parent": "world"}, "world"))
        put(database, entries("aliases", {"account": "north", "alias": "crm-7"}))

        done = put(database, accounts({"id": "zen", "parent": "north"}, {"id": "world", "parent": "crm-7"}))

        assert [(one.line, one.reason) for one in done.refused] == [
            (3, "world can't be below north: world → north → group → world. Mend the parent of one of them")
        ]

    def test_may_not_become_their_own_parents_by_an_alias(self, database: Database) -> None:
        put(database, accounts({"id": "acme", "parent": "crm-7"}, {"id": "zen", "parent": "acme"}, "world"))

        done = put(
            database, entries("aliases", {"account": "zen", "alias": "crm-7"}, {"account": "world", "alias": "w"})
        )

        assert [(one.line, one.reason) for one in done.refused] == [
            (2, "'crm-7' can't stand for zen, for acme names its parent so: acme → zen → acme. Mend that parent first")
        ]
        assert rows_of(database, "alias") == []

    def test_may_turn_a_family_round(self, database: Database) -> None:
        put(database, accounts({"id": "north", "parent": "group"}, "group"))

        done = put(database, accounts({"id": "group", "parent": "north"}, {"id": "north", "parent": None}))

        assert not done.refused
        assert rows_of(database, "account", "id", "parent") == [("north", None), ("group", "north")]

    def test_with_an_unknown_time_zone_are_refused(self, database: Database) -> None:
        done = put(database, accounts({"id": "acme", "timezone": "Europe/Berlln"}))

        [refusal] = done.refused
        assert refusal.reason == "timezone 'Europe/Berlln' is not known: use a name like Europe/Berlin"

    @pytest.mark.parametrize(
        ("before", "after", "asserted"),
        [
            pytest.param(date(2026, 12, 1), date(2026, 12, 15), True, id="from one date to another"),
            pytest.param(None, date(2026, 12, 15), False, id="from nothing"),
            pytest.param(date(2026, 12, 1), None, False, id="to nothing"),
            pytest.param(date(2026, 12, 1), date(2026, 12, 1), False, id="not at all"),
        ],
    )
    def test_a_watched_attribute_that_changes_asserts_its_fact(
        self, database: Database, before: Any, after: Any, asserted: bool
    ) -> None:
        put(database, accounts({"id": "acme", "payment_date": before}))

        put(database, accounts({"id": "acme", "payment_date": after}))

        said = rows_of(database, "fact", "name", "day", "properties")
        properties = {"was": "2026-12-01", "now": "2026-12-15"}
        assert said == ([("payment_date_change", day("2026-11-24"), properties)] if asserted else [])


class TestContacts:
    def test_are_kept_and_mark_their_account(self, database: Database) -> None:
        put(database, accounts("acme", "zen"))
        look(database)

        done = put(database, entries("contacts", {"account": "acme", "email": "kim@x", "consent": True}))

        assert counts(done) == (1, 0, 0, 0, 0)
        assert rows_of(database, "contact", "email", "consent", "listed") == [("kim@x", True, True)]
        assert due(database) == ["acme"]

    def test_that_records_named_before_become_listed(self, database: Database) -> None:
        put(database, accounts("acme"), events({"account": "acme", "at": D20, "contact": "kim@x"}))

        done = put(database, entries("contacts", {"account": "acme", "email": "kim@x", "role": "champion"}))

        assert counts(done) == (1, 0, 0, 0, 0)
        assert rows_of(database, "contact", "email", "role", "listed") == [("kim@x", "champion", True)]

    def test_that_change_leave_a_trace(self, database: Database) -> None:
        put(database, accounts("acme"))
        put(database, entries("contacts", {"account": "acme", "email": "kim@x", "role": "user", "name": "Kim"}))

        done = put(database, entries("contacts", {"account": "acme", "email": "kim@x", "role": "champion"}))

        assert counts(done) == (0, 0, 1, 0, 0)
        assert rows_of(database, "contact", "name", "role") == [("Kim", "champion")]
        trace = rows_of(database, "change", "kind", "entity", "field", "old", "new")
        assert trace[-1] == ("contact", "acme/kim@x", "role", "user", "champion")

    def test_the_same_twice_change_nothing(self, database: Database) -> None:
        batch = entries("contacts", {"account": "acme", "email": "kim@x", "consent": False})
        put(database, accounts("acme"), batch)
        before = dump(database)

        done = put(database, batch)

        assert counts(done) == (0, 1, 0, 0, 0)
        assert dump(database) == before

    def test_only_the_accounts_of_changed_contacts_are_due(self, database: Database) -> None:
        rows = [{"account": account, "email": "kim@x", "role": "user"} for account in ("acme", "zen")]
        put(database, accounts("acme", "zen"), entries("contacts", *rows))
        look(database)

        put(database, entries("contacts", rows[0], {**rows[1], "role": "champion"}))

        assert due(database) == ["zen"]


class TestTeammates:
    def test_an_absence_that_ends_before_it_begins_is_refused(self, database: Database) -> None:
        ana = {"email": "ana@x", "away_from": date(2026, 12, 1), "away_until": date(2026, 11, 30)}
        leo = {"email": "leo@x", "away_from": date(2026, 12, 1), "away_until": date(2026, 12, 1)}

        done = put(database, entries("teammates", ana, leo))

        assert [(one.line, one.reason) for one in done.refused] == [
            (2, "away_until 2026-11-30 lies before away_from 2026-12-01: mend one of the two")
        ]

    def test_are_kept_whomever_they_name(self, database: Database) -> None:
        row = {"email": "ana@x", "manager": "nobody@x", "pools": "emea; west", "away_from": date(2026, 12, 1)}

        done = put(database, entries("teammates", row))

        kept = rows_of(database, "teammate", "email", "manager", "pools", "away_from")
        assert counts(done) == (1, 0, 0, 0, 0)
        assert kept == [("ana@x", "nobody@x", ["emea", "west"], day("2026-12-01"))]

    def test_that_change_leave_a_trace(self, database: Database) -> None:
        put(database, entries("teammates", {"email": "ana@x", "away_from": date(2026, 12, 1), "name": "Ana"}))

        done = put(database, entries("teammates", {"email": "ana@x", "away_from": None}))

        assert counts(done) == (0, 0, 1, 0, 0)
        assert rows_of(database, "teammate", "name", "away_from") == [("Ana", None)]
        trace = rows_of(database, "change", "kind", "entity", "field", "old", "new")
        assert trace[-1] == ("teammate", "ana@x", "away_from", "2026-12-01", None)

    def test_the_same_twice_change_nothing(self, database: Database) -> None:
        batch = entries("teammates", {"email": "ana@x", "pools": "emea"}, {"email": "bo@x", "pools": None})
        put(database, batch)
        before = dump(database)

        assert counts(put(database, batch)) == (0, 2, 0, 0, 0)
        assert dump(database) == before


class TestAliases:
    def test_are_other_ids_under_which_data_arrive(self, database: Database) -> None:
        put(database, accounts("acme"), entries("aliases", {"account": "acme", "alias": "0017"}))

        put(database, observations(("0017", D20, 5)), accounts({"id": "0017", "plan": "pro"}))

        assert cells(database, "metric users") == {("acme", D20): 5}
        assert rows_of(database, "account", "id", "attributes") == [("acme", {"plan": "pro"})]

    def test_the_same_event_under_either_id_is_one_event(self, database: Database) -> None:
        put(database, accounts("acme"), entries("aliases", {"account": "acme", "alias": "0017"}))

        put(database, events({"account": "acme", "at": D20}))
        done = put(database, events({"account": "0017", "at": D20}))

        assert counts(done) == (0, 1, 0, 0, 0)

    def test_release_what_waited_for_them(self, database: Database) -> None:
        put(database, accounts("acme"), observations(("0017", D20, 5)))

        put(database, entries("aliases", {"account": "acme", "alias": "0017"}))

        assert cells(database, "metric users") == {("acme", D20): 5}
        assert rows_of(database, "held") == []

    def test_are_not_ids_of_accounts(self, database: Database) -> None:
        put(database, accounts("acme", "zen"))

        done = put(database, entries("aliases", {"account": "acme", "alias": "zen"}))

        [refusal] = done.refused
        assert refusal.reason == "alias 'zen' is the id of an account: no data would reach that one any more"
