"""What a save makes of planned tasks and rendered messages: each once, for the teammate who is there."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import pytest

from engine.clock import microseconds
from engine.domain import Action, End, PlannedTask
from engine.store.database import Database
from tests.store.looking import (
    FALLBACK,
    action,
    keep,
    look,
    reading,
    run,
    task,
)
from tests.store.records import NOW, accounts, entries, put, rows_of

LATER = NOW + timedelta(minutes=5)
TOMORROW = NOW + timedelta(days=1)


PEOPLE = (
    {"email": "ana@us.example", "manager": "mia@us.example", "pools": "mid"},
    {"email": "bo@us.example", "manager": None, "pools": "mid;big"},
    {"email": "cy@us.example", "manager": None, "pools": "mid"},
    {"email": "mia@us.example", "manager": None, "pools": None},
)
ABSENT = {"email": "ana@us.example", "away_from": date(2026, 11, 24), "away_until": date(2026, 11, 24)}
ROBIN, LEAST = ("round_robin", "mid"), ("least_loaded", "mid")


@pytest.mark.parametrize(
    ("assign", "expected"),
    [
        pytest.param("owner", "ana@us.example", id="the owner"),
        pytest.param("manager", "mia@us.example", id="the owner's manager"),
        pytest.param("cy@us.example", "cy@us.example", id="a teammate"),
        pytest.param("stranger@us.example", FALLBACK, id="nobody of us: the fallback"),
        pytest.param(("round_robin", "empty"), FALLBACK, id="an empty pool: the fallback"),
    ],
)
def test_a_task_goes_to_whom_it_names(database: Database, assign: Any, expected: str) -> None:
    put(database, accounts({"id": "acme", "owner": "ana@us.example"}), entries("teammates", *PEOPLE))

    look(database, tasks=(task(assign=assign),))

    assert rows_of(database, "task", "assignee") == [expected]


@pytest.mark.parametrize(
    ("backup", "expected"),
    [
        pytest.param("bo@us.example", "bo@us.example", id="to the backup"),
        pytest.param(None, FALLBACK, id="without one to the fallback"),
        pytest.param("ana@us.example", FALLBACK, id="a backup of oneself is none"),
    ],
)
def test_a_task_of_an_owner_who_is_away_goes(database: Database, backup: str | None, expected: str) -> None:
    put(database, accounts({"id": "acme", "owner": "ana@us.example"}), entries("teammates", *PEOPLE))
    put(database, entries("teammates", {**ABSENT, "backup": backup}))

    look(database, tasks=(task(),))

    assert rows_of(database, "task", "assignee") == [expected]


def test_n85_a_pool_takes_turns_by_email_over_looks(database: Database) -> None:
    put(database, accounts("acme", "zen"), entries("teammates", *PEOPLE))

    for place, when in enumerate([NOW, LATER]):
        look(
            database,
            when,
            tasks=tuple(task(account, step=f"s{place}", assign=ROBIN) for account in ("acme", "zen")),
        )

    assert rows_of(database, "task", "assignee") == [
        "ana@us.example",
        "bo@us.example",
        "cy@us.example",
        "ana@us.example",
    ]


def test_a_turn_goes_on_after_who_had_the_last_though_others_come_and_go(database: Database) -> None:
    put(database, accounts("acme", "zen"), entries("teammates", *PEOPLE))
    look(database, tasks=tuple(task(account, step="s0", assign=ROBIN) for account in ("acme", "zen")))
    put(database, entries("teammates", ABSENT))

    look(database, LATER, tasks=tuple(task(account, step="s1", assign=ROBIN) for account in ("acme", "zen")))

    assert rows_of(database, "task", "assignee")[2:] == ["cy@us.example", "bo@us.example"]


def test_the_least_loaded_counts_what_the_same_look_hands_out(database: Database) -> None:
    put(database, accounts("acme", "zen"), entries("teammates", *PEOPLE))
    look(database, tasks=(task(assign="bo@us.example", step="old"),))

    look(database, LATER, tasks=tuple(task(step=f"s{place}", assign=LEAST) for place in range(5)))

    assert sorted(rows_of(database, "task", "assignee")) == [
        *["ana@us.example"] * 2,
        *["bo@us.example"] * 2,
        *["cy@us.example"] * 2,
    ]


def test_blocks_that_choose_from_the_same_pools_at_once_do_not_wait_for_each_other_for_good(database: Database) -> None:
    ids = [f"a{number}" for number in range(512)]
    put(database, accounts(*ids), entries("teammates", *PEOPLE))
    big = ("round_robin", "big")

    def save_block(block: int) -> int:
        before = reading(database, blocks=[block])
        pools = (ROBIN, big) if block == 0 else (big, ROBIN)
        made = [
            task(of, step=f"s{place}", assign=pools[place % 2]) for of in before.snapshot.accounts for place in (0, 1)
        ]
        return keep(database, before, tasks=tuple(made)).tasks

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(save_block, [0, 1])) == [512, 512]

    given = rows_of(database, "task", "assignee")
    assert [given.count(f"{name}@us.example") for name in ("ana", "cy")] == [171, 170]


def test_a_task_that_ends_with_its_run_is_cancelled_even_in_the_look_that_makes_it(database: Database) -> None:
    put(database, accounts("acme"))
    over = run(ended_at=NOW, end=End.FINISHED)

    look(database, runs=(over,), tasks=(task(), task(step="note")), cancelled=((over.id, "call"),))

    assert rows_of(database, "task", "step", "state") == [("call", "cancelled"), ("note", "open")]


MAIL = {"channel": "email", "to": "kim@acme.example"}


@pytest.mark.parametrize(
    ("said", "state", "reason", "is_due"),
    [
        pytest.param({}, "waiting", None, True, id="leaves as soon as it may"),
        pytest.param({"needs_approval": True}, "waiting", "approval", False, id="waits for approval"),
        pytest.param({"refused": "no_consent", "to": None}, "not_sent", "no_consent", False, id="refused at once"),
    ],
)
def test_a_message_is_recorded_before_it_is_anything_else(
    database: Database, said: dict[str, Any], state: str, reason: str | None, is_due: bool
) -> None:
    put(database, accounts("acme"))

    look(database, LATER, actions=(action(**{**MAIL, **said}),))

    due = microseconds(LATER) if is_due else None
    assert rows_of(database, "delivery", "state", "reason", "try_at") == [(state, reason, due)]


def test_what_is_planned_twice_is_one_thing(database: Database) -> None:
    put(database, accounts("acme"))
    look(database, tasks=(task(),), actions=(action(text="first"),))

    look(database, LATER, tasks=(task(),), actions=(action(text="second"),))

    assert (len(rows_of(database, "task")), rows_of(database, "delivery", "text")) == (1, ["first"])


def test_an_account_that_left_gets_nothing_any_more(database: Database) -> None:
    put(database, accounts("acme", "zen"))
    look(database, tasks=_each(task), actions=_each(action))

    look(database, LATER, account_ended=("acme",))

    assert rows_of(database, "task", "state") == ["cancelled", "open"]
    assert rows_of(database, "delivery", "state", "reason", "try_at", "settled_at") == [
        ("not_sent", "account_ended", None, microseconds(LATER)),
        ("waiting", None, microseconds(NOW), None),
    ]


def _each(make: Callable[[str], PlannedTask | Action]) -> tuple[PlannedTask | Action, ...]:
    return tuple(make(account) for account in ("acme", "zen"))
