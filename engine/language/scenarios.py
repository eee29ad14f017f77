"""tests/scenarios/*.yaml in; scenarios out: what a workspace must do on which day."""

import re
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from engine.conditions.wants import Bounds, Scalar
from engine.language.base import Day, Entry, Mistake, Number, Text, Whole, YesNo, texts
from engine.language.meanings import Meant
from engine.language.settings import HourOfDay

Properties = dict[str, Scalar]


class Open(Meant):
    """An entry whose further keys are properties or attributes that the catalog names."""

    model_config = ConfigDict(frozen=True, extra="allow", populate_by_name=True)

    @property
    def properties(self) -> dict[str, Any]:
        """The further keys, as they stand."""
        return dict(self.model_extra or {})


class ContactEntry(Entry):
    """A contact of the account."""

    email: Text
    """The address, by which the contact is known."""
    name: Text | None = None
    """First and last name."""
    role: Text | None = None
    """What playbooks call it by in `to`, like champion."""
    consent: YesNo | None = None
    """May marketing emails be sent?"""
    timezone: Text | None = None
    """Where it differs from the account's."""


class Before(Open):
    """Records of the days up to day 0, on one day or on each from one to another."""

    event: str | None = None
    """An event of the catalog …"""
    metric: str | None = None
    """… or a metric …"""
    fact: str | None = None
    """… or a fact."""
    on: Whole | None = None
    """One day, like -10 …"""
    from_: Whole | None = Field(default=None, alias="from")
    """… or each day from this one …"""
    to: Whole | None = None
    """… to this one."""
    times: Whole = 1
    """Of events: so many on each day, at noon."""
    value: Number | None = None
    """Of a metric."""

    @model_validator(mode="after")
    def _sense(self) -> Self:
        if sum(part is not None for part in (self.event, self.metric, self.fact)) != 1:
            raise ValueError("it is not said what was there; say one of: event, metric, fact")
        if (self.on is None) == (self.from_ is None):
            raise ValueError("it is not said on which days; say `on`, or `from` and `to`")
        if self.from_ is not None and (self.to is None or self.to < self.from_):
            raise ValueError("the days have no end, or end before they begin; say `to`, a day from `from` on")
        if self.metric is not None and self.value is None:
            raise ValueError("a metric lacks its value; say `value`")
        if max(self.on or 0, self.to or 0) > 0:
            raise ValueError("`before` is for days up to 0; put what comes later under `days`")
        return self

    @property
    def days(self) -> range:
        first = self.on if self.on is not None else self.from_ or 0
        return range(first, (self.to if self.to is not None else first) + 1)


class EventEntry(Open):
    """An event of a day."""

    name: str
    """An event of the catalog."""
    at: HourOfDay = "12:00"
    """When on that day."""


class FactEntry(Open):
    """A fact that begins on a day."""

    name: str
    """A fact of the catalog."""
    at: HourOfDay | None = None
    """When on that day; else with its start."""
    until: Whole | None = None
    """The last day on which it holds."""


class Sent(Entry):
    """What is told of one delivery; a key that is not there is not checked."""

    slack: str | None = None
    """A Slack template …"""
    email: str | None = None
    """… or an email template."""
    to: Text | None = None
    """Whom it went to: an email address or a channel."""
    says: Text | None = None
    """Contained in the text."""

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if (self.slack is None) == (self.email is None):
            raise ValueError("it is not said what is sent; say one of: slack, email")
        return self


Names = Annotated[tuple[str, ...], BeforeValidator(texts)]


class Expected(Entry):
    """What must be so at the end of a day; a list is exact, a key that is not there is not checked."""

    band: dict[str, Text | None] | None = None
    """The band of each score named; blank: unknown."""
    score: dict[str, Bounds | Number | None] | None = None
    """The value of each score named; blank: unknown."""
    fires: Names | None = None
    """The rules that fire, or remind."""
    starts: Names | None = None
    """The playbooks that start."""
    stops: Names | None = None
    """The playbooks of runs that end before their last step."""
    tasks: Names | None = None
    """The steps whose tasks are made."""
    sends: tuple[Sent, ...] | None = None
    """The messages that are decided."""


class Do(Entry):
    """A thing that a person does."""

    task: str
    """The step whose task it is."""
    state: Literal["done", "cancelled"] = "done"
    """What becomes of it."""


class OverrideEntry(Entry):
    """A value that a person gives a score."""

    score: str
    """A score."""
    value: Annotated[Number, Field(ge=0, le=100)]
    """0 to 100."""
    until: Whole
    """The last day of it."""
    reason: Text = "scenario"
    """Why."""


class DayEntry(Entry):
    """What arrives on a day, before its look, and what must follow from it."""

    events: tuple[EventEntry, ...] = ()
    """What happens on the day."""
    metrics: dict[str, Number] = {}
    """The day's values."""
    facts: tuple[FactEntry, ...] = ()
    """What begins to hold on the day."""
    account: Properties = {}
    """Attributes from this day on."""
    outcome: str | None = None
    """What came of the account: churned, renewed, …"""
    do: tuple[Do, ...] = ()
    """What people do with tasks."""
    override: OverrideEntry | None = None
    """A value that a person gives a score."""
    expect: Expected | None = None
    """What must be so at the end of the day."""


def _day_keys(value: object) -> object:
    if not isinstance(value, dict):
        raise ValueError("days are wanted; write them like {3: …, 5: …}")
    days = {}
    for key, entry in value.items():
        if not re.fullmatch("[0-9]{1,5}", str(key)):
            raise Mistake(f"{key!r} is no day; write a number from 0 on", str(key))
        days[int(key)] = entry
    return days


class Never(Entry):
    """What must follow on no day."""

    fires: Names = ()
    """Rules that never fire."""
    starts: Names = ()
    """Playbooks that never start."""
    stops: Names = ()
    """Playbooks whose runs never end before their last step."""
    tasks: Names = ()
    """Steps whose tasks are never made."""
    sends: tuple[Sent, ...] = ()
    """Messages that are never decided."""


class Scenario(Entry):
    """One account, some weeks, and what must and must not follow."""

    scenario: Text
    """What it shows, as a sentence."""
    start: Day
    """Day 1; day 0 is the day before."""
    account: Properties = {}
    """Its attributes from the start; `id` and `name` default to acme."""
    contacts: tuple[ContactEntry, ...] = ()
    """Its contacts."""
    before: tuple[Before, ...] = ()
    """What was there before day 1."""
    days: Annotated[dict[int, DayEntry], BeforeValidator(_day_keys), Field(min_length=1)]
    """What happens, and what must follow, by the number of the day."""
    never: Never = Never()
    """What must follow on no day."""
