"""rules/measures.yaml in; definitions of measures out, one class per kind."""

from collections.abc import Mapping
from typing import Annotated, Literal, Self, get_args

from pydantic import BeforeValidator, Discriminator, Field, RootModel, Tag, model_validator

from engine.conditions.wants import Where
from engine.language.base import Count, Days, Duration, Entry, Mistake, Text, Window

Show = Literal["number", "percent", "money", "letter"]
STATISTICS = ("sum", "mean", "min", "max", "median")


class MeasureBase(Entry):
    """What every measure may have."""

    label: Text | None = None
    """What it is called where people read it."""
    show: Show = "number"
    """How it is shown; changes nothing else."""


class Latest(MeasureBase):
    """The newest day's value of a metric."""

    latest: str
    """A metric."""
    max_age: Days | None = None
    """Unknown when the newest day is so many days ago or more."""


class Statistic(MeasureBase):
    """A statistic of a metric's days, or of an event's number property, in a window."""

    sum: str | None = None
    """A metric, or EVENT.PROP: the sum of its values."""
    mean: str | None = None
    """The same: their mean."""
    min: str | None = None
    """The same: the smallest."""
    max: str | None = None
    """The same: the largest."""
    median: str | None = None
    """The same: the one in the middle."""
    over: Window
    """The window, like 28d."""
    min_points: Count = 1
    """With fewer values it is unknown."""
    where: Where | None = None
    """Only events that are so."""

    @property
    def statistic(self) -> tuple[str, str]:
        """(sum | mean | min | max | median, what of)."""
        return next((kind, getattr(self, kind)) for kind in STATISTICS if getattr(self, kind) is not None)

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if sum(getattr(self, kind) is not None for kind in STATISTICS) != 1:
            raise ValueError("more than one statistic is given; say one of: sum, mean, min, max, median")
        subject = self.statistic[1]
        if "." not in subject and self.where is not None:
            raise Mistake("`where` is for events, and a metric has one value a day; leave it out", "where")
        if "." not in subject and not self.over.in_days:
            raise Mistake("a metric has one value a day; give `over` in days, like 28d", "over")
        return self


class EventsCounted(MeasureBase):
    """The number of events in a window."""

    count: str
    """An event."""
    over: Window
    """The window, like 28d."""
    where: Where | None = None
    """Only events that are so."""


class Distinct(MeasureBase):
    """The number of different values of a property (or of different tuples of several) in a window."""

    distinct: str
    """An event."""
    by: Annotated[tuple[str, ...], Field(min_length=1), BeforeValidator(lambda v: (v,) if isinstance(v, str) else v)]
    """One property, or a list of them."""
    over: Window
    """The window, like 28d."""
    where: Where | None = None
    """Only events that are so."""


class DaysWith(MeasureBase):
    """The number of days with at least one event."""

    days_with: str
    """An event."""
    over: Days
    """The window, like 28d."""
    where: Where | None = None
    """Only events that are so."""


class DaysSince(MeasureBase):
    """Days since the newest record of a metric, event or fact, or since a date attribute."""

    days_since: str
    """A metric, an event, a fact, or an attribute that is a date."""
    where: Where | None = None
    """Only events or facts that are so."""


class Returning(MeasureBase):
    """Of the contacts with the event in the window before, the share with it in this window (0 to 1)."""

    returning: str
    """An event."""
    over: Days
    """The window, like 28d."""
    where: Where | None = None
    """Only events that are so."""


class Shift(MeasureBase):
    """How far the rhythm of an event has moved since the window before: 0 is as it was, 1 is none of it."""

    shift: str
    """An event."""
    by: Literal["weekday", "hour"]
    """Days of the week, or hours of the day."""
    over: Days
    """The window, like 28d."""
    where: Where | None = None
    """Only events that are so."""


class AttributeValue(MeasureBase):
    """The value of an attribute."""

    attribute: str
    """An attribute of accounts."""


class Ratio(MeasureBase):
    """One measure divided by another."""

    ratio: tuple[str, str]
    """Two measures: the first by the second."""


class Difference(MeasureBase):
    """One measure less another."""

    difference: tuple[str, str]
    """Two measures: the first less the second."""


class Change(MeasureBase):
    """A measure now less the same in the window before."""

    change: str
    """A measure with `over` in days."""


class ChangePercent(MeasureBase):
    """The change in percent of the earlier window."""

    change_percent: str
    """A measure with `over` in days."""


class Usual(MeasureBase):
    """The account's own usual: the median of earlier windows."""

    usual: str
    """A measure with `over` in days."""


class RollUp(MeasureBase):
    """The scores of its contacts, or of the accounts of which it is the parent, in one number."""

    roll_up: str
    """A score: of contacts one with `level: contact`, of children any other."""
    of: Literal["contacts", "children"]
    """Its contacts, or its child accounts."""
    take: Literal["mean", "worst", "weighted"]
    """Their mean, the lowest, or the mean weighted by `weight`."""
    weight: str | None = None
    """With `weighted`: an attribute of the children that is a number, like value."""
    where: Where | None = None
    """Only contacts (`email`, `name`, `role`, `consent`, `timezone`) or children (any attribute) that are so."""

    @model_validator(mode="after")
    def _weighed_by_something(self) -> Self:
        if (self.take == "weighted") != (self.weight is not None):
            raise ValueError("`take: weighted` and `weight` belong together; give both, or neither")
        if self.weight is not None and self.of == "contacts":
            raise Mistake("contacts have no number to be weighed by; take their mean or the worst", "take")
        return self


KINDS: dict[str, type[MeasureBase]] = {
    "latest": Latest,
    **dict.fromkeys(STATISTICS, Statistic),
    "count": EventsCounted,
    "distinct": Distinct,
    "days_with": DaysWith,
    "days_since": DaysSince,
    "returning": Returning,
    "shift": Shift,
    "attribute": AttributeValue,
    "ratio": Ratio,
    "difference": Difference,
    "change": Change,
    "change_percent": ChangePercent,
    "usual": Usual,
    "roll_up": RollUp,
}


def kind_of(value: object) -> str | None:
    """The class that a definition is told by, from the keys it has."""
    if isinstance(value, MeasureBase):
        return type(value).__name__
    if not isinstance(value, dict):
        return None
    return next((KINDS[key].__name__ for key in KINDS if key in value), None)


Measure = Annotated[
    Annotated[Latest, Tag("Latest")]
    | Annotated[Statistic, Tag("Statistic")]
    | Annotated[EventsCounted, Tag("EventsCounted")]
    | Annotated[Distinct, Tag("Distinct")]
    | Annotated[DaysWith, Tag("DaysWith")]
    | Annotated[DaysSince, Tag("DaysSince")]
    | Annotated[Returning, Tag("Returning")]
    | Annotated[Shift, Tag("Shift")]
    | Annotated[AttributeValue, Tag("AttributeValue")]
    | Annotated[Ratio, Tag("Ratio")]
    | Annotated[Difference, Tag("Difference")]
    | Annotated[Change, Tag("Change")]
    | Annotated[ChangePercent, Tag("ChangePercent")]
    | Annotated[Usual, Tag("Usual")]
    | Annotated[RollUp, Tag("RollUp")],
    Discriminator(
        kind_of,
        custom_error_type="no_measure",
        custom_error_message=f"a measure is one of: {', '.join(KINDS)}",
    ),
]


def measure_forms() -> tuple[type[MeasureBase], ...]:
    """The classes of the union, in its order."""
    return tuple(get_args(part)[0] for part in get_args(get_args(Measure)[0]))


class Measures(RootModel[dict[str, Measure]]):
    """`name: definition`."""

    root: dict[str, Measure] = {}


Definitions = Mapping[str, Measure]


def over_of(name: str, definitions: Definitions) -> Duration | None:
    """The window of a measure; of a ratio or difference, that of its parts. None: it has none."""
    definition = definitions.get(name)
    if isinstance(definition, Ratio | Difference):
        pair = definition.ratio if isinstance(definition, Ratio) else definition.difference
        return next((over for over in (over_of(part, definitions) for part in pair) if over is not None), None)
    over = getattr(definition, "over", None)
    return over if isinstance(over, Duration) else None
