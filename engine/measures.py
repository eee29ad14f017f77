"""Series, events, facts and attributes of a snapshot in; measures out, one number (or text) per account."""

from collections.abc import Callable
from datetime import date

import numpy as np

from engine.arithmetic import event_measures, series, windows
from engine.arithmetic.series import round4
from engine.conditions.compile import where_filter
from engine.conditions.constants import as_constant
from engine.conditions.filters import Filter, drifts
from engine.conditions.tree import Column
from engine.language import measures as of
from engine.language.base import Duration
from engine.language.catalog import Catalog
from engine.language.measure_records import event_of, records_of
from engine.language.measures import Definitions, over_of
from engine.snapshot import Numbers, Series, Snapshot

USUAL_WINDOWS = 8
LEAST_WINDOWS = 4
"""A usual is the median of those of the 8 windows that are known, at least 4 of them."""
YESTERDAY = 1


RollUps = Callable[[of.RollUp], Numbers]


class Measures:
    """The measures of one look, each worked out when it is first asked for. A name that is not there is unknown."""

    def __init__(
        self, snapshot: Snapshot, definitions: Definitions, catalog: Catalog, roll_up: RollUps | None = None
    ) -> None:
        """`roll_up`: what the scores of contacts or children come to; without it that is unknown."""
        self._roll_up = roll_up or (lambda _definition: np.full(len(snapshot), np.nan))
        self._snapshot = snapshot
        self._definitions = definitions
        self._catalog = catalog
        self._known: dict[tuple[str, int], Column] = {}
        self._filters: dict[int, Filter] = {}

    def value(self, name: str) -> Column:
        """The measure now."""
        return self.ended(name, 0)

    def ended(self, name: str, days_ago: int) -> Column:
        """The measure as it was for a window that ended so many days ago; numbers rounded to 4 decimals."""
        if name not in self._definitions:
            return np.full(len(self._snapshot), np.nan)
        key = (name, days_ago)
        if key not in self._known:
            column = self._worked_out(self._definitions[name], days_ago)
            self._known[key] = column if column.dtype == np.object_ else round4(column.astype(np.float64))
        return self._known[key]

    def number(self, name: str, days_ago: int = 0) -> Numbers:
        """The same, as numbers: a text is unknown."""
        column = self.ended(name, days_ago)
        return np.full(len(column), np.nan) if column.dtype == np.object_ else column.astype(np.float64)

    def earlier(self, name: str, days_ago: int) -> Numbers:
        """An earlier window's value: unknown if it is not covered, or begins before the account's first day."""
        over = over_of(name, self._definitions)
        if over is None or not over.in_days:
            return np.full(len(self._snapshot), np.nan)
        return np.where(self._complete(name, over, days_ago), self.number(name, days_ago), np.nan)

    def _complete(self, name: str, over: Duration, days_ago: int) -> event_measures.Chosen:
        """Did the account live, and are the records of all that a measure rests on complete, in the whole window?"""
        snapshot, complete = self._snapshot, np.ones(len(self._snapshot), dtype=np.bool_)
        for record in records_of(name, self._definitions):
            complete &= windows.lived(snapshot, record, over, days_ago)
            complete &= windows.covered(snapshot, record, over, days_ago)
            if self._redefined(record):
                first = windows.redefined(self._redefined(record), snapshot.last_day(record))
                complete &= windows.first_days(snapshot, record, over, days_ago) >= first
        return complete

    def usual(self, name: str) -> Numbers | None:
        """The account's own usual: the median of the 8 windows before the one that ended yesterday.

        A median stays where it is while fewer than half of its values go astray (Huber, Robust Statistics, 1981, on
        the breakdown point); windows of whole weeks hold each weekday equally often.
        """
        over = over_of(name, self._definitions)
        if over is None or not over.in_days:
            return None
        key = (f"usual {name}", 0)
        if key not in self._known:
            ends = [YESTERDAY + back * over.count for back in range(1, USUAL_WINDOWS + 1)]
            past = np.stack([self.earlier(name, end) for end in ends], axis=1)
            self._known[key] = round4(series.statistic("median", past, LEAST_WINDOWS))
        return self._known[key].astype(np.float64)

    def until_yesterday(self, name: str) -> Numbers:
        """The measure with whole days up to yesterday: what a usual is compared with."""
        return self.number(name, YESTERDAY)

    def age(self, name: str) -> Numbers:
        """Days since the newest record in the measure's window; of two measures, the older's. NaN: none, or no age."""
        definition = self._definitions.get(name)
        match definition:
            case of.Latest():
                age = series.newest(self._metric(definition.latest))[1]
                return np.where(np.isnan(self.value(name)), np.nan, age)
            case of.Ratio(ratio=pair) | of.Difference(difference=pair):
                return np.fmax(self.age(pair[0]), self.age(pair[1]))
            case of.Change(change=inner) | of.ChangePercent(change_percent=inner) | of.Usual(usual=inner):
                return self.age(inner)
            case of.DaysSince() if self._catalog.is_recorded(definition.days_since):
                return self._days_since(definition, 0)
            case of.DaysSince() | of.AttributeValue() | of.RollUp() | None:
                return np.full(len(self._snapshot), np.nan)
            case of.Statistic() if "." not in definition.statistic[1]:
                values = series.window(self._metric(definition.statistic[1]), definition.over.count)
                return series.newest(values)[1]
            case _:
                return self._event_age(definition)

    def _event_age(self, definition: of.MeasureBase) -> Numbers:
        event, over, where = self._event(definition)
        snapshot = self._snapshot
        if _by_row(definition) or windows.reads_rows(over, where):
            table, kept = windows.kept_rows(snapshot, event, over, where)
            return snapshot.last_day(event) - event_measures.newest_day(table, kept, len(snapshot))
        counts = series.window(snapshot.series[Series("count", event, "", where)], over.count)
        return series.newest(np.where(counts > 0, counts, np.nan))[1]

    def _redefined(self, name: str) -> tuple[date, ...]:
        return self._catalog.metrics[name].redefined if name in self._catalog.metrics else ()

    def _metric(self, name: str) -> Numbers:
        """Its days, without those before it was redefined."""
        days, last = self._series("metric", name), self._snapshot.last_day(name)
        if not self._redefined(name):
            return days
        return series.since(days, last - windows.redefined(self._redefined(name), last))

    def _series(self, kind: str, name: str, prop: str = "", where: Filter = ()) -> Numbers:
        return self._snapshot.series[Series(kind, name, prop, where)]

    def _event(self, definition: of.MeasureBase) -> tuple[str, Duration, Filter]:
        """The event that a definition is about, its window and its `where`."""
        event = event_of(definition)
        over = getattr(definition, "over")  # noqa: B009  (each form about events has one)
        return event, over, self._where(definition, event)

    def _where(self, definition: of.MeasureBase, event: str) -> Filter:
        key = id(definition)
        if key not in self._filters:
            self._filters[key] = where_filter(event, getattr(definition, "where", None), self._catalog)
        return self._filters[key]

    def _worked_out(self, definition: of.Measure, end: int) -> Column:
        workers: dict[type, Callable[..., Column]] = {
            of.Latest: self._latest,
            of.Statistic: self._statistic,
            of.EventsCounted: self._counted,
            of.Distinct: self._distinct,
            of.DaysWith: self._days_with,
            of.DaysSince: self._days_since,
            of.Returning: self._against_before,
            of.Shift: self._against_before,
            of.AttributeValue: self._attribute,
            of.Ratio: self._ratio,
            of.Difference: self._difference,
            of.Change: self._change,
            of.ChangePercent: self._change_percent,
            of.Usual: self._usual,
            of.RollUp: lambda definition, _end: self._roll_up(definition),
        }
        return workers[type(definition)](definition, end)

    def _latest(self, definition: of.Latest, end: int) -> Numbers:
        value, age = series.newest(series.until(self._metric(definition.latest), end))
        if definition.max_age is None:
            return value
        with np.errstate(invalid="ignore"):
            return np.where(age < definition.max_age.count, value, np.nan)

    def _statistic(self, definition: of.Statistic, end: int) -> Numbers:
        kind, subject = definition.statistic
        event, _, prop = subject.partition(".")
        if not prop:
            values = series.window(self._metric(subject), definition.over.count, end)
            return series.statistic(kind, values, definition.min_points)
        where, over = self._where(definition, event), definition.over
        known = windows.covered(self._snapshot, event, over, end)
        if kind == "sum" and not windows.reads_rows(over, where):
            values = series.total(series.window(self._series("sum", event, prop, where), over.count, end))
            return np.where(known, values, np.nan)
        table, kept = windows.kept_rows(self._snapshot, event, over, where, end)
        rows, amounts = table.row[kept], table.properties[prop].astype(np.float64)[kept]
        if kind == "sum":
            return np.where(known, event_measures.summed(rows, amounts, len(self._snapshot)), np.nan)
        found = event_measures.statistic(kind, rows, amounts, len(self._snapshot), definition.min_points)
        return np.where(known, found, np.nan)

    def _counted(self, definition: of.EventsCounted, end: int) -> Numbers:
        event, over, where = self._event(definition)
        known = windows.covered(self._snapshot, event, over, end)
        return np.where(known, windows.count(self._snapshot, event, over, where, end), np.nan)

    def _distinct(self, definition: of.Distinct, end: int) -> Numbers:
        event, over, where = self._event(definition)
        table, kept = windows.kept_rows(self._snapshot, event, over, where, end)
        found = event_measures.distinct(table, kept, definition.by, len(self._snapshot))
        return np.where(windows.covered(self._snapshot, event, over, end), found, np.nan)

    def _days_with(self, definition: of.DaysWith, end: int) -> Numbers:
        event, over, where = self._event(definition)
        if windows.reads_rows(over, where):
            table, kept = windows.kept_rows(self._snapshot, event, over, where, end)
            found = event_measures.days_with(table, kept, len(self._snapshot))
        else:
            counts = series.window(self._series("count", event, "", where), over.count, end)
            found = np.asarray((np.nan_to_num(counts) > 0).sum(axis=1), dtype=np.float64)
        return np.where(windows.covered(self._snapshot, event, over, end), found, np.nan)

    def _days_since(self, definition: of.DaysSince, end: int) -> Numbers:
        name, snapshot = definition.days_since, self._snapshot
        if name in self._catalog.metrics:
            return series.newest(series.until(self._metric(name), end))[1]
        if name in self._catalog.facts:
            return snapshot.today - end - self._newest_fact(name, self._where(definition, name), end)
        if name not in self._catalog.events:
            return snapshot.today - end - self._attribute_numbers(name)
        where = self._where(definition, name)
        if drifts(where):
            table, last = snapshot.events[name], snapshot.last_day(name) - end
            kept = event_measures.chosen(table, where) & (table.day <= last[table.row])
            return last - event_measures.newest_day(table, kept, len(snapshot))
        counts = series.until(self._series("count", name, "", where), end)
        return series.newest(np.where(counts > 0, counts, np.nan))[1]

    def _newest_fact(self, name: str, where: Filter, end: int) -> Numbers:
        days = np.full(len(self._snapshot), np.nan)
        table = self._snapshot.facts.get(name)
        for row, fact in zip(table.row, table.facts, strict=True) if table else ():
            zone = str(self._snapshot.zones[row])
            passes = all(test.holds(as_constant(fact.properties.get(test.prop), zone)) for test in where)
            if passes and fact.day <= self._snapshot.today[row] - end:
                days[row] = np.fmax(days[row], fact.day)
        return days

    def _against_before(self, definition: of.Returning | of.Shift, end: int) -> Numbers:
        """Of a window of events and the one before."""
        event, over, where = self._event(definition)
        table, now = windows.kept_rows(self._snapshot, event, over, where, end)
        _table, before = windows.kept_rows(self._snapshot, event, over, where, end + over.count)
        accounts = len(self._snapshot)
        if isinstance(definition, of.Shift):
            found = event_measures.shift(table, before, now, definition.by, accounts)
        else:
            found = event_measures.returning(table, before, now, accounts)
        known = windows.covered(self._snapshot, event, over, end + over.count)
        known &= windows.lived(self._snapshot, event, over, end + over.count)
        return np.where(known, found, np.nan)

    def _attribute(self, definition: of.AttributeValue, _end: int) -> Column:
        return self._snapshot.attributes[definition.attribute]

    def _attribute_numbers(self, name: str) -> Numbers:
        return self._snapshot.attributes[name].astype(np.float64)

    def _ratio(self, definition: of.Ratio, end: int) -> Numbers:
        upper, lower = (self.number(part, end) for part in definition.ratio)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(lower == 0, np.nan, upper / lower)

    def _difference(self, definition: of.Difference, end: int) -> Numbers:
        left, right = (self.number(part, end) for part in definition.difference)
        return left - right

    def _before(self, name: str, end: int) -> Numbers:
        over = over_of(name, self._definitions)
        return self.earlier(name, end + (over.count if over else 0))

    def _change(self, definition: of.Change, end: int) -> Numbers:
        return self.number(definition.change, end) - self._before(definition.change, end)

    def _change_percent(self, definition: of.ChangePercent, end: int) -> Numbers:
        now, before = self.number(definition.change_percent, end), self._before(definition.change_percent, end)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(before == 0, np.nan, (now - before) / before * 100)

    def _usual(self, definition: of.Usual, _end: int) -> Numbers:
        usual = self.usual(definition.usual)
        return np.full(len(self._snapshot), np.nan) if usual is None else usual


def _by_row(definition: of.MeasureBase) -> bool:
    """Are the rows of its event read for it, whatever its window and `where`?"""
    if isinstance(definition, of.Statistic):
        return definition.sum is None
    return isinstance(definition, of.Distinct | of.Returning | of.Shift)
