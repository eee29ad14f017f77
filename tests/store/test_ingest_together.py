"""Many writers at once, and any records in any order: the store says in the end what was said; on both databases."""

from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from engine.batches import Batch
from engine.clock import day_of
from engine.snapshot import Series
from engine.store.database import Database
from engine.store.ingest.ingest import Ingest
from engine.store.ingest.pieces import Pieces
from tests.store.records import (
    CATALOG,
    ZONE,
    accounts,
    arrival,
    cells,
    counts,
    day,
    events,
    facts,
    observations,
    put,
    rows_of,
)

TIMES = 1_000
FIRST_DAY = day("2024-01-01")


def write_days(url: str, account: str) -> int:
    """One import for each of 1,000 days; how many were new."""
    database = Database.open(url)
    applied = 0
    for number in range(TIMES):
        applied += put(database, observations((account, str(day_of(FIRST_DAY + number)), number))).applied
    database.close()
    return applied


def test_two_processes_write_two_accounts_of_one_block_a_thousand_times_at_once(database_url: str) -> None:
    database = Database.open(database_url)
    put(database, accounts("acme", "zen"))

    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        applied = list(pool.map(write_days, [database_url] * 2, ["acme", "zen"]))

    found = cells(database, "metric users")
    changed = rows_of(database, "account", "changed")
    database.close()
    assert applied == [TIMES, TIMES]
    assert found == {
        (account, str(day_of(FIRST_DAY + number))): number for account in ("acme", "zen") for number in range(TIMES)
    }
    assert changed == [TIMES + 1, TIMES + 1]


def test_imports_of_accounts_at_once_give_each_account_a_number_of_its_own(database: Database) -> None:
    def make(writer: int) -> int:
        return put(database, accounts(*(f"a{writer}-{number}" for number in range(40)), "shared")).applied

    with ThreadPoolExecutor(4) as pool:
        applied = list(pool.map(make, range(4)))

    assert sum(applied) == 161
    assert rows_of(database, "account", "seq") == list(range(161))


@pytest.mark.parametrize("shared", ["events", "facts", "a new series"])
def test_the_same_file_from_four_sides_at_once_is_one_file(database: Database, shared: str) -> None:
    put(database, accounts(*(f"a{number}" for number in range(600))))
    rows: list[dict[str, Any]] = [{"account": f"a{number}", "at": "2026-11-20"} for number in range(0, 600, 50)]
    batch = facts(*rows) if shared == "facts" else events(*rows)
    series = [Series("count", "login")] if shared == "a new series" else []

    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda _: put(database, batch, series=series), range(4)))

    assert sorted(counts(one)[:2] for one in done) == [(0, 12)] * 3 + [(12, 0)]
    assert len(rows_of(database, "fact" if shared == "facts" else "event")) == 12


@pytest.mark.parametrize("kind", ["events", "observations"])
def test_files_whose_pieces_name_the_blocks_in_any_order_do_not_wait_for_each_other(
    database: Database, kind: str
) -> None:
    """All blocks are locked, ascending, before the first piece is applied; else two such files stop each other."""
    ids = [f"a{number}" for number in range(0, 600, 100)]
    put(database, accounts(*(f"a{number}" for number in range(600))))

    def write(number: int) -> int:
        said = ids if number % 2 else ids[::-1]
        batches: list[Batch]
        if kind == "events":
            batches = [events({"account": id_, "at": "2026-11-20", "id": f"{number}-{id_}"}) for id_ in said]
        else:
            batches = [observations((id_, f"2026-11-{number + 1:02}", 1)) for id_ in said]
        with Pieces(*batches) as pieces:
            return Ingest(database).apply([pieces], CATALOG, arrival(), ZONE, ()).applied

    with ThreadPoolExecutor(4) as pool:
        applied = list(pool.map(write, range(16)))

    assert applied == [len(ids)] * 16


def test_no_record_is_held_for_an_account_that_comes_at_the_same_time(database: Database) -> None:
    ids = [f"a{number}" for number in range(20)]

    with ThreadPoolExecutor(2) as pool:
        for id_ in ids:
            list(pool.map(lambda batch: put(database, batch), [accounts(id_), observations((id_, "2026-11-20", 1))]))

    assert rows_of(database, "held") == []
    assert len(cells(database, "metric users")) == len(ids)


moments = st.tuples(st.sampled_from(["2026-11-19", "2026-11-20"]), st.sampled_from(["", "T09:00", "T15:30", "T22:00"]))
said = st.tuples(st.sampled_from(["acme", "zen", "late"]), moments.map("".join), st.integers(0, 2))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(files=st.lists(st.lists(said, min_size=1, max_size=6), min_size=1, max_size=4))
@example(files=[[("late", "2026-11-19", 2)], [("late", "2026-11-19", 0), ("late", "2026-11-19", 2)]])
def test_whatever_is_said_the_latest_time_of_day_holds(files: list[list[tuple[str, str, int]]]) -> None:
    database = Database.open("sqlite://")
    database.migrate()
    put(database, accounts("acme", "zen"))
    holds: dict[tuple[str, str], tuple[str, int]] = {}
    for rows in files:
        done = put(database, observations(*rows))
        assert sum(counts(done)) == len(rows)
        for account, at, value in rows:
            on, _, time = at.partition("T")
            if time >= holds.get((account, on), ("", 0))[0]:
                holds[account, on] = (time, value)

    put(database, accounts("late"))

    found = cells(database, "metric users")
    database.close()
    assert found == {key: float(value) for key, (_, value) in holds.items()}
