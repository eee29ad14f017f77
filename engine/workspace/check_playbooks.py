"""The playbooks in; unknown names, steps that can't be taken, and plans that nobody starts, out."""

import re
from collections.abc import Iterator

from engine.errors import Problem
from engine.language.base import Entry
from engine.language.playbooks import EmailStep, Goal, IfStep, Playbook, SlackStep, TaskStep, WaitStep
from engine.workspace.check_conditions import check_condition
from engine.workspace.check_names import is_title
from engine.workspace.names import Names
from engine.workspace.nodes import text_of
from engine.workspace.spots import Spot, suggestion

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_CHANNEL = re.compile(r"#\S+")
_PEOPLE = ("owner", "manager")


def check_playbooks(names: Names) -> Iterator[Problem]:
    started = {text_of(read.spot.node.child("play")) for read in names.files.rules}
    # A rule with a mistake may mean to start one: where it says none, or one that is not there, nobody knows.
    all_known = all(read.model or read.left.node.child("play") for read in names.files.rules)
    all_known = all_known and all(play is None or names.has("playbook", play) for play in started)
    all_known = all_known and not names.is_open("rule") and not names.is_open("playbook")
    for read in names.files.playbooks:
        if read.readable is None:
            continue
        yield from _check_playbook(read.readable, read.left, names)
        if all_known and read.name not in started:
            message = ": no rule starts this playbook"
            yield read.spot.at("playbook").warns(message, f"Write `play: {read.name}` in a rule, or delete it.")


def _check_playbook(playbook: Playbook, spot: Spot, names: Names) -> Iterator[Problem]:
    tasks = names.task_steps.get(playbook.playbook, frozenset())
    if playbook.goal is not None:
        yield from _check_goal(playbook.goal, spot.at("goal"), names)
    if playbook.stop_when is not None:
        yield from check_condition(playbook.stop_when, spot.at("stop_when"), names, tasks)
    for key in ("not_while", "stops"):
        for place, other in enumerate(getattr(playbook, key)):
            yield from names.unknown("playbook", other, spot.at(key, place))
    seen: set[str] = set()
    for step, at in steps_of(playbook.steps, spot.at("steps")):
        yield from _check_name(step, at, seen)
        yield from _check_step(step, at, playbook, names)
        yield from _check_step_conditions(step, at, tasks, names)


def steps_of(steps: tuple[Entry, ...], spot: Spot) -> Iterator[tuple[Entry, Spot]]:
    """The steps and those inside their branches, each with its place."""
    for place, step in enumerate(steps):
        yield step, spot.at(place)
        if isinstance(step, IfStep):
            yield from steps_of(step.then, spot.at(place, "then"))
            yield from steps_of(step.else_, spot.at(place, "else"))


def _check_goal(goal: Goal, spot: Spot, names: Names) -> Iterator[Problem]:
    if goal.measure is not None:
        yield from names.unknown("measure", goal.measure, spot.at("measure"))
    if goal.score is not None:
        yield from names.unknown("score", goal.score, spot.at("score"))
        bands = (goal.band,) if isinstance(goal.band, str) else goal.band or ()
        yield from names.unknown_band(goal.score, bands, spot.at("band"))


def _check_name(step: Entry, spot: Spot, seen: set[str]) -> Iterator[Problem]:
    if not isinstance(step, SlackStep | TaskStep | EmailStep):
        return
    if step.step in seen:
        yield spot.at("step").says(f" has two steps {step.step!r}", "Rename one of them.")
    if not is_title(step.step):
        remedy = "Use small letters, digits, _ and -, beginning with a letter."
        yield spot.at("step").says(f" has a step with a name that can't be: {step.step!r}", remedy)
    seen.add(step.step)


def _check_step(step: Entry, spot: Spot, playbook: Playbook, names: Names) -> Iterator[Problem]:
    match step:
        case SlackStep():
            yield from names.unknown("slack template", step.slack, spot.at("slack"), " uses an unknown")
            if step.to not in _PEOPLE and not _EMAIL.fullmatch(step.to) and not _CHANNEL.fullmatch(step.to):
                near, channel = suggestion(step.to, _PEOPLE, ""), _channel(step.to)
                remedy = near if near.startswith("Did") else f'Write owner, manager, an email address, or "{channel}".'
                yield spot.at("to").says(f" tells {step.to!r}, which is nobody", remedy)
        case TaskStep():
            yield from names.unknown("task template", step.task, spot.at("task"), " uses an unknown")
            assign = step.assign
            if isinstance(assign, str) and assign not in _PEOPLE and not _EMAIL.fullmatch(assign):
                remedy = "Write owner, manager, an email address, or {least_loaded: POOL}."
                yield spot.at("assign").says(f" assigns a task to {assign!r}, which is nobody", remedy)
        case EmailStep():
            yield from names.unknown("email template", step.email, spot.at("email"), " uses an unknown")
            if playbook.approve == "never":
                message = f" never writes to customers (`approve: never`), but step {step.step!r} does"
                yield spot.at("email").says(message, "Delete the step, or write `approve: ask`.", key=True)


def _channel(said: str) -> str:
    """What was meant as a channel's name, as Slack has them."""
    return f"#{'-'.join(said.lstrip('#').split())}"


def _check_step_conditions(step: Entry, spot: Spot, tasks: frozenset[str], names: Names) -> Iterator[Problem]:
    if isinstance(step, WaitStep) and step.until is not None:
        yield from check_condition(step.until, spot.at("until"), names, tasks)
    if isinstance(step, IfStep):
        yield from check_condition(step.if_, spot.at("if"), names, tasks)
