"""The catalog in; names that can't be, or that stand for two things, out."""

from collections.abc import Iterator, Mapping

from engine.conditions.wants import Want
from engine.errors import Problem
from engine.language.catalog import BUILT_IN_ATTRIBUTES, OUTCOMES, RESERVED, RESERVED_EVENT, RESERVED_FACT
from engine.workspace.check_conditions import check_wants
from engine.workspace.names import Names
from engine.workspace.spots import Spot, kind_with_article

_SECTIONS = {"attributes": "attribute", "metrics": "metric", "events": "event", "facts": "fact"}


def check_catalog(names: Names) -> Iterator[Problem]:
    spot = names.files.catalog_spot
    if spot is None:
        return
    yield from _one_name_space(spot)
    yield from _reserved(spot, names)
    yield from _built_in(spot, names)
    yield from _changes(spot, names)
    for place, outcome in enumerate(names.catalog.outcomes):
        if outcome in OUTCOMES:
            yield spot.at("outcomes", place).says(f" declares the outcome {outcome!r}, which is built in", "Delete it.")
        elif outcome in names.catalog.outcomes[:place]:
            yield spot.at("outcomes", place).says(f" declares the outcome {outcome!r} twice", "Delete one of them.")


def _one_name_space(spot: Spot) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for section, kind in _SECTIONS.items():
        inside = spot.node.child(section)
        for name in inside.entries if inside else ():
            other = seen.setdefault(name, kind)
            built_in = name in BUILT_IN_ATTRIBUTES and kind != "attribute"
            if other != kind or built_in:
                taken = "a built-in attribute" if built_in else kind_with_article(other)
                message = f" has {kind_with_article(kind)} {name!r}, but that is {taken} already"
                yield spot.at(section, name).says(
                    message, "Rename one of the two." if not built_in else "Rename it.", key=True
                )


def _reserved(spot: Spot, names: Names) -> Iterator[Problem]:
    remedy = "Rename it: imports use that name for something else."
    for name in names.catalog.metrics:
        if name in RESERVED and name not in BUILT_IN_ATTRIBUTES:
            yield spot.at("metrics", name).says(f" has a metric with a reserved name: {name!r}", remedy, key=True)
    kinds: tuple[tuple[str, Mapping[str, object], frozenset[str]], ...] = (
        ("events", names.catalog.events, RESERVED_EVENT),
        ("facts", names.catalog.facts, RESERVED_FACT),
    )
    for section, entries, reserved in kinds:
        for name in entries:
            inside = spot.at(section, name, "properties")
            for prop in spot.node.find(inside.path).entries if _has_properties(inside) else ():
                if prop in reserved:
                    message = f" has a property with a reserved name: {name}.{prop}"
                    yield inside.at(prop).says(message, remedy, key=True)


def _has_properties(spot: Spot) -> bool:
    return len(spot.node.path_of(spot.path)) == len(spot.path)


def _built_in(spot: Spot, names: Names) -> Iterator[Problem]:
    for name, declared in names.catalog.attributes.items():
        built_in = BUILT_IN_ATTRIBUTES.get(name)
        if built_in and declared.type != built_in:
            message = f" declares {name!r} as a {declared.type}, but it is built in as a {built_in}"
            yield spot.at("attributes", name).says(message, f"Write type {built_in}, or take another name.", key=True)


def _changes(spot: Spot, names: Names) -> Iterator[Problem]:
    for name, fact in names.catalog.facts.items():
        if fact.when_changes is not None:
            at = spot.at("facts", name, "when_changes")
            yield from names.unknown("attribute", fact.when_changes, at, f": fact {name!r} follows an unknown")
        if fact.when_event is not None:
            yield from _follows_event(fact.when_event, fact.where, spot.at("facts", name), names)


def _follows_event(event: str, where: Mapping[str, Want] | None, spot: Spot, names: Names) -> Iterator[Problem]:
    name = spot.path[-1]
    yield from names.unknown("event", event, spot.at("when_event"), f": fact {name!r} follows an unknown")
    if names.is_readable("event", event):
        there = {prop: names.field(event, prop) for prop in names.catalog.property_names(event)}
        declare = f"Declare it under {event} in the catalog."
        yield from check_wants(where, spot, there, f"property {{!r}} of {event}", declare)
