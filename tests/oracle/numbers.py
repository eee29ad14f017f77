"""Numbers and answers in; rounded numbers, exact comparisons and three-valued answers out."""

import operator
import statistics
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Any

Answer = bool | None
"""True, false, or None: unknown."""

BOUNDS: Mapping[str, Callable[[Any, Any], bool]] = {
    "below": operator.lt,
    "at_most": operator.le,
    "at_least": operator.ge,
    "above": operator.gt,
}


def rounded(number: float | Fraction) -> float:
    """Measures, points and scores have 4 decimals; a half goes to the even digit, a hair beside it is one too."""
    return round(round(float(number * 10_000), 4)) / 10_000 + 0.0


@lru_cache(100_000)
def exact(number: float) -> Fraction:
    """The decimal number that is written so: 0.7 is 7/10."""
    return Fraction(repr(number))


def median(numbers: Iterable[float]) -> float:
    """Rounded from the exact one, for between two numbers it may lie on a half."""
    return rounded(statistics.median(exact(number) for number in numbers))


def is_share(written: object) -> bool:
    return isinstance(written, str) and written.endswith("%")


@lru_cache
def share(written: str) -> Fraction:
    """`30%` is 3/10."""
    return Fraction(written.removesuffix("%").strip()) / 100


def clamp(number: float) -> float:
    return min(100.0, max(0.0, number))


def within_bounds(number: float | None, bounds: Mapping[str, Any]) -> Answer:
    """Whether a number holds all the bounds that stand in a mapping."""
    if number is None:
        return None
    return all(holds(number, float(bounds[name])) for name, holds in BOUNDS.items() if name in bounds)


def all_of(answers: Iterable[Answer]) -> Answer:
    every = list(answers)
    if False in every:
        return False
    return None if None in every else True


def any_of(answers: Iterable[Answer]) -> Answer:
    every = list(answers)
    if True in every:
        return True
    return None if None in every else False


def at_least(count: int, answers: Iterable[Answer]) -> Answer:
    every = list(answers)
    if every.count(True) >= count:
        return True
    return None if every.count(True) + every.count(None) >= count else False


def opposite(answer: Answer) -> Answer:
    return None if answer is None else not answer
