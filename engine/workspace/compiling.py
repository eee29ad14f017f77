"""Checked files in; what the stages take, compiled once: trees, programs, fingerprints and the order, out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from engine.arithmetic.models import ModelTrees, ScoreTrees
from engine.conditions.compile import compile_condition, where_filter
from engine.conditions.tree import Tree
from engine.language.base import Entry
from engine.language.catalog import Catalog
from engine.language.measures import Measure
from engine.language.playbooks import Playbook
from engine.language.rules import Rule
from engine.language.scores import Score
from engine.playbooks import PlaybookTrees, program
from engine.rules import RuleTrees
from engine.workspace.fingerprints import Fingerprints
from engine.workspace.order import Level, levels, needs
from engine.workspace.resting import Name, Resting


@dataclass(frozen=True, slots=True)
class Compiled:
    """Everything that is worked out from the files once."""

    rules: Mapping[str, RuleTrees]
    across: Mapping[str, RuleTrees]
    """Rules that count across accounts: they are asked of groups, beside all others."""
    scores: Mapping[str, ScoreTrees]
    contact_scores: Mapping[str, ScoreTrees]
    """Those of contacts, which stand outside the order: they rest on measures alone."""
    playbooks: Mapping[str, PlaybookTrees]
    levels: tuple[Level, ...]


def compile_all(
    catalog: Catalog,
    measures: Mapping[str, Measure],
    scores: Mapping[str, tuple[Score, ...]],
    contact_scores: Mapping[str, tuple[Score, ...]],
    rules: Mapping[str, Rule],
    playbooks: Mapping[str, Playbook],
) -> Compiled:
    """Of files without mistakes."""
    prints = Fingerprints(catalog, measures, {**scores, **contact_scores}, rules)
    resting = Resting(catalog, measures, {**scores, **contact_scores}, rules)

    def tree(form: Entry) -> Tree:
        return compile_condition(form, catalog)

    def perhaps(form: Entry | None) -> Tree | None:
        return tree(form) if form is not None else None

    def model(score: Score) -> ModelTrees:
        return ModelTrees(
            score,
            prints.model(score),
            perhaps(score.when),
            unless=tuple(perhaps(entry.unless) for entry in score.measures),
            entry_when=tuple(perhaps(entry.when) for entry in score.points),
            entry_where=tuple(where_filter(entry.event or "", entry.where, catalog) for entry in score.points),
            redefined=_redefinitions(resting.of_model(score), catalog),
        )

    trees = {
        name: RuleTrees(rule, tree(rule.when), perhaps(rule.clear_at), prints.rule(name))
        for name, rule in rules.items()
    }
    of_accounts = {name: rule for name, rule in trees.items() if rule.rule.across is None}
    return Compiled(
        rules=of_accounts,
        across={name: rule for name, rule in trees.items() if rule.rule.across is not None},
        scores={name: ScoreTrees(name, tuple(map(model, models))) for name, models in scores.items()},
        contact_scores={name: ScoreTrees(name, tuple(map(model, models))) for name, models in contact_scores.items()},
        playbooks={
            name: PlaybookTrees(playbook, program(playbook.steps, tree), perhaps(playbook.stop_when))
            for name, playbook in playbooks.items()
        },
        levels=levels(needs(scores, (rule.rule for rule in of_accounts.values()))),
    )


def _redefinitions(rests_on: Iterable[Name], catalog: Catalog) -> dict[str, tuple[date, ...]]:
    """The days on which metrics among these names were redefined: by name where a feed may be held, else under ""."""
    held = {*catalog.quiet_days(), *catalog.thin_shares()}
    found: dict[str, set[date]] = {}
    for kind, name in rests_on:
        if kind == "metric" and catalog.metrics[name].redefined:
            found.setdefault(name if name in held else "", set()).update(catalog.metrics[name].redefined)
    return {feed: tuple(sorted(found[feed])) for feed in sorted(found)}
