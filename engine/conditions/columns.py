"""What conditions speak of: each column as a frozen, hashable description with a name that reads aloud.

A column has one entry per account: a number (float64, NaN is unknown) or a text (None is unknown). *Answer* columns
hold 1, 0 or unknown, for what a blank value could not tell. The names are those of evidence and of asserted facts.
"""

import re
from dataclasses import dataclass
from datetime import date

from engine.clock import day_number
from engine.conditions.forms import Wanted
from engine.language.base import Duration, parse_day, parse_number
from engine.language.catalog import Type

Constant = float | str
_PLAIN = re.compile(r"[\w@./+-]+( [\w@./+-]+)*")
"""Texts that can stand in a name without quotes."""


def constant(raw: object, type_: Type) -> Constant:
    """A scalar of a file as its field's type says: text, or a number (booleans 1 and 0, dates as day numbers)."""
    if type_ == "boolean":
        if not isinstance(raw, bool):
            raise ValueError(f"true or false is wanted, not {raw!r}")
        return float(raw)
    if isinstance(raw, bool):
        raise ValueError(f"a {type_} is wanted, not {str(raw).lower()}")
    if type_ == "number":
        return parse_number(raw)
    if type_ in ("date", "time"):
        return float(day_number(parse_day(raw)))
    return str(raw)


def as_constant(value: object) -> Constant | None:
    """A stored value as conditions see it: booleans 1 and 0, dates and times as day numbers; None is blank."""
    if isinstance(value, date):
        return constant(value.isoformat()[:10], "date")
    return float(value) if isinstance(value, bool) else value if isinstance(value, str | float) else None


@dataclass(frozen=True, slots=True)
class FilterTest:
    """One property of a record must be so; a blank property never is."""

    prop: str
    operator: str
    """in, not in, or a comparison."""
    values: tuple[Constant, ...]

    def __str__(self) -> str:
        return f"{self.prop} {self.operator} {_listed(self.values)}"

    def holds(self, value: Constant | None) -> bool:
        if value is None or value != value:
            return False
        if self.operator == "in":
            return value in self.values
        if self.operator == "not in":
            return value not in self.values
        return compare(value, self.operator, self.values[0])


Filter = tuple[FilterTest, ...]


def compare(left: Constant, operator: str, right: Constant) -> bool:
    """The plain comparison of two known values of one type."""
    if operator == "==":
        return left == right
    if operator == "!=":
        return left != right
    if isinstance(left, str) or isinstance(right, str):
        raise TypeError(f"{left!r} {operator} {right!r}: texts have no order")
    return {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[operator]


def filter_tests(prop: str, want: object, type_: Type) -> Filter:
    """What `where` says of one property, as tests on values of its type."""
    if isinstance(want, Wanted):
        if want.known is not None:
            raise ValueError("`known` is for attributes of accounts; a blank property never counts")
        if want.not_ is not None:
            refused = want.not_ if isinstance(want.not_, tuple) else (want.not_,)
            return (FilterTest(prop, "not in", tuple(constant(raw, type_) for raw in refused)),)
        return tuple(FilterTest(prop, sign, (bound(raw, type_),)) for sign, raw in want.bounds)
    wanted = want if isinstance(want, tuple) else (want,)
    return (FilterTest(prop, "in", tuple(constant(raw, type_) for raw in wanted)),)


def bound(raw: object, type_: Type) -> Constant:
    if type_ in ("text", "boolean"):
        raise ValueError(f"a {type_} has no order; say a value, a list or `not`")
    return constant(raw, type_)


def _said(value: Constant) -> str:
    """Read aloud, and never the same for two values: columns are told apart by their names."""
    if isinstance(value, float):
        return repr(value).removesuffix(".0")
    return value if _PLAIN.fullmatch(value) else repr(value)


def _listed(values: tuple[Constant, ...]) -> str:
    return ", ".join(_said(value) for value in values)


def _where(where: Filter) -> str:
    return f"[{'; '.join(str(test) for test in where)}]" if where else ""


@dataclass(frozen=True, slots=True)
class ScoreValue:
    score: str

    @property
    def name(self) -> str:
        return f"score.{self.score}"


@dataclass(frozen=True, slots=True)
class ScoreBandName:
    """Text: the band's name."""

    score: str

    @property
    def name(self) -> str:
        return f"score.{self.score}.band"


@dataclass(frozen=True, slots=True)
class ScoreBandIn:
    """Answer: the band is one of these."""

    score: str
    bands: tuple[str, ...]

    @property
    def name(self) -> str:
        return f"score.{self.score}.band in {', '.join(self.bands)}"


@dataclass(frozen=True, slots=True)
class ScoreCrossed:
    """Answer. `how`: enters, falls_to, rises_to, leaves."""

    score: str
    how: str
    band: str

    @property
    def name(self) -> str:
        return f"score.{self.score}.{self.how}.{self.band}"


@dataclass(frozen=True, slots=True)
class ScoreTrendOver:
    """Points (or percent of the extreme day) that the adjusted score lies below the highest, above the lowest."""

    score: str
    drops: bool
    days: int
    percent: bool
    min_points: int

    @property
    def name(self) -> str:
        what = ("drop" if self.drops else "rise") + ("_percent" if self.percent else "")
        least = f".min_{self.min_points}" if self.min_points > 1 else ""
        return f"score.{self.score}.{what}_{self.days}d{least}"


@dataclass(frozen=True, slots=True)
class MeasureValue:
    measure: str

    @property
    def name(self) -> str:
        return f"measure.{self.measure}"


@dataclass(frozen=True, slots=True)
class MeasureAgainst:
    """Answer: the measure up to yesterday, compared with `factor` × its usual; a usual of 0 is never reached."""

    measure: str
    operator: str
    factor: float

    @property
    def name(self) -> str:
        return f"measure.{self.measure} {self.operator} {_said(self.factor)} of usual"


@dataclass(frozen=True, slots=True)
class FactCount:
    """Number of facts asserted in the window (None: that hold now); never unknown."""

    fact: str
    window: Duration | None
    where: Filter

    @property
    def name(self) -> str:
        when = f"in_{self.window}" if self.window else "active"
        return f"fact.{self.fact}.{when}{_where(self.where)}"


@dataclass(frozen=True, slots=True)
class EventReached:
    """Answer: at least `count` events; fewer is 0 where the window is covered, else unknown."""

    event: str
    count: int
    window: Duration
    where: Filter

    @property
    def name(self) -> str:
        return f"event.{self.event}.at_least_{self.count}_in_{self.window}{_where(self.where)}"


@dataclass(frozen=True, slots=True)
class EventSilent:
    """Answer: none; unknown where the window is not covered or begins before the account's first day."""

    event: str
    window: Duration
    where: Filter

    @property
    def name(self) -> str:
        return f"event.{self.event}.none_in_{self.window}{_where(self.where)}"


@dataclass(frozen=True, slots=True)
class AttributeOf:
    attribute: str

    @property
    def name(self) -> str:
        return f"account.{self.attribute}"


@dataclass(frozen=True, slots=True)
class AttributeIn:
    """Answer: the attribute is one of these."""

    attribute: str
    values: tuple[Constant, ...]

    @property
    def name(self) -> str:
        return f"account.{self.attribute} in {_listed(self.values)}"


@dataclass(frozen=True, slots=True)
class DaysUntil:
    """Days from today to a date attribute; below 0 when it has passed."""

    attribute: str

    @property
    def name(self) -> str:
        return f"date.{self.attribute}.in_days"


@dataclass(frozen=True, slots=True)
class KnownOf:
    """Answer, never unknown. `kind`: score, measure, account."""

    kind: str
    subject: str

    @property
    def name(self) -> str:
        return f"{self.kind}.{self.subject}.known"


@dataclass(frozen=True, slots=True)
class RuleState:
    """Text: inactive, pending, active; never unknown."""

    rule: str

    @property
    def name(self) -> str:
        return f"rule.{self.rule}.state"


@dataclass(frozen=True, slots=True)
class RuleFiredIn:
    """Answer, never unknown; this look counts."""

    rule: str
    days: int

    @property
    def name(self) -> str:
        return f"rule.{self.rule}.fired_in_{self.days}d"


@dataclass(frozen=True, slots=True)
class RuleSeeds:
    """Answer, never unknown: what is true in this look is taken as seen before."""

    rule: str

    @property
    def name(self) -> str:
        return f"rule.{self.rule}.seeds"


@dataclass(frozen=True, slots=True)
class RuleHeld:
    """Answer, never unknown: pending, and `for` has passed."""

    rule: str

    @property
    def name(self) -> str:
        return f"rule.{self.rule}.held"


@dataclass(frozen=True, slots=True)
class RuleDue:
    """Answer, never unknown: active, and `every` has passed since the last firing or seeding."""

    rule: str

    @property
    def name(self) -> str:
        return f"rule.{self.rule}.due"


@dataclass(frozen=True, slots=True)
class TaskState:
    """Answer: the task of that step of this run is so; unknown while there is none."""

    step: str
    state: str

    @property
    def name(self) -> str:
        return f"task.{self.step}.{self.state}"


ColumnOf = (
    ScoreValue
    | ScoreBandName
    | ScoreBandIn
    | ScoreCrossed
    | ScoreTrendOver
    | MeasureValue
    | MeasureAgainst
    | FactCount
    | EventReached
    | EventSilent
    | AttributeOf
    | AttributeIn
    | DaysUntil
    | KnownOf
    | RuleState
    | RuleFiredIn
    | RuleSeeds
    | RuleHeld
    | RuleDue
    | TaskState
)
