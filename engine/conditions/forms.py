"""A mapping that asks one thing in; one frozen form of a condition out."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from engine.conditions.wants import Bounds, Where
from engine.language.base import (
    Count,
    Days,
    Entry,
    Mistake,
    Number,
    Share,
    Text,
    Window,
    YesNo,
    parse_number,
    parse_share,
)

FEWEST_FOR_SLOPE, LEAST_FOR_SLOPE = 2, 3
"""Days that may be asked for, and that are where none are: two make a line, but no direction."""


class ScoreIs(Bounds):
    """The score's value lies so."""

    score: str
    """A score."""


class ScoreBand(Entry):
    """The score lies in that band, or in one of those."""

    score: str
    """A score."""
    band: Text | Annotated[tuple[Text, ...], Field(min_length=1)]
    """A band of it, or a list of them (any of)."""


class ScoreCrossing(Entry):
    """The stay in a band began by a crossing, or a band was left."""

    score: str
    """A score."""
    enters: Text | None = None
    """It is in this band, and came from another."""
    falls_to: Text | None = None
    """It is in this band, and came from a higher one."""
    rises_to: Text | None = None
    """It is in this band, and came from a lower one."""
    leaves: Text | None = None
    """It is in another band, and was in this one before."""

    @property
    def crossing(self) -> tuple[str, str]:
        """(enters | falls_to | rises_to | leaves, band)."""
        given = [(key, getattr(self, key)) for key in CROSSINGS if getattr(self, key) is not None]
        return given[0]

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if sum(getattr(self, key) is not None for key in CROSSINGS) != 1:
            raise ValueError("a crossing is told in one way; say one of: enters, falls_to, rises_to, leaves")
        return self


CROSSINGS = ("enters", "falls_to", "rises_to", "leaves")


class ScoreTrend(Entry):
    """Points (or a share of them) lost or gained against the window's highest or lowest day."""

    score: str
    """A score."""
    drops: Text | None = None
    """Points like `15`, or a share like `20%`, below the highest day's score of the window."""
    rises: Text | None = None
    """The same, above the lowest."""
    over: Days
    """The days before today that are compared with."""
    min_points: Count = 1
    """With fewer days' scores in the window it is unknown."""

    @property
    def amount(self) -> tuple[float, bool]:
        """(points or percent, is it percent)."""
        said = self.drops if self.drops is not None else self.rises
        if said is not None and said.strip().endswith("%"):
            return round(parse_share(said) * 100, 4), True
        return parse_number(said), False

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if (self.drops is None) == (self.rises is None):
            raise ValueError("a trend is told in one way; say one of: drops, rises")
        if self.amount[0] <= 0:
            raise Mistake("the change is not above 0; say how much, like 15 or 20%", "drops" if self.drops else "rises")
        return self


class ScoreDeclining(Entry):
    """The score goes down day by day: the slope of its days, brought to the whole window."""

    score: str
    """A score."""
    declining: Number
    """Points lost over the window at the pace of its days, or more."""
    over: Days
    """The window, today included."""
    min_points: Annotated[Count, Field(ge=FEWEST_FOR_SLOPE)] = LEAST_FOR_SLOPE
    """With fewer days' scores in the window it is unknown."""

    @model_validator(mode="after")
    def _goes_down(self) -> Self:
        if self.declining <= 0:
            raise Mistake("the loss is not above 0; say how many points, like 10", "declining")
        return self


class MeasureIs(Bounds):
    """The measure's value lies so."""

    measure: str
    """A measure that is a number."""


class MeasureAgainstUsual(Entry):
    """The measure, with whole days up to yesterday, against the account's own usual."""

    measure: str
    """A measure with `over` in days."""
    falls: Share | None = None
    """So far below the usual, or further."""
    rises: Share | None = None
    """So far above it, or further."""
    against: Literal["usual"]
    """What it is compared with."""

    @property
    def factor(self) -> tuple[str, float]:
        """(operator, share of the usual that is compared with)."""
        if self.falls is not None:
            return "<=", round(1 - self.falls, 6)
        return ">=", round(1 + (self.rises or 0), 6)

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if (self.falls is None) == (self.rises is None):
            raise ValueError("a change against usual is told in one way; say one of: falls, rises")
        return self


class FactWithin(Entry):
    """The fact was asserted in the window, though it may have ended."""

    fact: str
    """A fact."""
    within: Window
    """The window, like 28d."""
    where: Where | None = None
    """Only facts that are so."""


class FactActive(Entry):
    """The fact holds now."""

    fact: str
    """A fact."""
    active: YesNo
    """`true`: it holds now; `false`: it does not."""
    where: Where | None = None
    """Only facts that are so."""


class EventCount(Entry):
    """At least so many events in the window."""

    event: str
    """An event."""
    at_least: Count
    """How many."""
    in_: Window = Field(alias="in")
    """The window, like 28d."""
    where: Where | None = None
    """Only events that are so."""


class EventAcross(Entry):
    """At least so many events in the window, over all accounts with the same value of an attribute. Alone in a rule."""

    event: str
    """An event."""
    at_least: Count
    """How many."""
    in_: Window = Field(alias="in")
    """The window, like 28d."""
    across: str
    """An attribute that is a text: accounts with the same value count together."""
    where: Where | None = None
    """Only events that are so."""


class EventNone(Entry):
    """No event in the window."""

    event: str
    """An event."""
    none_in: Window
    """The window, like 28d."""
    where: Where | None = None
    """Only events that are so."""


class AccountIs(Entry):
    """Every attribute named is so."""

    account: Where
    """Attributes, each with what it must be."""


class DateIn(Entry):
    """The date lies in the next, or lay in the last, so many days, or has passed."""

    date: str
    """An attribute that is a date."""
    in_next: Days | None = None
    """It is today or so many days ahead at most."""
    in_last: Days | None = None
    """It is today or fewer days ago than this."""
    passed: YesNo | None = None
    """`true`: it lies before today; `false`: it does not."""

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if sum(part is not None for part in (self.in_next, self.in_last, self.passed)) != 1:
            raise ValueError("a date is told in one way; say one of: in_next, in_last, passed")
        return self


class RuleActive(Entry):
    """The rule is active in this look."""

    rule: str
    """A rule."""
    active: YesNo
    """`true`: it is active; `false`: it is not."""


class RuleFired(Entry):
    """The rule fired in the window; this look counts."""

    rule: str
    """A rule."""
    in_last: Days
    """The window, like 28d."""


class Known(Entry):
    """There is a value, or there is none: the only test that is never unknown."""

    score: str | None = None
    """A score …"""
    measure: str | None = None
    """… or a measure …"""
    date: str | None = None
    """… or an attribute that is a date."""
    known: YesNo
    """`true`: there is a value; `false`: there is none."""

    @property
    def subject(self) -> tuple[str, str]:
        given = [(kind, getattr(self, kind)) for kind in ("score", "measure", "date") if getattr(self, kind)]
        return given[0]

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if sum(part is not None for part in (self.score, self.measure, self.date)) != 1:
            raise ValueError("`known` is of one thing; say one of: score, measure, date")
        return self


class TaskIs(Entry):
    """The task of that step of this run is so. Only in playbooks."""

    task: str
    """The step that makes the task."""
    state: Literal["open", "overdue", "done", "cancelled"]
    """overdue: open, and due before today (the company's)."""
