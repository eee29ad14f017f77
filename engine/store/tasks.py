"""What a person does to a task in; the task changed, and its account due, out."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, select, update

from engine.clock import day_number, microseconds, second
from engine.errors import PulsebookError
from engine.store.accounts import lock_blocks, mark_due
from engine.store.assigning import OPEN
from engine.store.changes import keep_changes
from engine.store.database import Database
from engine.store.tables.accounts import BLOCK, AccountRow, TeammateRow
from engine.store.tables.runs import TaskRow

TASK = TaskRow.__table__  # type: ignore[attr-defined]
ACCOUNT = AccountRow.__table__  # type: ignore[attr-defined]
TEAMMATE = TeammateRow.__table__  # type: ignore[attr-defined]
DONE = "done"


class TaskError(PulsebookError):
    """A task can't be changed like that; the message says what can be done."""


def finish(database: Database, task: int, at: datetime, note: str | None = None) -> int:
    """Ticks a task off; the block in which its account is due."""
    said = {"note": note} if note is not None else {}
    return _change(database, task, at, {"state": DONE, "done_at": microseconds(at), **said})


def snooze(database: Database, task: int, until: date, reason: str, at: datetime) -> int:
    """Puts a task off until a day."""
    return _change(database, task, at, {"snoozed_until": day_number(until), "note": reason})


def assign(database: Database, task: int, email: str, at: datetime) -> int:
    """Gives a task to another teammate."""
    with database.reading() as connection:
        known = connection.execute(select(TEAMMATE.c.email).where(TEAMMATE.c.email == email)).scalar()
    if known is None:
        raise TaskError(f"There is no teammate {email!r}. Bring them in with `pulsebook import teammates FILE`.")
    return _change(database, task, at, {"assignee": email})


def close_step(database: Database, account: str, step: str, state: str, at: datetime) -> None:
    """Ends the open task of a step of the account's runs, as a scenario does it."""
    query = select(TASK.c.id).join(ACCOUNT, ACCOUNT.c.seq == TASK.c.account_seq)
    with database.reading() as connection:
        found = connection.execute(
            query.where(ACCOUNT.c.id == account, TASK.c.step == step, TASK.c.state == OPEN).order_by(TASK.c.id)
        ).scalars()
        task = next(iter(found), None)
    if task is None:
        raise TaskError(f"{account} has no open task {step!r} on that day. Look at what its runs have done by then.")
    _change(database, task, at, {"state": state, "done_at": microseconds(at) if state == DONE else None})


def _change(database: Database, task: int, at: datetime, values: dict[str, Any]) -> int:
    with database.writing() as connection:
        row = _open_task(connection, task, at)
        micros = microseconds(at)
        changes = [
            {
                "kind": "task",
                "entity": str(task),
                "field": name,
                "old": getattr(row, name),
                "new": value,
                "at": micros,
                "by": None,
                "import_id": None,
            }
            for name, value in values.items()
            if getattr(row, name) != value
        ]
        keep_changes(connection, changes)
        connection.execute(update(TASK).where(TASK.c.id == task).values(**values))
        mark_due(connection, [row.account_seq], micros)
        return int(row.account_seq) // BLOCK


def _open_task(connection: Connection, task: int, at: datetime) -> Any:
    """The task, with its block locked before it; raises TaskError where it is not there, or not open at that moment."""
    seq = connection.execute(select(TASK.c.account_seq).where(TASK.c.id == task)).scalar()
    if seq is None:
        raise TaskError(f"There is no task {task}. `pulsebook task list` shows them all.")
    lock_blocks(connection, [seq // BLOCK])
    row = connection.execute(select(TASK).where(TASK.c.id == task)).one()
    if row.state != OPEN:
        raise TaskError(f"Task {task} is {row.state} already. `pulsebook task list` shows the open ones.")
    if microseconds(at) < row.created_at:
        made = second(row.created_at)
        raise TaskError(f"Task {task} was made at {made}, later than what is done with it. Say a later --as-of.")
    return row
