"""What a property must be, and what it is, in; true, false or unknown out (the forms of `account` and `where`)."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from tests.oracle.moments import day_in
from tests.oracle.numbers import BOUNDS, Answer, all_of


def compared(value: Any, zone: str) -> Any:
    """A time is compared by its day where the account is."""
    return day_in(value, zone) if isinstance(value, datetime) else value


def fits(wanted: Any, value: Any) -> Answer:
    """A value, a list (any of), or a mapping with `not`, bounds and `known`. A blank is unknown."""
    if isinstance(wanted, Mapping) and "known" in wanted:
        return bool(wanted["known"]) == (value is not None)
    if value is None:
        return None
    if isinstance(wanted, list):
        return any(_same(one, value) for one in wanted)
    if not isinstance(wanted, Mapping):
        return _same(wanted, value)
    answers: list[Answer] = [holds(value, _as(wanted[name], value)) for name, holds in BOUNDS.items() if name in wanted]
    if "not" in wanted:
        refused = wanted["not"] if isinstance(wanted["not"], list) else [wanted["not"]]
        answers.append(not any(_same(one, value) for one in refused))
    return all_of(answers)


def _same(wanted: Any, value: Any) -> bool:
    return bool(_as(wanted, value) == value)


def _as(wanted: Any, value: Any) -> Any:
    """What is wanted, read as the type of the property says."""
    match value:
        case bool():
            return wanted if isinstance(wanted, bool) else str(wanted) == "true"
        case float() | int():
            return float(wanted)
        case date():
            return date.fromisoformat(str(wanted))
    return str(wanted)
