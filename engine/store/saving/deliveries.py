"""Planned tasks and rendered actions of a look in; their rows out, with who is meant looked up for tasks."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from sqlalchemy import update

from engine.clock import day_of, microseconds
from engine.domain import Action, DeliveryState, PlannedTask
from engine.store.among import among
from engine.store.assigning import OPEN, Assignees, Pools
from engine.store.bundling import GATHERING, releases_of
from engine.store.delivery_rows import SLACK
from engine.store.saving.signals import number
from engine.store.tables.runs import DeliveryRow, TaskRow
from engine.store.writing import upsert

if TYPE_CHECKING:
    from engine.store.saving.save import Saving

TASK = TaskRow.__table__  # type: ignore[attr-defined]
DELIVERY = DeliveryRow.__table__  # type: ignore[attr-defined]

CANCELLED = "cancelled"
APPROVAL, ENDED = "approval", "account_ended"


def withdraw(saving: "Saving", cancelled: Iterable[tuple[str, str]]) -> None:
    """Cancels open tasks that end with their runs, and all that waits for accounts that left."""
    connection = saving.connection
    for run, step in cancelled:
        mine = (TASK.c.run_id == run, TASK.c.step == step, TASK.c.state == OPEN)
        connection.execute(update(TASK).where(*mine).values(state=CANCELLED))
    gone = [saving.seq_of[account] for account in saving.judged.account_ended if account in saving.seq_of]
    if gone:
        open_tasks = (among(TASK.c.account_seq, gone), TASK.c.state == OPEN)
        connection.execute(update(TASK).where(*open_tasks).values(state=CANCELLED))
        waiting = (among(DELIVERY.c.account_seq, gone), DELIVERY.c.state == DeliveryState.WAITING)
        connection.execute(
            update(DELIVERY)
            .where(*waiting, DELIVERY.c.claimed_until.is_(None))
            .values(
                state=str(DeliveryState.NOT_SENT),
                reason=ENDED,
                try_at=None,
                settled_at=microseconds(saving.judged.snapshot.at),
            )
        )


def save_tasks(saving: "Saving", tasks: Iterable[PlannedTask]) -> None:
    """A task is made once: its key is its run, step and pass."""
    planned = list(tasks)
    if not planned:
        return
    assignees = Assignees(
        day_of(saving.office.company_day),
        saving.office.fallback,
        saving.judged.snapshot.teammates,
        Pools.locked(saving.connection, {task.assign[1] for task in planned if isinstance(task.assign, tuple)}),
    )
    rows = [_task(saving, task, assignees.of(task, saving.owner_of[task.account])) for task in planned]
    upsert(saving.connection, TASK, ["key"], rows, [])
    assignees.pools.keep_turns(saving.connection)


def _task(saving: "Saving", task: PlannedTask, assignee: str) -> dict[str, Any]:
    return {
        "key": task.key,
        "account_seq": saving.seq_of[task.account],
        "run_id": task.run,
        "playbook": task.playbook,
        "step": task.step,
        "template": task.template,
        "title": task.title,
        "body": task.body,
        "assignee": assignee,
        "due": number(task.due),
        "state": OPEN,
        "cancel_with_run": task.cancel_with_run,
        "created_at": microseconds(task.at),
        "day": task.day,
        "done_at": None,
        "snoozed_until": None,
        "note": None,
        "cause": saving.judged.cause,
    }


def save_actions(saving: "Saving", actions: Iterable[Action]) -> int:
    """A delivery is recorded before it is anything else; what was refused is recorded as that. Slack messages of what
    was released wait until all of it is saved, for they may leave as one; how many."""
    planned = list(actions)
    releases = releases_of(saving.connection, {action.run for action in planned if action.channel == SLACK})
    rows = [_delivery(saving, action, releases.get(action.run)) for action in planned]
    upsert(saving.connection, DELIVERY, ["key"], rows, [])
    return sum(row["bundle"] is not None for row in rows)


def _delivery(saving: "Saving", action: Action, release: str | None) -> dict[str, Any]:
    refused, asks = action.refused is not None, action.needs_approval
    bundle = release if action.channel == SLACK and not refused else None
    leaves_at = saving.office.now + GATHERING if bundle else saving.office.now
    return {
        "key": action.key,
        "account_seq": saving.seq_of[action.account],
        "run_id": action.run,
        "playbook": action.playbook,
        "step": action.step,
        "channel": action.channel,
        "template": action.template,
        "to": action.to,
        "address": None,
        "subject": action.subject,
        "text": action.text,
        "sender_name": action.sender_name,
        "reply_to": action.reply_to,
        "marketing": action.marketing,
        "outbox_only": saving.office.outbox_only,
        "state": str(DeliveryState.NOT_SENT if refused else DeliveryState.WAITING),
        "reason": action.refused if refused else APPROVAL if asks else None,
        "decided_at": microseconds(action.at),
        "day": action.day,
        "try_at": None if refused or asks else microseconds(leaves_at),
        "bundle": bundle,
        "attempts": 0,
        "looks_back": 0,
        "claimed_until": None,
        "claimed_at": None,
        "reference": None,
        "settled_at": microseconds(action.at) if refused else None,
        "version": saving.judged.version,
        "cause": saving.judged.cause,
    }
