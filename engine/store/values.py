"""What JSON keeps of attributes and properties in; typed values, and what conditions compare, out."""

import json
import math
from datetime import date, datetime

from engine.conditions.constants import Constant, as_constant
from engine.domain import Value
from engine.language.base import written


def typed(raw: object, type_: str) -> Value:
    """A kept value as its type says; what was kept under another type is given as text."""
    if type_ == "number" and isinstance(raw, int | float) and not isinstance(raw, bool):
        return float(raw)
    if type_ == "boolean" and isinstance(raw, bool):
        return raw
    if type_ in ("date", "time") and isinstance(raw, str):
        return _dated(raw, type_)
    return str(raw)


def _dated(raw: str, type_: str) -> Value:
    """What was kept as a date is no moment anywhere; as a time it stays that day."""
    try:
        at = datetime.fromisoformat(raw)
    except ValueError:
        return raw
    return at.date() if type_ == "date" or at.tzinfo is None else at


def compared(raw: object, type_: str, zone: str = "UTC") -> Constant | None:
    """A kept value as conditions compare it: a text, or a number (booleans 1 and 0, dates and times as day numbers).

    A time has the day of the zone. None: it was kept under another type, and says nothing as this one.
    """
    match type_:
        case "text":
            return _text(raw)
        case "number":
            return _number(raw)
        case "boolean":
            return 1.0 if raw is True or raw == "true" else 0.0 if raw is False or raw == "false" else None
        case _:
            said = typed(raw, type_)
            return as_constant(said, zone) if isinstance(said, date) else None


def _text(raw: object) -> str:
    if isinstance(raw, bool):
        return json.dumps(raw)
    return written(raw) if isinstance(raw, int | float) else str(raw)


def _number(raw: object) -> float | None:
    try:
        number = float(raw) if isinstance(raw, str | int | float) else math.nan
    except ValueError:
        return None
    return number if math.isfinite(number) else None
