"""Planned tasks and rendered actions of a look in; their rows out, with who is meant looked up for tasks."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, func, select, update

from engine.clock import day_of, microseconds
from engine.domain import Action, DeliveryState, PlannedTask, Teammate
from engine.people import manager_of, owner_of
from engine.store.database import upsert
from engine.store.people import teammates
from engine.store.saving_signals import number
from engine.store.tables import AccountRow, DeliveryRow, PaceRow, TaskRow

if TYPE_CHECKING:
    from engine.store.saving import Saving

ACCOUNT = AccountRow.__table__  # type: ignore[attr-defined]
TASK = TaskRow.__table__  # type: ignore[attr-defined]
DELIVERY = DeliveryRow.__table__  # type: ignore[attr-defined]
PACE = PaceRow.__table__  # type: ignore[attr-defined]

OPEN, DONE, CANCELLED = "open", "done", "cancelled"
APPROVAL, ENDED = "approval", "account_ended"


def withdraw(saving: "Saving", cancelled: Iterable[tuple[str, str]]) -> None:
    """Cancels open tasks that end with their runs, and all that waits for accounts that left."""
    connection = saving.connection
    for run, step in cancelled:
        mine = (TASK.c.run_id == run, TASK.c.step == step, TASK.c.state == OPEN)
        connection.execute(update(TASK).where(*mine).values(state=CANCELLED))
    gone = [saving.seq_of[account] for account in saving.judged.account_ended if account in saving.seq_of]
    if gone:
        open_tasks = (TASK.c.account_seq.in_(gone), TASK.c.state == OPEN)
        connection.execute(update(TASK).where(*open_tasks).values(state=CANCELLED))
        waiting = (DELIVERY.c.account_seq.in_(gone), DELIVERY.c.state == DeliveryState.WAITING)
        connection.execute(
            update(DELIVERY)
            .where(*waiting, DELIVERY.c.claimed_until.is_(None))
            .values(state=DeliveryState.NOT_SENT, reason=ENDED, try_at=None)
        )


def save_tasks(saving: "Saving", tasks: Iterable[PlannedTask]) -> None:
    """A task is made once: its key is its run, step and pass."""
    planned = list(tasks)
    if not planned:
        return
    people = teammates(saving.connection)
    owners = _owners(saving.connection, [saving.seq_of[task.account] for task in planned])
    for task in planned:
        row = {
            "key": task.key,
            "account_seq": saving.seq_of[task.account],
            "run_id": task.run,
            "playbook": task.playbook,
            "step": task.step,
            "template": task.template,
            "title": task.title,
            "body": task.body,
            "assignee": _assignee(saving, task, people, owners[saving.seq_of[task.account]]),
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
        saving.connection.execute(upsert(saving.connection, TASK, ["key"], []), [row])


def _owners(connection: Connection, seqs: list[int]) -> dict[int, str | None]:
    return dict(
        connection.execute(select(ACCOUNT.c.seq, ACCOUNT.c.owner).where(ACCOUNT.c.seq.in_(seqs))).tuples().all()
    )


def _assignee(saving: "Saving", task: PlannedTask, people: Mapping[str, Teammate], owner: str | None) -> str:
    day, fallback = day_of(saving.office.company_day), saving.office.fallback
    if isinstance(task.assign, tuple):
        kind, pool = task.assign
        there = sorted(email for email, one in people.items() if pool in one.pools and not one.is_away(day))
        if not there:
            return fallback
        return (
            _in_turn(saving.connection, pool, there)
            if kind == "round_robin"
            else _freest(saving.connection, pool, there)
        )
    if task.assign == "owner":
        return owner_of(owner, people, day, fallback)
    if task.assign == "manager":
        return manager_of(owner, people, day, fallback)
    return owner_of(task.assign, people, day, fallback)


def _lock_pool(connection: Connection, pool: str) -> int:
    """Two saves must not choose from one pool at once; gives how many were chosen in turn so far."""
    lane = f"pool {pool}"
    connection.execute(upsert(connection, PACE, ["lane"], []), [{"lane": lane, "next": 0}])
    locked = select(PACE.c.next).where(PACE.c.lane == lane).with_for_update()
    return int(connection.execute(locked).scalar_one())


def _in_turn(connection: Connection, pool: str, there: list[str]) -> str:
    turn = _lock_pool(connection, pool)
    connection.execute(update(PACE).where(PACE.c.lane == f"pool {pool}").values(next=turn + 1))
    return there[turn % len(there)]


def _freest(connection: Connection, pool: str, there: list[str]) -> str:
    _lock_pool(connection, pool)
    open_tasks = select(TASK.c.assignee, func.count()).where(TASK.c.state == OPEN, TASK.c.assignee.in_(there))
    counts: dict[str, int] = dict(connection.execute(open_tasks.group_by(TASK.c.assignee)).tuples().all())
    return min(there, key=lambda email: (counts.get(email, 0), email))


def save_actions(saving: "Saving", actions: Iterable[Action]) -> None:
    """A delivery is recorded before it is anything else; what was refused is recorded as that."""
    rows = [_delivery(saving, action) for action in actions]
    if rows:
        saving.connection.execute(upsert(saving.connection, DELIVERY, ["key"], []), rows)


def _delivery(saving: "Saving", action: Action) -> dict[str, Any]:
    refused, asks = action.refused is not None, action.needs_approval
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
        "try_at": None if refused or asks else microseconds(saving.office.now),
        "attempts": 0,
        "looks_back": 0,
        "claimed_until": None,
        "claimed_at": None,
        "reference": None,
        "settled_at": microseconds(action.at) if refused else None,
        "version": saving.judged.version,
        "cause": saving.judged.cause,
    }
