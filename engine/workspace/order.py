"""What rests on what in; the order of scores and rules, the levels it cuts into, and circles, out."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, TypeVar

from engine.conditions.condition import walk
from engine.language.base import Entry
from engine.language.rules import Rule
from engine.language.scores import Score

K = TypeVar("K")


@dataclass(frozen=True, slots=True, order=True)
class Ordered:
    """A score or a rule, as one place in the order in which they are judged."""

    kind: Literal["score", "rule"]
    name: str


@dataclass(frozen=True, slots=True)
class Level:
    """Scores that can be told, in their order, then the rules whose scores and rules are all done."""

    scores: tuple[str, ...]
    rules: tuple[str, ...]


def named_in(form: Entry | None) -> Iterator[Ordered]:
    """The scores and rules that a condition speaks of."""
    for inner in walk(form) if form else ():
        score, rule = getattr(inner, "score", None), getattr(inner, "rule", None)
        if isinstance(score, str):
            yield Ordered("score", score)
        if isinstance(rule, str):
            yield Ordered("rule", rule)


def needs(scores: Mapping[str, Iterable[Score]], rules: Iterable[Rule]) -> dict[Ordered, tuple[Ordered, ...]]:
    """What must be judged before each score and rule: what it speaks of, and the rules with an effect on a score."""
    rules = tuple(rules)
    found: dict[Ordered, list[Ordered]] = {Ordered("score", name): [] for name in scores}
    for name, models in scores.items():
        for model in models:
            found[Ordered("score", name)].extend(_of_model(model))
    for rule in rules:
        found[Ordered("rule", rule.rule)] = [*named_in(rule.when), *named_in(rule.clear_at)]
        if rule.effect is not None:
            found.setdefault(Ordered("score", rule.effect.score), []).append(Ordered("rule", rule.rule))
    return {item: tuple(dict.fromkeys(before)) for item, before in found.items()}


def _of_model(model: Score) -> Iterator[Ordered]:
    for weighed in model.measures:
        if weighed.score is not None:
            yield Ordered("score", weighed.score)
        yield from named_in(weighed.unless)
    for entry in model.points:
        yield from named_in(entry.when)


def levels(needed: Mapping[Ordered, Iterable[Ordered]]) -> tuple[Level, ...]:
    """The levels of an order without circles, each as wide as it can be."""
    left = dict(needed)
    found: list[Level] = []
    while left:
        scores: list[Ordered] = []
        while ready := [item for item in left if item.kind == "score" and _is_ready(left, item)]:
            scores += ready
            for item in ready:
                del left[item]
        rules = [item for item in left if item.kind == "rule" and _is_ready(left, item)]
        if not scores and not rules:
            raise ValueError(f"scores and rules go round in a circle: {sorted(left)}")
        for item in rules:
            del left[item]
        found.append(Level(tuple(item.name for item in scores), tuple(item.name for item in rules)))
    return tuple(found)


def _is_ready(left: Mapping[Ordered, Iterable[Ordered]], item: Ordered) -> bool:
    return not any(before in left for before in left[item])


def order_of(levels: Iterable[Level]) -> tuple[Ordered, ...]:
    """The levels one after the other."""
    return tuple(
        item
        for level in levels
        for item in (*(Ordered("score", s) for s in level.scores), *(Ordered("rule", r) for r in level.rules))
    )


def cycles(needed: Mapping[K, Iterable[K]]) -> Iterator[tuple[K, ...]]:
    """One circle of each knot, in the direction in which each needs the next; it begins with the first named."""
    left = dict(needed)
    while left:
        free = [item for item in left if not any(before in left for before in left[item])]
        for item in free:
            del left[item]
        if not free:
            circle = _circle(left, next(iter(left)))
            yield _turned(circle, tuple(needed).index)
            for item in circle:
                del left[item]


def _circle(left: Mapping[K, Iterable[K]], start: K) -> tuple[K, ...]:
    path: list[K] = [start]
    while (following := next(before for before in left[path[-1]] if before in left)) not in path:
        path.append(following)
    return tuple(path[path.index(following) :])


def _turned(circle: tuple[K, ...], place: Callable[[K], int]) -> tuple[K, ...]:
    first = circle.index(min(circle, key=place))
    return (*circle[first:], *circle[:first])
