"""What a condition answers, worked out from its words alone: the oracle that no tree, mask or pattern had a hand in.

Three-valued: true, false, or None where it is unknown. It reads what one account is known to be, by the columns' names.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from engine.conditions import columns as of
from engine.conditions import forms
from engine.conditions.compile import where_filter
from engine.conditions.condition import AllOf, AnyOf, AtLeastOf, NotThat, parts
from engine.conditions.constants import Constant
from engine.conditions.tree import Row
from engine.conditions.wants import Want, Wanted
from engine.language.base import Entry
from engine.language.catalog import Catalog, Type

Answer = bool | None


def answer(form: Entry, catalog: Catalog, row: Row) -> Answer:
    """What the condition answers about an account."""
    if isinstance(form, NotThat):
        return _opposite(answer(form.not_, catalog, row))
    inner = [answer(part, catalog, row) for part in parts(form)]
    if isinstance(form, AllOf):
        return _so_many(len(inner), inner)
    if isinstance(form, AnyOf):
        return _so_many(1, inner)
    if isinstance(form, AtLeastOf):
        return _so_many(form.at_least, inner)
    return _LEAVES[type(form)](form, catalog, row)


def _opposite(said: Answer) -> Answer:
    return None if said is None else not said


def _so_many(count: int, said: Iterable[Answer]) -> Answer:
    """True if so many are, false if so many can't be."""
    found = list(said)
    if found.count(True) >= count:
        return True
    return False if len(found) - found.count(False) < count else None


def _ask(value: Constant | None, test: Callable[[Any], bool]) -> Answer:
    return None if value is None else test(value)


def _yes(value: Constant | None) -> Answer:
    return _ask(value, lambda known: known == 1)


def _limits(form: Any) -> dict[str, Any]:
    """The bounds that are given."""
    given = {key: getattr(form, key) for key in ("below", "at_most", "at_least", "above")}
    return {key: limit for key, limit in given.items() if limit is not None}


def _within(limits: Mapping[str, Any], value: Any) -> bool:
    return not (
        ("below" in limits and value >= limits["below"])
        or ("at_most" in limits and value > limits["at_most"])
        or ("at_least" in limits and value < limits["at_least"])
        or ("above" in limits and value <= limits["above"])
    )


def _typed(raw: object, type_: Type | None) -> Constant:
    if type_ == "number":
        return float(str(raw))
    if type_ == "date":
        return float((date.fromisoformat(str(raw)) - date(1970, 1, 1)).days)
    return float(bool(raw)) if type_ == "boolean" else str(raw)


def _several(raw: object, type_: Type | None) -> list[Constant]:
    return [_typed(one, type_) for one in (raw if isinstance(raw, tuple) else (raw,))]


def _want(want: Want, type_: Type | None, value: Constant | None) -> Answer:
    if not isinstance(want, Wanted):
        return _ask(value, lambda known: known in _several(want, type_))
    if want.known is not None:
        return (value is not None) == want.known
    if want.not_ is not None:
        return _ask(value, lambda known: known not in _several(want.not_, type_))
    limits = {key: _typed(raw, type_) for key, raw in _limits(want).items()}
    return _ask(value, lambda known: _within(limits, known))


def _account(form: forms.AccountIs, catalog: Catalog, row: Row) -> Answer:
    said = [
        _want(want, catalog.attribute_type(name), row.get(f"account.{name}")) for name, want in form.account.items()
    ]
    return _so_many(len(said), said)


def _band(form: forms.ScoreBand, _catalog: Catalog, row: Row) -> Answer:
    wanted = form.band if isinstance(form.band, tuple) else (form.band,)
    return _ask(row.get(f"score.{form.score}.band"), lambda band: band in wanted)


def _trend(form: forms.ScoreTrend, _catalog: Catalog, row: Row) -> Answer:
    said = str(form.drops or form.rises)
    percent, amount = said.endswith("%"), float(said.rstrip("%"))
    column = of.ScoreTrendOver(form.score, form.drops is not None, form.over.count, percent, form.min_points)
    return _ask(row.get(column.name), lambda change: change >= amount)


def _declining(form: forms.ScoreDeclining, _catalog: Catalog, row: Row) -> Answer:
    column = of.ScoreDecline(form.score, form.over.count, form.min_points)
    return _ask(row.get(column.name), lambda lost: lost >= form.declining)


def _against(form: forms.MeasureAgainstUsual, _catalog: Catalog, row: Row) -> Answer:
    falls = form.falls is not None
    factor = round(1 - (form.falls or 0), 6) if falls else round(1 + (form.rises or 0), 6)
    return _yes(row.get(of.MeasureAgainst(form.measure, "<=" if falls else ">=", factor).name))


def _fact_within(form: forms.FactWithin, catalog: Catalog, row: Row) -> Answer:
    column = of.FactCount(form.fact, form.within, where_filter(form.fact, form.where, catalog))
    return _ask(row.get(column.name), lambda count: count >= 1)


def _fact_active(form: forms.FactActive, catalog: Catalog, row: Row) -> Answer:
    column = of.FactCount(form.fact, None, where_filter(form.fact, form.where, catalog))
    return _ask(row.get(column.name), lambda count: (count >= 1) == form.active)


def _event_count(form: forms.EventCount | forms.EventAcross, catalog: Catalog, row: Row) -> Answer:
    where = where_filter(form.event, form.where, catalog)
    return _yes(row.get(of.EventReached(form.event, form.at_least, form.in_, where).name))


def _event_none(form: forms.EventNone, catalog: Catalog, row: Row) -> Answer:
    return _yes(row.get(of.EventSilent(form.event, form.none_in, where_filter(form.event, form.where, catalog)).name))


def _date(form: forms.DateIn, _catalog: Catalog, row: Row) -> Answer:
    days = row.get(f"date.{form.date}.in_days")
    if form.in_next is not None:
        last = form.in_next.count
        return _ask(days, lambda left: 0 <= left <= last)
    if form.in_last is not None:
        first = form.in_last.count
        return _ask(days, lambda left: 0 <= -left < first)
    return _ask(days, lambda left: (left < 0) == form.passed)


def _known(form: forms.Known, _catalog: Catalog, row: Row) -> Answer:
    names = {f"score.{form.score}", f"measure.{form.measure}", f"account.{form.date}"}
    return bool(names & row.keys()) == form.known


_LEAVES: Mapping[type[Entry], Callable[[Any, Catalog, Row], Answer]] = {
    forms.ScoreIs: lambda form, _, row: _ask(
        row.get(f"score.{form.score}"), lambda value: _within(_limits(form), value)
    ),
    forms.ScoreBand: _band,
    forms.ScoreCrossing: lambda form, _, row: _yes(row.get(f"score.{form.score}.{'.'.join(form.crossing)}")),
    forms.ScoreTrend: _trend,
    forms.ScoreDeclining: _declining,
    forms.MeasureIs: lambda form, _, row: _ask(
        row.get(f"measure.{form.measure}"), lambda value: _within(_limits(form), value)
    ),
    forms.MeasureAgainstUsual: _against,
    forms.FactWithin: _fact_within,
    forms.FactActive: _fact_active,
    forms.EventCount: _event_count,
    forms.EventAcross: _event_count,
    forms.EventNone: _event_none,
    forms.AccountIs: _account,
    forms.DateIn: _date,
    forms.RuleActive: lambda form, _, row: _ask(
        row.get(f"rule.{form.rule}.state"), lambda state: (state == "active") == form.active
    ),
    forms.RuleFired: lambda form, _, row: _yes(row.get(f"rule.{form.rule}.fired_in_{form.in_last.count}d")),
    forms.Known: _known,
    forms.TaskIs: lambda form, _, row: _yes(row.get(f"task.{form.task}.{form.state}")),
}
