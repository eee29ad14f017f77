"""A mapping that reads aloud in; one frozen form of a condition out."""

from typing import Annotated, Literal, Self, get_args

from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator

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

BOUNDS = {"below": "<", "at_most": "<=", "at_least": ">=", "above": ">"}


def _scalar(value: object) -> object:
    """A text, or true/false; numbers and dates stay text until the type of the field is known."""
    if isinstance(value, bool):
        return value
    return str(value) if isinstance(value, int | float) else value


Scalar = Annotated[bool | str, BeforeValidator(_scalar)]


class Bounds(Entry):
    """At least one of the four bounds; several hold together."""

    below: Number | None = None
    """Less than this."""
    at_most: Number | None = None
    """This or less."""
    at_least: Number | None = None
    """This or more."""
    above: Number | None = None
    """More than this."""

    @property
    def bounds(self) -> tuple[tuple[str, float], ...]:
        """Each bound given, as (operator, number)."""
        given = ((sign, getattr(self, key)) for key, sign in BOUNDS.items())
        return tuple((sign, bound) for sign, bound in given if bound is not None)

    @model_validator(mode="after")
    def _one_at_least(self) -> Self:
        if not self.bounds:
            raise ValueError("no bound is given; say below, at_most, at_least or above")
        return self


class Wanted(Entry):
    """What a property or an attribute must be, where a value or a list does not say it."""

    not_: Scalar | tuple[Scalar, ...] | None = Field(default=None, alias="not")
    """Neither this value nor one of these."""
    below: Scalar | None = None
    """Less than this."""
    at_most: Scalar | None = None
    """This or less."""
    at_least: Scalar | None = None
    """This or more."""
    above: Scalar | None = None
    """More than this."""
    known: YesNo | None = None
    """`false`: there is no value. Only of attributes."""

    @property
    def bounds(self) -> tuple[tuple[str, bool | str], ...]:
        given = ((sign, getattr(self, key)) for key, sign in BOUNDS.items())
        return tuple((sign, bound) for sign, bound in given if bound is not None)

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        kinds = (self.not_ is not None) + bool(self.bounds) + (self.known is not None)
        if kinds != 1:
            raise ValueError(
                "it must be told in one way; say one of: not, known, or bounds (below, at_most, at_least, above)"
            )
        return self


def _kind_of_want(value: object) -> str:
    if isinstance(value, Wanted | dict):
        return "wanted"
    return "list" if isinstance(value, list | tuple) else "value"


Want = Annotated[
    Annotated[Scalar, Tag("value")]
    | Annotated[tuple[Scalar, ...], Field(min_length=1), Tag("list")]
    | Annotated[Wanted, Tag("wanted")],
    Discriminator(_kind_of_want),
]
Where = Annotated[dict[str, Want], Field(min_length=1)]
"""Every entry holds: a value, a list (any of), or `{not: …}`, bounds, `{known: …}`."""


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
    """overdue: open, and due before today."""


class AllOf(Entry):
    """Every one of them."""

    all: Annotated[tuple["Condition", ...], Field(min_length=1)]
    """All of these."""


class AnyOf(Entry):
    """One of them at least."""

    any: Annotated[tuple["Condition", ...], Field(min_length=1)]
    """Any of these."""


class NotThat(Entry):
    """The opposite; unknown stays unknown."""

    not_: "Condition" = Field(alias="not")
    """What must be false."""


class AtLeastOf(Entry):
    """So many of them at least."""

    at_least: Count
    """How many."""
    of: Annotated[tuple["Condition", ...], Field(min_length=1)]
    """Of these."""

    @model_validator(mode="after")
    def _can_be(self) -> Self:
        if self.at_least > len(self.of):
            raise Mistake(f"{self.at_least} of {len(self.of)} can never hold; lower it or add conditions", "at_least")
        return self


FORMS: dict[str, type[Entry]] = {
    "score is": ScoreIs,
    "score band": ScoreBand,
    "score crossing": ScoreCrossing,
    "score trend": ScoreTrend,
    "measure is": MeasureIs,
    "measure against usual": MeasureAgainstUsual,
    "fact within": FactWithin,
    "fact active": FactActive,
    "event count": EventCount,
    "event none": EventNone,
    "account is": AccountIs,
    "date in": DateIn,
    "rule active": RuleActive,
    "rule fired": RuleFired,
    "is known": Known,
    "task is": TaskIs,
    "all of": AllOf,
    "any of": AnyOf,
    "not that": NotThat,
    "at least of": AtLeastOf,
}
"""Every form by its name; the union below is made of exactly these."""

SUBJECTS = ("score", "measure", "fact", "event", "account", "date", "rule", "task", "all", "any", "not", "at_least")
"""A condition is told by the first of these keys that it has."""


def form_of(value: object) -> str | None:
    """The name of the form that a mapping is written in, by the keys it has; None where no key tells."""
    if isinstance(value, Entry):
        return next((name for name, form in FORMS.items() if type(value) is form), None)
    if not isinstance(value, dict):
        return None
    keys = set(value)
    subject = next((key for key in SUBJECTS if key in keys), None)
    if subject is None:
        return None
    if subject in ("score", "measure", "date") and "known" in keys:
        return "is known"
    simple = {"all": "all of", "any": "any of", "not": "not that"}
    simple |= {"account": "account is", "date": "date in", "task": "task is"}
    if subject in simple:
        return simple[subject]
    choices: dict[str, tuple[tuple[set[str], str], ...]] = {
        "score": (
            ({"band"}, "score band"),
            (set(CROSSINGS), "score crossing"),
            ({"drops", "rises", "over"}, "score trend"),
            (set(), "score is"),
        ),
        "measure": (({"against", "falls", "rises"}, "measure against usual"), (set(), "measure is")),
        "fact": (({"active"}, "fact active"), (set(), "fact within")),
        "event": (({"none_in"}, "event none"), (set(), "event count")),
        "rule": (({"in_last"}, "rule fired"), (set(), "rule active")),
        "at_least": ((set(), "at least of"),),
    }
    return next(name for telling, name in choices[subject] if not telling or telling & keys)


Condition = Annotated[
    Annotated[ScoreIs, Tag("score is")]
    | Annotated[ScoreBand, Tag("score band")]
    | Annotated[ScoreCrossing, Tag("score crossing")]
    | Annotated[ScoreTrend, Tag("score trend")]
    | Annotated[MeasureIs, Tag("measure is")]
    | Annotated[MeasureAgainstUsual, Tag("measure against usual")]
    | Annotated[FactWithin, Tag("fact within")]
    | Annotated[FactActive, Tag("fact active")]
    | Annotated[EventCount, Tag("event count")]
    | Annotated[EventNone, Tag("event none")]
    | Annotated[AccountIs, Tag("account is")]
    | Annotated[DateIn, Tag("date in")]
    | Annotated[RuleActive, Tag("rule active")]
    | Annotated[RuleFired, Tag("rule fired")]
    | Annotated[Known, Tag("is known")]
    | Annotated[TaskIs, Tag("task is")]
    | Annotated[AllOf, Tag("all of")]
    | Annotated[AnyOf, Tag("any of")]
    | Annotated[NotThat, Tag("not that")]
    | Annotated[AtLeastOf, Tag("at least of")],
    Discriminator(
        form_of,
        custom_error_type="no_condition",
        custom_error_message=f"a condition names one of: {', '.join(SUBJECTS)}",
    ),
]

for _form in (AllOf, AnyOf, NotThat, AtLeastOf):
    _form.model_rebuild()


def forms_in_union() -> tuple[type[Entry], ...]:
    """The classes of the union, in its order: what a test of every form must draw from."""
    return tuple(get_args(part)[0] for part in get_args(get_args(Condition)[0]))


def parts(condition: Entry) -> tuple[Entry, ...]:
    """The conditions directly inside of one that combines others."""
    if isinstance(condition, AllOf):
        return condition.all
    if isinstance(condition, AnyOf):
        return condition.any
    if isinstance(condition, NotThat):
        return (condition.not_,)
    return condition.of if isinstance(condition, AtLeastOf) else ()


def walk(condition: Entry) -> tuple[Entry, ...]:
    """The condition and everything inside it, outermost first."""
    return (condition, *(inner for part in parts(condition) for inner in walk(part)))
