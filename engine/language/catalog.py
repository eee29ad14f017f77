"""rules/catalog.yaml in; the names that may come in, with their types, units and bounds out."""

from difflib import get_close_matches
from typing import Annotated, Literal, Self, get_args

from pydantic import BeforeValidator, Field, model_validator

from engine.conditions.wants import Where
from engine.language.base import Day, Days, Entry, Mistake, Number, Text, parse_share, texts

Type = Literal["text", "number", "boolean", "date", "time"]
TYPES: tuple[Type, ...] = get_args(Type)

BUILT_IN_ATTRIBUTES: dict[str, Type] = {
    "id": "text",
    "name": "text",
    "parent": "text",
    "owner": "text",
    "timezone": "text",
    "country": "text",
    "since": "date",
    "value": "number",
    "currency": "text",
}
"""Attributes that every account has. `owner` is a teammate's email, `value` a year's revenue in `currency`."""

BUILT_IN_PROPERTIES: dict[str, Type] = {
    "contact": "text",
    "contact_role": "text",
    "day": "date",
    "weekday": "text",
    "hour": "number",
}
"""Properties that every event has, in the account's zone; weekday mon … sun, hour 0 to 23."""

CONTACT_FIELDS: dict[str, Type] = {
    "email": "text",
    "name": "text",
    "role": "text",
    "consent": "boolean",
    "timezone": "text",
}
"""What is known of a contact."""

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
CHURNED = "churned"
"""The outcome with which an account leaves, until another one says that it is back."""
OUTCOMES = (CHURNED, "renewed", "expanded", "contracted")

RESERVED = frozenset({"id", "account", "at", "event", "fact", "metric", "value", "contact"})
"""No metric and no property may have one of these names: they are columns of imports."""
RESERVED_FACT = RESERVED | {"until", "source", "author", "reason", "repeats"}
RESERVED_EVENT = RESERVED | {"contact_role", "day", "weekday", "hour"}


class FieldType(Entry):
    """The type of an attribute or a property, and what it may be."""

    type: Type = "text"
    """What its values are."""
    values: Annotated[tuple[str, ...], BeforeValidator(texts)] = ()
    """The only texts allowed."""
    min: Number | None = None
    """A row with less is refused."""
    max: Number | None = None
    """A row with more is refused."""
    label: Text | None = None
    """What it is called where people read it."""

    @model_validator(mode="after")
    def _sense(self) -> Self:
        if self.values and self.type != "text":
            raise ValueError("`values` is for texts; leave it out or make the type text")
        if (self.min is not None or self.max is not None) and self.type != "number":
            raise ValueError("`min` and `max` are for numbers; leave them out or make the type number")
        _check_range(self.min, self.max)
        return self


def _check_range(least: float | None, most: float | None) -> None:
    if least is not None and most is not None and least > most:
        raise ValueError("`min` is above `max`; swap them")


def _short(value: object) -> object:
    """A type alone stands for a field of that type (only under `properties`)."""
    return {"type": value} if isinstance(value, str) else _blank(value)


def _blank(value: object) -> object:
    """Nothing said stands for an entry without keys."""
    return {} if value is None else value


def _spelled_out(value: object) -> object:
    """Of an attribute a type alone is not enough."""
    if isinstance(value, str):
        [type_] = get_close_matches(value, TYPES, n=1) or ["text"]
        raise ValueError(f"a mapping is wanted, not {value!r}; write {{type: {type_}}}")
    return _blank(value)


Attribute = Annotated[FieldType, BeforeValidator(_spelled_out, json_schema_input_type=FieldType | None)]
Property = Annotated[FieldType, BeforeValidator(_short, json_schema_input_type=FieldType | Type | None)]


def _part_of_usual(value: object) -> float:
    share = parse_share(value)
    if not 0 < share <= 1:
        raise ValueError(f"{value!r} is no part of the usual; write more than 0% and at most 100%")
    return share


PartOfUsual = Annotated[float, BeforeValidator(_part_of_usual, json_schema_input_type=str)]


class Metric(Entry):
    """A level: one number a day."""

    unit: Text | None = None
    """What is counted, for people."""
    min: Number | None = None
    """A row with less is refused."""
    max: Number | None = None
    """A row with more is refused."""
    of: Literal["account", "contact"] = "account"
    """Whose: rows of the other sort are refused. An account's day is the mean of its contacts' values."""
    from_: Day | None = Field(default=None, alias="from")
    """Records are complete from this day on. Default: the oldest record."""
    redefined: tuple[Day, ...] = ()
    """Days from which on it is counted in another way: nothing is compared across one of them."""
    quiet_after: Days | None = None
    """When no account has had a record for so long the feed is quiet: what rests on it stays as of its last day."""
    thin_below: PartOfUsual | None = None
    """A day with records of fewer accounts than this share of the usual is thin: what rests on it stays as it was."""
    label: Text | None = None
    """What it is called where people read it."""

    @model_validator(mode="after")
    def _sense(self) -> Self:
        _check_range(self.min, self.max)
        return self


class Event(Entry):
    """Something that happens at an instant, any number of times a day."""

    properties: dict[str, Property] = {}
    """Its properties, with their types."""
    from_: Day | None = Field(default=None, alias="from")
    """Records are complete from this day on. Default: the oldest record."""
    quiet_after: Days | None = None
    """When no account has had a record for so long the feed is quiet: what rests on it stays as of its last day."""
    thin_below: PartOfUsual | None = None
    """A day with records of fewer accounts than this share of the usual is thin: what rests on it stays as it was."""
    label: Text | None = None
    """What it is called where people read it."""


class FactKind(Entry):
    """A statement that holds for a while."""

    properties: dict[str, Property] = {}
    """Its properties, with their types."""
    lasts: Days | None = None
    """The end of one that comes without `until`: day + lasts − 1. Without both it holds until ended."""
    when_changes: str | None = None
    """An attribute of accounts: when its value changes to another, the fact is asserted by itself, with `was`, `now`
    and, if it is declared as a number, `by`: the days or the difference."""
    when_role_changes: Text | None = None
    """A role of contacts: when one who had it has it no longer, the fact is asserted by itself, with their address as
    `was`, and as `now` that of the contact who got it at the same time."""
    when_event: str | None = None
    """An event: with each one the fact is asserted by itself, at its time and with the properties that both have."""
    where: Where | None = None
    """With `when_event`: only events that are so."""
    label: Text | None = None
    """What it is called where people read it."""

    @model_validator(mode="after")
    def _follows_one_thing(self) -> Self:
        if sum(each is not None for each in (self.when_changes, self.when_role_changes, self.when_event)) > 1:
            raise ValueError("a fact follows one thing; say one of: when_changes, when_role_changes, when_event")
        if self.where is not None and self.when_event is None:
            raise Mistake("`where` is for events that the fact follows; give `when_event`, or leave it out", "where")
        return self


class Catalog(Entry):
    """The names that may come in."""

    attributes: dict[str, Attribute] = {}
    """Of accounts; the current value, no history."""
    metrics: dict[str, Annotated[Metric, BeforeValidator(_blank, json_schema_input_type=Metric | None)]] = {}
    """Levels, one number a day."""
    events: dict[str, Annotated[Event, BeforeValidator(_blank, json_schema_input_type=Event | None)]] = {}
    """Things that happened, with typed properties."""
    facts: dict[str, Annotated[FactKind, BeforeValidator(_blank, json_schema_input_type=FactKind | None)]] = {}
    """Statements that hold for a while."""
    outcomes: Annotated[tuple[str, ...], BeforeValidator(texts)] = ()
    """Besides churned, renewed, expanded and contracted."""

    def attribute_type(self, name: str) -> Type | None:
        """The type of an attribute, declared or built in; None if there is none of that name."""
        declared = self.attributes.get(name)
        return declared.type if declared else BUILT_IN_ATTRIBUTES.get(name)

    def attribute_names(self) -> tuple[str, ...]:
        return (*BUILT_IN_ATTRIBUTES, *(name for name in self.attributes if name not in BUILT_IN_ATTRIBUTES))

    def quiet_days(self) -> dict[str, int]:
        """Per metric and event that can be quiet: after how many days without a record it is."""
        return {name: entry.quiet_after.count for name, entry in self._feeds().items() if entry.quiet_after}

    def thin_shares(self) -> dict[str, float]:
        """Per metric and event whose days can be thin: below which share of the usual they are."""
        return {name: entry.thin_below for name, entry in self._feeds().items() if entry.thin_below}

    def _feeds(self) -> dict[str, "Metric | Event"]:
        return {**self.metrics, **self.events}

    def never_held(self) -> "Catalog":
        """The same, with feeds that are never quiet and never thin."""
        whole = {"quiet_after": None, "thin_below": None}
        return self.model_copy(
            update={
                "metrics": {name: metric.model_copy(update=whole) for name, metric in self.metrics.items()},
                "events": {name: event.model_copy(update=whole) for name, event in self.events.items()},
            }
        )

    def is_recorded(self, name: str) -> bool:
        """Whether records of it come on days; a date that an attribute holds may lie ahead."""
        return name in self.metrics or name in self.events or name in self.facts

    def property_type(self, name: str, prop: str) -> Type | None:
        """The type of a property of an event or a fact; None if there is none of that name."""
        kind = self.events.get(name) or self.facts.get(name)
        if kind is None:
            return None
        if name in self.events and prop in BUILT_IN_PROPERTIES:
            return BUILT_IN_PROPERTIES[prop]
        declared = kind.properties.get(prop)
        return declared.type if declared else None

    def property_names(self, name: str) -> tuple[str, ...]:
        kind = self.events.get(name) or self.facts.get(name)
        declared = tuple(kind.properties) if kind else ()
        return (*declared, *BUILT_IN_PROPERTIES) if name in self.events else declared

    def all_outcomes(self) -> tuple[str, ...]:
        return (*OUTCOMES, *self.outcomes)
