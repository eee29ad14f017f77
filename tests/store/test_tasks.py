"""What a person does to a task: it is changed, what it was is kept, and its account is looked at again."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from engine.clock import day_number, microseconds
from engine.store.database import Database
from engine.store.due import Due
from engine.store.tasks import TaskError, assign, close_step, finish, snooze
from tests.store.looking import look, run, snapshot, task
from tests.store.records import NOW, accounts, due, entries, put, rows_of

LATER = NOW + timedelta(hours=1)
BO = "bo@us.example"


def a_task(database: Database) -> int:
    """An open task of a run, nothing due; its number."""
    put(database, accounts({"id": "acme", "owner": "ana@us.example"}))
    put(database, entries("teammates", {"email": "ana@us.example"}, {"email": BO}))
    look(database, runs=(run(),), tasks=(task(),))
    [number] = rows_of(database, "task", "id")
    return int(number)


def changes(database: Database) -> list[tuple[object, ...]]:
    rows = rows_of(database, "change", "kind", "field", "old", "new")
    return [tuple(rest) for kind, *rest in rows if kind == "task"]


def test_a_task_that_is_done_is_seen_by_its_run_in_the_next_look(database: Database) -> None:
    number = a_task(database)

    block = finish(database, number, LATER, "They will stay.")

    assert block == 0
    assert due(database) == ["acme"]
    assert rows_of(database, "task", "state", "done_at", "note") == [("done", microseconds(LATER), "They will stay.")]
    assert changes(database) == [
        ("state", "open", "done"),
        ("done_at", None, microseconds(LATER)),
        ("note", None, "They will stay."),
    ]
    [seen] = snapshot(database, LATER, due=Due(LATER)).runs[0]
    assert seen.tasks["call"].state == "done"


def test_a_task_that_is_put_off_stays_open_and_keeps_why(database: Database) -> None:
    number = a_task(database)

    snooze(database, number, date(2026, 12, 1), "on holiday", LATER)
    finish(database, number, LATER)

    until = day_number(date(2026, 12, 1))
    assert rows_of(database, "task", "snoozed_until", "note", "state") == [(until, "on holiday", "done")]


def test_nothing_is_done_with_a_task_before_it_was_made(database: Database) -> None:
    number = a_task(database)

    with pytest.raises(TaskError, match=r"was made at 2026-11-24T12:00:00Z, later than what is done with it"):
        finish(database, number, NOW - timedelta(seconds=1))

    finish(database, number, NOW)
    assert rows_of(database, "task", "state") == ["done"]


def test_a_task_can_be_given_to_another_teammate(database: Database) -> None:
    number = a_task(database)

    assign(database, number, BO, LATER)

    assert rows_of(database, "task", "assignee", "state") == [(BO, "open")]
    assert changes(database) == [("assignee", "ana@us.example", BO)]


def test_the_task_of_a_step_can_be_closed_by_its_name(database: Database) -> None:
    a_task(database)

    close_step(database, "acme", "call", "cancelled", LATER)

    assert rows_of(database, "task", "state", "done_at") == [("cancelled", None)]
    with pytest.raises(TaskError, match=r"acme has no open task 'call'"):
        close_step(database, "acme", "call", "done", LATER)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(
            lambda database, _: finish(database, 99, LATER),
            "There is no task 99. `pulsebook task list` shows them all.",
            id="an unknown task",
        ),
        pytest.param(
            lambda database, number: assign(database, number, "stranger@us.example", LATER),
            "There is no teammate 'stranger@us.example'. Bring them in with `pulsebook import teammates FILE`.",
            id="to nobody of us",
        ),
        pytest.param(
            lambda database, number: [finish(database, number, LATER) for _ in range(2)],
            "Task 1 is done already. `pulsebook task list` shows the open ones.",
            id="twice",
        ),
    ],
)
def test_what_cannot_be_changed_says_what_can(
    database: Database, change: Callable[[Database, int], object], message: str
) -> None:
    number = a_task(database)

    with pytest.raises(TaskError) as raised:
        change(database, number)

    assert message == str(raised.value)
