"""tests/scenarios/*.yaml in; scenarios out: what a workspace must do on which day."""

import re
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from engine.conditions.forms import Bounds, Scalar
from engine.language.base import Day, Entry, Mistake, Number, Text, Whole, YesNo, texts
from engine.language.settings import HourOfDay

Properties = dict[str, Scalar]


class Open(BaseModel):
    """An entry whose further keys are properties or attributes that the catalog names."""

    model_config = ConfigDict(frozen=True, extra="allow", populate_by_name=True)

    @property
    def properties(self) -> dict[str, Any]:
        """The further keys, as they stand."""
        return dict(self.model_extra or {})


class ContactEntry(Entry):
    email: Text
    name: Text | None = None
    role: Text | None = None
    consent: YesNo | None = None
    timezone: Text | None = None


class Before(Open):
    """Records of the days up to day 0, on one day or on each from one to another."""

    event: str | None = None
    metric: str | None = None
    fact: str | None = None
    on: Whole | None = None
    from_: Whole | None = Field(default=None, alias="from")
    to: Whole | None = None
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
    name: str
    at: HourOfDay = "12:00"


class FactEntry(Open):
    name: str
    at: HourOfDay | None = None
    until: Whole | None = None
    """The last day on which it holds."""


class Sent(Entry):
    """What is told of one delivery; a key that is not there is not checked."""

    slack: str | None = None
    email: str | None = None
    to: Text | None = None
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
    score: dict[str, Bounds | Number | None] | None = None
    fires: Names | None = None
    starts: Names | None = None
    stops: Names | None = None
    tasks: Names | None = None
    sends: tuple[Sent, ...] | None = None


class Do(Entry):
    """A thing that a person does."""

    task: str
    state: Literal["done", "cancelled"] = "done"


class OverrideEntry(Entry):
    score: str
    value: Annotated[Number, Field(ge=0, le=100)]
    until: Whole
    reason: Text = "scenario"


class DayEntry(Entry):
    """What arrives on a day, before its look, and what must follow from it."""

    events: tuple[EventEntry, ...] = ()
    metrics: dict[str, Number] = {}
    facts: tuple[FactEntry, ...] = ()
    account: Properties = {}
    """Attributes from this day on."""
    outcome: str | None = None
    do: tuple[Do, ...] = ()
    override: OverrideEntry | None = None
    expect: Expected | None = None


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
    starts: Names = ()
    stops: Names = ()
    tasks: Names = ()
    sends: tuple[Sent, ...] = ()


class Scenario(Entry):
    """One account, some weeks, and what must and must not follow."""

    scenario: Text
    start: Day
    """Day 1; day 0 is the day before."""
    account: Properties = {}
    contacts: tuple[ContactEntry, ...] = ()
    before: tuple[Before, ...] = ()
    days: Annotated[dict[int, DayEntry], BeforeValidator(_day_keys), Field(min_length=1)]
    never: Never = Never()
