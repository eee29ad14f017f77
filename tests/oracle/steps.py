"""A step that is taken in; the end of its wait, its task or its delivery out (section 8)."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import TYPE_CHECKING

from tests.oracle import people
from tests.oracle.files import Written
from tests.oracle.moments import day_after, day_in, duration, zone

if TYPE_CHECKING:
    from tests.oracle.look import Judged
    from tests.oracle.playbooks import Delivery, Run, Task


def end_of_wait(judged: Judged, written: str, since: datetime) -> datetime:
    """Of days: the sweep of the day so many days after; of hours: so many hours later. The days are the company's,
    where it is by now."""
    wait, company = duration(written), judged.workspace.settings["company"]
    if wait.unit in "hm":
        return since + wait.elapsed
    day = day_after(day_in(since, judged.workspace.zone), wait, company)
    sweep = time.fromisoformat(company.get("sweep", "06:00"))
    return datetime.combine(day, sweep, zone(judged.workspace.zone)).astimezone(UTC)


def task(judged: Judged, run: Run, step: Written) -> Task:
    from tests.oracle.playbooks import Task

    assign, due = step.get("assign", "owner"), step.get("due")
    chosen = isinstance(assign, str)
    return Task(
        playbook=run.playbook,
        step=step["step"],
        run=run,
        assignee=_teammate(judged, assign) if chosen else None,
        due=day_after(judged.company_day, duration(due), judged.workspace.settings["company"]) if due else None,
        at=judged.at,
        day=judged.today,
        cancel_with_run=step.get("cancel_with_run", False),
        pool=None if chosen else assign,
    )


def delivery(judged: Judged, run: Run, step: Written) -> Delivery:
    """A message to a teammate leaves at once; a customer's waits for approval, unless the playbook says auto."""
    from tests.oracle.playbooks import Delivery

    channel = "slack" if "slack" in step else "email"
    if channel == "slack":
        said = step.get("to", "owner")
        to = said if said.startswith("#") else _teammate(judged, said)
        state, reason = "sent", "outbox"
    else:
        to = people.contact_for(step["to"], step.get("class", "marketing") == "marketing", judged.account.contacts)
        asks = run.written.get("approve", "ask") == "ask"
        state, reason = ("waiting", "approval") if asks else ("sent", "outbox")
        if to is None:
            state, reason = "not_sent", None
    return Delivery(run.playbook, step["step"], run, channel, step[channel], to, judged.at, judged.today, state, reason)


def _teammate(judged: Judged, to: str) -> str:
    fallback = judged.workspace.settings["people"]["fallback"]
    owner = judged.account.attributes.get("owner")
    return people.teammate(to, owner, judged.company.teammates, fallback, judged.company_day)
