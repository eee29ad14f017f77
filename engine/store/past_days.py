"""Accounts and the ends of days in; what a look at each of these moments sees of what came in, a snapshot a day, out.

What several days need is read once, and cut.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy import Connection, func, select

from engine.arithmetic.earlier import deepened, earlier, with_scores
from engine.clock import microseconds, moment
from engine.language.catalog import Catalog
from engine.snapshot import Numbers, Snapshot
from engine.store import records
from engine.store.accounts import ACCOUNT
from engine.store.among import among
from engine.store.database import Database
from engine.store.matrices import Lanes, matrices, score_key
from engine.store.reading import Reading, Wanted, accounts_wanted, read
from engine.store.records import Whose
from engine.store.tables.series import SPAN


def most_days(catalog: Catalog) -> int:
    """So many days may be read together: one where feeds may be held, for each day sees them as of another one."""
    return 1 if catalog.quiet_days() or catalog.thin_shares() else SPAN


def first_day(connection: Connection) -> int | None:
    """The first day of whichever account came first; None: nothing is known of any."""
    oldest = select(func.min(func.coalesce(ACCOUNT.c.since, ACCOUNT.c.first_record)))
    found: int | None = connection.execute(oldest).scalar_one()
    return found


def first_looked(connection: Connection) -> datetime | None:
    """The first look at whichever account; None: there was none."""
    found: int | None = connection.execute(select(func.min(ACCOUNT.c.first_look))).scalar_one()
    return None if found is None else moment(found)


def zones_of(database: Database, wanted: Wanted) -> dict[str, str]:
    """The zone of each of the accounts."""
    with database.reading() as connection:
        return {row.id: row.timezone or wanted.company_zone for row in accounts_wanted(connection, wanted)}


def past_days(database: Database, wanted: Wanted, ends: Sequence[datetime]) -> tuple[Reading, Iterator[Snapshot]]:
    """The accounts, and what there was to be seen of them at the end of each of some days, which follow each other.

    They have their days in common. `most_days` tells how many may be asked for. What looks left is as it is now.
    """
    back = len(ends) - 1
    deep = read(database, replace(wanted, at=ends[-1], needs=deepened(wanted.needs, back)))
    with database.reading() as connection:
        holds = [_holding(connection, wanted, deep, at) for at in ends]
        scores = _scores_of(connection, deep.snapshot, wanted, len(ends))
    days = (earlier(deep.snapshot, wanted.needs, back - place, at) for place, at in enumerate(ends))
    return deep, (
        replace(day, **hold, children=day.children and with_scores(day.children, scores, place))
        for place, (day, hold) in enumerate(zip(days, holds, strict=True))
    )


def _holding(connection: Connection, wanted: Wanted, deep: Reading, at: datetime) -> dict[str, Any]:
    """Of a snapshot of these accounts: what holds at a moment."""
    said, nothing = deep.snapshot, np.zeros(len(deep), dtype=np.int64)
    lanes = Lanes(deep.seqs, nothing, nothing)
    whose = Whose.of(lanes, said.accounts, said.zones.tolist(), microseconds(at), None)
    return {
        "ended": records.ended(connection, whose),
        "overrides": records.overrides(connection, whose, wanted.scores),
    }


def _scores_of(connection: Connection, snapshot: Snapshot, wanted: Wanted, days: int) -> dict[str, Numbers]:
    """Of each child and day, the last of which is today, as they are kept."""
    children, last = snapshot.children, int(snapshot.today.max(initial=0))
    if children is None or not len(children.row):
        return {}
    ids = children.attributes["id"].tolist()
    seqs: dict[str, int] = dict(
        connection.execute(select(ACCOUNT.c.id, ACCOUNT.c.seq).where(among(ACCOUNT.c.id, ids))).all()
    )
    mine = np.array([seqs[id_] for id_ in ids], dtype=np.int64)
    nothing = np.zeros(len(mine), dtype=np.int64)
    keys = {score: score_key(score, "value") for score in wanted.needs.children}
    found = matrices(connection, Lanes(mine, nothing + last, nothing), dict.fromkeys(keys.values(), days))
    return {score: found[key] for score, key in keys.items()}
