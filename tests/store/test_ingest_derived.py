"""Facts that follow from what comes in: an attribute that moves, a role that is lost, an event that means something."""

from typing import Any

import pytest

from engine.batches import Batch
from engine.language.catalog import Catalog
from engine.store.database import Database
from engine.store.ingest.ingest import Ingest
from tests.store.records import ZONE, accounts, arrival, day, due, entries, events, look, rows_of


def of(type_: str) -> dict[str, str]:
    """What was, and what is now."""
    return {"was": type_, "now": type_}


CATALOG = Catalog.model_validate(
    {
        "attributes": {"renewal_date": {"type": "date"}, "seats": {"type": "number"}, "method": {}},
        "events": {"export": {"properties": {"scope": "text", "rows": "number", "at_night": "boolean"}}},
        "facts": {
            "renewal_moved": {
                "properties": {**of("date"), "by": "number"},
                "when_changes": "renewal_date",
            },
            "seats_changed": {
                "properties": {"was": "number", "now": "number", "by": "number"},
                "when_changes": "seats",
            },
            "method_changed": {"properties": {"was": "text", "now": "text", "by": "number"}, "when_changes": "method"},
            "owner_changed": {"properties": {"was": "text", "now": "text"}, "when_changes": "owner"},
            "champion_lost": {"properties": {"was": "text", "now": "text"}, "when_role_changes": "champion"},
            "leaving": {
                "properties": {"scope": "text", "who": "text"},
                "lasts": "30d",
                "when_event": "export",
                "where": {"scope": ["all", "most"], "rows": {"at_least": 100}},
            },
            "taken_along": {
                "properties": {},
                "when_event": "export",
                "where": {
                    "weekday": "sat",
                    "hour": {"below": 1},
                    "contact": {"not": "lou@x"},
                    "contact_role": "champion",
                },
            },
        },
    }
)


def say(database: Database, *batches: Batch, **more: Any) -> None:
    for batch in batches:
        done = Ingest(database).apply(batch, CATALOG, arrival(**more), ZONE, ())
        assert done.refused == ()


def stated(database: Database) -> list[tuple[str, dict[str, Any]]]:
    return [(name, said) for name, said in rows_of(database, "fact", "name", "properties")]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param(
            {"renewal_date": "2026-12-01"},
            {"renewal_date": "2027-01-15"},
            ("renewal_moved", {"was": "2026-12-01", "now": "2027-01-15", "by": 45.0}),
            id="a date moves by days",
        ),
        pytest.param(
            {"seats": 30.0}, {"seats": 12.5}, ("seats_changed", {"was": 30.0, "now": 12.5, "by": -17.5}), id="a number"
        ),
        pytest.param(
            {"seats": 0.000012},
            {"seats": 0.000033},
            ("seats_changed", {"was": 0.000012, "now": 0.000033, "by": 0.000021}),
            id="a small number",
        ),
        pytest.param(
            {"method": "card"},
            {"method": "invoice"},
            ("method_changed", {"was": "card", "now": "invoice"}),
            id="a text",
        ),
        pytest.param(
            {"owner": "ana@x"}, {"owner": "ben@x"}, ("owner_changed", {"was": "ana@x", "now": "ben@x"}), id="the owner"
        ),
    ],
)
def test_an_attribute_that_moves_says_from_where_to_where_and_by_how_much(
    database: Database, before: dict[str, Any], after: dict[str, Any], expected: tuple[str, dict[str, Any]]
) -> None:
    say(database, accounts({"id": "acme", **before}), accounts({"id": "acme", **after}))

    assert stated(database) == [expected]


@pytest.mark.parametrize(
    ("kept", "came", "expected"),
    [
        pytest.param("30", 30.0, (1, []), id="the same, read as a number"),
        pytest.param("30", 12.5, (0, [{"was": 30.0, "now": 12.5, "by": -17.5}]), id="another number"),
        pytest.param("many", 30.0, (0, []), id="what was no number was blank"),
        pytest.param("1_000", 1000.0, (0, []), id="as was what no file could say as one"),
    ],
)
def test_an_attribute_that_was_kept_as_a_text_is_the_number_that_it_means(
    database: Database, kept: str, came: float, expected: tuple[int, list[dict[str, Any]]]
) -> None:
    as_text = CATALOG.model_copy(update={"attributes": {**CATALOG.attributes, "seats": CATALOG.attributes["method"]}})
    Ingest(database).apply(accounts({"id": "acme", "seats": kept}), as_text, arrival(), ZONE, ())

    done = Ingest(database).apply(accounts({"id": "acme", "seats": came}), CATALOG, arrival(), ZONE, ())

    assert (done.unchanged, [said for _, said in stated(database)]) == expected
    assert done.unchanged + done.corrected == 1


CHAMPION = "champion"
LOST = {"was": "kim@x"}


def people(**roles: str | None) -> Batch:
    rows = ({"account": "acme", "email": f"{name}@x", "role": role} for name, role in roles.items())
    return entries("contacts", *rows)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param({"kim": CHAMPION}, {"kim": CHAMPION}, [], id="nothing changes"),
        pytest.param({"kim": CHAMPION}, {"kim": "buyer"}, [LOST], id="lost"),
        pytest.param({"kim": CHAMPION}, {"kim": None, "lou": CHAMPION}, [LOST | {"now": "lou@x"}], id="handed on"),
        pytest.param({"kim": CHAMPION}, {"lou": CHAMPION}, [], id="one more is no loss"),
        pytest.param({"kim": None}, {"kim": CHAMPION}, [], id="gained"),
        pytest.param(
            {"kim": CHAMPION, "lou": CHAMPION}, {"kim": None, "lou": None}, [LOST, {"was": "lou@x"}], id="two lost"
        ),
    ],
)
def test_a_role_that_somebody_loses_says_who_has_it_now(
    database: Database, before: dict[str, str], after: dict[str, str | None], expected: list[dict[str, str]]
) -> None:
    say(database, accounts("acme"), people(**before), people(**after))

    assert stated(database) == [("champion_lost", said) for said in expected]


EXPORT = {"account": "acme", "name": "export", "at": "2026-11-20T23:30", "scope": "all", "rows": 500.0}


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        pytest.param(EXPORT, [("leaving", {"scope": "all"})], id="such an event"),
        pytest.param({**EXPORT, "rows": 100.0}, [("leaving", {"scope": "all"})], id="just so"),
        pytest.param({**EXPORT, "rows": 99.0}, [], id="not quite so"),
        pytest.param({**EXPORT, "scope": "report"}, [], id="another"),
        pytest.param({"account": "acme", "name": "export", "at": "2026-11-20T23:30", "scope": "all"}, [], id="blank"),
    ],
)
def test_an_event_states_the_fact_that_follows_it(
    database: Database, event: dict[str, Any], expected: list[tuple[str, dict[str, Any]]]
) -> None:
    say(database, accounts("acme"), events(event))

    assert stated(database) == expected


@pytest.mark.parametrize(
    ("changes", "follows"),
    [
        pytest.param({}, True, id="by the champion, on a Saturday in Berlin"),
        pytest.param({"at": "2026-11-20T22:30"}, False, id="on the Friday before"),
        pytest.param({"at": "2026-11-21T00:30"}, False, id="an hour later"),
        pytest.param({"contact": "max@x"}, False, id="by somebody without that role"),
        pytest.param({"contact": "lou@x"}, False, id="by the other champion"),
        pytest.param({"contact": None}, False, id="by nobody"),
    ],
)
def test_so_does_when_and_by_whom_it_came(database: Database, changes: dict[str, Any], follows: bool) -> None:
    said = {"account": "acme", "name": "export", "at": "2026-11-20T23:30", "contact": "kim@x", **changes}
    say(database, accounts("acme"), people(kim=CHAMPION, lou=CHAMPION, max="buyer"), events(said))

    assert stated(database) == ([("taken_along", {})] if follows else [])


def test_the_fact_of_an_event_is_of_its_moment_and_lasts_from_there(database: Database) -> None:
    say(database, accounts("acme"), events(EXPORT))

    [(on, at, until)] = rows_of(database, "fact", "day", "at", "until")
    [moment] = rows_of(database, "event", "at")
    assert (on, at) == (day("2026-11-21"), moment), "half past midnight in Berlin"
    assert until is not None


def test_the_same_event_again_states_nothing_again(database: Database) -> None:
    say(database, accounts("acme"), events(EXPORT), events(EXPORT), events(EXPORT, EXPORT))

    assert len(stated(database)) == 2, "the second that stands in one file is another event"


def test_an_event_that_waited_for_its_account_states_its_fact_when_that_comes(database: Database) -> None:
    say(database, events(EXPORT))
    assert stated(database) == []

    say(database, accounts("acme"))

    assert stated(database) == [("leaving", {"scope": "all"})]


def test_n45_the_account_is_due_and_the_fact_says_who_told(database: Database) -> None:
    say(database, accounts("acme"), people(kim="champion"))
    look(database)

    say(database, people(kim=None), author="ana@example.com")

    assert due(database) == ["acme"]
    assert rows_of(database, "fact", "source", "author") == [("file.csv", "ana@example.com")]
