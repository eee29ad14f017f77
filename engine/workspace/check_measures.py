"""The measures in; unknown names, types that don't fit, and measures that rest on themselves, out."""

from collections.abc import Iterator

from engine.errors import Problem
from engine.language import measures as of
from engine.workspace.check_conditions import check_date, check_where, check_window, warn_of_few, warn_of_weekdays
from engine.workspace.check_levels import check_roll_up
from engine.workspace.names import Names, parts_of
from engine.workspace.order import cycles
from engine.workspace.spots import Spot, suggestion

_PARTS: dict[type[of.MeasureBase], str] = {
    of.Ratio: "ratio",
    of.Difference: "difference",
    of.Change: "change",
    of.ChangePercent: "change_percent",
}


def check_measures(names: Names) -> Iterator[Problem]:
    spots = {read.name: read.spot for read in names.files.measures}
    for read in names.files.measures:
        if read.readable is not None:
            yield from _check_measure(read.readable, read.left, names)
    needs = {name: parts_of(measure) for name, measure in names.measures.items() if measure is not None}
    for circle in cycles(needs):
        message = f" rests on itself: {' → '.join((*circle, circle[0]))}"
        yield spots[circle[0]].says(message, "Take one of them out of the circle.")


def _check_measure(measure: of.MeasureBase, spot: Spot, names: Names) -> Iterator[Problem]:
    match measure:
        case of.Latest():
            yield from names.unknown("metric", measure.latest, spot.at("latest"))
        case of.Statistic():
            yield from _check_statistic(measure, spot, names)
        case of.EventsCounted():
            yield from _check_event(measure.count, "count", measure, spot, names)
        case of.Distinct():
            yield from _check_event(measure.distinct, "distinct", measure, spot, names)
            yield from _check_by(measure, spot, names)
        case of.DaysWith():
            yield from _check_event(measure.days_with, "days_with", measure, spot, names)
        case of.Returning():
            yield from _check_event(measure.returning, "returning", measure, spot, names)
        case of.Shift():
            yield from _check_event(measure.shift, "shift", measure, spot, names)
        case of.DaysSince():
            yield from _check_days_since(measure, spot, names)
        case of.AttributeValue():
            yield from names.unknown("attribute", measure.attribute, spot.at("attribute"))
        case of.RollUp():
            yield from check_roll_up(measure, spot, names)
        case of.Usual():
            yield from _check_parts((measure.usual,), spot.at("usual"), names)
            yield from warn_of_weekdays(measure.usual, spot.at("usual"), names)
        case _:
            yield from _check_parts(parts_of(measure), spot.at(_PARTS[type(measure)]), names)


_OnEvents = of.EventsCounted | of.Distinct | of.DaysWith | of.Returning | of.Shift


def _check_event(event: str, key: str, measure: _OnEvents, spot: Spot, names: Names) -> Iterator[Problem]:
    yield from names.unknown("event", event, spot.at(key))
    yield from check_where("event", event, measure.where, spot, names)


def _check_by(measure: of.Distinct, spot: Spot, names: Names) -> Iterator[Problem]:
    there = names.catalog.property_names(measure.distinct)
    for place, prop in enumerate(measure.by):
        if names.is_readable("event", measure.distinct) and prop not in there:
            message = f" speaks of an unknown property {prop!r} of {measure.distinct}"
            yield spot.at("by", place).says(message, suggestion(prop, there, ""))


def _check_statistic(measure: of.Statistic, spot: Spot, names: Names) -> Iterator[Problem]:
    key, subject = measure.statistic
    event, dot, prop = subject.partition(".")
    if not dot:
        yield from names.unknown("metric", subject, spot.at(key))
        yield from warn_of_few(measure.min_points, measure.over.count, spot)
        return
    yield from names.unknown("event", event, spot.at(key))
    if not names.is_readable("event", event):
        return
    found = names.field(event, prop)
    there = [
        name for name in names.catalog.property_names(event) if names.catalog.property_type(event, name) == "number"
    ]
    if found is None:
        message = f" speaks of an unknown property {prop!r} of {event}"
        yield spot.at(key).says(message, suggestion(prop, there, f"Declare a number under {event} in the catalog."))
    elif found.type != "number":
        remedy = suggestion(prop, there, f"Declare it as a number under {event} in the catalog.", "Numbers are")
        yield spot.at(key).says(f" takes the {key} of {subject}, which is a {found.type}", remedy)
    yield from check_where("event", event, measure.where, spot, names)


def _check_days_since(measure: of.DaysSince, spot: Spot, names: Names) -> Iterator[Problem]:
    name, at = measure.days_since, spot.at("days_since")
    kind = next((kind for kind in ("event", "fact", "metric", "attribute") if name in names.there(kind)), None)
    if kind is None:
        kinds = ("metric", "event", "fact", "attribute")
        if not any(names.has(kind, name) for kind in kinds):
            there = frozenset[str]().union(*(names.there(kind) for kind in kinds))
            message = f" speaks of an unknown metric, event, fact or date {name!r}"
            yield at.says(message, suggestion(name, there, "Declare it in the catalog."))
    elif kind == "attribute":
        yield from check_date(name, at, names)
    if kind in ("event", "fact"):
        yield from check_where(kind, name, measure.where, spot, names)
    elif kind and measure.where:
        message = f" narrows {name!r} with `where`, but that is {'an attribute' if kind == 'attribute' else 'a metric'}"
        yield spot.at("where").says(message, "Leave it out: `where` is for events and facts.", key=True)


def _check_parts(parts: tuple[str, ...], spot: Spot, names: Names) -> Iterator[Problem]:
    """Arithmetic over measures: they are there, are numbers, and have earlier windows where these are asked for."""
    several = len(parts) > 1
    for place, part in enumerate(parts):
        at = spot.at(place) if several else spot
        yield from names.unknown("measure", part, at)
        if names.measures.get(part) is None:
            continue
        if names.measure_type(part) == "text":
            yield at.says(f" reckons with {part!r}, which is a text", "Use a measure that is a number.")
        elif not several:
            yield from check_window(part, at, names)
