"""Tests of conditions in; what accounts are known to be, at the thresholds and one step beside them, out."""

from collections.abc import Iterable, Iterator
from random import Random

from engine.conditions import columns as of
from engine.conditions.constants import Constant
from engine.conditions.tree import Row, Test

BLANK = 0.3
"""The share of values that are unknown."""
STEP = 0.0001
"""Between two neighbouring numbers."""


def accounts(random: Random, asked: Iterable[Test], count: int) -> Iterator[Row]:
    """The known values of some accounts, for every column that the tests speak of.

    What tells something of the same value agrees with it: being known, being one of some.
    """
    thresholds: dict[of.ColumnOf, set[Constant]] = {}
    for test in asked:
        thresholds.setdefault(test.column, set()).add(test.value)
        about = _about(test.column)
        if about is not None:
            thresholds.setdefault(about, set()).update(_listed(test.column))
    columns = sorted(thresholds, key=lambda column: column.name)
    values = {column: _beside(thresholds[column]) for column in columns if _about(column) is None}
    for _ in range(count):
        told = {column.name: random.choice(possible) for column, possible in values.items() if random.random() >= BLANK}
        yield {**told, **_answers(columns, told)}


def _about(column: of.ColumnOf) -> of.ColumnOf | None:
    """The column whose value this one tells something of."""
    match column:
        case of.AttributeIn():
            return of.AttributeOf(column.attribute)
        case of.ScoreBandIn():
            return of.ScoreBandName(column.score)
        case of.KnownOf(kind="account"):
            return of.AttributeOf(column.subject)
        case of.KnownOf(kind="score"):
            return of.ScoreValue(column.subject)
        case of.KnownOf():
            return of.MeasureValue(column.subject)
    return None


def _listed(column: of.ColumnOf) -> tuple[Constant, ...]:
    if isinstance(column, of.AttributeIn):
        return column.values
    return column.bands if isinstance(column, of.ScoreBandIn) else ()


def _answers(columns: Iterable[of.ColumnOf], told: Row) -> dict[str, Constant]:
    answers: dict[str, Constant] = {}
    for column in columns:
        about = _about(column)
        value = told.get(about.name) if about else None
        if isinstance(column, of.KnownOf):
            answers[column.name] = float(value is not None)
        elif value is not None:
            answers[column.name] = float(value in _listed(column))
    return answers


def _beside(thresholds: Iterable[Constant]) -> list[Constant]:
    """The thresholds, what lies one step beside them, and others of their type; any number where there is none."""
    found: set[Constant] = set()
    for value in thresholds:
        if isinstance(value, str):
            found |= {value, "other", ""}
        else:
            found |= {value, 0.0, -value, *(near for near in (value - STEP, value + STEP) if abs(near) < 1e15)}
    rounded = {round(value, 4) if isinstance(value, float) else value for value in found}
    return sorted(rounded or {1.0}, key=repr)
