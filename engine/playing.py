"""The firings and runs of a look in; what the playbooks do about them, rendered, out."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from engine.actions import Desk, act
from engine.calendar import CompanyTime
from engine.clock import day_of
from engine.columns import Columns
from engine.conditions.tree import Tree, columns_of, holds
from engine.domain import Action, Contact, PlannedTask, Reason, Run
from engine.packing import unpacked
from engine.people import assignee_of, manager_of, owner_of
from engine.playbooks import Firing, PlaybookTrees, Stage, Taken, play, task_row
from engine.telling import (
    Audience,
    about_account,
    about_contact,
    about_score,
    about_tasks,
    about_teammate,
    tells_context,
    tells_parts,
)
from engine.templating import members_used, names_used

Plan = Callable[[str, str], PlaybookTrees | None]
"""The playbook of a version, by version and name."""
Templates = Callable[[str], Mapping[tuple[str, str], str]]
"""The templates of a version."""


@dataclass(frozen=True, slots=True)
class Plays:
    """What became of all runs of a look."""

    runs: tuple[Run, ...] = ()
    tasks: tuple[PlannedTask, ...] = ()
    cancelled: tuple[tuple[str, str], ...] = ()
    actions: tuple[Action, ...] = ()
    reasons: Mapping[tuple[int, str], tuple[Reason, str | None]] = field(default_factory=dict)
    """(row, rule) of a firing: what became of its start, and the run."""


@dataclass(frozen=True, slots=True)
class Players:
    """What it takes to play: the company's time and fallback, the version in use, plans and templates by version."""

    company: CompanyTime
    fallback: str
    current: str
    plan: Plan
    templates: Templates


def play_all(players: Players, audience: Audience, columns: Columns, firings: Mapping[int, Iterable[Firing]]) -> Plays:
    """Go on with every run under way and start the new ones, account by account."""
    snapshot = audience.snapshot
    runs: list[Run] = []
    rendered: list[Action | PlannedTask] = []
    cancelled: list[tuple[str, str]] = []
    reasons: dict[tuple[int, str], tuple[Reason, str | None]] = {}
    last_starts: dict[int, dict[str, int]] = {}
    for (row, playbook), day in snapshot.last_start.items():
        last_starts.setdefault(row, {})[playbook] = day
    for row in sorted({*snapshot.runs, *firings}):
        if snapshot.ended[row]:
            continue
        stage = _stage(players, audience, columns, row, last_starts.get(row, {}))
        played = play(stage, snapshot.runs.get(row, ()), firings.get(row, ()))
        runs += played.runs
        cancelled += played.cancelled
        reasons |= {(row, rule): became for rule, became in played.reasons.items()}
        rendered += [_act(players, audience, row, taken) for taken in played.taken]
    return Plays(
        tuple(runs),
        tuple(one for one in rendered if isinstance(one, PlannedTask)),
        tuple(cancelled),
        tuple(one for one in rendered if isinstance(one, Action)),
        reasons,
    )


def _stage(players: Players, audience: Audience, columns: Columns, row: int, last_start: Mapping[str, int]) -> Stage:
    snapshot = audience.snapshot

    def answers(tree: Tree, run: Run) -> bool:
        return holds(tree, columns.row(row, columns_of(tree)) | task_row(run, audience.today))

    def assignee(assign: str) -> str:
        owner = snapshot.attributes["owner"][row]
        return assignee_of(assign, owner, snapshot.teammates, audience.today, players.fallback)

    return Stage(
        account=snapshot.accounts[row],
        at=snapshot.at,
        company=players.company,
        current=players.current,
        plan=players.plan,
        answers=answers,
        last_start=last_start,
        assignee=assignee,
    )


def _act(players: Players, audience: Audience, row: int, taken: Taken) -> Action | PlannedTask:
    templates = players.templates(taken.run.version)
    kind, name = _template(taken)
    contacts = audience.contacts(row)
    account_owner = audience.snapshot.attributes["owner"][row]
    owner = owner_of(account_owner, audience.snapshot.teammates, audience.today, players.fallback)
    about_owner = about_teammate(owner, audience.snapshot.teammates)
    values = told(audience, row, taken.run, templates[kind, name], players.fallback)
    return act(
        taken,
        Desk(
            templates=templates,
            values=values,
            contacts=contacts,
            contact_values={contact.email: about_contact(contact) for contact in contacts},
            sender_name=str(about_owner["name"]) if about_owner["name"] else None,
            reply_to=owner,
            at=audience.snapshot.at,
            day=int(audience.snapshot.today[row]),
        ),
    )


def _template(taken: Taken) -> tuple[str, str]:
    for kind in ("slack", "task", "email"):
        name = getattr(taken.step, kind, None)
        if name is not None:
            return kind, str(name)
    raise TypeError(f"step {taken.step.step} tells nobody anything")


def told(audience: Audience, row: int, run: Run | None, text: str, fallback: str) -> dict[str, object]:
    """The values of the variables that a template's text uses, for one account and run."""
    snapshot, names = audience.snapshot, names_used(text)
    parts, context = tells_parts(text), tells_context(text)
    firing = {key: unpacked(value) for key, value in run.firing.items()} if run else {}
    score = firing.get("score")
    primary = score if isinstance(score, str) and score in audience.scores else audience.primary
    account_owner = snapshot.attributes["owner"][row]
    teammates = snapshot.teammates
    makers: dict[str, Callable[[], object]] = {
        "account": lambda: about_account(audience, row),
        # A run that goes on by earlier files may speak of the score where there is none any more.
        "score": lambda: (
            about_score(audience, primary, row, parts=parts, context=context) if primary in audience.scores else {}
        ),
        "scores": lambda: {
            name: about_score(audience, name, row, parts=parts, context=context)
            for name in _spoken_of(text, "scores", audience.scores)
        },
        "measures": lambda: {
            name: _measure(audience, name, row) for name in _spoken_of(text, "measures", audience.measure_names)
        },
        "fact": lambda: firing.get("fact") or {},
        "event": lambda: firing.get("event") or {},
        "rule": lambda: {"name": run.rule if run else None, "severity": firing.get("severity")},
        "playbook": lambda: {"name": run.playbook if run else None},
        "because": lambda: firing.get("because"),
        "owner": lambda: about_teammate(owner_of(account_owner, teammates, audience.today, fallback), teammates),
        "manager": lambda: about_teammate(manager_of(account_owner, teammates, audience.today, fallback), teammates),
        "contact": lambda: about_contact(_champion(audience, row)),
        "contacts": lambda: [about_contact(contact) for contact in audience.contacts(row)],
        "tasks": lambda: about_tasks(run) if run else {},
        "today": lambda: day_of(int(snapshot.today[row])),
        "company": lambda: {"name": audience.company},
    }
    always = frozenset({"account", "today"})
    return {name: make() for name, make in makers.items() if name in names | always}


def _spoken_of(text: str, variable: str, names: Iterable[str]) -> list[str]:
    """Of the names that a variable has, those that a template may speak of."""
    used = members_used(text, variable)
    return [name for name in names if used is None or name in used]


def _champion(audience: Audience, row: int) -> Contact | None:
    return next((contact for contact in audience.contacts(row) if contact.role == "champion"), None)


def _measure(audience: Audience, name: str, row: int) -> str | float | None:
    value = audience.measures.value(name)[row]
    if value is None or value != value:
        return None
    return value if isinstance(value, str) else float(value)
