"""What conditions speak of: each column as a frozen, hashable description with a name that reads aloud.

A column has one entry per account: a number (float64, NaN is unknown) or a text (None is unknown). *Answer* columns
hold 1, 0 or unknown, for what a blank value could not tell. The names are those of evidence and of asserted facts.
"""

from dataclasses import dataclass

from engine.conditions.constants import Constant, listed, said
from engine.conditions.filters import Filter, said_of
from engine.language.base import Duration


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
class ScoreDecline:
    """Points that the adjusted score loses over so many days at the slope of its days; below 0 where it gains."""

    score: str
    days: int
    min_points: int

    @property
    def name(self) -> str:
        return f"score.{self.score}.decline_{self.days}d.min_{self.min_points}"


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
        return f"measure.{self.measure} {self.operator} {said(self.factor)} of usual"


@dataclass(frozen=True, slots=True)
class FactCount:
    """Number of facts asserted in the window (None: that hold now); never unknown."""

    fact: str
    window: Duration | None
    where: Filter

    @property
    def name(self) -> str:
        when = f"in_{self.window}" if self.window else "active"
        return f"fact.{self.fact}.{when}{said_of(self.where)}"


@dataclass(frozen=True, slots=True)
class EventReached:
    """Answer: at least `count` events; fewer is 0 where the window is covered, else unknown."""

    event: str
    count: int
    window: Duration
    where: Filter

    @property
    def name(self) -> str:
        return f"event.{self.event}.at_least_{self.count}_in_{self.window}{said_of(self.where)}"


@dataclass(frozen=True, slots=True)
class EventSilent:
    """Answer: none; unknown where the window is not covered or begins before the account's first day."""

    event: str
    window: Duration
    where: Filter

    @property
    def name(self) -> str:
        return f"event.{self.event}.none_in_{self.window}{said_of(self.where)}"


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
        return f"account.{self.attribute} in {listed(self.values)}"


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
    | ScoreDecline
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
