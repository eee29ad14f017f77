"""A scenario's words in; the batches that arrive on each of its days, out."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from engine.batches import Batch, Entries, Events, Facts, Observations, Outcomes, coded, placed, whens
from engine.clock import day_number, end_of_day
from engine.conditions.constants import constant
from engine.domain import Value
from engine.language.base import parse_day
from engine.language.catalog import Catalog, Type
from engine.language.scenarios import Before, DayEntry, EventEntry, FactEntry, Scenario
from engine.language.times import parse_time

NOON = "12:00"
DEFAULT = "acme"

EventSaid = tuple[str, datetime, Mapping[str, Value]]
MetricSaid = tuple[str, date, float]
FactSaid = tuple[str, date | datetime, date | None, Mapping[str, Value]]
"""Name, since when, its last day, properties."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A scenario with what it is played on."""

    scenario: Scenario
    catalog: Catalog
    zone: str

    @property
    def account(self) -> str:
        return str(self.scenario.account.get("id", DEFAULT))

    def date(self, day: int) -> date:
        """Day 1 is `start`; day 0 is the day before."""
        return self.scenario.start + timedelta(days=day - 1)

    def moment(self, day: int, at: str) -> datetime:
        hour = time.fromisoformat(at)
        return datetime.combine(self.date(day), hour, ZoneInfo(self.own_zone))

    def end_of(self, day: int) -> datetime:
        """When the day's look takes place: at its very end, in the account's zone."""
        return end_of_day(day_number(self.date(day)), self.own_zone)

    @property
    def own_zone(self) -> str:
        return str(self.scenario.account.get("timezone", self.zone))

    @property
    def days(self) -> range:
        return range(max(self.scenario.days) + 1)


def opening(stage: Stage) -> Iterator[Batch]:
    """The account, its contacts, and the records of the days up to 0."""
    yield account_batch(stage, {"id": stage.account, "name": stage.account, **stage.scenario.account})
    if owners := _owners(stage):
        yield Entries("teammates", {"email": owners}, placed("scenario", len(owners)))
    if stage.scenario.contacts:
        yield _contacts(stage)
    events: list[EventSaid] = []
    metrics: list[MetricSaid] = []
    facts: list[FactSaid] = []
    for before in stage.scenario.before:
        for day in before.days:
            _of_before(stage, before, day, events, metrics, facts)
    yield from _records(stage, events, metrics, facts)


def _owners(stage: Stage) -> tuple[str, ...]:
    """A scenario names no teammates: whoever owns its account is one, and is there."""
    said = (stage.scenario.account, *(entry.account for entry in stage.scenario.days.values()))
    return tuple(dict.fromkeys(str(one["owner"]) for one in said if one.get("owner")))


def _of_before(
    stage: Stage,
    before: Before,
    day: int,
    events: list[EventSaid],
    metrics: list[MetricSaid],
    facts: list[FactSaid],
) -> None:
    if before.event:
        said = properties(stage, before.event, before.properties)
        events += [(before.event, stage.moment(day, NOON), said)] * before.times
    elif before.metric and before.value is not None:
        metrics.append((before.metric, stage.date(day), before.value))
    elif before.fact:
        facts.append((before.fact, stage.date(day), None, properties(stage, before.fact, before.properties)))


def arriving(stage: Stage, day: int, entry: DayEntry) -> Iterator[Batch]:
    """What is given for a day, before its look."""
    if entry.account:
        yield account_batch(stage, {"id": stage.account, **entry.account})
    yield from _records(
        stage,
        [_event(stage, day, event) for event in entry.events],
        [(metric, stage.date(day), value) for metric, value in entry.metrics.items()],
        [_fact(stage, day, fact) for fact in entry.facts],
    )
    if entry.outcome:
        at = stage.moment(day, NOON)
        yield Outcomes(coded([stage.account]), coded([entry.outcome]), whens([at]), placed("scenario", 1))


def _event(stage: Stage, day: int, event: EventEntry) -> EventSaid:
    return event.name, stage.moment(day, event.at), properties(stage, event.name, event.properties)


def _fact(stage: Stage, day: int, fact: FactEntry) -> FactSaid:
    at: date | datetime = stage.moment(day, fact.at) if fact.at else stage.date(day)
    until = stage.date(fact.until) if fact.until is not None else None
    return fact.name, at, until, properties(stage, fact.name, fact.properties)


def _records(
    stage: Stage,
    events: list[EventSaid],
    metrics: list[MetricSaid],
    facts: list[FactSaid],
) -> Iterator[Batch]:
    if events:
        yield _events(stage, events)
    if metrics:
        yield _observations(stage, metrics)
    if facts:
        yield _facts(stage, facts)


def _events(stage: Stage, events: list[EventSaid]) -> Events:
    contacts = [said.get("contact") for _, _, said in events]
    return Events(
        account=coded([stage.account] * len(events)),
        name=coded(name for name, _, _ in events),
        id=coded([None] * len(events)),
        contact=coded(None if contact is None else str(contact) for contact in contacts),
        when=whens(at for _, at, _ in events),
        properties=tuple({name: value for name, value in said.items() if name != "contact"} for _, _, said in events),
        places=placed("scenario", len(events)),
    )


def _observations(stage: Stage, metrics: list[MetricSaid]) -> Observations:
    return Observations(
        account=coded([stage.account] * len(metrics)),
        contact=coded([None] * len(metrics)),
        metric=coded(name for name, _, _ in metrics),
        when=whens(day for _, day, _ in metrics),
        value=np.array([value for _, _, value in metrics]),
        places=placed("scenario", len(metrics)),
    )


def _facts(stage: Stage, facts: list[FactSaid]) -> Facts:
    count = len(facts)
    nothing = coded([None] * count)
    return Facts(
        account=coded([stage.account] * count),
        name=coded(name for name, _, _, _ in facts),
        id=nothing,
        when=whens(at for _, at, _, _ in facts),
        until=whens(until for _, _, until, _ in facts),
        source=nothing,
        author=nothing,
        reason=nothing,
        yearly=np.zeros(count, dtype=np.bool_),
        properties=tuple(said for _, _, _, said in facts),
        places=placed("scenario", count),
    )


def account_batch(stage: Stage, said: Mapping[str, object]) -> Entries:
    columns = {
        name: (value(raw, stage.catalog.attribute_type(name) or "text", stage.zone),) for name, raw in said.items()
    }
    return Entries("accounts", columns, placed("scenario", 1))


def _contacts(stage: Stage) -> Entries:
    people = stage.scenario.contacts
    return Entries(
        "contacts",
        {
            "account": tuple(stage.account for _ in people),
            "email": tuple(one.email for one in people),
            "name": tuple(one.name for one in people),
            "role": tuple(one.role for one in people),
            "consent": tuple(one.consent for one in people),
            "timezone": tuple(one.timezone for one in people),
        },
        placed("scenario", len(people)),
    )


def properties(stage: Stage, name: str, said: Mapping[str, object]) -> dict[str, Value]:
    """Typed values of an event's or a fact's properties; blanks are left out."""
    types: Iterable[tuple[str, object, Type]] = (
        (prop, raw, stage.catalog.property_type(name, prop) or "text") for prop, raw in said.items()
    )
    return {prop: known for prop, raw, type_ in types if (known := value(raw, type_, stage.zone)) is not None}


def value(raw: object, type_: Type, zone: str) -> Value | None:
    """A scalar of a file as its type says; dates as dates, times as in data."""
    if raw is None:
        return None
    if type_ == "time":
        return parse_time(raw, zone)
    if type_ == "date":
        return parse_day(raw)
    known = constant(raw, type_)
    return bool(known) if type_ == "boolean" else known
