"""A score's name in; what it said of all accounts day by day, with their outcomes and the rules that fired, out."""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy import Connection, Select, select

from engine.clock import microseconds
from engine.domain import DECIDED, Move
from engine.language.views import Ladder
from engine.reports.columns import Course, Dated
from engine.snapshot import Days
from engine.store.among import among
from engine.store.database import Database, portions
from engine.store.matrices import Lanes, score_days
from engine.store.records import OUTCOME
from engine.store.saving.scores import FILLED
from engine.store.tables.accounts import BLOCK
from engine.store.tables.looks import DecisionRow, ScoreRow, ScoreVersionRow

SCORE = ScoreRow.__table__  # type: ignore[attr-defined]
SCORE_VERSION = ScoreVersionRow.__table__  # type: ignore[attr-defined]
DECISION = DecisionRow.__table__  # type: ignore[attr-defined]
AT_ONCE = 16 * BLOCK
"""Accounts whose days are in memory at the same time."""
READ = ("value", "version", "coverage", FILLED)


def ladders(database: Database, score: str) -> dict[int, Ladder]:
    """Per code of a version of a score its bands with their lower edges, the lowest first."""
    query = select(SCORE_VERSION.c.code, SCORE_VERSION.c.bands).where(SCORE_VERSION.c.score == score)
    with database.asking() as connection:
        return {code: tuple((name, edge) for name, edge in bands) for code, bands in connection.execute(query)}


def courses(database: Database, score: str, at: datetime, rules: Collection[str] = ()) -> Iterator[Course]:
    """All accounts that were ever looked at, some thousand at a time, up to the day of the last look at any of them.

    `at`: outcomes that come after it are left out; `rules`: whose firings are wanted.
    """
    with database.reading() as connection:
        query = select(SCORE.c.account_seq, SCORE.c.day).where(SCORE.c.score == score).order_by(SCORE.c.account_seq)
        rows = connection.execute(query).all()
        last = max((row.day for row in rows), default=0)
        for some in portions([row.account_seq for row in rows], AT_ONCE):
            yield _course(connection, score, np.array(some, dtype=np.int64), last, microseconds(at), rules)


def _course(connection: Connection, score: str, seqs: Days, last: int, at: int, rules: Collection[str]) -> Course:
    lanes = Lanes(seqs, np.full(len(seqs), last, dtype=np.int64), np.zeros(len(seqs), dtype=np.int64))
    value, version, coverage, filled = score_days(connection, lanes, score, READ).values()
    outcomes = select(OUTCOME.c.account_seq, OUTCOME.c.day, OUTCOME.c.outcome).where(OUTCOME.c.at <= at)
    firings = select(DECISION.c.account_seq, DECISION.c.day, DECISION.c.rule).where(
        DECISION.c.move == DECIDED[Move.FIRES], among(DECISION.c.rule, rules)
    )
    return Course(
        first=last - value.shape[1] + 1,
        values=value,
        versions=version,
        looked=~np.isnan(coverage) | ~np.isnan(value),
        filled=filled == 1,
        outcomes=_dated(connection, lanes, outcomes.order_by(OUTCOME.c.at, OUTCOME.c.id)),
        firings=_dated(connection, lanes, firings.order_by(DECISION.c.at, DECISION.c.id)),
    )


def _dated(connection: Connection, lanes: Lanes, query: Select[Any]) -> Dated:
    """The rows (account, day, name) of a query that are of these accounts."""
    column = query.selected_columns["account_seq"]
    rows = connection.execute(query.where(lanes.hold(column))).all()
    seqs = np.fromiter((row[0] for row in rows), np.int64, len(rows))
    days = np.fromiter((row[1] for row in rows), np.int64, len(rows))
    names = np.array([*(row[2] for row in rows), None], dtype=np.object_)[:-1]
    here = np.isin(seqs, lanes.seqs)
    return Dated(np.searchsorted(lanes.seqs, seqs[here]), days[here], names[here])
