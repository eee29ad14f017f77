"""What a save does to the store: once, for whom nobody was faster, and nothing that came meanwhile is lost."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from engine.clock import day_number, microseconds
from engine.domain import End, Move, State
from engine.store.database import Database
from engine.store.due import Due, due_blocks
from engine.store.ingest.by_hand import Override, override
from engine.store.saving.save import Saved
from engine.store.versions import StoredVersion, put_in_use
from tests.store.looking import (
    VERSION,
    action,
    decision,
    episode,
    keep,
    look,
    reading,
    run,
    snapshot,
    task,
)
from tests.store.records import NOW, accounts, events, observations, outcomes, put, rows_of

LATER = NOW + timedelta(minutes=5)
TOMORROW = NOW + timedelta(days=1)


def counters(database: Database, *columns: str) -> list[Any]:
    return rows_of(database, "account", *columns)


def test_a_save_counts_the_look_and_says_when_the_account_is_due_next(database: Database) -> None:
    put(database, accounts("acme"))

    saved = look(database)

    assert Saved(looked=1) == saved
    [row] = counters(database, "looked", "first_look", "last_look", "look_at")
    assert row == (1, microseconds(NOW), microseconds(NOW), microseconds(TOMORROW))
    assert due_blocks(database, NOW) == []


def test_the_first_look_stays_the_first(database: Database) -> None:
    put(database, accounts("acme"))
    look(database)

    look(database, LATER)

    assert counters(database, "looked", "first_look", "last_look") == [(2, microseconds(NOW), microseconds(LATER))]


@pytest.mark.parametrize(
    "arrives",
    [
        pytest.param(lambda database: put(database, observations(("acme", "2026-11-24", 3))), id="an observation"),
        pytest.param(lambda database: put(database, events({"account": "acme", "at": "2026-11-24"})), id="an event"),
        pytest.param(lambda database: put(database, outcomes(("acme", "2026-11-24", "churned"))), id="an outcome"),
        pytest.param(lambda database: put(database, accounts({"id": "acme", "name": "Acme"})), id="an attribute"),
        pytest.param(
            lambda database: override(database, Override("acme", "health", 50, NOW, TOMORROW), "UTC"), id="an override"
        ),
    ],
)
def test_what_arrives_between_read_and_save_leaves_the_account_due(
    database: Database, arrives: Callable[[Database], object]
) -> None:
    put(database, accounts("acme", "zen"))
    before = reading(database)

    arrives(database)
    saved = keep(database, before, LATER)

    assert saved.looked == 2
    assert snapshot(database, NOW, due=Due(NOW)).accounts == ("acme",)
    look(database, LATER)
    assert due_blocks(database, LATER) == []


def test_of_two_looks_at_once_the_one_that_is_saved_first_stands(database: Database) -> None:
    put(database, accounts("acme", "zen"))
    first, second = reading(database, accounts=["acme"]), reading(database, LATER)

    keep(database, first, decisions=(decision(),))
    saved = keep(database, second, decisions=(decision(when=LATER), decision("zen", when=LATER)))

    assert (saved.looked, saved.fired, saved.beaten) == (1, 1, ("acme",))
    assert rows_of(database, "decision", "account_seq", "at") == [(0, microseconds(NOW)), (1, microseconds(LATER))]


def test_eight_workers_with_one_reading_save_it_once(database: Database) -> None:
    put(database, accounts(*(f"a{number}" for number in range(300))))
    before = reading(database)
    fired = tuple(decision(account) for account in before.snapshot.accounts)
    told = tuple(action(account) for account in before.snapshot.accounts)

    with ThreadPoolExecutor(8) as pool:
        saved = list(pool.map(lambda _: keep(database, before, decisions=fired, actions=told), range(8)))

    assert sum(one.looked for one in saved) == 300
    assert sum(len(one.beaten) for one in saved) == 7 * 300
    assert len(rows_of(database, "decision")) == len(rows_of(database, "delivery")) == 300


def test_a_look_at_a_moment_before_the_last_look_is_left_out_and_named(database: Database) -> None:
    put(database, accounts("acme"))
    look(database, LATER)

    saved = look(database, NOW, decisions=(decision(),))

    assert Saved(late=("acme",)) == saved
    assert rows_of(database, "decision") == []


@pytest.mark.parametrize("when", ["before it is read", "while it is judged"])
def test_a_look_by_a_version_that_is_not_in_use_is_not_saved(database: Database, when: str) -> None:
    put(database, accounts("acme"))
    put_in_use(database, StoredVersion("v2" if when == "before it is read" else VERSION, {}), NOW, ())
    before = reading(database)
    put_in_use(database, StoredVersion("v2", {}), LATER, ())

    saved = keep(database, before, decisions=(decision(),))

    assert Saved(is_stale=True) == saved
    assert counters(database, "looked") == [0]
    assert rows_of(database, "decision") == []


class TestSeeding:
    def test_a_look_takes_the_mark_of_an_import_of_the_past_away(self, database: Database) -> None:
        put(database, accounts("acme"))
        put(database, observations(("acme", "2026-11-20", 3)), history=True)

        assert reading(database).snapshot.seed_next.tolist() == [True]
        look(database)

        assert counters(database, "seed_next") == [False]

    def test_a_mark_that_was_set_while_the_account_was_judged_stays(self, database: Database) -> None:
        put(database, accounts("acme"))
        before = reading(database)
        put(database, observations(("acme", "2026-11-20", 3)), history=True)

        keep(database, before)

        assert counters(database, "seed_next") == [True]

    def test_what_came_before_goes_on_being_seeded_where_more_came_meanwhile(self, database: Database) -> None:
        put(database, accounts("acme"))
        put(database, observations(("acme", "2026-11-20", 3)), history=True)
        before = reading(database)
        put(database, observations(("acme", "2026-11-21", 3)))

        keep(database, before)

        assert counters(database, "seed_next") == [True]


def test_a_look_is_read_back_as_it_was_saved(database: Database) -> None:
    put(database, accounts("acme"))
    started = run(waiting_since=NOW, position=2)
    fell = episode(fired_at=NOW, fired_day=day_number(NOW.date()))
    look(database, episodes=(fell,), runs=(started,), rule_since={("fell", "f1"): NOW}, tasks=(task(),))

    read_back = snapshot(database, LATER, cooldowns=["rescue"])

    assert read_back.episodes == {"fell": {0: fell}}
    assert read_back.rule_since == {("fell", "f1"): NOW}
    assert read_back.last_start == {(0, "rescue"): day_number(NOW.date())}
    [kept] = read_back.runs[0]
    assert (kept.id, kept.position, kept.waiting_since, kept.firing) == (started.id, 2, NOW, {"because": "it fell"})
    assert kept.tasks["call"].state == "open"


def test_a_run_that_ended_is_under_way_no_more_and_its_start_is_known(database: Database) -> None:
    put(database, accounts("acme"))
    look(database, runs=(run(),))

    look(database, LATER, runs=(run(ended_at=LATER, end=End.FINISHED, position=9),))

    read_back = snapshot(database, LATER, cooldowns=["rescue"])
    assert (read_back.runs, len(read_back.last_start)) == ({}, 1)
    assert rows_of(database, "run", "ended_at", "end") == [(microseconds(LATER), "finished")]


def test_a_rule_s_version_begins_with_the_first_look_by_it(database: Database) -> None:
    put(database, accounts("acme", "zen"))
    for when, fingerprint in [(NOW, "f1"), (LATER, "f1"), (TOMORROW, "f2")]:
        look(database, when, rule_since={("fell", fingerprint): when})

    assert rows_of(database, "rule_version", "fingerprint", "since") == [("f2", microseconds(TOMORROW))]


def test_a_decision_keeps_its_evidence_its_version_and_its_cause(database: Database) -> None:
    put(database, accounts("acme"))

    saved = look(database, decisions=(decision(), decision(move=Move.SEEDS), decision(move=Move.CLEARS)))

    assert (saved.fired, saved.seeded) == (1, 1)
    kept = rows_of(database, "decision", "move", "evidence", "version", "cause", "fingerprint")
    assert kept[0] == ("fired", {"score.health": 31.5}, VERSION, "test", "f1")
    assert [row[0] for row in kept] == ["fired", "seeded", "cleared"]


def test_an_episode_that_goes_inactive_is_kept_as_that(database: Database) -> None:
    put(database, accounts("acme"))
    look(database, episodes=(episode(),))

    look(database, LATER, episodes=(episode(state=State.INACTIVE, when=LATER),))

    assert rows_of(database, "episode", "state", "since") == [("inactive", microseconds(LATER))]


def test_nothing_of_a_block_is_kept_where_saving_it_fails(database: Database) -> None:
    put(database, accounts("acme"))

    with pytest.raises(IntegrityError):
        look(database, decisions=(decision(),), actions=(action(text=None),))

    assert counters(database, "looked") == [0]
    assert rows_of(database, "decision") == rows_of(database, "delivery") == []
