"""A scalar of a file, or a stored value, in; what conditions compare, and how it is read aloud, out."""

import re
from datetime import date, datetime

from engine.clock import day_number, local_day
from engine.language.base import parse_day, parse_number
from engine.language.catalog import Type

Constant = float | str
DECIMALS, LAST_DECIMAL = 4, 0.0001
"""Of the numbers that are compared: measures, points, scores, and what conditions ask of attributes."""
_PLAIN = re.compile(r"[\w@./+-]+( [\w@./+-]+)*")
"""Texts that can stand in a name without quotes, where they are no numbers."""
_NUMBER = re.compile(r"-?[0-9.]+(e[+-]?[0-9]+)?|-?(inf|nan)")


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


def as_constant(value: object, zone: str) -> Constant | None:
    """A typed value as conditions see it: booleans 1 and 0, dates as day numbers, times as those of the zone.

    None is blank.
    """
    if isinstance(value, datetime):
        return float(local_day(value, zone))
    if isinstance(value, date):
        return float(day_number(value))
    return float(value) if isinstance(value, bool) else value if isinstance(value, str | float) else None


def bound(raw: object, type_: Type) -> Constant:
    """A constant of a type that has an order. Raises ValueError for one that has none."""
    if type_ in ("text", "boolean"):
        raise ValueError(f"a {type_} has no order; say a value, a list or `not`")
    return constant(raw, type_)


def compare(left: Constant, operator: str, right: Constant) -> bool:
    """The plain comparison of two known values of one type."""
    if operator == "==":
        return left == right
    if operator == "!=":
        return left != right
    if isinstance(left, str) or isinstance(right, str):
        raise TypeError(f"{left!r} {operator} {right!r}: texts have no order")
    return {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[operator]


def said(value: Constant) -> str:
    """Read aloud, and never the same for two values: columns are told apart by their names."""
    if isinstance(value, float):
        return repr(value).removesuffix(".0")
    return value if _PLAIN.fullmatch(value) and not _NUMBER.fullmatch(value) else repr(value)


def listed(values: tuple[Constant, ...]) -> str:
    return ", ".join(said(value) for value in values)
