"""playbooks/*.yaml in; playbooks and their steps out."""

from typing import Annotated, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator

from engine.conditions.condition import Condition
from engine.language.base import Days, Duration, Entry, Mistake, Number, Text, Whole, YesNo

DEFAULT_PRIORITY = 50


class LeastLoaded(Entry):
    """The teammate of a pool with the fewest open tasks, then by email."""

    least_loaded: str
    """A pool."""

    @property
    def pool(self) -> tuple[str, str]:
        return "least_loaded", self.least_loaded


class RoundRobin(Entry):
    """The teammates of a pool in turn, by email."""

    round_robin: str
    """A pool."""

    @property
    def pool(self) -> tuple[str, str]:
        return "round_robin", self.round_robin


def _kind_of_assignee(value: object) -> str:
    if isinstance(value, dict):
        return "round robin" if "round_robin" in value else "least loaded"
    if isinstance(value, RoundRobin):
        return "round robin"
    return "least loaded" if isinstance(value, LeastLoaded) else "text"


Assignee = Annotated[
    Annotated[Text, Tag("text")]
    | Annotated[LeastLoaded, Tag("least loaded")]
    | Annotated[RoundRobin, Tag("round robin")],
    Discriminator(_kind_of_assignee),
]


class SlackStep(Entry):
    """A message to a teammate or a channel."""

    step: str
    """Its name in the playbook."""
    slack: str
    """The template."""
    to: Text = "owner"
    """owner, manager, "#channel" or a teammate's email."""


class TaskStep(Entry):
    """A piece of work in a teammate's queue."""

    step: str
    """Its name in the playbook."""
    task: str
    """The template: first line title, rest body."""
    assign: Assignee = "owner"
    """owner, manager, a teammate's email, or a pool."""
    due: Duration | None = None
    """So long after the step is taken."""
    cancel_with_run: YesNo = False
    """Cancels the task, if open, when the run ends."""


class EmailStep(Entry):
    """A mail to a contact at the account."""

    step: str
    """Its name in the playbook."""
    email: str
    """The template: first line `Subject: …`, an empty line, the text."""
    to: Text
    """A contact role."""
    class_: Literal["marketing", "service"] = Field(default="marketing", alias="class")
    """marketing goes only to contacts who consent; service to any."""


class WaitStep(Entry):
    """Holds the run."""

    wait: Duration
    """For so long at most."""
    until: Condition | None = None
    """Over as soon as this is true."""


class IfStep(Entry):
    """Takes one of two branches."""

    if_: Condition = Field(alias="if")
    """What decides."""
    then: Annotated[tuple["Step", ...], Field(min_length=1)]
    """When it is true."""
    else_: tuple["Step", ...] = Field(default=(), alias="else")
    """When it is false or unknown."""


class StopStep(Entry):
    """Ends the run."""

    stop: Text
    """The reason, in your words."""


STEPS: dict[str, type[Entry]] = {
    "slack": SlackStep,
    "task": TaskStep,
    "email": EmailStep,
    "wait": WaitStep,
    "if": IfStep,
    "stop": StopStep,
}
STEP_KINDS: tuple[str, ...] = tuple(STEPS)


def step_kind(value: object) -> str | None:
    """The kind of a step, told by the key that only this kind has."""
    if isinstance(value, dict):
        return next((kind for kind in STEPS if kind in value), None)
    return next((kind for kind, form in STEPS.items() if isinstance(value, form)), None)


def _step_tag(value: object) -> str | None:
    kind = step_kind(value)
    return f"{kind} step" if kind else None


Step = Annotated[
    Annotated[SlackStep, Tag("slack step")]
    | Annotated[TaskStep, Tag("task step")]
    | Annotated[EmailStep, Tag("email step")]
    | Annotated[WaitStep, Tag("wait step")]
    | Annotated[IfStep, Tag("if step")]
    | Annotated[StopStep, Tag("stop step")],
    Discriminator(
        _step_tag,
        custom_error_type="no_step",
        custom_error_message=f"a step is one of: {', '.join(STEP_KINDS)}",
    ),
]

IfStep.model_rebuild()


class Goal(Entry):
    """What the playbook is to bring about: a score or measure condition, within a time."""

    score: str | None = None
    """A score …"""
    measure: str | None = None
    """… or a measure."""
    below: Number | None = None
    """Less than this."""
    at_most: Number | None = None
    """This or less."""
    at_least: Number | None = None
    """This or more."""
    above: Number | None = None
    """More than this."""
    band: Text | tuple[Text, ...] | None = None
    """Of a score: in this band, or in one of these."""
    within: Days
    """The time it has, from the start of the run."""

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if (self.score is None) == (self.measure is None):
            raise ValueError("it is not said what the goal is; say one of: score, measure")
        if not any(bound is not None for bound in (self.below, self.at_most, self.at_least, self.above, self.band)):
            raise ValueError("the goal has no bound; say below, at_most, at_least, above, or a score's band")
        if self.measure is not None and self.band is not None:
            raise Mistake("a measure has no bands; say below, at_most, at_least or above", "band")
        return self


class Playbook(Entry):
    """The written plan for one kind of moment."""

    playbook: str
    """Its name: its identity."""
    label: Text | None = None
    """What it is called where people read it."""
    goal: Goal | None = None
    """What it is to bring about; stops nothing."""
    cooldown: Days | None = None
    """It does not start again for the account within so many days of its last start."""
    priority: Whole = DEFAULT_PRIORITY
    """Higher starts first."""
    not_while: tuple[str, ...] = ()
    """Does not start while one of these runs for the account."""
    stops: tuple[str, ...] = ()
    """Its start ends runs of these."""
    stop_when: Condition | None = None
    """Ends the run as soon as this is true; while it is, none starts."""
    retracts: YesNo = False
    """Where data are corrected, and what fired was never true by what is known now: the run ends, its open tasks are
    closed, and its Slack messages are answered in their threads."""
    approve: Literal["auto", "ask", "never"] = "ask"
    """Of customer-facing steps: sent, held until approved, or refused by `check`."""
    steps: Annotated[tuple[Step, ...], Field(min_length=1)]
    """What is done, in this order."""

    @property
    def title(self) -> str:
        return self.label or self.playbook.replace("-", " ").replace("_", " ").capitalize()


def all_steps(steps: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """The steps and those inside their branches, in the order in which they stand."""
    found: list[Entry] = []
    for step in steps:
        found.append(step)
        if isinstance(step, IfStep):
            found.extend(all_steps((*step.then, *step.else_)))
    return tuple(found)
