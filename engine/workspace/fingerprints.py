"""Checked files in; a hash of all that can change a rule's answer, or a model's number, out.

It is taken of what the files say, not of how they say it: order of keys, comments, labels and places don't count.
"""

import json
from collections.abc import Mapping
from hashlib import sha256

from pydantic import BaseModel

from engine.conditions import forms
from engine.conditions.condition import walk
from engine.conditions.wants import Want
from engine.language import measures as of
from engine.language.base import Entry
from engine.language.catalog import Catalog
from engine.language.rules import Rule
from engine.language.scores import PointsEntry, Score, Weighed
from engine.workspace.names import parts_of
from engine.workspace.resting import Resting, judged_names

Said = Mapping[str, object]
LENGTH = 16


def hash_of(said: object) -> str:
    """Of plain values, whatever the order of their keys."""
    return sha256(json.dumps(said, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:LENGTH]


class Fingerprints:
    """Of one workspace's rules and score models; each is worked out once.

    Rules and scores rest on no circle but by roll-ups of children. `is_flat`: without the scores of these.
    """

    def __init__(
        self,
        catalog: Catalog,
        measures: Mapping[str, of.Measure],
        scores: Mapping[str, tuple[Score, ...]],
        rules: Mapping[str, Rule],
        *,
        is_flat: bool = False,
    ) -> None:
        self._catalog = catalog
        self._measures = measures
        self._scores = scores
        self._rules = rules
        self._resting = Resting(catalog, measures, scores, rules)
        self._flat = None if is_flat else Fingerprints(catalog, measures, scores, rules, is_flat=True)
        self._known: dict[tuple[str, str], str] = {}

    def rule(self, name: str) -> str:
        """Of `when`, `for` and `clear_at`, and what they name, through to the end."""
        return self._once("rule", name)

    def model(self, score: Score) -> str:
        """Of what can change the number that this model gives: not whom it scores, nor effects of rules.

        Its name is part of it only where two models of a score are the same but for it, so that a lone one may get a
        name, beside a second.
        """
        said = self._number_of(score)
        twins = [other for other in self._scores[score.score] if self._number_of(other) == said]
        return hash_of({**said, "model": score.model_name} if len(twins) > 1 else said)

    def _number_of(self, score: Score) -> Said:
        return {
            "measures": [self._entry(entry) for entry in score.measures],
            "points": [self._entry(entry) for entry in score.points],
            "groups": score.groups,
            "start": score.start,
            "missing": score.missing,
            "min_coverage": score.min_coverage,
            "bands": [[band.band, band.from_] for band in score.bands],
        }

    def _once(self, kind: str, name: str) -> str:
        if (kind, name) not in self._known:
            said = {"rule": self._rule, "score": self._score, "measure": self._measure}[kind](name)
            self._known[kind, name] = hash_of(said)
        return self._known[kind, name]

    def _rule(self, name: str) -> Said:
        rule = self._rules[name]
        return {
            "when": self._condition(rule.when),
            "for": str(rule.for_) if rule.for_ else None,
            "clear_at": self._condition(rule.clear_at),
        }

    def _score(self, name: str) -> Said:
        """All models, in their order, and the effects of rules: what a condition on the score can see."""
        effects = {
            rule.rule: [self.rule(rule.rule), type(rule.effect).__name__, _plain(rule.effect)]
            for rule in self._rules.values()
            if rule.effect is not None and rule.effect.score == name
        }
        return {"models": self._models(name), "effects": effects}

    def _models(self, name: str) -> list[list[object]]:
        """Each with whom it scores."""
        return [[self.model(model), model.order, self._condition(model.when)] for model in self._scores[name]]

    def _measure(self, name: str) -> Said:
        measure = self._measures[name]
        said: dict[str, object] = {
            "measure": _plain(measure, "label", "show"),
            "parts": [self._once("measure", part) for part in parts_of(measure)],
            "catalog": self._of_measure(measure),
        }
        return said | ({"scores": self._rolled_up(measure)} if isinstance(measure, of.RollUp) else {})

    def _rolled_up(self, measure: of.RollUp) -> list[object]:
        """The score, and those that it rests on in turn by other roll-ups."""
        if measure.of == "contacts":
            return [*self._models(measure.roll_up)]
        if self._flat is None:
            return []
        reached = sorted(name for kind, name in self._resting.of_score(measure.roll_up) if kind == "score")
        return [self._flat._once("score", name) for name in reached]

    def _of_measure(self, measure: of.MeasureBase) -> Said:
        """What the catalog says of the records and attributes that a measure is worked out from."""
        match measure:
            case of.Latest():
                return self._records(measure.latest)
            case of.Statistic():
                return self._records(measure.statistic[1].partition(".")[0], measure.where)
            case of.EventsCounted():
                return self._records(measure.count, measure.where)
            case of.Distinct():
                return self._records(measure.distinct, measure.where)
            case of.DaysWith():
                return self._records(measure.days_with, measure.where)
            case of.DaysSince():
                return self._records(measure.days_since, measure.where)
            case of.Returning():
                return self._records(measure.returning, measure.where)
            case of.Shift():
                return self._records(measure.shift, measure.where)
            case of.AttributeValue():
                return self._records(measure.attribute)
        return {}

    def _entry(self, entry: Weighed | PointsEntry) -> Said:
        condition = entry.unless if isinstance(entry, Weighed) else entry.when
        said: dict[str, object] = {
            "entry": _plain(entry, "label", "unless", "when"),
            "condition": self._condition(condition),
        }
        if isinstance(entry, PointsEntry):
            return said | {"catalog": self._records(entry.event, entry.where) if entry.event else {}}
        kind = "measure" if entry.measure else "score"
        return said | {"of": self._once(kind, entry.name)}

    def _condition(self, form: Entry | None) -> Said | None:
        if form is None:
            return None
        named = [self._named(inner) for inner in walk(form)]
        return {"form": _plain(form), "of": [one for one in named if one]}

    def _named(self, form: Entry) -> Said:
        match form:
            case forms.FactWithin() | forms.FactActive():
                return self._records(form.fact, form.where)
            case forms.EventCount() | forms.EventNone() | forms.EventAcross():
                return self._records(form.event, form.where)
            case forms.AccountIs():
                return {name: self._catalog.attribute_type(name) for name in form.account}
        return {kind: self._once(kind, name) for kind, name in judged_names(form)}

    def _records(self, name: str, where: Mapping[str, Want] | None = None) -> Said:
        """What of a catalog entry can change an answer: since when it is complete, whose it is, the types compared."""
        catalog = self._catalog
        entry = catalog.metrics.get(name) or catalog.events.get(name)
        since = entry.from_.isoformat() if entry and entry.from_ else None
        metric = catalog.metrics.get(name)
        types = {prop: catalog.property_type(name, prop) for prop in where or {}}
        said: dict[str, object] = {
            "from": since,
            "of": metric.of if metric else None,
            "type": catalog.attribute_type(name),
            "properties": types,
        }
        if metric and metric.redefined:
            said["redefined"] = sorted(map(str, metric.redefined))
        if entry and entry.quiet_after:
            said["quiet_after"] = str(entry.quiet_after)
        if entry and entry.thin_below:
            said["thin_below"] = entry.thin_below
        return said


def _plain(model: BaseModel, *without: str) -> object:
    return _shortly(model.model_dump(mode="json", by_alias=True, exclude_none=True, exclude=set(without)))


def _shortly(said: object) -> object:
    """A list of one is that one, and so are `all` and `any` of one."""
    if isinstance(said, list):
        parts = [_shortly(part) for part in said]
        return parts[0] if len(parts) == 1 else parts
    if not isinstance(said, dict):
        return said
    short = {key: _shortly(part) for key, part in said.items()}
    inner = short.get("all", short.get("any")) if len(short) == 1 else None
    return short if inner is None or isinstance(inner, list) else inner
