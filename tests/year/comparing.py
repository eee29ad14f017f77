"""What `pulsebook` lists and what the oracle says must follow in; every difference, as lines, out."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from tests.oracle.moments import day_in
from tests.oracle.oracle import Oracle
from tests.oracle.playbooks import Delivery, Run, Task
from tests.year.pulsebook import Documents, Pulsebook

Table = Mapping[tuple[Any, ...], tuple[Any, ...]]
LAST_DIGIT = 0.00010001
"""Halves of the last of 4 decimals may be rounded either way."""


def differences(told: Pulsebook, oracle: Oracle) -> Iterator[str]:
    runs = {run["id"]: (run["account"], run["playbook"], run["rule"], run["started_at"]) for run in told.listed("runs")}
    yield from _between("score", _scores_told(told.listed("scores")), _scores(oracle))
    yield from _between("decision", _decisions_told(told.listed("decisions")), _decisions(oracle))
    yield from _between("run", _runs_told(told.listed("runs")), _runs(oracle))
    yield from _between("task", _tasks_told(told.listed("tasks"), runs), _tasks(oracle))
    yield from _between("finding", _findings_told(told.listed("findings")), _findings(oracle))
    yield from _between("notices", _count(one["decided_at"] for one in told.notices()), _notices(oracle))
    yield from _between("delivery", _deliveries_told(told.listed("deliveries"), runs), _deliveries(oracle))


def _between(kind: str, told: Table, expected: Table) -> Iterator[str]:
    for key in sorted({*told, *expected}, key=str):
        got, wanted = told.get(key), expected.get(key)
        if got is None or wanted is None or not all(_same(a, b) for a, b in zip(got, wanted, strict=True)):
            yield f"{kind} {key}: got {got}, expected {wanted}"


def _same(got: Any, wanted: Any) -> bool:
    if isinstance(got, float) and isinstance(wanted, float):
        return abs(got - wanted) < LAST_DIGIT
    return bool(got == wanted)


def _scores_told(documents: Documents) -> Table:
    return {
        (one["day"], one["account"], one["score"]): (
            one["model"],
            one["base"],
            one["adjusted"],
            one["value"],
            one["band"],
            one["coverage"],
        )
        for one in documents
    }


def _scores(oracle: Oracle) -> Table:
    return {
        (day.isoformat(), account, name): (
            one.model,
            one.base,
            one.adjusted,
            one.value,
            one.band,
            one.coverage,
        )
        for (account, name, day), one in oracle.scores.items()
    }


def _decisions_told(documents: Documents) -> Table:
    return {
        (one["at"], one["account"], one["rule"], one["state"]): (
            one["day"],
            one["playbook"],
            one["reason"],
            one["run"] is not None,
        )
        for one in documents
    }


def _decisions(oracle: Oracle) -> Table:
    return {
        (one.at.isoformat(), one.account, one.rule, one.state): (
            one.day.isoformat(),
            one.playbook,
            one.reason,
            one.run is not None,
        )
        for one in oracle.decisions
    }


def _runs_told(documents: Documents) -> Table:
    return {
        (one["started_at"], one["account"], one["playbook"], one["rule"]): (
            one["started_day"],
            one["ended_at"],
            one["ended_day"],
            one["end"],
        )
        for one in documents
    }


def _runs(oracle: Oracle) -> Table:
    """Their days are listed as those where the account is by now."""

    def day(run: Run, at: datetime | None) -> str | None:
        zone = oracle.company.accounts[run.account].zone(oracle.workspace.zone)
        return day_in(at, zone).isoformat() if at else None

    return {
        (run.started_at.isoformat(), run.account, run.playbook, run.rule): (
            day(run, run.started_at),
            run.ended_at and run.ended_at.isoformat(),
            day(run, run.ended_at),
            run.end,
        )
        for kept in oracle.kept.values()
        for run in kept.runs
    }


def _tasks_told(documents: Documents, runs: Mapping[int, tuple[Any, ...]]) -> Table:
    return {
        (one["created_at"], one["step"], *runs[one["run"]]): (
            one["day"],
            one["assignee"],
            one["due"],
            one["state"],
            one["done_at"],
        )
        for one in documents
    }


def _tasks(oracle: Oracle) -> Table:
    return {
        (task.at.isoformat(), task.step, *_run_of(task)): (
            task.day.isoformat(),
            task.assignee,
            task.due and task.due.isoformat(),
            task.state,
            task.done_at and task.done_at.isoformat(),
        )
        for task in oracle.tasks().values()
    }


def _run_of(one: Task | Delivery) -> tuple[Any, ...]:
    return one.run.account, one.playbook, one.run.rule, one.run.started_at.isoformat()


def _deliveries_told(documents: Documents, runs: Mapping[int, tuple[Any, ...]]) -> Table:
    return {
        (one["decided_at"], one["step"], *runs[one["run"]]): (
            one["day"],
            one["channel"],
            one["template"],
            one["to"],
            one["state"],
            one["reason"] if one["to"] else None,
        )
        for one in documents
    }


def _deliveries(oracle: Oracle) -> Table:
    return {
        (one.at.isoformat(), one.step, *_run_of(one)): (
            one.day.isoformat(),
            one.channel,
            one.template,
            one.to,
            one.state,
            one.reason,
        )
        for kept in oracle.kept.values()
        for run in kept.runs
        for one in run.deliveries
    }


def _findings_told(documents: Documents) -> Table:
    return {
        (one["at"], one["kind"], one["name"], one["group"]): (
            one["day"],
            one["text"] if one["kind"] == "across" else "",
            one["accounts"],
            one["ended_at"],
            one["ended_day"],
        )
        for one in documents
    }


def _findings(oracle: Oracle) -> Table:
    return {
        (one.at.isoformat(), one.kind, one.name, one.group): (
            one.day.isoformat(),
            one.text,
            one.accounts,
            one.ended_at and one.ended_at.isoformat(),
            one.ended_day and one.ended_day.isoformat(),
        )
        for one in oracle.findings.all
    }


def _notices(oracle: Oracle) -> Table:
    return _count(at.isoformat() for at in oracle.findings.notices)


def _count(moments: Iterable[str]) -> Table:
    return {(at,): (count,) for at, count in Counter(moments).items()}
