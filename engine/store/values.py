"""What JSON keeps of attributes and properties in; typed values, and what conditions compare, out."""

import json
import re
from datetime import date, datetime
from functools import lru_cache

from engine.clock import is_meant
from engine.conditions.constants import Constant, as_constant
from engine.domain import Value
from engine.language.base import NO, YES, parse_number, written

_DATED = re.compile(r"\d{4}-\d{2}-\d{2}([T ].+)?", re.ASCII)


def typed(raw: object, type_: str) -> Value | None:
    """A kept value as its type says. None: it was kept under another type, and says nothing as this one."""
    match type_:
        case "text":
            return _text(raw)
        case "number":
            return _number(raw)
        case "boolean":
            return _boolean(raw)
        case _:
            return _dated(raw, type_) if isinstance(raw, str) else None


def compared(raw: object, type_: str, zone: str = "UTC") -> Constant | None:
    """A kept value as conditions compare it: a text, or a number (booleans 1 and 0, dates and times as day numbers).

    A time has the day of the zone. None: it says nothing as this type.
    """
    return as_constant(typed(raw, type_), zone)


def _text(raw: object) -> str:
    if isinstance(raw, bool):
        return json.dumps(raw)
    return written(raw) if isinstance(raw, int | float) else str(raw)


def _number(raw: object) -> float | None:
    try:
        return parse_number(raw)
    except ValueError:
        return None


def _boolean(raw: object) -> bool | None:
    if isinstance(raw, bool):
        return raw
    said = raw.lower() if isinstance(raw, str) else ""
    return said in YES if said in YES | NO else None


@lru_cache(maxsize=65_536)
def _dated(raw: str, type_: str) -> date | None:
    """What was kept as a date is no moment anywhere; as a time it stays that day."""
    try:
        at = datetime.fromisoformat(raw) if _DATED.fullmatch(raw) else None
    except ValueError:
        at = None
    if at is None or not is_meant(at):
        return None
    return at.date() if type_ == "date" or at.tzinfo is None else at
