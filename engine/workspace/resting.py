"""A score, or a model of one, in; the names of all that it rests on, through to the end, out."""

from collections.abc import Iterable, Iterator, Mapping

from engine.conditions.condition import walk
from engine.language import measures as of
from engine.language.base import Entry
from engine.language.catalog import Catalog
from engine.language.measure_records import records_of
from engine.language.rules import Rule
from engine.language.scores import Score
from engine.workspace.names import parts_of

Name = tuple[str, str]
"""A kind (metric, measure, score or rule), and a name of that kind."""


class Resting:
    """Of one workspace. `scores`: those of accounts and those of contacts. Roll-ups of children may make circles."""

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

    def of_model(self, model: Score) -> frozenset[Name]:
        """Of its measures and conditions, and of the scores in it or rolled up; what rules do to them is no part."""
        return self._all(_of_model(model), effects=False)

    def of_score(self, score: str) -> frozenset[Name]:
        """Of its models and of what rules do to it; itself included."""
        return self._all([("score", score)], effects=True)

    def of_rule(self, rule: str) -> frozenset[Name]:
        """Of its conditions, and of what rules do to the scores in them; itself included."""
        return self._all([("rule", rule)], effects=True)

    def _all(self, names: Iterable[Name], *, effects: bool) -> frozenset[Name]:
        seen: set[Name] = set()
        waiting = [*names]
        while waiting:
            name = waiting.pop()
            if name not in seen:
                seen.add(name)
                waiting += self._named_by(*name)
                waiting += self._effects_on(*name) if effects else ()
        return frozenset(seen)

    def _named_by(self, kind: str, name: str) -> Iterator[Name]:
        match kind:
            case "measure":
                yield from self._of_measure(name)
            case "score":
                for model in self._scores[name]:
                    yield from _of_model(model)
                    yield from _of_condition(model.when)
            case "rule":
                yield from _of_condition(self._rules[name].when)
                yield from _of_condition(self._rules[name].clear_at)

    def _effects_on(self, kind: str, name: str) -> Iterator[Name]:
        for rule in self._rules.values() if kind == "score" else ():
            if rule.effect is not None and rule.effect.score == name:
                yield "rule", rule.rule

    def _of_measure(self, name: str) -> Iterator[Name]:
        definition = self._measures[name]
        records = {definition.days_since} if isinstance(definition, of.DaysSince) else records_of(name, self._measures)
        yield from (("metric", record) for record in records & self._catalog.metrics.keys())
        yield from (("measure", part) for part in parts_of(definition))
        if isinstance(definition, of.RollUp):
            yield "score", definition.roll_up


def judged_names(form: Entry) -> Iterator[Name]:
    """What a condition without parts speaks of, where looks judge it."""
    for kind in ("measure", "score", "rule"):
        name = getattr(form, kind, None)
        if isinstance(name, str):
            yield kind, name


def _of_model(model: Score) -> Iterator[Name]:
    for entry in model.measures:
        yield "measure" if entry.measure else "score", entry.name
        yield from _of_condition(entry.unless)
    for points in model.points:
        yield from _of_condition(points.when)


def _of_condition(form: Entry | None) -> Iterator[Name]:
    for inner in walk(form) if form is not None else ():
        yield from judged_names(inner)
