"""Measures and effects in; a score per account, its parts, its band and its stay, out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from engine.arithmetic import stays
from engine.arithmetic.models import ModelTrees, ScoreTrees, bands_of, chosen_of, codes, fingerprints_of, models_of
from engine.arithmetic.points import points_of, shares_of
from engine.arithmetic.points_models import points_parts
from engine.arithmetic.series import round4
from engine.conditions.constants import DECIMALS
from engine.conditions.tree import Column, Columns, mask
from engine.language.scores import Score, Weighed
from engine.snapshot import Breakdown, Numbers, Rows, ScoreLook, Snapshot

NEUTRAL, LOWEST, HIGHEST = 50.0, 0.0, 100.0
Bits = NDArray[np.bool_]


class MeasureValues(Protocol):
    """What scoring needs of the measures of a look."""

    def value(self, name: str) -> Column:
        """One entry per account."""

    def age(self, name: str) -> Numbers:
        """Days since the newest record that it rests on."""


@dataclass(frozen=True, slots=True)
class Adjusted:
    """Points that an active rule adds, account by account."""

    rule: str
    amounts: Numbers


@dataclass(frozen=True, slots=True)
class Softened:
    """Bad measures of a group, or those named, move towards 50 where the rule is active."""

    rule: str
    group: str | None
    measures: tuple[str, ...]
    by: float
    active: Bits

    def concerns(self, entry: Weighed) -> bool:
        return entry.name in self.measures or (self.group is not None and entry.group == self.group)


@dataclass(frozen=True, slots=True)
class Capped:
    rule: str
    at_most: float
    active: Bits


@dataclass(frozen=True, slots=True)
class Effects:
    """What active rules do to one score."""

    adjusts: tuple[Adjusted, ...] = ()
    softens: tuple[Softened, ...] = ()
    caps: tuple[Capped, ...] = ()


@dataclass(frozen=True, slots=True)
class Based:
    """One model's base for the accounts that it scores; NaN where it is unknown."""

    base: Numbers
    softened: Numbers
    coverage: Numbers
    breakdown: Breakdown


def look_at_score(
    trees: ScoreTrees,
    snapshot: Snapshot,
    measures: MeasureValues,
    before: Mapping[str, ScoreLook],
    effects: Effects,
    columns: Columns,
) -> ScoreLook:
    """The score of every account; `before`: scores that are final already. Who left, or has no model, is unknown."""
    accounts = len(snapshot)
    chosen = models_of(trees, snapshot, columns)
    base, softened, coverage = (np.full(accounts, np.nan) for _ in range(3))
    breakdowns: list[Breakdown] = []
    for place, model in enumerate(trees.models):
        rows = np.flatnonzero(chosen == place)
        if not len(rows):
            continue
        based = _based(trees.name, model, snapshot, rows, measures, before, effects, columns)
        base[rows], softened[rows], coverage[rows] = based.base, based.softened, based.coverage
        breakdowns.append(based.breakdown)
    adjusted = _adjusted(softened, effects)
    override = np.where(snapshot.ended, np.nan, snapshot.overrides.get(trees.name, np.full(accounts, np.nan)))
    value = np.where(np.isnan(override), adjusted, round4(override))
    band, fingerprint = bands_of(trees, chosen, value), fingerprints_of(trees, snapshot, chosen)
    seen = stays.Seen(band, codes(snapshot, fingerprint), ~np.isnan(override), snapshot.today)
    return ScoreLook(
        score=trees.name,
        edges={fingerprint: one.ladder for one in trees.models for fingerprint in one.fingerprints},
        model=chosen_of(chosen, [model.model.model_name for model in trees.models]),
        fingerprint=fingerprint,
        base=round4(base),
        adjusted=adjusted,
        value=value,
        coverage=round4(coverage),
        band=band,
        stays=stays.go_on(snapshot.stays.get(trees.name) or stays.nowhere(accounts), seen, trees.bands),
        breakdowns=tuple(breakdowns),
    )


def _adjusted(softened: Numbers, effects: Effects) -> Numbers:
    added = sum((adjust.amounts for adjust in effects.adjusts), np.zeros(len(softened)))
    adjusted = np.clip(softened + added, LOWEST, HIGHEST)
    for cap in effects.caps:
        adjusted = np.where(cap.active, np.minimum(adjusted, cap.at_most), adjusted)
    return round4(adjusted)


def _based(
    name: str,
    trees: ModelTrees,
    snapshot: Snapshot,
    rows: Rows,
    measures: MeasureValues,
    before: Mapping[str, ScoreLook],
    effects: Effects,
    columns: Columns,
) -> Based:
    if trees.model.by_points:
        return _by_points(name, trees, snapshot, rows, columns)
    entries = trees.model.measures
    values = [_value(entry, measures, before)[rows] for entry in entries]
    applies = _applies(trees, columns, rows)
    points = np.stack([points_of(entry, value) for entry, value in zip(entries, values, strict=True)], axis=1)
    known = applies & ~np.isnan(points)
    filled, counted = _filled(trees.model, points, applies, known)
    shares = shares_of(trees.model, counted)
    soft = _soften(filled, counted, entries, effects, rows)
    coverage = (shares_of(trees.model, applies) * known).sum(axis=1)
    unknown = (round4(coverage) < round(trees.model.min_coverage, DECIMALS)) | ~known.any(axis=1)
    breakdown = Breakdown(
        score=name,
        model=trees.model.model_name,
        measures=tuple(entry.name for entry in entries),
        weights=tuple(entry.weight for entry in entries),
        rows=rows,
        values=tuple(values),
        points=np.where(counted, round4(soft), np.nan),
        share=np.where(counted, shares, np.nan),
        contribution=np.where(counted, round4(soft * shares), np.nan),
        age=np.stack([_age(entry, measures, len(snapshot))[rows] for entry in entries], axis=1),
    )
    return Based(
        base=np.where(unknown, np.nan, (filled * shares).sum(axis=1)),
        softened=np.where(unknown, np.nan, (soft * shares).sum(axis=1)),
        coverage=coverage,
        breakdown=breakdown,
    )


def _value(entry: Weighed, measures: MeasureValues, before: Mapping[str, ScoreLook]) -> Column:
    return measures.value(entry.measure) if entry.measure else before[entry.name].value


def _age(entry: Weighed, measures: MeasureValues, accounts: int) -> Numbers:
    return measures.age(entry.name) if entry.measure else np.full(accounts, np.nan)


def _applies(trees: ModelTrees, columns: Columns, rows: Rows) -> Bits:
    """Which entries apply: not those excepted by `unless`, and of several on one measure the first that does."""
    entries = trees.model.measures
    applies = np.ones((len(rows), len(entries)), dtype=np.bool_)
    for place, (entry, unless) in enumerate(zip(entries, trees.unless, strict=True)):
        if unless is not None:
            applies[:, place] = ~mask(unless, columns)[rows]
        for earlier in range(place):
            if (entries[earlier].measure, entries[earlier].score) == (entry.measure, entry.score):
                applies[:, place] &= ~applies[:, earlier]
    return applies


def _filled(model: Score, points: Numbers, applies: Bits, known: Bits) -> tuple[Numbers, Bits]:
    """Points with `missing` filled in, and which entries count."""
    if model.missing == "spread":
        return np.where(known, points, 0.0), known
    instead = NEUTRAL if model.missing == "neutral" else LOWEST
    return np.where(known, points, np.where(applies, instead, 0.0)), applies


def _soften(filled: Numbers, counted: Bits, entries: tuple[Weighed, ...], effects: Effects, rows: Rows) -> Numbers:
    """Below 50 a softened measure moves towards 50 by the strongest share; good ones stay."""
    by = np.zeros_like(filled)
    for soften in effects.softens:
        for place, entry in enumerate(entries):
            if soften.concerns(entry):
                by[:, place] = np.maximum(by[:, place], np.where(soften.active[rows], soften.by, 0.0))
    towards = np.where(counted & (filled < NEUTRAL), by * (NEUTRAL - filled), 0.0)
    softened: Numbers = filled + towards
    return softened


def _by_points(name: str, trees: ModelTrees, snapshot: Snapshot, rows: Rows, columns: Columns) -> Based:
    """A points model: start and entries, brought to 0 to 100. What the limits cut is a part of its own."""
    parts = points_parts(trees.model, trees.entry_when, trees.entry_where, snapshot, columns)
    amounts = parts.amounts[rows]
    raw = amounts.sum(axis=1)
    base = np.clip(raw, LOWEST, HIGHEST)
    cut = round4(base - raw)
    contribution = round4(np.column_stack([amounts, np.where(cut == 0, np.nan, cut)]))
    breakdown = Breakdown(
        score=name,
        model=trees.model.model_name,
        measures=(*parts.names, "limit"),
        weights=(1.0,) * (len(parts.names) + 1),
        rows=rows,
        values=(*(value[rows] for value in parts.values), np.full(len(rows), np.nan)),
        points=contribution,
        share=np.where(np.isnan(contribution), np.nan, 1.0),
        contribution=contribution,
        age=np.full(contribution.shape, np.nan),
    )
    return Based(base, base, np.ones(len(rows)), breakdown)
