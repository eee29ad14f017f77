"""A score model in; the days on which a metric that it rests on was redefined, through to the end, out."""

from collections.abc import Iterator, Mapping
from datetime import date

from engine.conditions.condition import walk
from engine.language import measures as of
from engine.language.base import Entry
from engine.language.catalog import Catalog
from engine.language.measure_records import records_of
from engine.language.rules import Rule
from engine.language.scores import Score
from engine.workspace.fingerprints import judged_names
from engine.workspace.names import parts_of

Name = tuple[str, str]
"""A kind, and a name of that kind."""


class Redefinitions:
    """Of one workspace's score models. `scores`: those of accounts and those of contacts."""

    def __init__(
        self,
        catalog: Catalog,
        measures: Mapping[str, of.Measure],
        scores: Mapping[str, tuple[Score, ...]],
        rules: Mapping[str, Rule],
    ) -> None:
        self._catalog = catalog
        self._measures = measures
        self._scores = scores
        self._rules = rules

    def of_model(self, model: Score) -> tuple[date, ...]:
        """Of its measures and conditions, and of the scores that stand in it or are rolled up; effects are no part."""
        seen: set[Name] = set()
        waiting = [*_of_model(model)]
        while waiting:
            name = waiting.pop()
            if name not in seen:
                seen.add(name)
                waiting += self._named_by(*name)
        days = (self._catalog.metrics[name].redefined for kind, name in seen if kind == "metric")
        return tuple(sorted({day for some in days for day in some}))

    def _named_by(self, kind: str, name: str) -> Iterator[Name]:
        match kind:
            case "measure":
                yield from self._of_measure(name)
            case "score":
                for model in self._scores[name]:
                    yield from _of_model(model)
            case "rule":
                yield from _of_condition(self._rules[name].when)
                yield from _of_condition(self._rules[name].clear_at)

    def _of_measure(self, name: str) -> Iterator[Name]:
        definition = self._measures[name]
        records = {definition.days_since} if isinstance(definition, of.DaysSince) else records_of(name, self._measures)
        yield from (("metric", record) for record in records & self._catalog.metrics.keys())
        yield from (("measure", part) for part in parts_of(definition))
        if isinstance(definition, of.RollUp):
            yield "score", definition.roll_up


def _of_model(model: Score) -> Iterator[Name]:
    for entry in model.measures:
        yield "measure" if entry.measure else "score", entry.name
        yield from _of_condition(entry.unless)
    for points in model.points:
        yield from _of_condition(points.when)


def _of_condition(form: Entry | None) -> Iterator[Name]:
    for inner in walk(form) if form is not None else ():
        yield from judged_names(inner)
