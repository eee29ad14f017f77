"""The runs of an account and a look in; the runs advanced, ended and started, and what they leave, out (section 8)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING

from tests.oracle import steps
from tests.oracle.conditions import answer
from tests.oracle.files import Written
from tests.oracle.moments import duration
from tests.oracle.rules import Decision

if TYPE_CHECKING:
    from tests.oracle.look import Judged


@dataclass
class Task:
    playbook: str
    step: str
    run: Run
    assignee: str | None
    due: date | None
    at: datetime
    day: date
    cancel_with_run: bool = False
    pool: Written | None = None
    """Where its assignee is chosen from when the look is saved."""
    state: str = "open"
    done_at: datetime | None = None


@dataclass
class Delivery:
    playbook: str
    step: str
    run: Run
    channel: str
    template: str
    to: str | None
    at: datetime
    day: date
    state: str
    reason: str | None


@dataclass
class Run:
    """`todo`: the steps that are left, of the version that started it; `wait`: until which moment it is held."""

    account: str
    playbook: str
    rule: str
    written: Written
    started_at: datetime
    cooldown_day: date
    todo: list[Written]
    wait: tuple[datetime, Written] | None = None
    tasks: dict[str, Task] = field(default_factory=dict)
    deliveries: list[Delivery] = field(default_factory=list)
    end: str | None = None
    ended_at: datetime | None = None


def end_run(judged: Judged, run: Run, end: str) -> None:
    """Its open tasks that say so are cancelled with it."""
    run.end, run.ended_at = end, judged.at
    for task in run.tasks.values():
        if task.cancel_with_run and task.state == "open":
            task.state = "cancelled"


def end_account(judged: Judged, runs: list[Run]) -> None:
    """It left: its runs end, open tasks are cancelled, and what waits is not sent."""
    for run in runs:
        if run.end is None:
            end_run(judged, run, "account_ended")
        for task in run.tasks.values():
            if task.state == "open":
                task.state = "cancelled"
        for delivery in run.deliveries:
            if delivery.state == "waiting":
                delivery.state, delivery.reason = "not_sent", "account_ended"


def play(judged: Judged, runs: list[Run], fired: list[Decision]) -> None:
    """Every run under way, then new ones: highest priority first, then by the rule's name."""
    for run in runs:
        if run.end is None:
            _advance(judged, run)
    books = judged.workspace.playbooks
    for decision in sorted(fired, key=lambda one: (-books[str(one.playbook)].get("priority", 50), one.rule)):
        book = books[str(decision.playbook)]
        decision.reason = _refusal(judged, book, runs)
        if decision.reason is None:
            decision.reason = "started"
            decision.run = _start(judged, book, decision, runs)


def _refusal(judged: Judged, book: Written, runs: list[Run]) -> str | None:
    name = book["playbook"]
    under_way = {run.playbook for run in runs if run.end is None}
    starts = [run.cooldown_day for run in runs if run.playbook == name]
    if name in under_way:
        return "already_running"
    rested = (judged.company_day - max(starts)).days if starts else None
    if "cooldown" in book and rested is not None and rested < duration(book["cooldown"]).amount:
        return "cooldown"
    if "stop_when" in book and answer(judged, book["stop_when"]) is True:
        return "stop_when"
    if under_way & set(book.get("not_while", ())):
        return "not_while"
    return None


def _start(judged: Judged, book: Written, decision: Decision, runs: list[Run]) -> Run:
    run = Run(
        account=judged.account.id,
        playbook=book["playbook"],
        rule=decision.rule,
        written=book,
        started_at=judged.at,
        cooldown_day=judged.company_day,
        todo=list(book["steps"]),
    )
    for other in runs:
        if other.end is None and other.playbook in book.get("stops", ()):
            end_run(judged, other, "stopped_by")
    runs.append(run)
    _take_steps(judged, run)
    return run


def _advance(judged: Judged, run: Run) -> None:
    if "stop_when" in run.written and answer(judged, run.written["stop_when"], run) is True:
        end_run(judged, run, "stopped")
    else:
        _take_steps(judged, run)


def _take_steps(judged: Judged, run: Run) -> None:
    """One after the other, until a wait holds it or the list ends."""
    while run.end is None:
        if run.wait is not None:
            since, step = run.wait
            until = steps.end_of_wait(judged, step["wait"], since)
            if judged.at < until and not ("until" in step and answer(judged, step["until"], run) is True):
                return
            run.wait = None
        elif not run.todo:
            end_run(judged, run, "finished")
        else:
            _take(judged, run, run.todo.pop(0))


def _take(judged: Judged, run: Run, step: Written) -> None:
    if "wait" in step:
        run.wait = (judged.at, step)
    elif "if" in step:
        branch = step["then"] if answer(judged, step["if"], run) is True else step.get("else", [])
        run.todo[:0] = branch
    elif "stop" in step:
        end_run(judged, run, "finished")
    elif "task" in step:
        run.tasks[step["step"]] = steps.task(judged, run, step)
    else:
        run.deliveries.append(steps.delivery(judged, run, step))
