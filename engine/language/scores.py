"""rules/scores/*.yaml in; score models out."""

import re
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from engine.conditions.forms import Condition, Where
from engine.language.base import Days, Entry, Number, Text, Whole, parse_number, parse_share

LEVELS = (1, 2, 3, 4, 5)
DEFAULT_ORDER = 100
_COMPARISON = re.compile(r"(<=|>=|<|>)\s*(-?[0-9.]+(?:[eE][+-]?\d+)?)", re.ASCII)


def _positive(value: object) -> float:
    number = parse_number(value)
    if number <= 0:
        raise ValueError(f"a weight is a number above 0, not {value!r}; to leave it out, delete the entry")
    return number


Weight = Annotated[float, BeforeValidator(_positive)]


def level_points(level: int) -> float:
    """Level 1 to 5 as points: 0, 25, 50, 75, 100."""
    return (level - 1) * 25.0


class Test(Entry):
    """When a level of `points` holds: a bound, one of some texts, or else."""

    operator: Literal["<", "<=", ">", ">=", "in", "else"]
    number: float = 0.0
    texts: tuple[str, ...] = ()


def _level_test(value: object) -> object:
    if isinstance(value, Test):
        return value
    if isinstance(value, list | tuple):
        if not value:
            raise ValueError("a list of texts has at least one")
        return Test(operator="in", texts=tuple(str(item) for item in value))
    if value == "else":
        return Test(operator="else")
    match = _COMPARISON.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise ValueError(f'a level holds for "< n", "<= n", "> n", ">= n", a list of texts, or else; not {value!r}')
    return Test.model_validate({"operator": match.group(1), "number": parse_number(match.group(2))})


def _levels(value: object) -> object:
    if not isinstance(value, dict):
        raise ValueError('levels are wanted, like {1: "< 5", 3: "< 20", 5: else}')
    levels: list[tuple[int, object]] = []
    for key, test in value.items():
        if str(key) not in {str(level) for level in LEVELS}:
            raise ValueError(f"a level is 1 to 5, not {key!r}")
        levels.append((int(key), _level_test(test)))
    levels.sort(key=lambda pair: pair[0])
    return tuple(levels)


Levels = Annotated[
    tuple[tuple[int, Test], ...], BeforeValidator(_levels, json_schema_input_type=dict[str, str | list[str]])
]
Curve = tuple[tuple[Number, Number], ...]


class Weighed(Entry):
    """One measure (or another score) in a score: its points, its weight."""

    measure: str | None = None
    """The measure's name."""
    score: str | None = None
    """Or another score's: its value is the points."""
    group: str | None = None
    """The group it belongs to, where there are groups."""
    weight: Weight = 1.0
    curve: Curve | None = None
    """[value, points] pairs; straight lines between them, flat outside."""
    points: Levels | None = None
    """Levels 1 to 5, tried in rising order; the first that holds counts."""
    unless: Condition | None = None
    """The measure does not apply when this is true."""
    label: Text | None = None

    @property
    def name(self) -> str:
        return self.measure or self.score or ""

    @model_validator(mode="after")
    def _sense(self) -> Self:
        if (self.measure is None) == (self.score is None):
            raise ValueError("say one of: measure, score")
        if self.score is not None and (self.curve or self.points):
            raise ValueError("another score's value is its points; leave out curve and points")
        if self.measure is not None and (self.curve is None) == (self.points is None):
            raise ValueError("say how its value becomes points: one of curve, points")
        self._check_curve()
        if self.points is not None and (not self.points or self.points[-1][1].operator != "else"):
            raise ValueError("the highest level holds for `else`, so that every value has points")
        if self.points is not None and any(test.operator == "else" for _, test in self.points[:-1]):
            raise ValueError("`else` comes last; the levels after it can never hold")
        return self

    def _check_curve(self) -> None:
        if self.curve is None:
            return
        if len(self.curve) < 2:
            raise ValueError("a curve has at least two points")
        if any(right[0] <= left[0] for left, right in zip(self.curve, self.curve[1:], strict=False)):
            raise ValueError("the values of a curve rise from point to point")
        if any(not 0 <= point[1] <= 100 for point in self.curve):
            raise ValueError("the points of a curve lie in 0 to 100")


class Band(Entry):
    """A named range of the score, from its lower edge (included) to the next band's."""

    band: str
    from_: Number = Field(alias="from")
    label: Text | None = None

    @property
    def title(self) -> str:
        return self.label or self.band.replace("-", " ").replace("_", " ").capitalize()


class PointsEntry(Entry):
    """What adds to, or takes from, a points model."""

    event: str | None = None
    """Each event adds."""
    when: Condition | None = None
    """Or: added once while this is true."""
    where: Where | None = None
    add: Number
    """Points added, or taken if below 0."""
    fades: Days | None = None
    """Each event's points go down evenly to 0 over so many days."""
    over: Days | None = None
    """Or: each event of the window counts in full."""
    cap: Number | None = None
    """The entry adds (or takes) at most so much."""
    label: Text | None = None

    @model_validator(mode="after")
    def _sense(self) -> Self:
        if (self.event is None) == (self.when is None):
            raise ValueError("say one of: event, when")
        if self.event is not None and (self.fades is None) == (self.over is None):
            raise ValueError("say how long an event counts: one of fades, over")
        if self.when is not None and (self.fades or self.over or self.where):
            raise ValueError("an entry with `when` counts while that is true; leave out fades, over and where")
        if self.cap is not None and self.cap <= 0:
            raise ValueError("`cap` is the most that the entry adds or takes, a number above 0")
        return self


def _coverage(value: object) -> float:
    share = parse_share(value)
    if share > 1:
        raise ValueError("coverage is at most 100%")
    return share


class Score(Entry):
    """A score model: how 0 to 100 comes from measures or from points."""

    score: str
    """The score's name."""
    model: str | None = None
    """Only where several models share a score name."""
    primary: bool = False
    """The one score that stands first; a lone score is primary by itself."""
    goal: Text
    """What the score is for."""
    label: Text | None = None
    order: Whole = DEFAULT_ORDER
    """The first model whose `when` is true scores the account; rising order."""
    when: Condition | None = None
    """Which accounts it scores; account, date, fact, event and measure conditions."""
    groups: dict[str, Weight] = {}
    """Group weights; each measure names its group."""
    measures: tuple[Weighed, ...] = ()
    start: Number | None = None
    """Of a points model: the number it starts from."""
    points: tuple[PointsEntry, ...] = ()
    """Of a points model: what adds and takes."""
    missing: Literal["spread", "neutral", "worst"] = "spread"
    """What a measure without a value is: left out, 50 points, or 0 points."""
    min_coverage: Annotated[float, BeforeValidator(_coverage, json_schema_input_type=str)] = 0.5
    """With less of the weight known, the score is unknown."""
    bands: Annotated[tuple[Band, ...], Field(min_length=1)]
    """Ascending, the first from 0; a band ends where the next begins."""
    views: dict[str, dict[str, Number]] = {}
    """Display only."""

    @property
    def by_points(self) -> bool:
        return self.start is not None

    @property
    def title(self) -> str:
        return self.label or self.score.replace("_", " ").capitalize()

    @property
    def model_name(self) -> str:
        return self.model or self.score

    @model_validator(mode="after")
    def _bands_rise(self) -> Self:
        edges = [band.from_ for band in self.bands]
        if edges[0] != 0:
            raise ValueError(f"the first band begins at 0, not at {edges[0]:g}: between 0 and {edges[0]:g} is a gap")
        for left, right in zip(self.bands, self.bands[1:], strict=False):
            if right.from_ <= left.from_:
                raise ValueError(
                    f"band {right.band!r} from {right.from_:g} overlaps {left.band!r} from {left.from_:g}: "
                    "edges rise from band to band"
                )
        if edges[-1] > 100:
            raise ValueError(f"a score ends at 100; the band from {edges[-1]:g} can never be reached")
        if len({band.band for band in self.bands}) < len(self.bands):
            raise ValueError("two bands have the same name; rename one")
        return self

    @model_validator(mode="after")
    def _one_way_to_score(self) -> Self:
        if self.by_points != bool(self.points):
            raise ValueError("a points model has both `start` and `points`")
        if self.by_points == bool(self.measures):
            raise ValueError("a score has either `measures`, or `start` and `points`")
        if self.by_points and self.groups:
            raise ValueError("a points model has no groups; leave them out")
        return self

    @model_validator(mode="after")
    def _groups_fit(self) -> Self:
        for entry in self.measures:
            if self.groups and entry.group not in self.groups:
                named = f"group {entry.group!r} of" if entry.group else "no group is named for"
                raise ValueError(f"{named} {entry.name!r} is none of: {', '.join(self.groups)}")
            if not self.groups and entry.group:
                raise ValueError(f"{entry.name!r} names the group {entry.group!r}, but the score has no `groups`")
        empty = [group for group in self.groups if all(entry.group != group for entry in self.measures)]
        if empty:
            raise ValueError(f"group {empty[0]!r} has no measure; delete it or give it one")
        return self
