"""A condition at its place in; everything about it that does not fit the rest of the workspace, out."""

import math
from collections.abc import Iterable, Iterator, Mapping

from engine.conditions import forms
from engine.conditions.compile import compile_condition
from engine.conditions.condition import NotThat, parts
from engine.conditions.constants import constant
from engine.conditions.filters import filter_tests
from engine.conditions.wants import Bounds, Want, Wanted
from engine.errors import Problem
from engine.language.base import Entry, written
from engine.language.catalog import FieldType
from engine.workspace.names import Names
from engine.workspace.spots import Spot, split_remedy, suggestion

_EXAMPLES = {
    "text": "Write a text, like pro.",
    "number": "Write a number, like 35.",
    "boolean": "Write true or false.",
    "date": "Write a date, like 2026-03-01.",
    "time": "Write a date, like 2026-03-01.",
}

_SIGNS = {"<": "below", "<=": "of at most", ">=": "of at least", ">": "above"}


def leaves(form: Entry, spot: Spot) -> Iterator[tuple[Entry, Spot]]:
    """The tests of a condition, each with its place."""
    key = next((key for key in ("all", "any", "of") if key in type(form).model_fields), None)
    if isinstance(form, NotThat):
        yield from leaves(form.not_, spot.at("not"))
    elif key and parts(form):
        for place, part in enumerate(parts(form)):
            yield from leaves(part, spot.at(key, place))
    else:
        yield form, spot


def check_condition(form: Entry, spot: Spot, names: Names, tasks: frozenset[str] | None = None) -> Iterator[Problem]:
    """Unknown names and types that don't fit. `tasks`: the task steps of a playbook; None: outside of playbooks."""
    for leaf, at in leaves(form, spot):
        yield from _check_leaf(leaf, at, names, tasks)
        if isinstance(leaf, Bounds):
            yield from _warn_of_never(leaf, at)
        elif isinstance(leaf, forms.ScoreTrend | forms.ScoreDeclining):
            least = forms.FEWEST_FOR_SLOPE if isinstance(leaf, forms.ScoreDeclining) else 1
            yield from warn_of_few(leaf.min_points, leaf.over.count, at, least)


def _warn_of_never(leaf: Bounds, spot: Spot) -> Iterator[Problem]:
    is_score = isinstance(leaf, forms.ScoreIs)
    if is_empty(leaf.bounds, *((0, 100) if is_score else ())):
        remedy = "A score lies in 0 to 100." if is_score else "Mend a bound, or ask for each under `any`."
        yield spot.warns(f" asks for a number {_asked(leaf.bounds)}, which there is none of", remedy)


def _asked(bounds: Iterable[tuple[str, float]]) -> str:
    return " and ".join(f"{_SIGNS[sign]} {written(bound)}" for sign, bound in bounds)


def warn_of_few(min_points: int, days: int, spot: Spot, least: int = 1) -> Iterator[Problem]:
    """A window of days that has not so many of them. `least`: of what `min_points` may be."""
    if min_points > days:
        message = f" wants {min_points} days with a value, and its window has {days}: it is never known"
        fewer = f", or write `min_points: {days}` or less" if days >= least else ""
        yield spot.warns(message, f"Take a longer window{fewer}.")


def is_empty(bounds: Iterable[tuple[str, float]], low: float = -math.inf, high: float = math.inf) -> bool:
    """Whether no number from `low` to `high` lies within all bounds."""
    under, over = False, False
    for sign, bound in bounds:
        if sign in ("<", "<=") and (bound, sign == "<=") < (high, not under):
            high, under = bound, sign == "<"
        elif sign in (">", ">=") and (-bound, sign == ">=") < (-low, not over):
            low, over = bound, sign == ">"
    return low > high or (low == high and (under or over))


def _check_leaf(leaf: Entry, spot: Spot, names: Names, tasks: frozenset[str] | None) -> Iterator[Problem]:
    match leaf:
        case forms.ScoreIs() | forms.ScoreTrend() | forms.ScoreDeclining():
            yield from names.unknown("score", leaf.score, spot.at("score"))
        case forms.ScoreBand():
            yield from names.unknown("score", leaf.score, spot.at("score"))
            bands = (leaf.band,) if isinstance(leaf.band, str) else leaf.band
            yield from names.unknown_band(leaf.score, bands, spot.at("band"))
        case forms.ScoreCrossing():
            yield from names.unknown("score", leaf.score, spot.at("score"))
            yield from names.unknown_band(leaf.score, (leaf.crossing[1],), spot.at(leaf.crossing[0]))
        case forms.MeasureIs() | forms.MeasureAgainstUsual():
            yield from names.unknown("measure", leaf.measure, spot.at("measure"))
            yield from _check_measure(leaf, spot.at("measure"), names)
        case forms.FactWithin() | forms.FactActive():
            yield from names.unknown("fact", leaf.fact, spot.at("fact"))
            yield from check_where("fact", leaf.fact, leaf.where, spot, names)
        case forms.EventCount() | forms.EventNone():
            yield from names.unknown("event", leaf.event, spot.at("event"))
            yield from check_where("event", leaf.event, leaf.where, spot, names)
        case forms.EventAcross():
            message = " counts events across accounts inside of something else"
            yield spot.says(message, "Make it the whole `when` of a rule of its own, with a `finding`.")
        case forms.AccountIs():
            yield from _check_account(leaf, spot.at("account"), names)
        case forms.DateIn():
            yield from check_date(leaf.date, spot.at("date"), names)
        case forms.RuleActive() | forms.RuleFired():
            yield from names.unknown("rule", leaf.rule, spot.at("rule"))
            if leaf.rule in names.rules_across:
                message = f" asks an account for the rule {leaf.rule!r}, which counts across accounts"
                yield spot.at("rule").says(message, "Name a rule of accounts: this one has a state per group.")
        case forms.Known():
            yield from _check_known(leaf, spot, names)
        case forms.TaskIs():
            yield from _check_task(leaf.task, spot.at("task"), tasks)


def check_across(form: forms.EventAcross, spot: Spot, names: Names) -> Iterator[Problem]:
    """The condition of a rule that counts across accounts."""
    yield from names.unknown("event", form.event, spot.at("event"))
    yield from check_where("event", form.event, form.where, spot, names)
    yield from names.unknown("attribute", form.across, spot.at("across"))
    type_ = names.attribute_type(form.across)
    if type_ is not None and type_ != "text":
        message = f" groups accounts by {form.across!r}, which is a {type_}"
        yield spot.at("across").says(message, "Name an attribute that is a text, like segment.")


def _check_measure(leaf: forms.MeasureIs | forms.MeasureAgainstUsual, spot: Spot, names: Names) -> Iterator[Problem]:
    measure = names.measures.get(leaf.measure)
    if measure is None:
        return
    if names.measure_type(leaf.measure) == "text":
        message = f" compares the measure {leaf.measure!r} with a number, but it is a text"
        yield spot.says(message, "Speak of the attribute instead: {account: {…}}.")
    elif isinstance(leaf, forms.MeasureAgainstUsual):
        yield from check_window(leaf.measure, spot, names)
        yield from warn_of_weekdays(leaf.measure, spot, names)


def check_window(measure: str, spot: Spot, names: Names) -> Iterator[Problem]:
    """Has the measure earlier windows, and do its windows have the same weekdays?"""
    days = names.window(measure)
    if days is None:
        message = f" compares {measure!r} with earlier windows, but it has none"
        yield spot.says(message, "Use a measure with `over` in days, like 28d.")


def warn_of_weekdays(measure: str, spot: Spot, names: Names) -> Iterator[Problem]:
    days = names.window(measure)
    if days is not None and days % 7:
        message = f" takes the usual of {measure!r}, whose window of {days} days is not whole weeks"
        yield spot.warns(message, "Weekdays weigh unevenly; take 7d, 14d or 28d.")


def _check_account(leaf: forms.AccountIs, spot: Spot, names: Names) -> Iterator[Problem]:
    for name, want in leaf.account.items():
        if not names.has("attribute", name):
            message = f" speaks of an unknown attribute {name!r}"
            yield spot.at(name).says(message, names.remedy("attribute", name), key=True)
        elif names.attribute_type(name) is not None:
            one = forms.AccountIs.model_construct(account={name: want})
            try:
                compile_condition(one, names.catalog)
            except ValueError as error:
                yield mismatch(spot.at(name), name, names.field(None, name), error)
            else:
                yield from _check_values(spot.at(name), name, want, names.field(None, name))


def check_where(
    kind: str, record: str, where: Mapping[str, Want] | None, spot: Spot, names: Names
) -> Iterator[Problem]:
    """`where` of an entry that speaks of an event or a fact."""
    if not names.is_readable(kind, record):
        return
    there = {prop: names.field(record, prop) for prop in names.catalog.property_names(record)}
    declare = f"Declare it under {record} in the catalog."
    yield from check_wants(where, spot, there, f"property {{!r}} of {record}", declare)


def check_wants(
    where: Mapping[str, Want] | None,
    spot: Spot,
    there: Mapping[str, FieldType | None],
    called: str,
    otherwise: str,
) -> Iterator[Problem]:
    """A `where` on any kind of field. `called`: what is said of an unknown one; `otherwise`: what to do if none is."""
    for name, want in (where or {}).items():
        at, found = spot.at("where", name), there.get(name)
        if found is None:
            yield at.says(f" speaks of an unknown {called.format(name)}", suggestion(name, there, otherwise), key=True)
            continue
        try:
            filter_tests(name, want, found.type)
        except ValueError as error:
            yield mismatch(at, name, found, error)
        else:
            yield from _check_values(at, name, want, found)


def mismatch(spot: Spot, name: str, found: FieldType | None, error: ValueError) -> Problem:
    """A value that is not of its field's type."""
    type_ = found.type if found else "text"
    wrong, remedy = split_remedy(str(error), _EXAMPLES[type_])
    return spot.says(f": {name!r} is a {type_}, and {wrong}", remedy)


def _check_values(spot: Spot, name: str, want: Want, found: FieldType | None) -> Iterator[Problem]:
    said = want.not_ if isinstance(want, Wanted) and want.not_ is not None else want
    if not isinstance(said, Wanted):
        yield from unlisted(spot, name, said if isinstance(said, tuple) else (said,), found)
    elif found is not None and found.type == "number":
        bounds = tuple((sign, float(constant(bound, "number"))) for sign, bound in said.bounds)
        if is_empty(bounds, *_range(found)):
            contradict_each_other = is_empty(bounds)
            remedy = "Mend a bound." if contradict_each_other else _says_range(found)
            yield spot.warns(f" asks for {name!r} {_asked(bounds)}, which it never is", remedy)


def unlisted(spot: Spot, name: str, values: Iterable[object], found: FieldType | None) -> Iterator[Problem]:
    """Texts, and numbers, that an attribute or a property never has."""
    for value in values:
        if found is not None and found.values and isinstance(value, str) and value not in found.values:
            yield spot.says(f": {name!r} is never {value!r}", suggestion(value, found.values, "", "It is one of"))
        elif found is not None and found.type == "number" and value is not None:
            number = float(constant(value, "number"))
            if is_empty((("<=", number), (">=", number)), *_range(found)):
                yield spot.says(f": {name!r} is never {written(number)}", _says_range(found))


def _range(found: FieldType) -> tuple[float, float]:
    """The least and the most that a number may be."""
    return -math.inf if found.min is None else found.min, math.inf if found.max is None else found.max


def _says_range(found: FieldType) -> str:
    low, high = (None if edge is None else written(edge) for edge in (found.min, found.max))
    if low is not None and high is not None:
        return f"It lies in {low} to {high}."
    return f"It is {high} or less." if low is None else f"It is {low} or more."


def check_date(name: str, spot: Spot, names: Names) -> Iterator[Problem]:
    """Is it an attribute, and a date?"""
    yield from names.unknown("attribute", name, spot)
    type_ = names.attribute_type(name)
    if type_ not in (None, "date", "time"):
        dates = [other for other in names.catalog.attribute_names() if names.attribute_type(other) == "date"]
        message = f" speaks of the date {name!r}, which is a {type_}"
        yield spot.says(message, suggestion(name, dates, "Declare it as a date.", "Dates are"))


def _check_known(leaf: forms.Known, spot: Spot, names: Names) -> Iterator[Problem]:
    kind, subject = leaf.subject
    if kind == "date":
        yield from check_date(subject, spot.at(kind), names)
    else:
        yield from names.unknown(kind, subject, spot.at(kind))


def _check_task(step: str, spot: Spot, tasks: frozenset[str] | None) -> Iterator[Problem]:
    if tasks is None:
        message = f" speaks of the task {step!r}, but only a playbook's run has tasks"
        yield spot.says(message, "Move the condition into the playbook.")
    elif step not in tasks:
        message = f" speaks of an unknown task step {step!r}"
        yield spot.says(message, suggestion(step, tasks, "Give the playbook a step with `task`."))
