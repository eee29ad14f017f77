"""A condition in; the sentence that a CS lead can read aloud, out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from engine.conditions import forms
from engine.conditions.condition import AllOf, AnyOf, AtLeastOf, NotThat, parts
from engine.conditions.wants import Want, Wanted
from engine.language.base import Duration, Entry, parse_day, written

BOUND_WORDS = {"<": "below", "<=": "at most", ">=": "at least", ">": "above"}
DAY_WORDS = {"<": "before", "<=": "on or before", ">=": "on or after", ">": "after"}


@dataclass(frozen=True, slots=True)
class Titles:
    """What things are called where people read of them; a name without a title is said with spaces."""

    names: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """(score | measure | fact | event | attribute | rule, name) to its label."""
    bands: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """(score, band) to its label."""

    def of(self, kind: str, name: str) -> str:
        return self.names.get((kind, name)) or name.replace("_", " ").replace("-", " ")

    def band(self, score: str, band: str) -> str:
        return self.bands.get((score, band)) or band.replace("_", " ").replace("-", " ")


def sentence(form: Entry, titles: Titles) -> str:
    """The condition in words, beginning with a capital."""
    said = clause(form, titles)
    return said[:1].upper() + said[1:]


def clause(form: Entry, titles: Titles) -> str:
    """The condition in words, to stand inside a sentence."""
    return _CLAUSES[type(form)](form, titles)


def _number(number: float) -> str:
    """As it is written, its thousands apart."""
    return f"{Decimal(written(number)):,f}"


def _bounds(bounds: tuple[tuple[str, Any], ...]) -> str:
    lower_first = sorted(bounds, key=lambda bound: bound[0].startswith("<"))
    return " and ".join(_bound(sign, bound) for sign, bound in lower_first)


def _bound(sign: str, bound: object) -> str:
    if isinstance(bound, float):
        return f"{BOUND_WORDS[sign]} {_number(bound)}"
    try:
        return f"{DAY_WORDS[sign]} {parse_day(bound)}"
    except ValueError:
        return f"{BOUND_WORDS[sign]} {bound}"


def _listed(items: tuple[str, ...], last: str = "or") -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} {last} {items[-1]}"


def _value(value: object) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def _want(name: str, want: Want) -> str:
    if not isinstance(want, Wanted):
        wanted = want if isinstance(want, tuple) else (want,)
        return f"{name} is {_listed(tuple(_value(one) for one in wanted))}"
    if want.known is not None:
        return f"{name} is {'' if want.known else 'not '}known"
    if want.not_ is not None:
        refused = want.not_ if isinstance(want.not_, tuple) else (want.not_,)
        several = "neither" if len(refused) > 1 else "not"
        return f"{name} is {several} {_listed(tuple(_value(one) for one in refused), 'nor')}"
    return f"{name} is {_bounds(want.bounds)}"


def _where(where: Mapping[str, Want] | None) -> str:
    if not where:
        return ""
    return f" ({', '.join(_want(prop.replace('_', ' '), want) for prop, want in where.items())})"


def _within(window: Duration) -> str:
    return f"within {window.words}"


def _score_is(form: forms.ScoreIs, titles: Titles) -> str:
    return f"{titles.of('score', form.score)} is {_bounds(form.bounds)}"


def _score_band(form: forms.ScoreBand, titles: Titles) -> str:
    bands = form.band if isinstance(form.band, tuple) else (form.band,)
    return f"{titles.of('score', form.score)} is {_listed(tuple(titles.band(form.score, band) for band in bands))}"


def _score_crossing(form: forms.ScoreCrossing, titles: Titles) -> str:
    how, band = form.crossing
    verb = {"enters": "entered", "falls_to": "fell to", "rises_to": "rose to", "leaves": "left"}[how]
    return f"{titles.of('score', form.score)} {verb} {titles.band(form.score, band)}"


def _score_trend(form: forms.ScoreTrend, titles: Titles) -> str:
    amount, percent = form.amount
    verb, against = ("dropped", "best") if form.drops is not None else ("rose", "worst")
    unit = "%" if percent else " points"
    score = titles.of("score", form.score)
    return f"{score} {verb} by {_number(amount)}{unit} or more against the {against} of the last {form.over.words}"


def _score_declining(form: forms.ScoreDeclining, titles: Titles) -> str:
    score, points = titles.of("score", form.score), _number(form.declining)
    return f"{score} is declining at a pace of {points} points or more in {form.over.words}"


def _measure_is(form: forms.MeasureIs, titles: Titles) -> str:
    return f"{titles.of('measure', form.measure)} is {_bounds(form.bounds)}"


def _measure_against(form: forms.MeasureAgainstUsual, titles: Titles) -> str:
    share, verb = (form.falls, "fell") if form.falls is not None else (form.rises or 0.0, "rose")
    return f"{titles.of('measure', form.measure)} {verb} by {_number(share * 100)}% or more against usual"


def _fact_within(form: forms.FactWithin, titles: Titles) -> str:
    return f"{titles.of('fact', form.fact)}{_where(form.where)} {_within(form.within)}"


def _fact_active(form: forms.FactActive, titles: Titles) -> str:
    return f"{titles.of('fact', form.fact)}{_where(form.where)} {'holds' if form.active else 'does not hold'} now"


def _event_count(form: forms.EventCount, titles: Titles) -> str:
    times = "once" if form.at_least == 1 else f"{form.at_least} times"
    return f"{titles.of('event', form.event)}{_where(form.where)} at least {times} {_within(form.in_)}"


def _event_across(form: forms.EventAcross, titles: Titles) -> str:
    times = "once" if form.at_least == 1 else f"{form.at_least} times"
    group = f"over all accounts with the same {titles.of('attribute', form.across)}"
    return f"{titles.of('event', form.event)}{_where(form.where)} at least {times} {_within(form.in_)}, {group}"


def _event_none(form: forms.EventNone, titles: Titles) -> str:
    return f"no {titles.of('event', form.event)}{_where(form.where)} {_within(form.none_in)}"


def _account_is(form: forms.AccountIs, titles: Titles) -> str:
    return " and ".join(_want(titles.of("attribute", name), want) for name, want in form.account.items())


def _date_in(form: forms.DateIn, titles: Titles) -> str:
    name = titles.of("attribute", form.date)
    if form.in_next is not None:
        return f"{name} is within the next {form.in_next.words}"
    if form.in_last is not None:
        return f"{name} was within the last {form.in_last.words}"
    return f"{name} has {'passed' if form.passed else 'not passed'}"


def _rule_active(form: forms.RuleActive, titles: Titles) -> str:
    return f"“{titles.of('rule', form.rule)}” is {'' if form.active else 'not '}active"


def _rule_fired(form: forms.RuleFired, titles: Titles) -> str:
    return f"“{titles.of('rule', form.rule)}” fired {_within(form.in_last)}"


def _known(form: forms.Known, titles: Titles) -> str:
    kind, subject = form.subject
    name = titles.of("attribute" if kind == "date" else kind, subject)
    return f"{name} is {'' if form.known else 'not '}known"


def _task_is(form: forms.TaskIs, _titles: Titles) -> str:
    return f"the task “{form.task.replace('-', ' ')}” is {form.state}"


def _joined(parts: tuple[Entry, ...], between: str, titles: Titles) -> str:
    """Parts that combine others stand in brackets, so that `and` and `or` can't be mixed up."""
    if len(parts) == 1:
        return clause(parts[0], titles)
    return between.join(f"({clause(part, titles)})" if _combines(part) else clause(part, titles) for part in parts)


def _combines(form: Entry) -> bool:
    if isinstance(form, forms.AccountIs):
        return len(form.account) > 1
    if isinstance(form, AtLeastOf | NotThat):
        return isinstance(form, AtLeastOf)  # `not` brings brackets of its own
    inner = parts(form)
    return len(inner) > 1 or any(_combines(part) for part in inner)


_CLAUSES: Mapping[type, Callable[[Any, Titles], str]] = {
    forms.ScoreIs: _score_is,
    forms.ScoreBand: _score_band,
    forms.ScoreCrossing: _score_crossing,
    forms.ScoreTrend: _score_trend,
    forms.ScoreDeclining: _score_declining,
    forms.MeasureIs: _measure_is,
    forms.MeasureAgainstUsual: _measure_against,
    forms.FactWithin: _fact_within,
    forms.FactActive: _fact_active,
    forms.EventCount: _event_count,
    forms.EventAcross: _event_across,
    forms.EventNone: _event_none,
    forms.AccountIs: _account_is,
    forms.DateIn: _date_in,
    forms.RuleActive: _rule_active,
    forms.RuleFired: _rule_fired,
    forms.Known: _known,
    forms.TaskIs: _task_is,
    AllOf: lambda form, titles: _joined(form.all, " and ", titles),
    AnyOf: lambda form, titles: _joined(form.any, " or ", titles),
    NotThat: lambda form, titles: f"not ({clause(form.not_, titles)})",
    AtLeastOf: lambda form, titles: f"at least {form.at_least} of: {_joined(form.of, '; ', titles)}",
}
