"""A measure's definition in; the metrics and events that it rests on out."""

from engine.language import measures as of
from engine.language.measures import Definitions


def event_of(definition: of.MeasureBase) -> str:
    """The event that a definition reads; empty where it reads none."""
    match definition:
        case of.Statistic():
            event, _, prop = definition.statistic[1].partition(".")
            return event if prop else ""
        case of.EventsCounted(count=event) | of.Distinct(distinct=event):
            return event
        case of.DaysWith(days_with=event) | of.Returning(returning=event) | of.Shift(shift=event):
            return event
        case _:
            return ""


def records_of(name: str, definitions: Definitions) -> frozenset[str]:
    """The metrics and events that a measure rests on."""
    definition = definitions.get(name)
    match definition:
        case None | of.AttributeValue() | of.DaysSince() | of.RollUp():
            return frozenset()
        case of.Latest(latest=metric):
            return frozenset({metric})
        case of.Ratio(ratio=pair) | of.Difference(difference=pair):
            return records_of(pair[0], definitions) | records_of(pair[1], definitions)
        case of.Change(change=inner) | of.ChangePercent(change_percent=inner) | of.Usual(usual=inner):
            return records_of(inner, definitions)
        case of.Statistic():
            return frozenset({definition.statistic[1].partition(".")[0]})
        case _:
            return frozenset({event_of(definition)})
