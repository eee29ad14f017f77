"""Runs start, go on, wait, branch and end as a playbook says."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta

import pytest
from pydantic import TypeAdapter

from engine.calendar import Calendar, CompanyTime
from engine.conditions import tree as trees
from engine.conditions.columns import ScoreValue, TaskState
from engine.conditions.compile import compile_condition
from engine.conditions.tree import Tree, holds
from engine.domain import End, Reason, Run, RunTask
from engine.language.base import Duration
from engine.language.catalog import Catalog
from engine.language.playbooks import Playbook
from engine.playbooks import Firing, PlaybookTrees, Stage, play, program, task_row, waits_until

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
BERLIN = CompanyTime("Europe/Berlin", time(6), Calendar.of("DE", [date(2026, 3, 4)]))
CALM = {"score.health": 40.0}


def made(**said: object) -> PlaybookTrees:
    steps = said.pop("steps", [{"step": "call", "task": "call", "due": "2 business days"}])
    playbook = TypeAdapter(Playbook).validate_python({"playbook": "save", "steps": steps, **said})

    def tree(form: object) -> Tree:
        return compile_condition(form, Catalog())  # type: ignore[arg-type]

    stop = tree(playbook.stop_when) if playbook.stop_when else None
    return PlaybookTrees(playbook, program(playbook.steps, tree), stop)


def stage(
    *plans: PlaybookTrees, at: datetime = MONDAY, row: Mapping[str, float] = CALM, last: Mapping[str, int] | None = None
) -> Stage:
    by_name = {plan.name: plan for plan in plans}

    def answers(tree: Tree, run: Run) -> bool:
        return holds(tree, {**row, **task_row(run, BERLIN.day(at))})

    return Stage("acme", at, BERLIN, "v1", lambda _version, name: by_name.get(name), answers, last or {}, str.upper)


def fires(playbook: str = "save", rule: str = "fell") -> Firing:
    return Firing(rule, playbook, {})


def test_the_look_that_starts_a_run_takes_its_first_steps() -> None:
    steps = [{"step": "call", "task": "call"}, {"wait": "3d"}, {"step": "tell", "slack": "x"}]

    played = play(stage(made(steps=steps)), (), [fires()])

    assert [taken.step.step for taken in played.taken] == ["call"]
    assert played.runs[0].position == 1
    assert played.reasons == {"fell": (Reason.STARTED, played.runs[0].id)}


def test_deciding_twice_gives_one_run() -> None:
    first = play(stage(made()), (), [fires()])
    again = play(stage(made()), (), [fires()])

    assert first.runs[0].id == again.runs[0].id


def test_a_run_that_ends_at_once_leaves_room_for_another_in_the_same_look() -> None:
    played = play(stage(made()), (), [fires(rule="fell"), fires(rule="left")])

    fell, left = played.runs
    assert [(run.rule, run.end) for run in played.runs] == [("fell", End.FINISHED), ("left", End.FINISHED)]
    assert played.reasons == {"fell": (Reason.STARTED, fell.id), "left": (Reason.STARTED, left.id)}
    assert [taken.run.id for taken in played.taken] == [fell.id, left.id]


@pytest.mark.parametrize(
    ("more", "under_way", "row", "last", "expected"),
    [
        pytest.param({}, ["save"], CALM, {}, Reason.ALREADY_RUNNING, id="a run of it is under way"),
        pytest.param({"cooldown": "30d"}, [], CALM, {"save": 29}, Reason.COOLDOWN, id="29 of 30 days have passed"),
        pytest.param({"cooldown": "30d"}, [], CALM, {"save": 30}, Reason.STARTED, id="30 of 30 days have passed"),
        pytest.param(
            {"stop_when": {"score": "health", "at_least": "40"}}, [], CALM, {}, Reason.STOP_WHEN, id="it would stop"
        ),
        pytest.param({"not_while": ["upsell"]}, ["upsell"], CALM, {}, Reason.NOT_WHILE, id="while another runs"),
        pytest.param({"not_while": ["upsell"]}, [], CALM, {}, Reason.STARTED, id="the other does not run"),
    ],
)
def test_a_start_is_refused_for_a_reason(
    more: dict[str, object],
    under_way: list[str],
    row: Mapping[str, float],
    last: Mapping[str, int],
    expected: Reason,
) -> None:
    plan = made(steps=[{"wait": "9d"}], **more)
    other = made(steps=[{"wait": "9d"}])
    running = [run_of(name) for name in under_way]
    today = stage(plan).today
    at = Stage(
        "acme",
        MONDAY,
        BERLIN,
        "v1",
        lambda _version, name: plan if name == "save" else other,
        stage(plan, row=row).answers,
        {name: today - ago for name, ago in last.items()},
        str.upper,
    )

    played = play(at, running, [fires()])

    assert played.reasons["fell"][0] is expected


def run_of(playbook: str, **more: object) -> Run:
    said = {"id": f"run-{playbook}", "account": "acme", "playbook": playbook, "version": "v1", "rule": "r"}
    return Run(**said, started_at=MONDAY, started_day=0, firing={}, **more)  # type: ignore[arg-type]


def test_n88_of_several_firings_the_higher_priority_starts_first_then_the_rules_name() -> None:
    upsell = made(playbook="upsell", priority="50", not_while=["save"], steps=[{"wait": "1d"}])
    waiting = made(priority="90", steps=[{"wait": "1d"}])

    played = play(stage(waiting, upsell), (), [fires("upsell", "a"), fires("save", "b")])

    assert played.reasons["b"][0] is Reason.STARTED
    assert played.reasons["a"][0] is Reason.NOT_WHILE


def test_a_start_ends_the_runs_that_it_stops() -> None:
    plan = made(stops=["referral"])
    referral = made(playbook="referral", steps=[{"wait": "9d"}])

    played = play(stage(plan, referral), [run_of("referral", waiting_since=MONDAY)], [fires()])

    ended = next(run for run in played.runs if run.playbook == "referral")
    assert (ended.end, ended.end_reason) == (End.STOPPED_BY, "save")


@pytest.mark.parametrize(
    ("wait", "until", "expected"),
    [
        pytest.param("3d", datetime(2026, 3, 5, 4, 59, tzinfo=UTC), False, id="before the sweep of the third day"),
        pytest.param("3d", datetime(2026, 3, 5, 5, 0, tzinfo=UTC), True, id="at the sweep of the third day"),
        pytest.param("2 business days", datetime(2026, 3, 4, 22, tzinfo=UTC), False, id="a holiday is none"),
        pytest.param("2 business days", datetime(2026, 3, 5, 5, tzinfo=UTC), True, id="two business days"),
        pytest.param("6h", MONDAY + timedelta(hours=5, minutes=59), False, id="before six hours"),
        pytest.param("6h", MONDAY + timedelta(hours=6), True, id="after six hours"),
    ],
)
def test_a_wait_is_over(wait: str, until: datetime, expected: bool) -> None:
    plan = made(steps=[{"wait": wait}, {"step": "tell", "slack": "x"}])
    waiting = run_of("save", waiting_since=MONDAY)

    played = play(stage(plan, at=until), [waiting], [])

    assert bool(played.taken) is expected
    over = waits_until(waiting, plan, BERLIN)
    assert over is not None
    assert (over <= until) is expected


def test_a_wait_is_over_as_soon_as_its_condition_is_true() -> None:
    steps = [
        {"step": "call", "task": "call"},
        {"wait": "9d", "until": {"task": "call", "state": "done"}},
        {"step": "tell", "slack": "x"},
    ]
    task = RunTask("call", "done", None, "ana@n.example", cancel_with_run=False)
    waiting = run_of("save", position=1, waiting_since=MONDAY, tasks={"call": task})

    played = play(stage(made(steps=steps), at=MONDAY + timedelta(hours=1)), [waiting], [])

    assert [taken.step.step for taken in played.taken] == ["tell"]
    assert played.runs[0].end is End.FINISHED


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        pytest.param("open", ["escalate", "after"], id="true takes then"),
        pytest.param("done", ["note", "after"], id="false takes else"),
        pytest.param(None, ["note", "after"], id="unknown takes else"),
    ],
)
def test_a_branch_is_taken(state: str | None, expected: list[str]) -> None:
    steps = [
        {
            "if": {"task": "call", "state": "open"},
            "then": [{"step": "escalate", "slack": "x"}],
            "else": [{"step": "note", "slack": "x"}],
        },
        {"step": "after", "slack": "x"},
    ]
    tasks = {"call": RunTask("call", state, None, "a@b.c", cancel_with_run=False)} if state else {}

    played = play(stage(made(steps=steps)), [run_of("save", tasks=tasks)], [])

    assert [taken.step.step for taken in played.taken] == expected


def test_a_run_whose_reason_is_gone_is_stopped_and_its_open_task_with_it() -> None:
    plan = made(steps=[{"wait": "9d"}], stop_when={"score": "health", "at_least": "40"})
    task = RunTask("call", "open", None, "a@b.c", cancel_with_run=True)

    played = play(stage(plan), [run_of("save", waiting_since=MONDAY, tasks={"call": task})], [])

    assert played.runs[0].end is End.STOPPED
    assert played.cancelled == (("run-save", "call"),)


def test_stop_ends_a_run_as_finished() -> None:
    played = play(stage(made(steps=[{"stop": "nothing more to do"}])), (), [fires()])

    assert (played.runs[0].end, played.runs[0].end_reason) == (End.FINISHED, "nothing more to do")


@pytest.mark.parametrize(
    ("due", "expected"),
    [
        pytest.param(date(2026, 3, 2), {"open": 1.0, "overdue": 0.0}, id="due today"),
        pytest.param(date(2026, 3, 1), {"open": 1.0, "overdue": 1.0}, id="due yesterday"),
        pytest.param(None, {"open": 1.0, "overdue": 0.0}, id="without a date"),
    ],
)
def test_an_open_task_is_overdue_from_the_day_after_it_is_due(due: date | None, expected: dict[str, float]) -> None:
    run = run_of("save", tasks={"call": RunTask("call", "open", due, "a@b.c", cancel_with_run=False)})

    row = task_row(run, date(2026, 3, 2))

    assert {state: row[f"task.call.{state}"] for state in expected} == expected


def test_a_task_that_was_never_made_is_unknown() -> None:
    assert not holds(trees.Test(TaskState("call", "open"), "==", 1.0), task_row(run_of("save"), date(2026, 3, 2)))
    assert holds(trees.Test(ScoreValue("health"), "<", 50.0), CALM)


@pytest.mark.parametrize(
    ("since", "duration", "expected"),
    [
        pytest.param(date(2026, 2, 27), "1 business days", date(2026, 3, 2), id="Friday and one is Monday"),
        pytest.param(date(2026, 2, 28), "1 business days", date(2026, 3, 2), id="Saturday and one is Monday"),
        pytest.param(date(2026, 4, 2), "1 business days", date(2026, 4, 7), id="over Easter in Germany"),
        pytest.param(date(2026, 3, 2), "7d", date(2026, 3, 9), id="days are calendar days"),
    ],
)
def test_business_days_leave_out_weekends_and_holidays(since: date, duration: str, expected: date) -> None:
    at = datetime.combine(since, time(12), UTC)

    assert BERLIN.date_after(Duration.parse(duration), at) == expected
