"""A checked workspace in; what the stages take of it, worked out once, out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from functools import cached_property

from engine import look_needs
from engine.arithmetic.models import ScoreTrees
from engine.arithmetic.windows import joined
from engine.calendar import Calendar, CompanyTime
from engine.conditions.condition import walk
from engine.conditions.sentence import Titles
from engine.language.catalog import Catalog, Event, Metric
from engine.language.measures import Measure
from engine.language.rules import Rule
from engine.language.settings import Settings
from engine.language.views import Ladder
from engine.moments import Windows
from engine.playbooks import PlaybookTrees
from engine.rules import Round, RuleTrees, rounds
from engine.snapshot import Needs, Series
from engine.telling import MeasureTitle
from engine.workspace import Workspace
from engine.workspace.resting import Resting


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

    def measures_under(self, rule: str) -> frozenset[str]:
        """The measures that a rule rests on: by its scores and other rules, and by what these do to them, too."""
        return frozenset(name for kind, name in self._resting.of_rule(rule) if kind == "measure")

    @cached_property
    def _resting(self) -> Resting:
        files = self.workspace
        return Resting(files.catalog, files.measures, {**files.scores, **files.contact_scores}, files.rules)

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
    def tells_usuals(self) -> bool:
        """Does a text speak of what lifts or drags, each against its usual?"""
        return look_needs.tells_usuals(self.workspace)

    def first_score(self, rule: Rule) -> str:
        """The score named first in the rule's condition, else the primary one."""
        named = (getattr(form, "score", None) for form in walk(rule.when))
        return next((score for score in named if score), self.primary)

    @cached_property
    def needs(self) -> Needs:
        """What a snapshot has to hold for a look by this version."""
        return look_needs.of_looks(self.workspace)

    @cached_property
    def contact_needs(self) -> Needs:
        """What a snapshot of contacts has to hold for their scores."""
        return look_needs.of_contacts(self.workspace)

    @cached_property
    def across_needs(self) -> Needs:
        """What a snapshot has to hold for the rules that count across accounts."""
        return look_needs.of_groups(self.workspace)

    @cached_property
    def deep_needs(self) -> Needs:
        """What the usuals that messages tell of need: read for the few accounts that something is told of."""
        return look_needs.of_usuals(self.workspace)

    @cached_property
    def windows(self) -> Windows:
        """What is measured by the clock."""
        return look_needs.clock_windows(self.workspace)

    @property
    def rolled_up(self) -> frozenset[str]:
        """The scores of children that a measure rolls up: a parent is due when one of them changes."""
        return self.needs.children

    @cached_property
    def across_attributes(self) -> frozenset[str]:
        """The attributes by which these rules group accounts, and what an account is called."""
        return frozenset({"name", *(form.across for rule in self.across.values() if (form := rule.rule.across))})

    @cached_property
    def kept_series(self) -> tuple[Series, ...]:
        """The series that are kept up as records come in."""
        may_be_held = (*self.catalog.thin_shares(), *self.catalog.quiet_days())
        counts = (Series("count", name) for name in may_be_held if name in self.catalog.events)
        return tuple(dict.fromkeys((*joined(self.needs, self.across_needs).series, *counts)))

    @cached_property
    def uncovered(self) -> frozenset[str]:
        """The metrics and events that are used and have no `from`: until there is a record, no window of theirs is
        covered."""
        needed = joined(self.needs, self.across_needs)
        used = {series.name for series in needed.series} | set(needed.rows)
        declared: dict[str, Metric | Event] = {**self.catalog.metrics, **self.catalog.events}
        return frozenset(name for name in used if name in declared and declared[name].from_ is None)
