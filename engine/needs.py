"""What measures, conditions and scores speak of in; what a snapshot has to hold for them, out."""

from collections.abc import Iterable

from engine.arithmetic.windows import count_needs, joined, reads_rows, rows_needed
from engine.conditions import columns as of
from engine.conditions.compile import where_filter
from engine.conditions.filters import drifts
from engine.language import measures as forms
from engine.language.base import Duration
from engine.language.catalog import Catalog
from engine.language.measures import Definitions, over_of
from engine.language.scores import PointsEntry
from engine.measures import USUAL_WINDOWS, YESTERDAY
from engine.snapshot import ALL_DAYS, EventRows, Needs, Series


def of_measure(name: str, definitions: Definitions, catalog: Catalog, end: int = 0) -> Needs:
    """For a measure's value in a window that ended `end` days ago."""
    definition = definitions.get(name)
    match definition:
        case forms.Latest(latest=metric, max_age=max_age):
            return _series(Series("metric", metric), max_age.count + end if max_age else ALL_DAYS)
        case forms.DaysSince():
            return _days_since(definition, catalog)
        case forms.Ratio(ratio=pair) | forms.Difference(difference=pair):
            return joined(*(of_measure(part, definitions, catalog, end) for part in pair))
        case forms.Change(change=inner) | forms.ChangePercent(change_percent=inner):
            over = over_of(inner, definitions)
            earlier = end + (over.count if over else 0)
            return joined(*(of_measure(inner, definitions, catalog, at) for at in (end, earlier)))
        case forms.Usual(usual=inner):
            return of_usual(inner, definitions, catalog)
        case forms.RollUp(of="children"):
            return Needs(children=frozenset({definition.roll_up}))
        case forms.RollUp():
            return Needs(people=True)
        case None | forms.AttributeValue():
            return Needs()
        case _:
            return _of_records(definition, catalog, end)


def of_usual(name: str, definitions: Definitions, catalog: Catalog) -> Needs:
    """For a measure up to yesterday and the 8 windows before."""
    over = over_of(name, definitions)
    if over is None or not over.in_days:
        return Needs()
    return of_measure(name, definitions, catalog, YESTERDAY + USUAL_WINDOWS * over.count)


def _of_records(definition: forms.MeasureBase, catalog: Catalog, end: int) -> Needs:
    match definition:
        case forms.Statistic() if "." not in definition.statistic[1]:
            return _series(Series("metric", definition.statistic[1]), definition.over.count + end)
        case forms.Statistic():
            kind, subject = definition.statistic
            event, _, prop = subject.partition(".")
            where = where_filter(event, definition.where, catalog)
            if kind == "sum" and not reads_rows(definition.over, where):
                counts = count_needs(event, definition.over, where, end)
                return joined(counts, _series(Series("sum", event, prop, where), definition.over.count + end))
            return rows_needed(event, definition.over, end, where, frozenset({prop}))
        case forms.EventsCounted(count=event, over=over) | forms.DaysWith(days_with=event, over=over):
            return count_needs(event, over, where_filter(event, definition.where, catalog), end)
        case forms.Distinct(distinct=event, by=by, over=over):
            read = frozenset(by) - {"contact"}
            return rows_needed(event, over, end, where_filter(event, definition.where, catalog), read)
        case forms.Returning(returning=event, over=over):
            where = where_filter(event, definition.where, catalog)
            return rows_needed(event, over, end + over.count, where, frozenset())
        case forms.Shift(shift=event, over=over):
            where = where_filter(event, definition.where, catalog)
            return rows_needed(event, over, end + over.count, where, frozenset({definition.by}))
        case _:
            raise TypeError(f"{type(definition).__name__} reads no records")


def _series(key: Series, days: int) -> Needs:
    return Needs(series={key: days})


def _days_since(definition: forms.DaysSince, catalog: Catalog) -> Needs:
    name = definition.days_since
    if name in catalog.metrics:
        return _series(Series("metric", name), ALL_DAYS)
    if name not in catalog.events:
        return Needs()
    where = where_filter(name, definition.where, catalog)
    if drifts(where):
        return Needs(rows={name: EventRows(ALL_DAYS, frozenset(test.prop for test in where))})
    return _series(Series("count", name, "", where), ALL_DAYS)


def of_columns(columns: Iterable[of.ColumnOf], definitions: Definitions, catalog: Catalog) -> Needs:
    """For everything that conditions speak of."""
    return joined(*(_of_column(column, definitions, catalog) for column in columns))


def _of_column(column: of.ColumnOf, definitions: Definitions, catalog: Catalog) -> Needs:
    match column:
        case of.MeasureValue(measure=measure) | of.KnownOf(kind="measure", subject=measure):
            return of_measure(measure, definitions, catalog)
        case of.MeasureAgainst(measure=measure):
            return joined(of_measure(measure, definitions, catalog), of_usual(measure, definitions, catalog))
        case of.EventReached(event=event, window=window, where=where):
            return count_needs(event, window, where)
        case of.EventSilent(event=event, window=window, where=where):
            return count_needs(event, window, where)
        case of.ScoreTrendOver(score=score, days=days):
            return Needs(score_days={score: days})
        case of.ScoreDecline(score=score, days=days):
            return Needs(score_days={score: days - 1})
        case _:
            return Needs()


def of_points(entry: PointsEntry, catalog: Catalog) -> Needs:
    """For the events of a points model's entry: their days, and their number on each."""
    if entry.event is None:
        return Needs()
    span = entry.fades or entry.over
    return count_needs(entry.event, span or Duration(1, "d"), where_filter(entry.event, entry.where, catalog))


def of_contacts(asked: Needs) -> Needs:
    """To work out for each contact what `asked` would be for their account: rows of events, and their own values."""
    rows = [Needs(rows=asked.rows, people=True)]
    personal: dict[str, int] = {}
    for series, days in asked.series.items():
        if series.kind == "metric":
            personal[series.name] = days
            continue
        read = frozenset({test.prop for test in series.where} | ({series.prop} - {""}))
        rows.append(Needs(rows={series.name: EventRows(days, read)}))
    return joined(*rows, Needs(personal=personal))
