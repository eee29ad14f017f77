"""A checked workspace in; what the stages take of it, worked out once, out."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import time
from functools import cached_property

from engine import needs
from engine.arithmetic.models import ModelTrees, ScoreTrees
from engine.arithmetic.windows import joined, whole_days
from engine.calendar import Calendar, CompanyTime
from engine.conditions import columns as of
from engine.conditions import forms
from engine.conditions.condition import walk
from engine.conditions.sentence import Titles
from engine.conditions.tree import Tree, columns_of, tests
from engine.language.base import Duration
from engine.language.catalog import Catalog, Event, Metric
from engine.language.measure_records import event_of
from engine.language.measures import Measure
from engine.language.rules import Rule
from engine.language.settings import Settings
from engine.language.views import Ladder
from engine.moments import Windows
from engine.playbooks import Branch, Hold, PlaybookTrees
from engine.rules import Round, RuleTrees, rounds
from engine.signals import telling_leaves
from engine.snapshot import EventRows, Needs, Series
from engine.telling import CHANGES, MeasureTitle, tells_parts
from engine.templating import names_used
from engine.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Level:
    """Scores that can be told, then the rounds of rules that rest on them."""

    scores: tuple[str, ...]
    rounds: tuple[Round, ...]


@dataclass(frozen=True)
class Plan:
    """One version of a workspace as the stages take it."""

    workspace: Workspace

    @property
    def version(self) -> str:
        return self.workspace.version

    @property
    def settings(self) -> Settings:
        return self.workspace.settings

    @property
    def catalog(self) -> Catalog:
        return self.workspace.catalog

    @property
    def primary(self) -> str:
        return self.workspace.primary

    @property
    def measures(self) -> Mapping[str, Measure]:
        return self.workspace.measures

    @property
    def rules(self) -> Mapping[str, RuleTrees]:
        return self.workspace.compiled.rules

    @property
    def across(self) -> Mapping[str, RuleTrees]:
        """The rules that count across accounts; `rules` are all others."""
        return self.workspace.compiled.across

    @property
    def playbooks(self) -> Mapping[str, PlaybookTrees]:
        return self.workspace.compiled.playbooks

    @property
    def templates(self) -> Mapping[tuple[str, str], str]:
        return self.workspace.templates

    @property
    def scores(self) -> Mapping[str, ScoreTrees]:
        return self.workspace.compiled.scores

    @property
    def contact_scores(self) -> Mapping[str, ScoreTrees]:
        """Scores of contacts: what measures roll up."""
        return self.workspace.compiled.contact_scores

    @cached_property
    def retracting(self) -> frozenset[str]:
        """The playbooks whose runs are taken back where what fired was never true."""
        return frozenset(name for name, plan in self.playbooks.items() if plan.playbook.retracts)

    @cached_property
    def levels(self) -> tuple[Level, ...]:
        return tuple(
            Level(level.scores, rounds(self.rules[name] for name in level.rules)) for level in self.workspace.levels
        )

    @cached_property
    def company(self) -> CompanyTime:
        company = self.settings.company
        calendar = Calendar.of(company.country, company.extra_holidays)
        return CompanyTime(company.timezone, time.fromisoformat(company.sweep), calendar)

    @cached_property
    def titles(self) -> Titles:
        """Labels from the files, for sentences."""
        catalog, workspace = self.catalog, self.workspace
        labelled: list[tuple[str, Mapping[str, object]]] = [
            ("attribute", catalog.attributes),
            ("metric", catalog.metrics),
            ("event", catalog.events),
            ("fact", catalog.facts),
            ("measure", workspace.measures),
            ("rule", workspace.rules),
        ]
        names = {
            (kind, name): str(label)
            for kind, entries in labelled
            for name, entry in entries.items()
            if (label := getattr(entry, "label", None))
        }
        for name, models in workspace.scores.items():
            names["score", name] = next((model.label for model in models if model.label), models[0].title)
        bands = {
            (name, band.band): band.title
            for name, models in workspace.scores.items()
            for band in reversed(models[0].bands)
        }
        return Titles(names, bands)

    @cached_property
    def measure_titles(self) -> Mapping[str, MeasureTitle]:
        """What measures are called where their parts in a score are told; an entry's own label wins."""
        titles = {
            name: MeasureTitle(measure.label or name.replace("_", " ").capitalize(), measure.show)
            for name, measure in self.measures.items()
        }
        for models in self.workspace.scores.values():
            for entry in (entry for model in models for entry in model.measures if entry.label):
                show = self.measures[entry.measure].show if entry.measure else "number"
                titles[entry.name] = MeasureTitle(entry.label or entry.name, show)
        return titles

    @cached_property
    def letters(self) -> Mapping[tuple[str, str], Ladder]:
        """(score, model) to its letters."""
        return {
            (name, model.model_name): model.views.letters
            for name, models in self.workspace.scores.items()
            for model in models
        }

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """Everything that is rendered."""
        because = (rule.because for rule in self.workspace.rules.values())
        return (*self.templates.values(), *(text for text in because if text))

    @cached_property
    def tells_usuals(self) -> bool:
        """Does a template speak of what lifts or drags, each against its usual?"""
        return any(map(tells_parts, self.texts))

    def first_score(self, rule: Rule) -> str:
        """The score named first in the rule's condition, else the primary one."""
        named = (getattr(form, "score", None) for form in walk(rule.when))
        return next((score for score in named if score), self.primary)

    @cached_property
    def trees(self) -> tuple[Tree, ...]:
        """Every condition of the workspace."""
        return (*self._rule_trees(), *self._model_trees(), *self._playbook_trees())

    @cached_property
    def contact_needs(self) -> Needs:
        """What the scores of contacts rest on, as a snapshot of contacts has to hold it."""
        models = [model for score in self.contact_scores.values() for model in score.models]
        trees = [tree for model in models for tree in _trees_of(model)]
        columns = frozenset[of.ColumnOf]().union(*(columns_of(tree) for tree in trees))
        return joined(
            needs.of_columns(columns, self.measures, self.catalog),
            *(
                needs.of_measure(entry.name, self.measures, self.catalog)
                for model in models
                for entry in model.model.measures
            ),
            *(needs.of_points(entry, self.catalog) for model in models for entry in model.model.points),
        )

    @cached_property
    def rolled_up(self) -> frozenset[str]:
        """The scores of children that a measure rolls up: a parent is due when one of them changes."""
        return self.needs.children

    def _rule_trees(self) -> Iterator[Tree]:
        for rule in self.rules.values():
            yield rule.when
            if rule.clear_at is not None:
                yield rule.clear_at

    def _model_trees(self) -> Iterator[Tree]:
        for score in self.scores.values():
            for model in score.models:
                yield from _trees_of(model)

    def _playbook_trees(self) -> Iterator[Tree]:
        for playbook in self.playbooks.values():
            if playbook.stop_when is not None:
                yield playbook.stop_when
            for step in playbook.program:
                if isinstance(step, Branch):
                    yield step.tree
                elif isinstance(step, Hold) and step.until is not None:
                    yield step.until

    @cached_property
    def columns(self) -> frozenset[of.ColumnOf]:
        return frozenset[of.ColumnOf]().union(*(columns_of(tree) for tree in self.trees))

    @cached_property
    def needs(self) -> Needs:
        """What a snapshot has to hold for a look by this version."""
        measures, catalog = self.measures, self.catalog
        parts = [
            needs.of_columns(self.columns, measures, catalog),
            *(needs.of_measure(name, measures, catalog) for name in measures),
            *(needs.of_points(entry, catalog) for model in self._models() for entry in model.model.points),
            *self._told_events(),
            *((needs.of_contacts(self.contact_needs),) if self.contact_scores else ()),
            Needs(
                score_days=dict.fromkeys(self.scores, max(CHANGES) if self._tells_changes else 0),
                cooldowns=frozenset(name for name, plan in self.playbooks.items() if plan.playbook.cooldown),
                versions=frozenset[str]().union(*(model.fingerprints for model in self._models())),
            ),
        ]
        return joined(*parts)

    @cached_property
    def across_needs(self) -> Needs:
        """What a snapshot has to hold for the rules that count across accounts."""
        counted = (test.column for rule in self.across.values() for test in tests(rule.when))
        return needs.of_columns(counted, self.measures, self.catalog)

    @cached_property
    def kept_series(self) -> tuple[Series, ...]:
        """The series that are kept up as records come in."""
        thin = (Series("count", name) for name in self.catalog.thin_shares() if name in self.catalog.events)
        return tuple(dict.fromkeys((*joined(self.needs, self.across_needs).series, *thin)))

    @cached_property
    def uncovered(self) -> frozenset[str]:
        """The metrics and events that are used and have no `from`: until there is a record, no window of theirs is
        covered."""
        needed = joined(self.needs, self.across_needs)
        used = {series.name for series in needed.series} | set(needed.rows)
        declared: dict[str, Metric | Event] = {**self.catalog.metrics, **self.catalog.events}
        return frozenset(name for name in used if name in declared and declared[name].from_ is None)

    @cached_property
    def deep_needs(self) -> Needs:
        """What the usuals that messages tell of need: read for the few accounts that something is told of."""
        if not self.tells_usuals:
            return Needs()
        entries = {entry.measure for model in self._models() for entry in model.model.measures if entry.measure}
        return joined(*(needs.of_usual(name, self.measures, self.catalog) for name in sorted(entries)))

    @property
    def _tells_changes(self) -> bool:
        return any("change_" in text for text in self.texts)

    def _models(self) -> Iterator[ModelTrees]:
        return (model for score in self.scores.values() for model in score.models)

    def _told_events(self) -> Iterator[Needs]:
        """Rows of events that a rule's messages tell of, with all their properties."""
        for rule in self.workspace.rules.values():
            leaves = [leaf for leaf in telling_leaves(rule.when) if isinstance(leaf, forms.EventCount)]
            if leaves and any("event" in names_used(text) for text in self._told_by(rule)):
                for leaf in leaves:
                    declared = frozenset(self.catalog.events[leaf.event].properties)
                    rows = EventRows(whole_days(leaf.in_), declared | {"contact"} | frozenset(leaf.where or ()))
                    yield Needs(rows={leaf.event: rows})

    def _told_by(self, rule: Rule) -> Iterator[str]:
        if rule.because:
            yield rule.because
        if rule.play:
            yield from self.templates.values()

    @cached_property
    def windows(self) -> Windows:
        """What is measured by the clock: accounts fall due when something leaves such a window."""
        events: dict[str, set[int]] = {}
        facts: dict[str, set[int]] = {}
        for column in self.columns:
            window = getattr(column, "window", None)
            if isinstance(window, Duration) and not window.in_days:
                kind, name = (facts, column.fact) if isinstance(column, of.FactCount) else (events, _event(column))
                kind.setdefault(name, set()).add(window.microseconds)
        for measure in self.measures.values():
            over = getattr(measure, "over", None)
            if isinstance(over, Duration) and not over.in_days:
                events.setdefault(event_of(measure), set()).add(over.microseconds)
        lasting = frozenset(column.fact for column in self.columns if isinstance(column, of.FactCount))
        return Windows(_frozen(events), _frozen(facts), lasting)


def _trees_of(model: ModelTrees) -> Iterator[Tree]:
    yield from (tree for tree in (model.when, *model.unless, *model.entry_when) if tree is not None)


def _event(column: of.ColumnOf) -> str:
    if isinstance(column, of.EventReached | of.EventSilent):
        return column.event
    raise TypeError(f"{column.name} has no window")


def _frozen(lengths: Mapping[str, Iterable[int]]) -> Mapping[str, frozenset[int]]:
    return {name: frozenset(found) for name, found in lengths.items()}
