"""rules/scores/*.yaml in; score models out."""

import re
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from engine.conditions.condition import Condition
from engine.conditions.wants import Where
from engine.language.base import Days, Entry, Mistake, Number, Text, Whole, YesNo, parse_number, parse_share, written
from engine.language.views import PILES, Pile, Views, wrong_edge

LEVELS = (1, 2, 3, 4, 5)
DEFAULT_ORDER = 100
_COMPARISON = re.compile(r"(<=|>=|<|>)\s*(-?[0-9.]+(?:[eE][+-]?\d+)?)", re.ASCII)


def _positive(value: object) -> float:
    number = parse_number(value)
    if number <= 0:
        raise ValueError(f"{value!r} is no weight; write a number above 0, or delete the entry")
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
            raise ValueError("a list of texts is empty; name at least one")
        return Test(operator="in", texts=tuple(str(item) for item in value))
    if value == "else":
        return Test(operator="else")
    match = _COMPARISON.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise ValueError(f'{value!r} says no level; write "< n", "<= n", "> n", ">= n", a list of texts, or else')
    return Test.model_validate({"operator": match.group(1), "number": parse_number(match.group(2))})


def _levels(value: object) -> object:
    if not isinstance(value, dict):
        raise ValueError('levels are wanted; write them like {1: "< 5", 3: "< 20", 5: else}')
    levels: list[tuple[int, object]] = []
    for key, test in value.items():
        if str(key) not in {str(level) for level in LEVELS}:
            raise Mistake(f"{key!r} is no level; write 1 to 5", str(key))
        try:
            levels.append((int(key), _level_test(test)))
        except ValueError as error:
            raise Mistake(str(error), str(key)) from None
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
    """How much it counts beside the others of its group."""
    curve: Curve | None = None
    """[value, points] pairs; straight lines between them, flat outside."""
    points: Levels | None = None
    """Levels 1 to 5, tried in rising order; the first that holds counts."""
    unless: Condition | None = None
    """The measure does not apply when this is true."""
    label: Text | None = None
    """What it is called where people read it."""

    @property
    def name(self) -> str:
        return self.measure or self.score or ""

    @model_validator(mode="after")
    def _sense(self) -> Self:
        if (self.measure is None) == (self.score is None):
            raise ValueError("an entry names one measure or one score; say one of: measure, score")
        if self.score is not None and (self.curve or self.points):
            raise ValueError("another score's value is its points already; leave out curve and points")
        if self.curve is not None and self.points is not None:
            raise ValueError("the value becomes points in two ways; keep one of: curve, points")
        if self.measure is not None and self.curve is None and self.points is None:
            raise ValueError("it is not said how the value becomes points; say one of: curve, points")
        self._check_curve()
        if self.points is not None and (not self.points or self.points[-1][1].operator != "else"):
            raise Mistake("some values have no level; write `else` for the highest", "points")
        if self.points is not None and any(test.operator == "else" for _, test in self.points[:-1]):
            raise Mistake("levels after `else` can never hold; write `else` for the highest", "points")
        return self

    def _check_curve(self) -> None:
        if self.curve is None:
            return
        if len(self.curve) < 2:
            raise Mistake("a curve of fewer than two points is no line; give at least two", "curve")
        for place, ((left, _), (right, _)) in enumerate(pairwise(self.curve), start=1):
            if right <= left:
                wrong = f"the curve goes from {written(left)} to {written(right)}"
                raise Mistake(f"{wrong}; let its values rise from point to point", "curve", place)
        for place, (_, points) in enumerate(self.curve):
            if not 0 <= points <= 100:
                raise Mistake(f"the curve leads to {written(points)} points; keep them in 0 to 100", "curve", place)


class Band(Entry):
    """A named range of the score, from its lower edge (included) to the next band's."""

    band: str
    """Its name."""
    from_: Number = Field(alias="from")
    """Its lower edge, which belongs to it."""
    label: Text | None = None
    """What it is called where people read it."""
    pile: Pile | None = None
    """Its pile in reports. Default: the lowest band is at risk, the highest healthy, what is between to be watched."""

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
    """Only events that are so."""
    add: Number
    """Points added, or taken if below 0."""
    fades: Days | None = None
    """Each event's points go down evenly to 0 over so many days."""
    over: Days | None = None
    """Or: each event of the window counts in full."""
    cap: Number | None = None
    """The entry adds (or takes) at most so much."""
    label: Text | None = None
    """What it is called where people read it."""

    @model_validator(mode="after")
    def _sense(self) -> Self:
        if (self.event is None) == (self.when is None):
            raise ValueError("an entry counts events or holds while something is true; say one of: event, when")
        if self.event is not None and self.fades is None and self.over is None:
            raise Mistake("it is not said how long an event counts; say one of: fades, over", lacks="over")
        if self.event is not None and self.fades is not None and self.over is not None:
            raise Mistake("an event that fades does not count in full over a window too; leave out one", "over")
        if self.when is not None and (self.fades or self.over or self.where):
            raise ValueError("an entry with `when` counts while that is true; leave out fades, over and where")
        if self.cap is not None and self.cap <= 0:
            raise Mistake("the most that the entry adds or takes is not above 0; write a number above 0", "cap")
        return self


def _coverage(value: object) -> float:
    share = parse_share(value)
    if share > 1:
        raise ValueError(f"{value!r} is more than everything; write at most 100%")
    return share


Coverage = Annotated[float, BeforeValidator(_coverage, json_schema_input_type=str)]


class Score(Entry):
    """A score model: how 0 to 100 comes from measures or from points."""

    score: str
    """The score's name."""
    model: str | None = None
    """Only where several models share a score name."""
    primary: YesNo = False
    """The one score that stands first; a lone score is primary by itself."""
    goal: Text
    """What the score is for."""
    level: Literal["account", "contact"] = "account"
    """Whom it scores. A score of contacts is read by `roll_up` alone."""
    label: Text | None = None
    """What it is called where people read it."""
    order: Whole = DEFAULT_ORDER
    """The models of a score are tried in rising order; the first whose `when` is true scores the account."""
    when: Condition | None = None
    """Which accounts it scores; account, date, fact, event and measure conditions."""
    groups: dict[str, Weight] = {}
    """Group weights; each measure names its group."""
    measures: tuple[Weighed, ...] = ()
    """What it is made of. Either this, or `start` and `points`."""
    start: Number | None = None
    """Of a points model: the number it starts from."""
    points: tuple[PointsEntry, ...] = ()
    """Of a points model: what adds and takes."""
    missing: Literal["spread", "neutral", "worst"] = "spread"
    """What a measure without a value is: left out, 50 points, or 0 points."""
    min_coverage: Coverage = 0.5
    """With less of the weight known, the score is unknown."""
    bands: Annotated[tuple[Band, ...], Field(min_length=1)]
    """Ascending, the first from 0; a band ends where the next begins."""
    views: Views = Views()
    """Other names for ranges of the score, like letters; display only."""

    @property
    def by_points(self) -> bool:
        return self.start is not None

    @property
    def title(self) -> str:
        return self.label or self.score.replace("_", " ").capitalize()

    @property
    def model_name(self) -> str:
        return self.model or self.score

    @property
    def piles(self) -> tuple[Pile, ...]:
        """The pile of each band."""
        return tuple(band.pile or self._usual_pile(place) for place, band in enumerate(self.bands))

    def _usual_pile(self, place: int) -> Pile:
        last = len(self.bands) - 1
        if 0 < place < last or last == 0:
            return "watch"
        return "healthy" if place else "at-risk"

    @model_validator(mode="after")
    def _bands_rise(self) -> Self:
        wrong = wrong_edge([(band.band, band.from_) for band in self.bands], "band")
        if wrong:
            raise Mistake(wrong[1], "bands", wrong[0])
        for place, band in enumerate(self.bands):
            if band.band in {before.band for before in self.bands[:place]}:
                raise Mistake(f"the band {band.band!r} stands twice; rename one", "bands", place)
        return self

    @model_validator(mode="after")
    def _piles_rise(self) -> Self:
        order = list(PILES)
        for place, (lower, upper) in enumerate(pairwise(self.piles), start=1):
            if order.index(upper) < order.index(lower):
                wrong = f"band {self.bands[place].band!r} is in the pile {upper!r}, but the band below it in {lower!r}"
                raise Mistake(f"{wrong}; let the piles rise with the bands", "bands", place)
        return self

    @model_validator(mode="after")
    def _one_way_to_score(self) -> Self:
        if self.by_points and self.measures and not self.points:
            raise ValueError("`start` is for a points model, and this score has `measures`; leave one of them out")
        if self.by_points != bool(self.points):
            raise ValueError("only one of `start` and `points` is given; a points model has both")
        if self.by_points == bool(self.measures):
            raise ValueError("it is not said how the score comes about; give `measures`, or `start` and `points`")
        if self.by_points and self.groups:
            raise Mistake("a points model has no groups; leave them out", "groups")
        return self

    @model_validator(mode="after")
    def _groups_fit(self) -> Self:
        for place, entry in enumerate(self.measures):
            if self.groups and entry.group is None:
                choice = ", ".join(self.groups)
                raise Mistake(f"{entry.name!r} names no group; say one of: {choice}", "measures", place)
            if self.groups and entry.group not in self.groups:
                wrong = f"{entry.name!r} names an unknown group {entry.group!r}"
                raise Mistake(f"{wrong}; say one of: {', '.join(self.groups)}", "measures", place, "group")
            if not self.groups and entry.group:
                wrong = f"{entry.name!r} names the group {entry.group!r}, but the score has no groups"
                raise Mistake(f"{wrong}; declare it under `groups`, or leave it out", "measures", place, "group")
        for group in self.groups:
            if all(entry.group != group for entry in self.measures):
                raise Mistake(f"the group {group!r} has no measure; give it one or delete it", "groups", group)
        return self
