"""Moves in; decisions with their evidence and their reason, and the firings that start playbooks, out."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from engine.asides import Asides, ToldContacts, ToldMeasures, told_measures_of
from engine.clock import day_of, local_day
from engine.columns import Columns
from engine.conditions.sentence import clause, sentence
from engine.conditions.tree import columns_of
from engine.domain import Decision, Episode, Move, Reason, Run, State
from engine.language.base import written
from engine.language.rules import Adjust, Cap, Soften
from engine.measures import Measures
from engine.packing import packed
from engine.plan import Plan
from engine.playbooks import Firing
from engine.playing import told
from engine.rules import RuleTrees, Standing
from engine.signals import Matched, matched
from engine.snapshot import ScoreLook, Snapshot
from engine.telling import (
    Audience,
    ContactsOf,
    Effect,
    EffectsOf,
    MeasureValues,
    about_event,
    about_fact,
    tells_parts,
)
from engine.templating import TemplateFailed, plain, render

TELLING = (Move.FIRES, Move.REMINDS)
ENDING = (Move.LAPSES, Move.CLEARS)


@dataclass(frozen=True, slots=True)
class Concluded:
    """What follows from the moves of a look, before playbooks are played."""

    audience: Audience
    decisions: tuple[Decision, ...]
    firings: Mapping[int, tuple[Firing, ...]]
    rows: Mapping[str, int]

    def decided(self, reasons: Mapping[tuple[int, str], tuple[Reason, str | None]]) -> tuple[Decision, ...]:
        """The decisions, each with what became of the playbook that it names."""
        return tuple(self._with_reason(decision, reasons) for decision in self.decisions)

    def _with_reason(
        self, decision: Decision, reasons: Mapping[tuple[int, str], tuple[Reason, str | None]]
    ) -> Decision:
        if decision.move not in TELLING or decision.playbook is None:
            return decision
        reason, run = reasons[self.rows[decision.account], decision.rule]
        return replace(decision, reason=reason, run=run)


def conclude(
    plan: Plan,
    snapshot: Snapshot,
    columns: Columns,
    measures: Measures,
    scores: Mapping[str, ScoreLook],
    standings: Mapping[str, Standing],
    asides: Asides,
) -> Concluded:
    """Say of every move why, and of every firing what its playbook starts with."""
    moves = [(row, standing, move) for standing in standings.values() for row, move in standing.moved.items()]
    concerned = {row for row, _standing, move in moves if move in TELLING} | set(snapshot.runs)
    tells = {row for row, standing, move in moves if move in TELLING and _tells(standing.rule)} | set(snapshot.runs)
    contacts = ToldContacts(snapshot, {row for row, _standing, _move in moves} | set(snapshot.runs), asides)
    told_measures = told_measures_of(plan, snapshot, measures, tells, asides)
    audience = audience_of(plan, snapshot, told_measures, scores, contacts)
    audience = replace(audience, effects=_effects(plan, audience, columns, standings, concerned))
    decisions: list[Decision] = []
    firings: dict[int, list[Firing]] = {}
    for row, standing, move in sorted(moves, key=lambda one: (one[0], one[1].rule.name)):
        rule = standing.rule
        found = matched(rule.rule.when, plan.catalog, snapshot, columns, row)
        because = _over(plan, rule) if move in ENDING else _because(plan, audience, rule, row, found)
        decisions.append(_decision(snapshot, rule, columns, row, move, because))
        playbook = rule.rule.play
        if playbook is not None and move in TELLING:
            context = _kept(plan, audience, rule, row, found, because)
            firings.setdefault(row, []).append(Firing(rule.name, playbook, context))
    rows = {account: row for row, account in enumerate(snapshot.accounts)}
    return Concluded(audience, tuple(decisions), {row: tuple(of) for row, of in firings.items()}, rows)


def _tells(rule: RuleTrees) -> bool:
    """Does a firing of this rule say anything with a score's parts in it?"""
    return rule.rule.play is not None or (rule.rule.because is not None and tells_parts(rule.rule.because))


def _plain_reason(plan: Plan, rule: RuleTrees) -> str:
    """What must be true, as the condition itself says it."""
    return sentence(rule.rule.when, plan.titles)


def _over(plan: Plan, rule: RuleTrees) -> str:
    """What is true no more: `because` is written for what is, of values and records that may have gone since."""
    return f"No longer true: {clause(rule.rule.when, plan.titles)}"


def removed(plan: Plan, snapshot: Snapshot) -> tuple[tuple[Decision, Episode], ...]:
    """The episodes of rules that are in the files no more: they end, but for accounts that left."""
    return tuple(
        (_removal(snapshot, row, episode), replace(episode, state=State.INACTIVE, since=snapshot.at))
        for rule, episodes in snapshot.episodes.items()
        if rule not in plan.rules
        for row, episode in episodes.items()
        if episode.state is not State.INACTIVE and not snapshot.ended[row]
    )


def _removal(snapshot: Snapshot, row: int, episode: Episode) -> Decision:
    return Decision(
        account=episode.account,
        rule=episode.rule,
        move=Move.CLEARS,
        at=snapshot.at,
        day=int(snapshot.today[row]),
        evidence={},
        because="The rule was removed.",
        fingerprint=episode.fingerprint,
        reason=Reason.REMOVED,
    )


def audience_of(
    plan: Plan,
    snapshot: Snapshot,
    measures: MeasureValues,
    scores: Mapping[str, ScoreLook],
    contacts: ContactsOf,
) -> Audience:
    """What all messages of a look share."""
    company = plan.settings.company
    return Audience(
        snapshot=snapshot,
        scores=scores,
        primary=plan.primary,
        band_titles=plan.titles.bands,
        measures=measures,
        contacts=contacts,
        measure_names=tuple(plan.measures),
        measure_titles=plan.measure_titles,
        attributes={name: plan.catalog.attribute_type(name) or "text" for name in plan.catalog.attribute_names()},
        company=company.name,
        currency=company.currency,
        today=plan.company.day(snapshot.at),
        letters=plan.letters,
        usuals_known=isinstance(measures, ToldMeasures),
    )


def _decision(snapshot: Snapshot, rule: RuleTrees, columns: Columns, row: int, move: Move, because: str) -> Decision:
    spoken_of = columns_of(rule.when) | (columns_of(rule.clear_at) if rule.clear_at else frozenset())
    return Decision(
        account=snapshot.accounts[row],
        rule=rule.name,
        move=move,
        at=snapshot.at,
        day=int(snapshot.today[row]),
        evidence=columns.row(row, spoken_of),
        because=because,
        fingerprint=rule.fingerprint,
        playbook=rule.rule.play,
    )


def _because(plan: Plan, audience: Audience, rule: RuleTrees, row: int, found: Matched) -> str:
    """The rule's own sentence filled in, or its condition's. One that fails says so and stops nothing."""
    template = rule.rule.because
    if template is None:
        return _plain_reason(plan, rule)
    run = _firing_run(plan, audience, rule, row, found)
    values = told(audience, row, run, template, plan.settings.people.fallback)
    values["playbook"] = {"name": rule.rule.play}
    try:
        return render(f"because of {rule.name}", template, {k: plain(v, k, for_slack=True) for k, v in values.items()})
    except TemplateFailed as error:
        return f"{_plain_reason(plan, rule)} ({error})"


def _firing_run(plan: Plan, audience: Audience, rule: RuleTrees, row: int, found: Matched) -> Run:
    """A run that is not stored, so that `because` sees the firing as a playbook's templates do."""
    return Run(
        id="",
        account=audience.snapshot.accounts[row],
        playbook=rule.rule.play or "",
        version=plan.version,
        rule=rule.name,
        started_at=audience.snapshot.at,
        started_day=0,
        firing=_kept(plan, audience, rule, row, found, ""),
    )


def _kept(
    plan: Plan, audience: Audience, rule: RuleTrees, row: int, found: Matched, because: str
) -> Mapping[str, object]:
    """What a run keeps of its firing, as plain values that JSON can hold."""
    zone = str(audience.snapshot.zones[row])
    by = found.event.contact if found.event else None
    role = next((one.role for one in audience.contacts(row) if one.email == by), None) if by else None
    kept = {
        "severity": rule.rule.severity,
        "because": because,
        "score": plan.first_score(rule.rule),
        "fact": about_fact(found.fact, zone) if found.fact else None,
        "event": about_event(found.event, zone, role) if found.event else None,
    }
    return {key: packed(value) for key, value in kept.items()}


def _effects(
    plan: Plan, audience: Audience, columns: Columns, standings: Mapping[str, Standing], rows: Collection[int]
) -> EffectsOf:
    """What active rules do to scores, for the accounts that something is told of; put into words when asked for."""

    @cache
    def effects(row: int) -> tuple[Effect, ...]:
        acting = (one for one in standings.values() if row in rows and one.rule.rule.effect is not None)
        return tuple(
            effect_of(plan, audience, columns, standing, row)
            for standing in acting
            if row in standing.now and standing.now[row].state is State.ACTIVE
        )

    return effects


def effect_of(plan: Plan, audience: Audience, columns: Columns, standing: Standing, row: int) -> Effect:
    """One active effect rule's part in a score, in words."""
    rule, snapshot = standing.rule.rule, audience.snapshot
    found = matched(rule.when, plan.catalog, snapshot, columns, row)
    match rule.effect:
        case Adjust(score=score, by=by, fades=fades):
            began = standing.now[row].since_day if found.day is None else found.day
            age = int(snapshot.today[row]) - began
            amount = by * max(0.0, 1 - age / fades.count) if fades else by
            said, end = f"{round(amount, 1):+g} points", day_of(began + fades.count) if fades else None
        case Soften(score=score, by=share):
            said, end = f"softened by {share:.0%}", None
        case Cap(score=score, at_most=most):
            said, end = f"at most {written(most)}", None
        case _:
            raise TypeError(f"rule {rule.rule} has no effect on a score")
    fact = found.fact
    if fact and fact.until and end is None:
        end = day_of(local_day(fact.until, str(snapshot.zones[row])))
    because = _because(plan, audience, standing.rule, row, found)
    return Effect(score, rule.title, said.replace("-", "−"), because, fact.author if fact else None, end)


def ended_rows(snapshot: Snapshot) -> list[int]:
    """The accounts that have left."""
    return [int(row) for row in np.flatnonzero(snapshot.ended)]
