"""Scores of contacts, and measures that roll scores up, in; what does not fit their level out."""

from collections.abc import Iterator

from engine.conditions import forms
from engine.errors import Problem
from engine.language import measures as of
from engine.language.base import Entry
from engine.language.catalog import CONTACT_FIELDS, FieldType
from engine.language.measure_records import event_of
from engine.language.scores import Score
from engine.workspace.check_conditions import check_wants, leaves
from engine.workspace.names import Names, parts_of
from engine.workspace.spots import Spot, suggestion

_OF_RECORDS = (
    forms.AccountIs,
    forms.DateIn,
    forms.FactWithin,
    forms.FactActive,
    forms.EventCount,
    forms.EventNone,
    forms.MeasureIs,
    forms.MeasureAgainstUsual,
)


def judged_later(form: Entry, spot: Spot, message: str, remedy: str) -> Iterator[Problem]:
    """The parts of a condition that speak of scores and rules, where only records can be asked."""
    for leaf, at in leaves(form, spot):
        allowed = isinstance(leaf, _OF_RECORDS) or (isinstance(leaf, forms.Known) and leaf.score is None)
        if not allowed and not isinstance(leaf, forms.TaskIs):
            yield at.says(message, remedy)


def check_of_contacts(score: Score, spot: Spot, names: Names) -> Iterator[Problem]:
    """A score of contacts rests on the records of each, and stands first for nobody."""
    if score.primary:
        message = " scores contacts, so it can't be the primary score"
        yield spot.at("primary").says(message, "Leave `primary` to a score of accounts.", key=True)
    message, remedy = " scores contacts, which no rule and no other score speaks of", "Speak of records and measures."
    if score.when is not None:
        yield from judged_later(score.when, spot.at("when"), message, remedy)
    for place, entry in enumerate(score.points):
        if entry.when is not None:
            yield from judged_later(entry.when, spot.at("points", place, "when"), message, remedy)
    for place, weighed in enumerate(score.measures):
        at = spot.at("measures", place)
        if weighed.score is not None:
            yield at.at("score").says(message, "Use measures of what contacts do.")
        else:
            yield from _check_reach(weighed.name, at.at("measure"), names)
        if weighed.unless is not None:
            yield from judged_later(weighed.unless, at.at("unless"), message, remedy)


def _check_reach(name: str, spot: Spot, names: Names) -> Iterator[Problem]:
    """Can the measure have a value for a contact?"""
    measure = names.measures.get(name)
    if measure is None:
        return
    if isinstance(measure, of.RollUp):
        message = f" measures contacts by {name!r}, which rolls up scores into one number of the account"
        yield spot.says(message, "Use measures of what contacts do.")
    metric = names.catalog.metrics.get(_metric_of(measure))
    if metric is not None and metric.of == "account":
        message = f" measures contacts by {name!r}, but {_metric_of(measure)} is a metric of accounts"
        yield spot.says(message, "Declare the metric with `of: contact`, or use events that name contacts.")
    for part in parts_of(measure):
        yield from _check_reach(part, spot, names)


def _metric_of(measure: of.MeasureBase) -> str:
    match measure:
        case of.Latest():
            return measure.latest
        case of.DaysSince():
            return measure.days_since
        case of.Statistic() if not event_of(measure):
            return measure.statistic[1]
    return ""


def check_roll_up(measure: of.RollUp, spot: Spot, names: Names) -> Iterator[Problem]:
    at, score = spot.at("roll_up"), measure.roll_up
    if measure.of == "contacts":
        if score in names.there("score") and names.models(score) is not None:
            remedy = "Write `level: contact` in the score, or roll up one that has it."
            yield at.says(f" rolls up {score!r} of contacts, but that is a score of accounts", remedy)
        elif score not in names.there("score"):
            yield from names.unknown("score of contacts", score, at)
        fields = {name: FieldType(type=type_) for name, type_ in CONTACT_FIELDS.items()}
        yield from check_wants(measure.where, spot, fields, "field {!r} of contacts", "")
        return
    yield from names.unknown("score", score, at)
    attributes = {name: names.field(None, name) for name in names.there("attribute")}
    yield from check_wants(measure.where, spot, attributes, "attribute {!r}", "Declare it in the catalog.")
    if measure.weight is not None:
        yield from _check_weight(measure.weight, spot.at("weight"), names)


def _check_weight(name: str, spot: Spot, names: Names) -> Iterator[Problem]:
    yield from names.unknown("attribute", name, spot)
    type_ = names.attribute_type(name)
    if type_ not in (None, "number"):
        numbers = [other for other in names.there("attribute") if names.attribute_type(other) == "number"]
        yield spot.says(f" weighs by {name!r}, which is a {type_}", suggestion(name, numbers, "", "Numbers are"))
