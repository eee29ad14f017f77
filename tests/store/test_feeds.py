"""A feed is quiet after so many days without a record of any account, and all that rests on it stays as of its last."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from pydantic import TypeAdapter

from engine import needs
from engine.arithmetic.personal import of_contacts
from engine.arithmetic.windows import joined
from engine.clock import day_number, end_of_day
from engine.columns import Columns
from engine.conditions.columns import ColumnOf
from engine.conditions.compile import compile_condition
from engine.conditions.condition import Condition
from engine.conditions.tree import columns_of
from engine.language.catalog import Catalog
from engine.language.measures import Measures as Definitions
from engine.language.measures import over_of
from engine.measures import Measures
from engine.resolving import resolvers
from engine.snapshot import EventRows, Needs, Series, Snapshot
from engine.store.database import Database
from engine.store.feeds import Feeds
from engine.store.reading import Wanted, read
from engine.store.recorded import recorded
from tests.store.looking import at
from tests.store.records import CATALOG, ZONE, accounts, entries, events, observations, put

LAST = "2026-11-20"
L = day_number(datetime.fromisoformat(LAST).date())
QUIET = Catalog.model_validate(
    CATALOG.model_dump(by_alias=True)
    | {
        "metrics": {"users": {"quiet_after": "3d"}, "nps": {"of": "contact", "quiet_after": "3d"}},
        "events": {
            "login": {"quiet_after": "3d"},
            "order": {"quiet_after": "3d", "properties": {"amount": "number", "system": "text"}},
        },
    }
)
ZONES = {"acme": "Europe/Berlin", "tide": "Pacific/Auckland", "west": "America/Los_Angeles"}


def quiet(database: Database, when: datetime, known_at: int | None = None) -> dict[str, int]:
    with database.reading() as connection:
        found = Feeds(connection, QUIET, ZONE, when, recorded(connection), known_at).quiet()
    return {name: newest.day for name, newest in found.items()}


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        pytest.param("2026-11-20 12:00", {}, id="on the day of its last record"),
        pytest.param("2026-11-22 22:59", {}, id="two days after, up to midnight in Berlin"),
        pytest.param("2026-11-22 23:00", {"login": L}, id="three days after"),
        pytest.param("2026-12-24 12:00", {"login": L}, id="long after"),
        pytest.param("2026-11-14 12:00", {}, id="as of a day with a record before it was quiet"),
        pytest.param("2026-11-13 09:59", {"login": L - 10}, id="as of a day of an earlier silence"),
        pytest.param("2026-11-13 10:00", {}, id="as of the end of that silence"),
        pytest.param("2026-11-01 12:00", {}, id="as of a day before the first record"),
    ],
)
def test_a_feed_is_quiet_when_nobody_has_had_a_record_for_so_many_days(
    database: Database, when: str, expected: dict[str, int]
) -> None:
    put(database, accounts("acme", "zen"))
    put(database, events({"account": "acme", "at": "2026-11-10T09:00"}, {"account": "zen", "at": "2026-11-13T10:00"}))
    put(database, events({"account": "acme", "at": f"{LAST}T09:00"}))

    assert quiet(database, at(when)) == expected


def test_a_value_that_is_said_to_be_later_today_keeps_no_feed_awake(database: Database) -> None:
    put(database, accounts("acme"))
    put(database, observations(("acme", "2026-11-10", 5), ("acme", "2026-11-20T15:00", 6)))

    assert quiet(database, at("2026-11-20 14:59")) == {"users": L - 10}
    assert quiet(database, at("2026-11-20 15:00")) == {}


def test_what_arrived_since_is_not_known_to_a_look_back(database: Database) -> None:
    put(database, accounts("acme"), observations(("acme", "2026-11-10", 5)), at=at("2026-11-10 12:00"))
    put(database, events({"account": "acme", "at": "2026-11-10"}), at=at("2026-11-10 12:00"))
    looked = at("2026-11-20 12:00")
    with database.writing() as connection:
        connection.exec_driver_sql(f"update account set first_look = 0, last_look = {int(looked.timestamp() * 1e6)}")
    put(database, observations(("acme", "2026-11-19", 5)), at=at("2026-11-21 12:00"))
    put(database, events({"account": "acme", "at": "2026-11-19"}), at=at("2026-11-21 12:00"))

    assert quiet(database, looked) == {}
    assert quiet(database, looked, known_at=int(looked.timestamp() * 1e6)) == {"users": L - 10, "login": L - 10}


WEST, EAST = ZONES["west"], ZONES["tide"]


@pytest.mark.parametrize(
    ("zones", "records", "when", "age"),
    [
        pytest.param((None, EAST), ("11-20 12:00",) * 2, "2026-11-23 20:00", 3, id="where it is tomorrow, so it was"),
        pytest.param((None, EAST), ("11-20 12:00",) * 2, "2026-11-22 20:00", None, id="two days ago for one of them"),
        pytest.param((WEST, WEST), ("11-21 04:00", "11-20 04:00"), "2026-11-23 06:00", None, id="yesterday still"),
        pytest.param((WEST, WEST), ("11-21 04:00", "11-20 04:00"), "2026-11-23 09:00", 3, id="not yesterday any more"),
        pytest.param((WEST, EAST), ("11-19 12:00", "11-20 12:00"), "2026-11-22 22:00", None, id="newest in the east"),
        pytest.param((WEST, EAST), ("11-20 12:00", "11-20 09:00"), "2026-11-23 07:00", None, id="newest in the west"),
        pytest.param((WEST, EAST), ("11-20 12:00", "11-20 09:00"), "2026-11-23 09:00", 3, id="both are three days old"),
    ],
)
@pytest.mark.parametrize("counted", [True, False])
@pytest.mark.parametrize("looks_back", [True, False])
def test_each_account_counts_by_its_own_days(
    database: Database,
    zones: tuple[str | None, str],
    records: tuple[str, str],
    when: str,
    age: int | None,
    counted: bool,
    looks_back: bool,
) -> None:
    put(database, accounts(*({"id": id_, "timezone": zone} for id_, zone in zip(("a", "b"), zones, strict=True))))
    said = [{"account": id_, "at": at(f"2026-{moment}").isoformat()} for id_, moment in zip("ab", records, strict=True)]
    put(database, events(*said), series=[Series("count", "login")] if counted else [], at=at("2026-11-24"))
    if looks_back:
        late = {"account": "a", "at": "2026-11-24T12:00Z"}
        put(database, events(late), at=at("2026-11-24 13:00"))

    with database.reading() as connection:
        found = Feeds(connection, QUIET, ZONE, at(when), recorded(connection)).quiet()

    assert {name: newest.age for name, newest in found.items()} == ({} if age is None else {"login": age})


DEFINITIONS: Mapping[str, Mapping[str, Any]] = {
    "latest": {"latest": "users", "max_age": "9d"},
    "of_contacts": {"latest": "nps"},
    "sum": {"sum": "users", "over": "7d"},
    "median": {"median": "users", "over": "14d", "min_points": 2},
    "count": {"count": "login", "over": "7d"},
    "hours": {"count": "login", "over": "36h"},
    "of_champions": {"count": "login", "over": "7d", "where": {"contact_role": "champion"}},
    "amount": {"sum": "order.amount", "over": "14d"},
    "large": {"sum": "order.amount", "over": "14d", "where": {"amount": {"above": 5}}},
    "mean_amount": {"mean": "order.amount", "over": "14d"},
    "people": {"distinct": "login", "by": "contact", "over": "7d"},
    "days": {"days_with": "login", "over": "7d"},
    "since_users": {"days_since": "users"},
    "since_login": {"days_since": "login"},
    "since_champion": {"days_since": "login", "where": {"contact_role": "champion"}},
    "returning": {"returning": "login", "over": "14d"},
    "rhythm": {"shift": "login", "by": "weekday", "over": "28d"},
    "ratio": {"ratio": ["count", "days"]},
    "change": {"change": "count"},
    "percent": {"change_percent": "sum"},
    "usual": {"usual": "count"},
}
CONDITIONS = (
    {"event": "login", "at_least": 3, "in": "7d"},
    {"event": "login", "at_least": 2, "in": "30h"},
    {"event": "order", "none_in": "3d"},
    {"event": "order", "none_in": "20h"},
    {"event": "login", "none_in": "2d", "where": {"contact_role": "champion"}},
    {"measure": "count", "falls": "20%", "against": "usual"},
)
PARSED = Definitions.model_validate(DEFINITIONS).root
COLUMNS: frozenset[ColumnOf] = frozenset().union(
    *(columns_of(compile_condition(TypeAdapter(Condition).validate_python(said), QUIET)) for said in CONDITIONS)
)
ASKED: Needs = joined(
    *(needs.of_measure(name, PARSED, QUIET) for name in PARSED),
    *(needs.of_usual(name, PARSED, QUIET) for name in PARSED if over_of(name, PARSED)),
    needs.of_columns(COLUMNS, PARSED, QUIET),
    Needs(rows={"login": EventRows(60)}),
)
NEEDED = joined(ASKED, needs.of_contacts(ASKED))


def a_company(database: Database, chance: Random) -> None:
    """Three accounts in three zones, whose records end on the last day."""
    put(database, accounts(*({"id": id_, "timezone": zone} for id_, zone in ZONES.items())))
    people = [{"account": id_, "email": f"{n}@{id_}.example", "role": r} for id_ in ZONES for n, r in PEOPLE]
    put(database, entries("contacts", *people))
    said: list[tuple[Any, ...]] = []
    happened: list[dict[str, Any]] = []
    for id_ in ZONES:
        for ago in range(90):
            day = datetime.fromisoformat(LAST).replace(tzinfo=ZoneInfo(ZONES[id_])) - timedelta(days=ago)
            on = day.date().isoformat()
            if chance.random() < 0.6 or ago == 0:
                said.append((id_, on, chance.randint(1, 9), "users", None))
                said.append((id_, on, chance.randint(1, 9), "nps", f"kim@{id_}.example"))
            for _ in range(chance.randint(0, 3)):
                local = day.replace(hour=chance.randint(4, 23), minute=chance.randint(0, 59))
                moment = local.astimezone(UTC).isoformat()
                contact = f"{chance.choice(PEOPLE)[0]}@{id_}.example"
                happened.append({"account": id_, "at": moment, "contact": contact})
                happened.append({"account": id_, "at": moment, "name": "order", "amount": chance.randint(1, 9)})
    put(database, observations(*said), at=at("2026-12-24"))
    put(database, events(*happened), series=list(NEEDED.series), at=at("2026-12-24"))


PEOPLE = (("kim", "champion"), ("lou", "user"), ("max", "user"))


def seen(database: Database, when: datetime, account: str) -> Snapshot:
    wanted = Wanted(NEEDED, QUIET, (), ZONE, when, accounts=(account,))
    return read(database, wanted).snapshot


def told(snapshot: Snapshot) -> dict[str, Any]:
    """Every measure with its age, and every answer, of the one account of a snapshot."""
    measures = Measures(snapshot, PARSED, QUIET)
    columns = Columns(snapshot, resolvers(snapshot, measures, {}, {}, {}))
    found = {name: (measures.value(name)[0], measures.age(name)[0]) for name in PARSED}
    return found | {column.name: columns(column)[0] for column in COLUMNS} | of_each_contact(snapshot)


def of_each_contact(snapshot: Snapshot) -> dict[str, Any]:
    assert snapshot.people is not None
    measures = Measures(of_contacts(snapshot, snapshot.people, ASKED), PARSED, QUIET)
    return {f"{name} of contacts": (measures.value(name).tolist(), measures.age(name).tolist()) for name in PARSED}


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("account", ZONES)
def test_while_its_feeds_are_quiet_a_look_is_that_at_the_end_of_their_last_day(
    database: Database, account: str, seed: int
) -> None:
    a_company(database, Random(seed))
    last_moment = end_of_day(L, ZONES[account]) + timedelta(microseconds=999_999)

    then, now = (told(seen(database, when, account)) for when in (last_moment, at("2026-12-01 12:00")))

    assert not seen(database, last_moment, account).lags
    assert set(seen(database, at("2026-12-01 12:00"), account).lags) == set(QUIET.quiet_days())
    assert {name for name in PARSED if np.isnan(then[name][0])} == set()
    np.testing.assert_equal(now, then)


def test_only_the_quiet_feed_stays(database: Database) -> None:
    put(database, accounts("acme"))
    put(database, observations(("acme", LAST, 5)))
    logins = events({"account": "acme", "at": LAST}, {"account": "acme", "at": "2026-11-23"})
    put(database, logins, series=list(NEEDED.series))

    snapshot = seen(database, at("2026-11-24 12:00"), "acme")

    assert {name: lag.tolist() for name, lag in snapshot.lags.items()} == {"users": [4]}
    assert snapshot.series[Series("metric", "users")][0, -1] == 5
    measures = Measures(snapshot, PARSED, QUIET)
    assert (measures.value("since_users")[0], measures.value("since_login")[0]) == (0, 1)


def test_an_account_whose_today_is_the_last_day_still_is_not_behind(database: Database) -> None:
    put(database, accounts({"id": "west", "timezone": "America/Los_Angeles"}, "acme"))
    put(database, observations(("acme", LAST, 5)))
    one_day = Catalog.model_validate({"metrics": {"users": {"quiet_after": "1d"}}})
    wanted = Wanted(Needs(series={Series("metric", "users"): 3}), one_day, (), ZONE, at("2026-11-20 23:30"))

    snapshot = read(database, replace(wanted, accounts=("west", "acme"))).snapshot

    assert dict(zip(snapshot.accounts, snapshot.lags["users"].tolist(), strict=True)) == {"west": 0, "acme": 1}
