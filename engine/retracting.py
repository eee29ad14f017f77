"""A firing judged twice, by what was known then and by what is known now, in; what was never true, in words, out.

Both judgements are of the moment of the firing. What looks left (stays, states of rules) is the same in both, so what
differs comes of data that were corrected, came late or were taken back.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from engine.clock import day_of
from engine.conditions.sentence import clause
from engine.conditions.tree import answer, columns_of
from engine.judged import Doubt, Retraction
from engine.pipeline import Signals
from engine.plan import Plan
from engine.rules import RuleTrees
from engine.snapshot import Numbers, Series, Snapshot

MOST = 4
"""Values that are told."""


def retraction(plan: Plan, doubt: Doubt, then: Signals, now: Signals, row: int, day: int) -> Retraction | None:
    """None: it was true, or what was known then can't be found out any more. `row`: in both; `day`: of the firing."""
    rule = plan.rules.get(doubt.run.rule)
    if rule is None or rule.fingerprint != doubt.fingerprint:
        return None
    spoken_of = columns_of(rule.when)
    known_then, known_now = (signals.columns.row(row, spoken_of) for signals in (then, now))
    if answer(rule.when, known_then) is not True or answer(rule.when, known_now) is not False:
        return None
    told = list(_changed(plan, rule, then, now, row))[:MOST]
    on = day_of(day)
    said = [f"{name} of {on.day} {on:%b %Y}: {was} as told, {is_} by what is known now" for name, was, is_ in told]
    said = said or [f"Not so by what is known now: {clause(rule.rule.when, plan.titles)}"]
    return Retraction(
        run=doubt.run,
        fingerprint=doubt.fingerprint,
        evidence=known_now,
        because="; ".join([*said, f"corrected: {doubt.source}"]),
        text="\n".join(["*Corrected*: what is told above was not so.", *said, f"Source: {doubt.source}", CLOSED]),
    )


CLOSED = "Its open tasks are closed, and nothing more of it is sent."


def _changed(plan: Plan, rule: RuleTrees, then: Signals, now: Signals, row: int) -> Iterator[tuple[str, str, str]]:
    """Title, what was known and what is: of the scores that the rule speaks of, then of the measures that it rests on,
    where they differ."""
    scores = {score for column in columns_of(rule.when) if (score := getattr(column, "score", None))}
    for score in sorted(scores & then.scores.keys()):
        yield from _told(plan.titles.of("score", score), then.scores[score].value[row], now.scores[score].value[row])
    under = plan.measures_under(rule.name)
    for name in (name for name in plan.measures if name in under):
        was, is_ = (signals.measures.value(name)[row] for signals in (then, now))
        yield from _told(plan.measure_titles[name].label, was, is_)


def _told(title: str, was: object, is_: object) -> Iterator[tuple[str, str, str]]:
    if (before := _said(was)) != (after := _said(is_)):
        yield title[:1].upper() + title[1:], before, after


def _said(value: object) -> str:
    if value is None or value != value:
        return "unknown"
    return f"{value:,.4f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def with_days_own(known: Snapshot, then: Snapshot, present: Snapshot) -> Snapshot:
    """A snapshot of the past in which a metric's value of the day itself that a later time of that day has replaced is
    the one that was known: the later one is no correction. `present`: of the same accounts, as a look sees them now."""
    places = {account: row for row, account in enumerate(present.accounts)}
    rows = np.array([places[account] for account in known.accounts], dtype=np.intp)
    series = dict(known.series)
    for one, matrix in known.series.items():
        if one.kind == "metric" and one in then.series:
            series[one] = _restored(matrix, then.series[one], _still(one, known, present, rows))
    return replace(known, series=series)


def _restored(known: Numbers, then: Numbers, is_there: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Numbers:
    last = np.where(np.isnan(known[:, -1]) & is_there, then[:, -1], known[:, -1])
    return np.column_stack((known[:, :-1], last))


def _still(
    one: Series, known: Snapshot, present: Snapshot, rows: np.ndarray[tuple[int], np.dtype[np.intp]]
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Whether the day has any value by now, so far as the present look reaches back to it."""
    matrix = present.series.get(one)
    if matrix is None:
        return np.ones(len(rows), dtype=np.bool_)
    place = matrix.shape[1] - 1 - (present.last_day(one.name)[rows] - known.today)
    reached = (place >= 0) & (place < matrix.shape[1])
    there = ~np.isnan(matrix[rows, np.clip(place, 0, matrix.shape[1] - 1)])
    return np.where(reached, there, True)
