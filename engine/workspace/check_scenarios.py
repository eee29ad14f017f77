"""The scenarios in; names that the workspace does not have, and values that can't be, out."""

from collections.abc import Iterator, Mapping

from engine.conditions.constants import constant
from engine.errors import Problem
from engine.language.catalog import FieldType
from engine.language.scenarios import Before, DayEntry, Expected, Never, Scenario, Sent
from engine.language.times import parse_time
from engine.workspace.check_conditions import mismatch, unlisted
from engine.workspace.names import Names
from engine.workspace.spots import Spot, suggestion

_LISTS = {"fires": "rule", "starts": "playbook", "stops": "playbook"}


def check_scenarios(names: Names) -> Iterator[Problem]:
    for read in names.files.scenarios:
        if read.readable is not None:
            yield from _check_scenario(read.readable, read.left, names)


def _check_scenario(scenario: Scenario, spot: Spot, names: Names) -> Iterator[Problem]:
    yield from _check_attributes(scenario.account, spot.at("account"), names)
    for place, before in enumerate(scenario.before):
        yield from _check_before(before, spot.at("before", place), names)
    for number, day in scenario.days.items():
        yield from _check_day(day, spot.at("days", number), names)
        yield from _check_ends(number, day, spot.at("days", number))
    yield from _check_expected(scenario.never, spot.at("never"), names)


def _check_ends(number: int, day: DayEntry, spot: Spot) -> Iterator[Problem]:
    ends = [(spot.at("facts", place, "until"), fact.until) for place, fact in enumerate(day.facts)]
    ends += [(spot.at("override", "until"), day.override.until)] if day.override is not None else []
    for at, until in ends:
        if until is not None and until < number:
            yield at.says(f" ends on day {until}, before it begins on day {number}", "Mend one of the two.")


def _check_attributes(given: Mapping[str, object], spot: Spot, names: Names) -> Iterator[Problem]:
    for name, value in given.items():
        if not names.has("attribute", name):
            message = f" gives an unknown attribute {name!r}"
            yield spot.at(name).says(message, names.remedy("attribute", name), key=True)
        else:
            yield from _check_value(None, name, value, spot.at(name), names)


def _check_value(record: str | None, name: str, value: object, spot: Spot, names: Names) -> Iterator[Problem]:
    found = names.field(record, name)
    if found is None or name in names.files.broken or value is None:
        return
    try:
        if found.type == "time":
            parse_time(value, "UTC")
        else:
            constant(value, found.type)
    except ValueError as error:
        yield mismatch(spot, name, found, error)
    else:
        yield from unlisted(spot, name, (value,), found)


def _check_before(before: Before, spot: Spot, names: Names) -> Iterator[Problem]:
    for kind in ("event", "metric", "fact"):
        name = getattr(before, kind)
        if name is not None:
            yield from names.unknown(kind, name, spot.at(kind), " gives an unknown")
            yield from _check_properties(kind, name, before.properties, spot, names)
    if before.metric is not None and before.value is not None:
        yield from _check_metric(before.metric, before.value, spot.at("value"), names)


def _check_metric(metric: str, value: float, spot: Spot, names: Names) -> Iterator[Problem]:
    """A number that an import would refuse."""
    declared = names.catalog.metrics.get(metric)
    if declared is not None:
        yield from unlisted(spot, metric, (value,), FieldType(type="number", min=declared.min, max=declared.max))


def _check_properties(kind: str, name: str, given: Mapping[str, object], spot: Spot, names: Names) -> Iterator[Problem]:
    if not names.is_readable(kind, name):
        return
    declared = () if kind == "metric" else names.catalog.property_names(name)
    own = ("contact",) if kind != "fact" else ("author", "source", "reason", "until")
    for prop, value in given.items():
        if prop in declared:
            yield from _check_value(name, prop, value, spot.at(prop), names)
        elif prop not in own:
            message = f" gives an unknown property {prop!r} of {name}"
            there = suggestion(prop, (*declared, *own), "Leave it out.")
            yield spot.at(prop).says(message, there, key=True)


def _check_day(day: DayEntry, spot: Spot, names: Names) -> Iterator[Problem]:
    for place, event in enumerate(day.events):
        at = spot.at("events", place)
        yield from names.unknown("event", event.name, at.at("name"), " gives an unknown")
        yield from _check_properties("event", event.name, event.properties, at, names)
    for name, value in day.metrics.items():
        if not names.has("metric", name):
            message = f" gives an unknown metric {name!r}"
            yield spot.at("metrics", name).says(message, names.remedy("metric", name), key=True)
        yield from _check_metric(name, value, spot.at("metrics", name), names)
    for place, fact in enumerate(day.facts):
        at = spot.at("facts", place)
        yield from names.unknown("fact", fact.name, at.at("name"), " gives an unknown")
        yield from _check_properties("fact", fact.name, fact.properties, at, names)
    yield from _check_attributes(day.account, spot.at("account"), names)
    if day.outcome is not None and day.outcome not in names.catalog.all_outcomes():
        remedy = suggestion(day.outcome, names.catalog.all_outcomes(), "")
        yield spot.at("outcome").says(f" gives an unknown outcome {day.outcome!r}", remedy)
    for place, done in enumerate(day.do):
        yield from _check_step(done.task, spot.at("do", place, "task"), names)
    if day.override is not None:
        yield from names.unknown("score", day.override.score, spot.at("override", "score"), " overrides an unknown")
    if day.expect is not None:
        yield from _check_expected(day.expect, spot.at("expect"), names)


def _check_expected(expected: Expected | Never, spot: Spot, names: Names) -> Iterator[Problem]:
    for key, kind in _LISTS.items():
        for place, name in enumerate(getattr(expected, key) or ()):
            yield from names.unknown(kind, name, spot.at(key, place), " expects an unknown")
    for place, step in enumerate(expected.tasks or ()):
        yield from _check_step(step, spot.at("tasks", place), names)
    for place, sent in enumerate(expected.sends or ()):
        yield from _check_sent(sent, spot.at("sends", place), names)
    if isinstance(expected, Expected):
        for score, band in (expected.band or {}).items():
            yield from _check_score(score, spot.at("band", score), names)
            yield from names.unknown_band(score, (band,) if band is not None else (), spot.at("band", score))
        for score in expected.score or {}:
            yield from _check_score(score, spot.at("score", score), names)


def _check_score(score: str, spot: Spot, names: Names) -> Iterator[Problem]:
    if not names.has("score", score):
        yield spot.says(f" expects an unknown score {score!r}", names.remedy("score", score), key=True)


def _check_sent(sent: Sent, spot: Spot, names: Names) -> Iterator[Problem]:
    for kind in ("slack", "email"):
        name = getattr(sent, kind)
        if name is not None:
            yield from names.unknown(f"{kind} template", name, spot.at(kind), " expects an unknown")


def _check_step(step: str, spot: Spot, names: Names) -> Iterator[Problem]:
    there = frozenset[str]().union(*names.task_steps.values())
    if step not in there and not names.is_open("playbook") and all(read.model for read in names.files.playbooks):
        message = f" speaks of an unknown task step {step!r}"
        yield spot.says(message, suggestion(step, there, "No playbook has a step with `task`."))
