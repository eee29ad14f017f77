"""Runs that something has come in for since they fired in; each judged as of its firing, and what was wrong, out."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby

from engine.clock import local_day
from engine.judged import Doubt, Doubted, Retraction
from engine.pipeline import Judge
from engine.retracting import retraction, with_days_own
from engine.snapshot import Snapshot
from engine.store.database import Database
from engine.store.doubts import doubts
from engine.store.reading import Reading, Wanted, read


def looked_into(database: Database, judge: Judge, wanted: Wanted, reading: Reading) -> Doubted:
    """Of the accounts of a look. Reads nothing where no playbook asks for it; where none is in doubt, one index.

    The condition is asked as of the firing, by what was known then, and by what is known now. Attributes and roles have
    no history of their own: those of then are taken, for one that is another today is no correction.
    """
    if not judge.plan.retracting:
        return Doubted()
    ids = dict(zip(reading.seqs.tolist(), reading.snapshot.accounts, strict=True))
    with database.reading() as connection:
        found = doubts(connection, ids, judge.plan.retracting)
    wrong: list[Retraction] = []
    for at, some in groupby(sorted(found, key=_fired_at), key=_fired_at):
        wrong += _wrong(database, judge, wanted, reading.snapshot, at, list(some))
    return Doubted(found, tuple(wrong))


def _fired_at(doubt: Doubt) -> datetime:
    return doubt.run.started_at


def _wrong(
    database: Database, judge: Judge, wanted: Wanted, present: Snapshot, at: datetime, some: Sequence[Doubt]
) -> list[Retraction]:
    of = sorted({doubt.run.account for doubt in some})
    past = replace(wanted, at=at, accounts=of, blocks=None, due=None, without=(), people_at=at)
    then = read(database, replace(past, known_at=at)).snapshot
    known = read(database, past).snapshot
    by_then, by_now = judge.signals(then), judge.signals(with_days_own(known, then, present))
    rows: Mapping[str, int] = {account: row for row, account in enumerate(then.accounts)}
    found = []
    for doubt in some:
        if (row := rows.get(doubt.run.account)) is not None:
            day = local_day(at, str(then.zones[row]))
            found.append(retraction(judge.plan, doubt, by_then, by_now, row, day))
    return [one for one in found if one is not None]
