"""A form in; its tree of tests on columns out, `not` pushed down."""

from engine.conditions import columns as of
from engine.conditions import forms
from engine.conditions.condition import AllOf, AnyOf, AtLeastOf, NotThat
from engine.conditions.constants import DECIMALS, LAST_DECIMAL, Constant, bound, constant
from engine.conditions.filters import Filter, FilterTest, filter_tests
from engine.conditions.tree import All, Any, Test, Tree, at_least, negated
from engine.conditions.wants import Want, Wanted
from engine.language.base import Entry
from engine.language.catalog import Catalog


def compile_condition(form: Entry, catalog: Catalog) -> Tree:
    """The tree of a condition whose names the catalog knows.

    Raises ValueError where a constant does not fit the type of what it is compared with.
    """
    if isinstance(form, AllOf):
        return _joined(All, tuple(compile_condition(part, catalog) for part in form.all))
    if isinstance(form, AnyOf):
        return _joined(Any, tuple(compile_condition(part, catalog) for part in form.any))
    if isinstance(form, NotThat):
        return negated(compile_condition(form.not_, catalog))
    if isinstance(form, AtLeastOf):
        inner = tuple(compile_condition(part, catalog) for part in form.of)
        return inner[0] if len(inner) == 1 else at_least(form.at_least, inner)
    if isinstance(form, forms.AccountIs):
        entries = (_attribute(name, want, catalog) for name, want in form.account.items())
        return _joined(All, tuple(entries))
    return _leaf(form, catalog)


def _joined(node: type[All] | type[Any], parts: tuple[Tree, ...]) -> Tree:
    return parts[0] if len(parts) == 1 else node(parts)


def _yes(column: of.ColumnOf, wanted: bool = True) -> Test:
    return Test(column, "==", float(wanted))


def _test(column: of.ColumnOf, sign: str, value: float) -> Test:
    return Test(column, sign, _on_the_grid(sign, value))


def _on_the_grid(sign: str, number: float) -> float:
    """The same bound for measures and scores, which have 4 decimals: at least 0.33333 is at least 0.3334.

    durable-rules is exact for so many decimals.
    """
    nearest = round(number, DECIMALS)
    if nearest < number and sign in ("<", ">="):
        return round(nearest + LAST_DECIMAL, DECIMALS)
    if nearest > number and sign in ("<=", ">"):
        return round(nearest - LAST_DECIMAL, DECIMALS)
    return nearest


def _bounded(column: of.ColumnOf, bounds: tuple[tuple[str, float], ...]) -> Tree:
    return _joined(All, tuple(_test(column, sign, number) for sign, number in bounds))


def where_filter(name: str, where: dict[str, Want] | None, catalog: Catalog) -> Filter:
    """The tests of `where` on the records of one event or fact."""
    found: list[FilterTest] = []
    for prop, want in (where or {}).items():
        type_ = catalog.property_type(name, prop)
        if type_ is None:
            raise ValueError(f"{name} has no property {prop!r}")
        found.extend(filter_tests(prop, want, type_))
    return tuple(found)


def _attribute(name: str, want: Want, catalog: Catalog) -> Tree:
    type_ = catalog.attribute_type(name)
    if type_ is None:
        raise ValueError(f"there is no attribute {name!r}")
    column = of.AttributeOf(name)
    if not isinstance(want, Wanted):
        if isinstance(want, tuple):
            return _yes(of.AttributeIn(name, tuple(_nearest(constant(raw, type_)) for raw in want)))
        return Test(column, "==", _nearest(constant(want, type_)))
    if want.known is not None:
        return _yes(of.KnownOf("account", name), want.known)
    if isinstance(want.not_, tuple):
        return negated(_yes(of.AttributeIn(name, tuple(_nearest(constant(raw, type_)) for raw in want.not_))))
    if want.not_ is not None:
        return Test(column, "!=", _nearest(constant(want.not_, type_)))
    return _joined(All, tuple(Test(column, sign, _nearest(bound(raw, type_))) for sign, raw in want.bounds))


def _nearest(value: Constant) -> Constant:
    """As attributes are compared."""
    return value if isinstance(value, str) else round(value, DECIMALS)


def _leaf(form: Entry, catalog: Catalog) -> Tree:
    match form:
        case forms.ScoreIs():
            return _bounded(of.ScoreValue(form.score), form.bounds)
        case forms.ScoreBand():
            if isinstance(form.band, str):
                return Test(of.ScoreBandName(form.score), "==", form.band)
            return _yes(of.ScoreBandIn(form.score, form.band))
        case forms.ScoreCrossing():
            how, band = form.crossing
            return _yes(of.ScoreCrossed(form.score, how, band))
        case forms.ScoreTrend():
            return _trend(form)
        case forms.ScoreDeclining():
            return _test(of.ScoreDecline(form.score, form.over.count, form.min_points), ">=", form.declining)
        case forms.MeasureIs():
            return _bounded(of.MeasureValue(form.measure), form.bounds)
        case forms.MeasureAgainstUsual():
            return _yes(of.MeasureAgainst(form.measure, *form.factor))
        case forms.FactWithin():
            return Test(of.FactCount(form.fact, form.within, where_filter(form.fact, form.where, catalog)), ">=", 1.0)
        case forms.FactActive():
            holding = of.FactCount(form.fact, None, where_filter(form.fact, form.where, catalog))
            return Test(holding, ">=" if form.active else "<", 1.0)
        case forms.EventCount() | forms.EventAcross():  # the second is asked of groups, not of accounts
            where = where_filter(form.event, form.where, catalog)
            return _yes(of.EventReached(form.event, form.at_least, form.in_, where))
        case forms.EventNone():
            return _yes(of.EventSilent(form.event, form.none_in, where_filter(form.event, form.where, catalog)))
        case forms.DateIn():
            return _date(form)
        case forms.RuleActive():
            return Test(of.RuleState(form.rule), "==" if form.active else "!=", "active")
        case forms.RuleFired():
            return _yes(of.RuleFiredIn(form.rule, form.in_last.count))
        case forms.Known():
            kind, subject = form.subject
            return _yes(of.KnownOf("account" if kind == "date" else kind, subject), form.known)
        case forms.TaskIs():
            return _yes(of.TaskState(form.task, form.state))
    raise TypeError(f"{type(form).__name__} is no condition")


def _trend(form: forms.ScoreTrend) -> Tree:
    amount, percent = form.amount
    column = of.ScoreTrendOver(form.score, form.drops is not None, form.over.count, percent, form.min_points)
    return _test(column, ">=", amount)


def _date(form: forms.DateIn) -> Tree:
    column = of.DaysUntil(form.date)
    if form.in_next is not None:
        return All((Test(column, ">=", 0.0), Test(column, "<=", float(form.in_next.count))))
    if form.in_last is not None:
        return All((Test(column, "<=", 0.0), Test(column, ">", -float(form.in_last.count))))
    return Test(column, "<" if form.passed else ">=", 0.0)
