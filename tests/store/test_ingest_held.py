"""What waits for an account that is not known yet; on both databases."""

from datetime import date
from typing import Any

import pytest

from engine.batches import Arrival, Batch
from engine.store.database import Database
from engine.store.ingest.ingest import Ingest
from tests.store.records import (
    CATALOG,
    NOW,
    TABLES,
    ZONE,
    accounts,
    cells,
    corrections,
    counts,
    dump,
    entries,
    events,
    facts,
    observations,
    outcomes,
    put,
    rows_of,
)

D20 = "2026-11-20"


WAITING: dict[str, Batch] = {
    "observations": observations(("acme", D20, 5), ("acme", "2026-11-21T10:00", 6)),
    "observations of contacts": observations(("acme", D20, 5, "nps", "kim@x")),
    "events": events({"account": "acme", "at": D20, "contact": "kim@x"}, {"account": "acme", "at": D20}),
    "events with ids": events({"account": "acme", "at": D20, "id": "1", "name": "order", "due": date(2026, 12, 1)}),
    "events three times": events(*({"account": "acme", "at": D20} for _ in range(3))),
    "facts": facts({"account": "acme", "at": D20, "role": "CTO", "until": "2026-12-24"}),
    "facts with ids": facts({"account": "acme", "at": f"{D20}T10:00", "id": "f1", "role": "CTO"}),
    "outcomes": outcomes(("acme", D20, "renewed")),
    "contacts": entries("contacts", {"account": "acme", "email": "kim@x", "role": "champion", "consent": True}),
    "aliases": entries("aliases", {"account": "acme", "alias": "0017"}),
}
STORED = ("chunk", "event", "fact", "outcome", "contact", "alias", "contact_observation", "recorded")


def stored(database: Database) -> dict[str, list[Any]]:
    """What is kept, without what says how it came."""
    how = ("id", "import_id", "arrived_at", "contact_id", "listed")
    found = {}
    for table in STORED:
        names = [column.name for column in TABLES[table].columns if column.name not in how]
        found[table] = sorted(rows_of(database, table, *names), key=str)
    return found


@pytest.mark.parametrize("kind", WAITING)
class TestRecordsForAnUnknownAccount:
    def test_wait_and_are_applied_when_it_comes_as_if_they_came_then(self, database: Database, kind: str) -> None:
        batch = WAITING[kind]
        done = put(database, batch)

        put(database, accounts({"id": "acme", "timezone": "America/New_York"}))
        after_waiting = stored(database)
        again = put(database, batch)

        number = len(batch.places.line)
        assert counts(done) == (0, 0, 0, number, 0)
        assert rows_of(database, "held") == []
        assert counts(again) == (0, number, 0, 0, 0)
        assert stored(database) == after_waiting

    def test_said_twice_wait_once(self, database: Database, kind: str) -> None:
        put(database, WAITING[kind])
        before = dump(database)

        done = put(database, WAITING[kind])

        assert done.held == len(WAITING[kind].places.line)
        assert dump(database) == before


def test_what_waits_is_as_it_was_said_last(database: Database) -> None:
    put(database, observations(("acme", D20, 5)), observations(("acme", D20, 6)), observations(("acme", D20, 5)))
    put(database, entries("contacts", {"account": "acme", "email": "kim@x", "role": "user", "name": "Kim"}))
    put(database, entries("contacts", {"account": "acme", "email": "kim@x", "role": "champion"}))

    put(database, accounts("acme"))

    assert cells(database, "metric users") == {("acme", D20): 5}
    assert rows_of(database, "contact", "name", "role") == [("Kim", "champion")]


def test_n45_a_fact_that_waited_comes_from_the_file_that_told_it(database: Database) -> None:
    told = facts({"account": "acme", "at": D20, "role": "CTO"})
    for batch, source in ((told, "facts.csv"), (accounts("acme"), "accounts.csv")):
        Ingest(database).apply(batch, CATALOG, Arrival(NOW, source), ZONE, ())

    assert rows_of(database, "fact", "source") == ["facts.csv"]


def test_an_alias_that_waited_releases_what_waited_for_it(database: Database) -> None:
    put(database, observations(("0017", D20, 5)), entries("aliases", {"account": "acme", "alias": "0017"}))

    put(database, accounts("acme"))

    assert cells(database, "metric users") == {("acme", D20): 5}
    assert rows_of(database, "held") == []


@pytest.mark.parametrize("history", [True, False])
def test_history_that_waited_is_history_when_it_comes(database: Database, history: bool) -> None:
    put(database, observations(("acme", D20, 5), ("zen", D20, 5)), history=history)
    put(database, observations(("zen", "2026-11-21", 5)))

    put(database, accounts("acme", "zen", "new"))

    assert rows_of(database, "account", "id", "seed_next") == [("acme", history), ("zen", history), ("new", False)]


def test_what_is_released_is_not_counted_with_the_file_that_released_it(database: Database) -> None:
    put(database, observations(("acme", D20, 5), ("acme", "2026-11-21", 5)))

    done = put(database, accounts("acme"))

    assert counts(done) == (1, 0, 0, 0, 0)
    assert corrections(database) == []
    assert rows_of(database, "account", "look_at") == [int(NOW.timestamp() * 1_000_000)]
