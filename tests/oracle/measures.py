"""A measure's definition and what a look sees in; its value out: a number, a text, or None: unknown (section 4)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from statistics import fmean
from typing import TYPE_CHECKING

from tests.oracle import roll_ups
from tests.oracle.files import Written
from tests.oracle.moments import duration
from tests.oracle.numbers import median, rounded
from tests.oracle.records import Event

if TYPE_CHECKING:
    from tests.oracle.look import Judged

Value = float | str | None
STATISTICS: Mapping[str, Callable[[Sequence[float]], float]] = {
    "sum": sum,
    "mean": fmean,
    "min": min,
    "max": max,
    "median": median,
}
FEWEST_TO_SHIFT = 20
EARLIER_WINDOWS = 8
FEWEST_WINDOWS = 4


def value(judged: Judged, name: str, end: int = 0) -> Value:
    """As of the window that ended so many days ago; 4 decimals."""
    definition = judged.workspace.measures[name]
    found = FORMS[form_of(definition)](judged, definition, end)
    return rounded(found) if isinstance(found, int | float) else found


def form_of(definition: Written) -> str:
    return next(form for form in FORMS if form in definition)


def earlier(judged: Judged, name: str, end: int) -> float | None:
    """Of an earlier window; unknown if it is not covered, or begins before the account's first day."""
    definition, seen = judged.workspace.measures[name], judged.seen
    source = str(definition[form_of(definition)]).partition(".")[0]
    first = seen.window(source, duration(definition["over"]), end).first
    if not seen.covered(source, first) or not seen.reaches_back_to(first):
        return None
    return _number(judged.measure(name, end))


def usual(judged: Judged, name: str) -> float | None:
    """The median of the 8 windows before the one that ended yesterday, of at least 4 that are known."""
    days = duration(judged.workspace.measures[name]["over"]).amount
    found = [earlier(judged, name, 1 + count * days) for count in range(1, EARLIER_WINDOWS + 1)]
    known = [one for one in found if one is not None]
    return median(known) if len(known) >= FEWEST_WINDOWS else None


def _number(found: Value) -> float | None:
    return found if isinstance(found, float) else None


def _latest(judged: Judged, definition: Written, end: int) -> Value:
    metric = definition["latest"]
    days = judged.seen.days_of(metric)
    if not days:
        return None
    newest = max(days)
    age = (judged.seen.last_day(metric) - newest).days
    return None if "max_age" in definition and age >= duration(definition["max_age"]).amount else days[newest]


def _statistic(judged: Judged, definition: Written, end: int) -> Value:
    kind = form_of(definition)
    name, _, of = definition[kind].partition(".")
    window = judged.seen.window(name, duration(definition["over"]), end)
    if not of:
        values = judged.seen.values(name, window)
    elif not judged.seen.covered(name, window.first):
        return None
    else:
        events = judged.seen.events(name, window, definition.get("where"))
        values = [number for event in events if isinstance(number := event.properties.get(of), float)]
        if kind == "sum":
            return sum(values)
    return STATISTICS[kind](values) if len(values) >= definition.get("min_points", 1) else None


def _events(judged: Judged, definition: Written, end: int) -> list[Event] | None:
    """The events of the window; None if it is not covered."""
    name = definition[form_of(definition)]
    window = judged.seen.window(name, duration(definition["over"]), end)
    return (
        judged.seen.events(name, window, definition.get("where")) if judged.seen.covered(name, window.first) else None
    )


def _count(judged: Judged, definition: Written, end: int) -> Value:
    events = _events(judged, definition, end)
    return None if events is None else len(events)


def _distinct(judged: Judged, definition: Written, end: int) -> Value:
    events = _events(judged, definition, end)
    if events is None:
        return None
    by = definition["by"] if isinstance(definition["by"], list) else [definition["by"]]
    found = {tuple(judged.seen.property(event, name) for name in by) for event in events}
    return len([one for one in found if None not in one])


def _days_with(judged: Judged, definition: Written, end: int) -> Value:
    events = _events(judged, definition, end)
    return None if events is None else len({event.day for event in events})


def _days_since(judged: Judged, definition: Written, end: int) -> Value:
    name, seen = definition["days_since"], judged.seen
    catalog = judged.workspace.catalog
    if name in catalog.get("metrics", {}):
        days = list(seen.days_of(name))
    elif name in catalog.get("events", {}):
        events = [event for event in seen.happened(name) if event.day <= seen.last_day(name)]
        days = [event.day for event in events if seen.is_wanted(event, definition.get("where"))]
    elif name in catalog.get("facts", {}):
        days = [fact.day for fact in seen.facts(name, definition.get("where"))]
    else:
        days = [one for one in [judged.account.attributes.get(name)] if one is not None]
    return (seen.last_day(name) - max(days)).days if days else None


def _returning(judged: Judged, definition: Written, end: int) -> Value:
    """Of the contacts of the window before, the share that came back."""
    name, over = definition["returning"], duration(definition["over"])
    before = judged.seen.window(name, over, end + over.amount)
    now = _events(judged, definition, end)
    if now is None or not judged.seen.covered(name, before.first) or not judged.seen.reaches_back_to(before.first):
        return None
    were = {event.contact for event in judged.seen.events(name, before, definition.get("where"))} - {None}
    return len(were & {event.contact for event in now}) / len(were) if were else None


def _shift(judged: Judged, definition: Written, end: int) -> Value:
    """Half the sum of the differences between the shares of the weekdays (or hours) now and in the window before."""
    name, over = definition["shift"], duration(definition["over"])
    before = judged.seen.window(name, over, end + over.amount)
    now = _events(judged, definition, end)
    if now is None or not judged.seen.covered(name, before.first) or not judged.seen.reaches_back_to(before.first):
        return None
    were = judged.seen.events(name, before, definition.get("where"))
    if len(now) < FEWEST_TO_SHIFT or len(were) < FEWEST_TO_SHIFT:
        return None
    by = definition["by"]
    by_now, by_then = (Counter(judged.seen.property(event, by) for event in events) for events in (now, were))
    apart = sum(abs(by_now[key] * len(were) - by_then[key] * len(now)) for key in {*by_now, *by_then})
    return apart / (2 * len(now) * len(were))


def _attribute(judged: Judged, definition: Written, end: int) -> Value:
    found = judged.account.attributes.get(definition["attribute"])
    return found if found is None or isinstance(found, float) else str(found)


def _ratio(judged: Judged, definition: Written, end: int) -> Value:
    first, second = (_number(judged.measure(name, end)) for name in definition["ratio"])
    return None if first is None or not second else first / second


def _difference(judged: Judged, definition: Written, end: int) -> Value:
    first, second = (_number(judged.measure(name, end)) for name in definition["difference"])
    return None if first is None or second is None else first - second


def _change(judged: Judged, definition: Written, end: int) -> Value:
    kind = form_of(definition)
    name = definition[kind]
    now = _number(judged.measure(name, end))
    then = earlier(judged, name, end + duration(judged.workspace.measures[name]["over"]).amount)
    if now is None or then is None:
        return None
    if kind == "change":
        return now - then
    return (now - then) / then * 100 if then else None


def _roll_up(judged: Judged, definition: Written, end: int) -> Value:
    return roll_ups.rolled_up(judged, definition)


def _usual(judged: Judged, definition: Written, end: int) -> Value:
    return usual(judged, definition["usual"])


Form = Callable[["Judged", Written, int], Value]
FORMS: Mapping[str, Form] = {
    "latest": _latest,
    **dict.fromkeys(STATISTICS, _statistic),
    "count": _count,
    "distinct": _distinct,
    "days_with": _days_with,
    "days_since": _days_since,
    "returning": _returning,
    "shift": _shift,
    "attribute": _attribute,
    "ratio": _ratio,
    "difference": _difference,
    "change_percent": _change,
    "change": _change,
    "usual": _usual,
    "roll_up": _roll_up,
}
