"""What the files declare in; whether a name is known, of what type it is, and what to do if it is not, out."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cached_property

from engine.errors import Problem
from engine.language import measures as of
from engine.language.catalog import BUILT_IN_ATTRIBUTES, WEEKDAYS, FieldType, Type
from engine.language.playbooks import TaskStep, all_steps
from engine.language.scores import Score
from engine.workspace.files import Files
from engine.workspace.nodes import Node, text_of
from engine.workspace.spots import Spot, kind_with_article, suggestion

OF_CONTACTS = " of contacts"
"""What sets the kind of scores of contacts apart from that of scores."""
UNNAMED = frozenset({"wait", "if", "stop"})
"""Steps that have no name."""
CATALOG_KINDS = ("attribute", "metric", "event", "fact")


class Names:
    """All names of a workspace. Of a kind that could not be read whole, every name counts as known."""

    def __init__(self, files: Files) -> None:
        self.files = files
        self.catalog = files.catalog
        self.measures: Mapping[str, of.MeasureBase | None] = {read.name: read.model for read in files.measures}
        self._there: dict[str, frozenset[str]] = {
            "attribute": frozenset({*BUILT_IN_ATTRIBUTES, *self.catalog.attributes}),
            "metric": frozenset(self.catalog.metrics),
            "event": frozenset(self.catalog.events),
            "fact": frozenset(self.catalog.facts),
            "measure": frozenset(self.measures),
            "score": frozenset(read.name for read in files.scores if not _is_of_contacts(read.model)),
            "score of contacts": frozenset(read.name for read in files.scores if _is_of_contacts(read.model)),
            "rule": frozenset(read.name for read in files.rules),
            "playbook": frozenset(read.name for read in files.playbooks),
        }
        for kind, name in files.templates:
            self._there[f"{kind} template"] = self.there(f"{kind} template") | {name}

    def there(self, kind: str) -> frozenset[str]:
        return self._there.get(kind, frozenset())

    def is_open(self, kind: str) -> bool:
        """May there be names of this kind that could not be read?"""
        return kind.removesuffix(OF_CONTACTS) in self.files.unread

    def has(self, kind: str, name: str) -> bool:
        in_catalog = kind in CATALOG_KINDS and name in self.files.broken
        return name in self.there(kind) or in_catalog or self.is_open(kind)

    def is_readable(self, kind: str, name: str) -> bool:
        """Is it there, and free of mistakes of its own?"""
        return name in self.there(kind) and name not in self.files.broken

    def remedy(self, kind: str, name: str) -> str:
        """What to do about a name that is not there."""
        if kind in CATALOG_KINDS:
            other = next((other for other in CATALOG_KINDS if other != kind and name in self.there(other)), None)
            if other:
                return f"{name!r} is {kind_with_article(other)}: use it as one, or declare {kind_with_article(kind)}."
        return suggestion(name, self.there(kind), f"Declare it first: there is no {kind} yet.")

    def unknown(self, kind: str, name: str, spot: Spot, said: str = " speaks of an unknown") -> Iterator[Problem]:
        """The problem of a name that is not there."""
        if kind == "score" and name in self.there("score of contacts"):
            remedy = "Only a measure with `roll_up` reads it; speak of such a measure instead."
            yield spot.says(f" speaks of {name!r}, a score of contacts", remedy)
        elif not self.has(kind, name):
            yield spot.says(f"{said} {kind} {name!r}", self.remedy(kind, name))

    def models(self, score: str) -> tuple[Score, ...] | None:
        """The models of a score; None where one of them could not be read."""
        reads = [read for read in self.files.scores if read.name == score]
        models = tuple(read.model for read in reads if read.model is not None)
        return models if models and len(models) == len(reads) and not self.is_open("score") else None

    def unknown_band(self, score: str, bands: Iterable[str], spot: Spot) -> Iterator[Problem]:
        models = self.models(score)
        there = {band.band for model in models or () for band in model.bands}
        for band in bands:
            if models is not None and band not in there:
                yield spot.says(f" speaks of an unknown band {band!r} of {score}", suggestion(band, there, ""))

    def measure_type(self, name: str) -> Type | None:
        """Text or number; None where that is not known."""
        measure = self.measures.get(name)
        if isinstance(measure, of.AttributeValue):
            type_ = self.attribute_type(measure.attribute)
            return "number" if type_ in ("boolean", "date", "time") else type_
        return "number" if measure else None

    def attribute_type(self, name: str) -> Type | None:
        return None if name in self.files.broken else self.catalog.attribute_type(name)

    def field(self, record: str | None, prop: str) -> FieldType | None:
        """What the catalog says of a property of an event or a fact, or (None) of an attribute."""
        if record is None:
            declared, built_in = self.catalog.attributes, self.catalog.attribute_type(prop)
        else:
            kind = self.catalog.events.get(record) or self.catalog.facts.get(record)
            declared, built_in = dict(kind.properties) if kind else {}, self.catalog.property_type(record, prop)
        if prop in declared:
            return declared[prop]
        if built_in is None:
            return None
        if record and prop == "hour":
            return FieldType(type=built_in, min=0, max=23)
        return FieldType(type=built_in, values=WEEKDAYS if prop == "weekday" and record else ())

    def window(self, name: str) -> int | None:
        """The days of a measure whose earlier windows can be looked at; None if it has none."""
        return self._windows.get(name)

    @cached_property
    def _windows(self) -> Mapping[str, int]:
        found: dict[str, int] = {}
        for name, measure in self.measures.items():
            over = getattr(measure, "over", None)
            if over is not None and over.in_days:
                found[name] = over.count
        for _ in self.measures:
            new = {name: days for name in self.measures if (days := self._window_of_two(name, found)) is not None}
            if not new.keys() - found.keys():
                break
            found |= new
        return found

    def _window_of_two(self, name: str, found: Mapping[str, int]) -> int | None:
        measure = self.measures[name]
        if not isinstance(measure, of.Ratio | of.Difference):
            return None
        left, right = (found.get(part) for part in parts_of(measure))
        return left if left == right else None

    @cached_property
    def rules_across(self) -> frozenset[str]:
        """The rules that count across accounts."""
        models = (read.model for read in self.files.rules if read.model is not None)
        return frozenset(rule.rule for rule in models if rule.across is not None)

    @cached_property
    def task_steps(self) -> Mapping[str, frozenset[str]]:
        """Per playbook that could be read: the names of its task steps; where it has mistakes, all that may be one."""
        return {
            read.name: frozenset(step.step for step in all_steps(read.readable.steps) if isinstance(step, TaskStep))
            | (frozenset(_steps_said(read.spot.node.child("steps"))) if read.model is None else frozenset())
            for read in self.files.playbooks
            if read.readable is not None
        }


def _is_of_contacts(model: Score | None) -> bool:
    return model is not None and model.level == "contact"


def _steps_said(steps: Node | None) -> Iterator[str]:
    """All that is called a step in there; where a step's name can't be read, also all that is spoken of as a task."""
    keys = ("step", "task") if steps is not None and _has_nameless(steps) else ("step",)
    return _said_under(keys, steps) if steps is not None else iter(())


def _has_nameless(steps: Node) -> bool:
    """Whether of some step that has a name it can't be told."""
    return any(_is_nameless(item) for item in steps.items)


def _is_nameless(step: Node) -> bool:
    branches = (step.child("then"), step.child("else"))
    says_none = text_of(step.child("step")) is None and not step.entries.keys() & UNNAMED
    return says_none or "step" in step.twice or any(_has_nameless(branch) for branch in branches if branch)


def _said_under(keys: Collection[str], node: Node) -> Iterator[str]:
    for key, inner in node.entries.items():
        if key in keys and isinstance(inner.value, str):
            yield inner.value
        yield from _said_under(keys, inner)
    for item in node.items:
        yield from _said_under(keys, item)


def parts_of(measure: of.MeasureBase) -> tuple[str, ...]:
    """The measures that a measure is worked out from."""
    match measure:
        case of.Ratio():
            return measure.ratio
        case of.Difference():
            return measure.difference
        case of.Change():
            return (measure.change,)
        case of.ChangePercent():
            return (measure.change_percent,)
        case of.Usual():
            return (measure.usual,)
    return ()
