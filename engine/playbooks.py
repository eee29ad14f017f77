"""Firings and runs under way in; runs that start, go on and end, and the steps they take, out."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from hashlib import blake2b

from engine.calendar import CompanyTime
from engine.clock import day_number
from engine.conditions.tree import Tree
from engine.domain import End, Reason, Run, RunTask
from engine.language.base import Entry
from engine.language.playbooks import EmailStep, IfStep, Playbook, SlackStep, Step, StopStep, TaskStep, WaitStep

Effect = SlackStep | TaskStep | EmailStep


@dataclass(frozen=True, slots=True)
class Take:
    """Tell somebody, or make a task."""

    step: Effect


@dataclass(frozen=True, slots=True)
class Hold:
    """Wait."""

    step: WaitStep
    until: Tree | None


@dataclass(frozen=True, slots=True)
class Branch:
    """Go on if true, else jump."""

    tree: Tree
    otherwise: int


@dataclass(frozen=True, slots=True)
class Jump:
    to: int


@dataclass(frozen=True, slots=True)
class Halt:
    reason: str


Instruction = Take | Hold | Branch | Jump | Halt


@dataclass(frozen=True, slots=True)
class PlaybookTrees:
    """A playbook with its steps as a program, so that a run's place in it is one number."""

    playbook: Playbook
    program: tuple[Instruction, ...]
    stop_when: Tree | None

    @property
    def name(self) -> str:
        return self.playbook.playbook


def program(steps: Sequence[Step], compiled: Callable[[Entry], Tree], start: int = 0) -> tuple[Instruction, ...]:
    """The steps one after the other, branches laid flat; `start` is the number of the first instruction."""
    code: list[Instruction] = []
    for step in steps:
        here = start + len(code)
        match step:
            case IfStep():
                then = program(step.then, compiled, here + 1)
                after_then = here + 1 + len(then)
                otherwise = program(step.else_, compiled, after_then + 1)
                code += [
                    Branch(compiled(step.if_), after_then + 1),
                    *then,
                    Jump(after_then + 1 + len(otherwise)),
                    *otherwise,
                ]
            case WaitStep():
                code.append(Hold(step, compiled(step.until) if step.until else None))
            case StopStep():
                code.append(Halt(step.stop))
            case _:
                code.append(Take(step))
    return tuple(code)


@dataclass(frozen=True, slots=True)
class Taken:
    """A step that a run has taken in this look."""

    run: Run
    playbook: Playbook
    step: Effect
    due: date | None = None


@dataclass(frozen=True, slots=True)
class Firing:
    """A rule that fired and names a playbook; `context` is what the run keeps of it."""

    rule: str
    playbook: str
    context: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Played:
    """What became of the runs of one account in one look. `reasons`: per firing rule, what became of its start."""

    runs: tuple[Run, ...] = ()
    taken: tuple[Taken, ...] = ()
    reasons: Mapping[str, tuple[Reason, str | None]] = field(default_factory=dict)

    @property
    def cancelled(self) -> tuple[tuple[str, str], ...]:
        """(run, step) of the open tasks that end with their runs."""
        return tuple(
            (run.id, task.step)
            for run in self.runs
            if run.end is not None
            for task in run.tasks.values()
            if task.cancel_with_run and task.state == "open"
        )


Answers = Callable[[Tree, Run], bool]
"""Is a condition true for the account of this run, now?"""


@dataclass(frozen=True, slots=True)
class Stage:
    """Where the runs of one account are played: the moment, the company's time, what its playbooks are.

    `plan` gives the playbook of a version; `current` the version in use; `last_start` the company's day of the last
    start of a playbook for this account.
    """

    account: str
    at: datetime
    company: CompanyTime
    current: str
    plan: Callable[[str, str], PlaybookTrees | None]
    answers: Answers
    last_start: Mapping[str, int]
    assignee: Callable[[str], str]
    """Whose a task becomes by an `assign` that names no pool."""

    @property
    def today(self) -> int:
        return day_number(self.company.day(self.at))


def play(stage: Stage, under_way: Sequence[Run], firings: Iterable[Firing]) -> Played:
    """Runs under way go on first; then new ones start, highest priority first, then by the rule's name."""
    runs: dict[str, Run] = {}
    taken: list[Taken] = []
    for run in under_way:
        gone_on, steps = go_on(stage, run)
        runs[run.id] = gone_on
        taken += steps
    reasons: dict[str, tuple[Reason, str | None]] = {}
    last_start = dict(stage.last_start)
    for firing in sorted(firings, key=lambda firing: (-_plan(stage, firing).playbook.priority, firing.rule)):
        plan = _plan(stage, firing)
        new = begin(stage, firing)
        why_not = _refusal(plan, new, runs.values(), last_start, stage)
        if why_not is not None:
            reasons[firing.rule] = (why_not, None)
            continue
        for name, other in runs.items():
            if other.end is None and other.playbook in plan.playbook.stops:
                runs[name] = _ended(other, stage.at, End.STOPPED_BY, firing.playbook)
        last_start[firing.playbook] = stage.today
        runs[new.id], steps = go_on(stage, new)
        taken += steps
        reasons[firing.rule] = (Reason.STARTED, new.id)
    return Played(_changed(runs.values(), under_way), tuple(taken), reasons)


def _changed(runs: Iterable[Run], before: Sequence[Run]) -> tuple[Run, ...]:
    unchanged = {run.id: run for run in before}
    return tuple(run for run in runs if unchanged.get(run.id) != run)


def _plan(stage: Stage, firing: Firing) -> PlaybookTrees:
    plan = stage.plan(stage.current, firing.playbook)
    if plan is None:
        raise LookupError(f"rule {firing.rule} starts {firing.playbook}, which the workspace check knows")
    return plan


def begin(stage: Stage, firing: Firing) -> Run:
    """A run at its first step. Its id follows from account, playbook, rule and moment: deciding twice is deciding once,
    and where a run ends in the look that starts it another rule of that look may start the next."""
    cause = f"{stage.account}\n{firing.playbook}\n{firing.rule}\n{stage.at.isoformat()}"
    return Run(
        id=f"run-{blake2b(cause.encode(), digest_size=6).hexdigest()}",
        account=stage.account,
        playbook=firing.playbook,
        version=stage.current,
        rule=firing.rule,
        started_at=stage.at,
        started_day=stage.today,
        firing=firing.context,
    )


def _refusal(
    plan: PlaybookTrees, new: Run, runs: Iterable[Run], last_start: Mapping[str, int], stage: Stage
) -> Reason | None:
    running = [run.playbook for run in runs if run.end is None]
    if plan.name in running:
        return Reason.ALREADY_RUNNING
    cooldown, last = plan.playbook.cooldown, last_start.get(plan.name)
    if cooldown is not None and last is not None and stage.today - last < cooldown.count:
        return Reason.COOLDOWN
    if plan.stop_when is not None and stage.answers(plan.stop_when, new):
        return Reason.STOP_WHEN
    if any(name in running for name in plan.playbook.not_while):
        return Reason.NOT_WHILE
    return None


def go_on(stage: Stage, run: Run) -> tuple[Run, tuple[Taken, ...]]:
    """Take steps until a wait holds the run or it ends."""
    plan = stage.plan(run.version, run.playbook)
    if plan is None:
        return _ended(run, stage.at, End.STOPPED, "its version is gone"), ()
    if plan.stop_when is not None and stage.answers(plan.stop_when, run):
        return _ended(run, stage.at, End.STOPPED, "stop_when"), ()
    taken: list[Taken] = []
    while run.position < len(plan.program):
        match plan.program[run.position]:
            case Take(step=step):
                run, due = _take(stage, run, step)
                taken.append(Taken(run, plan.playbook, step, due))
            case Hold() as hold:
                run = run if run.waiting_since else replace(run, waiting_since=stage.at)
                if not _is_over(stage, hold, run):
                    return run, tuple(taken)
                run = replace(run, position=run.position + 1, waiting_since=None)
            case Branch(tree=tree, otherwise=otherwise):
                run = replace(run, position=run.position + 1 if stage.answers(tree, run) else otherwise)
            case Jump(to=to):
                run = replace(run, position=to)
            case Halt(reason=reason):
                return _ended(run, stage.at, End.FINISHED, reason), tuple(taken)
    return _ended(run, stage.at, End.FINISHED, None), tuple(taken)


def _take(stage: Stage, run: Run, step: Effect) -> tuple[Run, date | None]:
    run = replace(run, position=run.position + 1)
    if not isinstance(step, TaskStep):
        return run, None
    due = stage.company.date_after(step.due, stage.at) if step.due else None
    # Of a pool it is chosen when the look is saved, for others choose from it too.
    assignee = stage.assignee(step.assign) if isinstance(step.assign, str) else ""
    task = RunTask(step.step, "open", due, assignee, step.cancel_with_run)
    return replace(run, tasks={**run.tasks, step.step: task}), due


def _is_over(stage: Stage, hold: Hold, run: Run) -> bool:
    if hold.until is not None and stage.answers(hold.until, run):
        return True
    return run.waiting_since is not None and stage.company.over_at(hold.step.wait, run.waiting_since) <= stage.at


def waits_until(run: Run, plan: PlaybookTrees | None, company: CompanyTime) -> datetime | None:
    """When a run's wait is over by itself; None where it does not wait."""
    if plan is None or run.end is not None or run.waiting_since is None:
        return None
    held = plan.program[run.position]
    return company.over_at(held.step.wait, run.waiting_since) if isinstance(held, Hold) else None


def _ended(run: Run, at: datetime, end: End, reason: str | None) -> Run:
    return replace(run, ended_at=at, end=end, end_reason=reason, waiting_since=None)


def end_with_account(run: Run, at: datetime) -> Run:
    """The run of an account that has left."""
    return _ended(run, at, End.ACCOUNT_ENDED, "churned")


def task_row(run: Run, today: date) -> dict[str, float]:
    """What conditions may ask of the run's tasks, by column name: `task.STEP.open` and so on, 1 or 0."""
    row: dict[str, float] = {}
    for step, task in run.tasks.items():
        overdue = task.state == "open" and task.due is not None and task.due < today
        states = {"open": task.state == "open", "overdue": overdue, "done": task.state == "done"}
        states["cancelled"] = task.state == "cancelled"
        row |= {f"task.{step}.{state}": float(holds) for state, holds in states.items()}
    return row
