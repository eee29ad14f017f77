"""Snapshot, measures, scores and standings in; how each column that conditions speak of is worked out, out."""

from collections.abc import Callable, Mapping

import numpy as np

from engine.arithmetic import stays, trends, windows
from engine.arithmetic.models import codes
from engine.arithmetic.series import times
from engine.columns import answer, is_known, one_of
from engine.conditions import columns as of
from engine.conditions.tree import Column, known
from engine.domain import State
from engine.measures import Measures
from engine.rules import Standing
from engine.snapshot import Numbers, ScoreLook, Snapshot, Texts

Resolver = Callable[..., Column]


def resolvers(
    snapshot: Snapshot,
    measures: Measures,
    scores: Mapping[str, ScoreLook],
    bands: Mapping[str, tuple[str, ...]],
    standings: Mapping[str, Standing],
) -> Mapping[type, Resolver]:
    """By the class of a column's description. What the files in use no longer know is unknown (runs of an earlier
    version may ask). `scores` fills up as levels are done; `bands`: per score, names from the lowest up."""
    return {
        **_of_scores(snapshot, scores, bands),
        **_of_measures(snapshot, measures),
        **_of_rules(snapshot, standings),
        of.EventReached: lambda column: _reached(snapshot, column),
        of.EventSilent: lambda column: _silent(snapshot, column),
        of.KnownOf: lambda column: _known(snapshot, measures, scores, column),
    }


def _no_numbers(snapshot: Snapshot) -> Numbers:
    return np.full(len(snapshot), np.nan)


def _no_texts(snapshot: Snapshot) -> Texts:
    return np.full(len(snapshot), None, dtype=np.object_)


def _of_scores(
    snapshot: Snapshot, scores: Mapping[str, ScoreLook], bands: Mapping[str, tuple[str, ...]]
) -> Mapping[type, Resolver]:
    def value(column: of.ScoreValue) -> Column:
        return scores[column.score].value if column.score in scores else _no_numbers(snapshot)

    def band(score: str) -> Texts:
        return scores[score].band if score in scores else _no_texts(snapshot)

    def crossed(column: of.ScoreCrossed) -> Column:
        if column.score not in scores or column.band not in bands[column.score]:
            return _no_numbers(snapshot)
        look = scores[column.score]
        return stays.crossed(look.stays, known(look.band), column.how, column.band, bands[column.score])

    def trend(column: of.ScoreTrendOver) -> Column:
        if column.score not in scores or column.score not in snapshot.history:
            return _no_numbers(snapshot)
        look = scores[column.score]
        asked = trends.Trend(column.days, column.drops, column.percent, column.min_points)
        return trends.trend(snapshot.history[column.score], look.adjusted, codes(snapshot, look.fingerprint), asked)

    def decline(column: of.ScoreDecline) -> Column:
        if column.score not in scores or column.score not in snapshot.history:
            return _no_numbers(snapshot)
        look, days = scores[column.score], column.days
        version = codes(snapshot, look.fingerprint)
        return trends.decline(snapshot.history[column.score], look.adjusted, version, days, column.min_points)

    return {
        of.ScoreValue: value,
        of.ScoreBandName: lambda column: band(column.score),
        of.ScoreBandIn: lambda column: one_of(band(column.score), column.bands),
        of.ScoreCrossed: crossed,
        of.ScoreTrendOver: trend,
        of.ScoreDecline: decline,
    }


def _of_measures(snapshot: Snapshot, measures: Measures) -> Mapping[type, Resolver]:
    def against(column: of.MeasureAgainst) -> Column:
        usual = measures.usual(column.measure)
        if usual is None:
            return _no_numbers(snapshot)
        current, wanted = measures.until_yesterday(column.measure), times(usual, column.factor)
        there = ~np.isnan(current) & ~np.isnan(usual)
        with np.errstate(invalid="ignore"):
            reached = current <= wanted if column.operator == "<=" else current >= wanted
        return answer(reached & (usual != 0), there)

    return {
        of.MeasureValue: lambda column: measures.value(column.measure),
        of.MeasureAgainst: against,
    }


def _of_rules(snapshot: Snapshot, standings: Mapping[str, Standing]) -> Mapping[type, Resolver]:
    def states(column: of.RuleState) -> Column:
        if column.rule in standings:
            return standings[column.rule].states()
        return np.full(len(snapshot), str(State.INACTIVE), dtype=np.object_)

    def fired(column: of.RuleFiredIn) -> Column:
        return standings[column.rule].fired_in(column.days) if column.rule in standings else np.zeros(len(snapshot))

    return {
        of.RuleState: states,
        of.RuleFiredIn: fired,
        of.RuleSeeds: lambda column: standings[column.rule].seeds(),
        of.RuleHeld: lambda column: standings[column.rule].held(),
        of.RuleDue: lambda column: standings[column.rule].due(),
    }


def _reached(snapshot: Snapshot, column: of.EventReached) -> Numbers:
    enough = windows.count(snapshot, column.event, column.window, column.where) >= column.count
    return answer(enough, enough | windows.covered(snapshot, column.event, column.window))


def _silent(snapshot: Snapshot, column: of.EventSilent) -> Numbers:
    some = windows.count(snapshot, column.event, column.window, column.where) > 0
    complete = windows.covered(snapshot, column.event, column.window)
    complete &= windows.lived(snapshot, column.event, column.window)
    return answer(~some, some | complete)


def _known(snapshot: Snapshot, measures: Measures, scores: Mapping[str, ScoreLook], column: of.KnownOf) -> Numbers:
    match column.kind:
        case "score":
            return is_known(scores[column.subject].value if column.subject in scores else _no_numbers(snapshot))
        case "measure":
            return is_known(measures.value(column.subject))
        case _:
            return is_known(snapshot.attributes.get(column.subject, _no_numbers(snapshot)))
