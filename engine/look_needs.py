"""A checked workspace in; what snapshots have to hold for looks by it, and what moves with the clock, out."""

from collections.abc import Iterable, Iterator, Mapping

from engine import needs
from engine.arithmetic.models import ModelTrees, ScoreTrees
from engine.arithmetic.windows import joined, whole_days
from engine.conditions import columns as of
from engine.conditions import forms
from engine.conditions.tree import Tree, columns_of, tests
from engine.language.base import Duration
from engine.language.measure_records import event_of
from engine.language.rules import Rule
from engine.language.scores import PointsEntry
from engine.moments import Windows
from engine.playbooks import Branch, Hold
from engine.signals import telling_leaves
from engine.snapshot import EventRows, Needs
from engine.telling import CHANGES, tells_parts
from engine.templating import names_used
from engine.workspace import Workspace

Columns = frozenset[of.ColumnOf]


def of_looks(workspace: Workspace) -> Needs:
    """For a look at accounts."""
    compiled, measures, catalog = workspace.compiled, workspace.measures, workspace.catalog
    models = _models(compiled.scores)
    tells_changes = any("change_" in text for text in _rendered(workspace))
    parts = [
        needs.of_columns(_columns(_trees(workspace)), measures, catalog),
        *(needs.of_measure(name, measures, catalog) for name in measures),
        *(needs.of_points(entry, catalog) for entry in _points(models)),
        *_told_events(workspace),
        *((needs.of_contacts(of_contacts(workspace)),) if compiled.contact_scores else ()),
        Needs(
            score_days=dict.fromkeys(compiled.scores, max(CHANGES) if tells_changes else 0),
            cooldowns=frozenset(name for name, plan in compiled.playbooks.items() if plan.playbook.cooldown),
            versions=frozenset[str]().union(*(model.fingerprints for model in models)),
        ),
    ]
    return joined(*parts)


def of_contacts(workspace: Workspace) -> Needs:
    """What the scores of contacts rest on, as a snapshot of contacts has to hold it."""
    measures, catalog = workspace.measures, workspace.catalog
    models = _models(workspace.compiled.contact_scores)
    trees = (tree for model in models for tree in _trees_of(model))
    return joined(
        needs.of_columns(_columns(trees), measures, catalog),
        *(needs.of_measure(entry.name, measures, catalog) for model in models for entry in model.model.measures),
        *(needs.of_points(entry, catalog) for entry in _points(models)),
    )


def of_groups(workspace: Workspace) -> Needs:
    """For the rules that count across accounts."""
    counted = (test.column for rule in workspace.compiled.across.values() for test in tests(rule.when))
    return needs.of_columns(counted, workspace.measures, workspace.catalog)


def of_usuals(workspace: Workspace) -> Needs:
    """For the usuals of all that scores are made of, where a text tells of them: a longer past than a look has."""
    if not tells_usuals(workspace):
        return Needs()
    models = _models(workspace.compiled.scores)
    entries = {entry.measure for model in models for entry in model.model.measures if entry.measure}
    return joined(*(needs.of_usual(name, workspace.measures, workspace.catalog) for name in sorted(entries)))


def tells_usuals(workspace: Workspace) -> bool:
    """Does a text speak of what lifts or drags, each against its usual?"""
    return any(map(tells_parts, _rendered(workspace)))


def _rendered(workspace: Workspace) -> tuple[str, ...]:
    """Every text that is rendered."""
    because = (rule.because for rule in workspace.rules.values())
    return (*workspace.templates.values(), *(text for text in because if text))


def clock_windows(workspace: Workspace) -> Windows:
    """What is measured by the clock: accounts fall due when something leaves such a window."""
    events: dict[str, set[int]] = {}
    facts: dict[str, set[int]] = {}
    columns = _columns(_trees(workspace))
    for column in columns:
        window = getattr(column, "window", None)
        if isinstance(window, Duration) and not window.in_days:
            kind, name = (facts, column.fact) if isinstance(column, of.FactCount) else (events, _event(column))
            kind.setdefault(name, set()).add(window.microseconds)
    for measure in workspace.measures.values():
        over = getattr(measure, "over", None)
        if isinstance(over, Duration) and not over.in_days:
            events.setdefault(event_of(measure), set()).add(over.microseconds)
    lasting = frozenset(column.fact for column in columns if isinstance(column, of.FactCount))
    return Windows(_frozen(events), _frozen(facts), lasting)


def _event(column: of.ColumnOf) -> str:
    if isinstance(column, of.EventReached | of.EventSilent):
        return column.event
    raise TypeError(f"{column.name} has no window")


def _frozen(lengths: Mapping[str, Iterable[int]]) -> Mapping[str, frozenset[int]]:
    return {name: frozenset(found) for name, found in lengths.items()}


def _models(scores: Mapping[str, ScoreTrees]) -> tuple[ModelTrees, ...]:
    return tuple(model for score in scores.values() for model in score.models)


def _points(models: Iterable[ModelTrees]) -> Iterator[PointsEntry]:
    return (entry for model in models for entry in model.model.points)


def _columns(trees: Iterable[Tree]) -> Columns:
    return Columns().union(*(columns_of(tree) for tree in trees))


def _trees(workspace: Workspace) -> Iterator[Tree]:
    """Every condition on accounts."""
    compiled = workspace.compiled
    for rule in compiled.rules.values():
        yield rule.when
        if rule.clear_at is not None:
            yield rule.clear_at
    for model in _models(compiled.scores):
        yield from _trees_of(model)
    for playbook in compiled.playbooks.values():
        if playbook.stop_when is not None:
            yield playbook.stop_when
        for step in playbook.program:
            if isinstance(step, Branch):
                yield step.tree
            elif isinstance(step, Hold) and step.until is not None:
                yield step.until


def _trees_of(model: ModelTrees) -> Iterator[Tree]:
    yield from (tree for tree in (model.when, *model.unless, *model.entry_when) if tree is not None)


def _told_events(workspace: Workspace) -> Iterator[Needs]:
    """Rows of events that a rule's texts tell of, with all their properties."""
    for rule in workspace.rules.values():
        leaves = [leaf for leaf in telling_leaves(rule.when) if isinstance(leaf, forms.EventCount)]
        if leaves and any("event" in names_used(text) for text in _told_by(rule, workspace)):
            for leaf in leaves:
                declared = frozenset(workspace.catalog.events[leaf.event].properties)
                rows = EventRows(whole_days(leaf.in_), declared | {"contact"} | frozenset(leaf.where or ()))
                yield Needs(rows={leaf.event: rows})


def _told_by(rule: Rule, workspace: Workspace) -> Iterator[str]:
    if rule.because:
        yield rule.because
    if rule.play:
        yield from workspace.templates.values()
