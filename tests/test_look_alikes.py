"""Ids that look alike are flagged and never merged; what differs otherwise is not, on both databases."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.batches import Ingested, LookAlike
from engine.look_alikes import looks, shown
from engine.loops.findings import find
from engine.loops.looking import Order
from engine.store.database import Database
from engine.store.findings import findings
from engine.store.imports import take_back
from engine.store.ingest.look_alikes import standing_look_alikes
from engine.store.listing import Asked
from tests.store.records import CATALOG, NOW, ZONE, accounts, entries, events, observations, put, rows_of
from tests.test_looks import FIRST, book_of
from tests.test_looks import accounts as accounts_of

VARIANTS = {
    "case": "acme",
    "a blank inside": "AC ME",
    "a no-break space": "AC\u00a0ME",
    "full width": "ＡＣＭＥ",
    "a Cyrillic letter": "\u0410CME",
    "a Greek letter": "ACM\u0395",
    "small Cyrillic letters": "\u0430\u0441m\u0435",
    "a zero-width space": "AC\u200bME",
    "a byte order mark": "\ufeffACME",
    "a soft hyphen": "AC\u00adME",
    "a variation selector": "ACME\ufe0f",
    "an override of direction": "\u202eACME",
}
OTHERS = ["ACME2", "ACNE", "ACM\u00c9", "A-CME", "4CME", "АКМЕ", "ACME\u0301"]


@pytest.mark.parametrize("variant", VARIANTS.values(), ids=VARIANTS)
class TestAnIdThatLooksLikeAnother:
    def test_makes_an_account_of_its_own_and_is_told(self, database: Database, variant: str) -> None:
        put(database, accounts("ACME"))

        done = put(database, accounts("zen", variant))

        assert (done.applied, done.look_alikes) == (2, (LookAlike(variant, "ACME", "file.csv", 3),))
        assert sorted(rows_of(database, "account", "id")) == sorted(["ACME", "zen", variant])

    def test_waits_for_an_account_of_its_own_and_is_told(self, database: Database, variant: str) -> None:
        put(database, accounts("ACME", "zen"))

        done = put(database, observations(("zen", "2026-11-20", 1), (variant, "2026-11-20", 5)))

        assert (done.applied, done.held) == (1, 1)
        assert done.look_alikes == (LookAlike(variant, "ACME", "file.csv", 3),)

    def test_is_told_where_records_waited_under_the_other(self, database: Database, variant: str) -> None:
        put(database, events({"account": variant, "at": "2026-11-20"}))

        done = put(database, accounts("ACME"))

        assert [(one.id, one.like) for one in done.look_alikes] == [("ACME", variant)]
        assert len(rows_of(database, "held")) == 1

    def test_is_told_as_an_alias_of_another_account_only(self, database: Database, variant: str) -> None:
        put(database, accounts("ACME", "zen"))
        alias = put(database, entries("aliases", {"account": "ACME", "alias": variant}))
        other = put(database, entries("aliases", {"account": "zen", "alias": f"{variant}."}), accounts("ACME."))

        assert alias.look_alikes == ()
        assert [(one.id, one.like) for one in other.look_alikes] == [("ACME.", f"{variant}.")]


@pytest.mark.parametrize("other", OTHERS)
def test_an_id_that_looks_different_is_not_told(database: Database, other: str) -> None:
    put(database, accounts("ACME"))

    assert put(database, accounts(other)).look_alikes == ()


def test_of_two_that_come_together_the_later_is_told(database: Database) -> None:
    done = put(database, accounts("Acme", "zen", "acme", "ACME"))

    assert [(one.id, one.like, one.line) for one in done.look_alikes] == [("acme", "Acme", 4), ("ACME", "Acme", 5)]


def test_a_dry_run_tells_it_and_keeps_nothing(database: Database) -> None:
    put(database, accounts("acme"))

    done = put(database, accounts("ACME"), dry_run=True)

    assert len(done.look_alikes) == 1
    assert rows_of(database, "id_look", "id") == ["acme"]


def test_an_account_that_comes_again_is_not_new(database: Database) -> None:
    put(database, accounts("acme", "ACME"))

    assert put(database, accounts("acme", "ACME"), observations(("ACME", "2026-11-20", 5))).look_alikes == ()


def standing(database: Database) -> list[tuple[int, list[str]]]:
    with database.reading() as connection:
        found = standing_look_alikes(connection, NOW + timedelta(hours=1))
    return [(number, [one.id for one in some]) for number, some in found.items()]


def number(done: Ingested) -> int:
    assert done.import_id is not None
    return done.import_id


def test_it_stands_until_the_import_is_taken_back(database: Database) -> None:
    put(database, accounts("acme"))
    second = number(put(database, accounts("ACME")))
    assert standing(database) == [(second, ["ACME"])]

    take_back(database, second, NOW, CATALOG, ZONE)
    assert standing(database) == []

    third = number(put(database, accounts("ACME")))
    assert standing(database) == [(third, ["ACME"])]


def test_it_stands_until_an_alias_says_that_they_are_one(database: Database) -> None:
    put(database, accounts("acme"))
    first = number(put(database, observations(("ACME", "2026-11-20", 5))))
    put(database, observations(("ACME", "2026-11-21", 6)))
    assert standing(database) == [(first, ["ACME"])]

    put(database, entries("aliases", {"account": "acme", "alias": "ACME"}))

    assert (standing(database), rows_of(database, "held")) == ([], [])


def test_it_is_found_and_told_once(database: Database) -> None:
    book = book_of(database)
    accounts_of(book, "acme")
    accounts_of(book, "ACME", "zen")

    found = [find(book, Order(FIRST + timedelta(days=day), "run")) for day in range(2)]

    [[one], nothing] = [list(some) for some in found]
    assert (one.kind, one.accounts, nothing) == ("look_alike", ("acme", "ACME"), [])
    assert one.text.startswith(
        "An id of the import 2 may be taken for others. test:1: 'ACME' looks like 'acme'. Nothing"
    )


def test_its_finding_ends_with_the_import(database: Database) -> None:
    book = book_of(database)
    accounts_of(book, "acme", "ACME")
    find(book, Order(FIRST, "run"))

    take_back(database, 1, FIRST, book.judge().plan.catalog, "UTC")
    find(book, Order(FIRST + timedelta(days=1), "run"))

    [one] = findings(database, Asked())
    assert one["ended_day"] == "2026-03-03"


def test_what_is_not_seen_or_taken_for_another_letter_is_named() -> None:
    assert shown("acme") == "'acme'"
    assert shown("Café") == "'Café'"
    assert shown("\u0410CME") == "'\u0410CME' (with CYRILLIC CAPITAL LETTER A)"
    assert shown("AC\u200bME") == r"'AC\u200bME' (with ZERO WIDTH SPACE)"


@given(st.text(max_size=8))
def test_an_id_looks_like_itself_in_any_case(id_: str) -> None:
    assert looks(id_) & looks(id_.lower())
    assert looks(id_) & looks(f" {id_}\u200b")
