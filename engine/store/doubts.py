"""What came in for past days in; runs whose firing that reaches back to, to be looked into by the next look, out."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Connection, Select, and_, or_, select, update

from engine.clock import microseconds, moment
from engine.domain import End
from engine.judged import Doubt
from engine.store.among import among
from engine.store.kept import kept
from engine.store.present import run_of, tasks_of
from engine.store.tables.looks import DecisionRow
from engine.store.tables.runs import RunRow
from engine.store.writing import alter

RUN = RunRow.__table__  # type: ignore[attr-defined]
DECISION = DecisionRow.__table__  # type: ignore[attr-defined]
RECENT = 30 * 86_400_000_000
"""Microseconds: an alert is taken back for so long after it fired. (A choice: a month of work is on its way.)"""
AND = ", "
"""Between what brought a correction."""
FIRST_DAY = -(2**31)
"""A day before all."""
NOT_YET = or_(RUN.c.end.is_(None), RUN.c.end != str(End.SOURCE_CORRECTED))
"""Whose firing was not taken back before."""


def doubt_runs(connection: Connection, reached: Mapping[int, int], at: int, source: str) -> None:
    """`reached`: number of an account to the oldest day of which something came in, or was taken back, at a moment.

    A run's day is the company's, and the account's own may be the next one. Which of all that comes before the next
    look it is that counts, that look can't tell: each source is kept.
    """
    if not reached:
        return
    recent = connection.execute(*_started(seqs=reached, after=at - RECENT, until=at)).all()
    doubted = {row.id: row.doubted_by for row in recent if reached[row.account_seq] <= row.started_day + 1}
    rows = [{"id": id_, "doubted_at": at, "doubted_by": _with(doubted[id_], source)} for id_ in sorted(doubted)]
    alter(connection, RUN, "id", rows)


def _with(sources: str | None, source: str) -> str:
    known = sources.split(AND) if sources else []
    return AND.join(known if source in known else [*known, source])


@kept
def _started(seqs: Any, after: Any, until: Any) -> Select[Any]:
    mine = among(RUN.c.account_seq, seqs), RUN.c.started_at > after, RUN.c.started_at <= until, NOT_YET
    return select(RUN.c.id, RUN.c.account_seq, RUN.c.started_day, RUN.c.doubted_by).where(*mine)


def doubts(connection: Connection, ids: Mapping[int, str], playbooks: Collection[str]) -> tuple[Doubt, ...]:
    """The runs of these playbooks that a look is to look into. `ids`: of its accounts, by number."""
    stored = [row for row in connection.execute(*_doubted(playbooks=playbooks)) if row.account_seq in ids]
    tasks = tasks_of(connection, [row.id for row in stored])
    return tuple(
        Doubt(
            run_of(row, ids[row.account_seq], tasks.get(row.id, {})),
            row.fingerprint,
            moment(row.doubted_at),
            row.doubted_by,
        )
        for row in stored
    )


@kept
def _doubted(playbooks: Any) -> Select[Any]:
    fired = and_(
        DECISION.c.account_seq == RUN.c.account_seq, DECISION.c.rule == RUN.c.rule, DECISION.c.at == RUN.c.started_at
    )
    query = select(RUN, DECISION.c.fingerprint).join(DECISION, fired)
    return query.where(RUN.c.doubted_at.is_not(None), among(RUN.c.playbook, playbooks), NOT_YET).order_by(RUN.c.id)


def settle_doubts(connection: Connection, looked_into: Collection[Doubt]) -> None:
    """They are none any more, unless something else has come meanwhile."""
    for doubt in looked_into:
        mine = RUN.c.id == doubt.run.id, RUN.c.doubted_at == microseconds(doubt.at), RUN.c.doubted_by == doubt.source
        connection.execute(update(RUN).where(*mine).values(doubted_at=None, doubted_by=None))
