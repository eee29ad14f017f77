"""The accounts of a look in; their contacts and children, and the parents whom a change concerns, out."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from itertools import repeat
from typing import TYPE_CHECKING

import numpy as np
from sqlalchemy import Connection, func, or_, select

from engine.clock import microseconds
from engine.conditions.tree import Column
from engine.language.catalog import Catalog
from engine.snapshot import ALL_DAYS, Children, People, PersonalValues
from engine.store.accounts import ALIAS, Meant, mark_due
from engine.store.among import among
from engine.store.attributes import attributes, texts
from engine.store.database import Database
from engine.store.people import CONTACT_COLUMNS
from engine.store.present import numbers_column
from engine.store.records import Whose
from engine.store.tables.accounts import AccountRow
from engine.store.tables.looks import ScoreRow
from engine.store.tables.series import ContactObservationRow

if TYPE_CHECKING:
    from engine.store.saving.save import Saving

ACCOUNT = AccountRow.__table__  # type: ignore[attr-defined]
SCORE = ScoreRow.__table__  # type: ignore[attr-defined]
OBSERVED = ContactObservationRow.__table__  # type: ignore[attr-defined]


def parent_by_account(connection: Connection) -> dict[str, str]:
    """Of the accounts that have one; who names a parent by an alias means the account that it stands for."""
    parent = func.coalesce(ALIAS.c.account, ACCOUNT.c.parent)
    query = select(ACCOUNT.c.id, parent).outerjoin(ALIAS, ALIAS.c.alias == ACCOUNT.c.parent)
    return dict(connection.execute(query.where(ACCOUNT.c.parent.is_not(None))).all())


def people(connection: Connection, whose: Whose) -> People:
    """The contacts of the accounts, listed or not."""
    found, seqs = whose.contacts(connection), whose.lanes.seqs
    columns = dict(zip(CONTACT_COLUMNS, zip(*found, strict=True) if found else repeat(()), strict=False))
    seq = np.array(columns["account_seq"], dtype=np.int64)
    row = np.minimum(np.searchsorted(seqs, seq), max(len(seqs) - 1, 0))
    mine = np.flatnonzero(seqs[row] == seq) if len(seqs) else np.empty(0, dtype=np.intp)
    fields: dict[str, Column] = {name: texts(list(columns[name])) for name in ("email", "name", "role", "timezone")}
    fields["consent"] = numbers_column(columns["consent"])
    return People(
        row=row[mine],
        contact=np.array(columns["id"], dtype=np.int64)[mine],
        fields={name: column[mine] for name, column in fields.items()},
    )


def personal_values(connection: Connection, whose: Whose, days: Mapping[str, int]) -> dict[str, PersonalValues]:
    """Per metric, what contacts said of so many days (ALL_DAYS: of all) up to T, as it is known now."""
    found: dict[str, PersonalValues] = {}
    for metric, back in days.items():
        lanes = whose.seeing(metric).lanes
        today, time = lanes.today, lanes.time
        query = select(OBSERVED.c.account_seq, OBSERVED.c.contact_id, OBSERVED.c.day, OBSERVED.c.time, OBSERVED.c.value)
        query = query.where(
            OBSERVED.c.metric == metric,
            whose.lanes.hold(OBSERVED.c.account_seq),
            OBSERVED.c.day <= int(today.max(initial=0)),
        )
        if back != ALL_DAYS:
            query = query.where(OBSERVED.c.day > int(today.min(initial=0)) - back)
        said = [row for row in connection.execute(query).all() if row.account_seq in whose.row_of]
        row = np.array([whose.row_of[one.account_seq] for one in said], dtype=np.intp)
        day, at = (np.array([getattr(one, name) for one in said], dtype=np.int64) for name in ("day", "time"))
        seen = np.flatnonzero((day < today[row]) | ((day == today[row]) & (at <= time[row])))
        contact = np.array([one.contact_id for one in said], dtype=np.int64)
        value = np.array([one.value for one in said], dtype=np.float64)
        found[metric] = PersonalValues(contact[seen], day[seen], value[seen])
    return found


def children(
    connection: Connection, whose: Whose, scores: Collection[str], catalog: Catalog, company_zone: str
) -> Children:
    """The accounts of which these are the parent, and their scores at their last look."""
    place = _named(connection, whose.ids)
    query = select(ACCOUNT).where(among(ACCOUNT.c.parent, place)).order_by(ACCOUNT.c.seq)
    rows = [row for row in connection.execute(query).all() if whose.ids[place[row.parent]] != row.id]
    values = _values(connection, [row.seq for row in rows], scores)
    return Children(
        row=np.array([place[row.parent] for row in rows], dtype=np.intp),
        scores={score: numbers_column([values.get((row.seq, score)) for row in rows]) for score in scores},
        attributes=attributes(rows, catalog, [row.timezone or company_zone for row in rows]),
    )


def _named(connection: Connection, ids: Sequence[str]) -> dict[str, int]:
    """The place of each of the accounts by its id and its aliases; not by an id that is another one's alias."""
    place = {id_: row for row, id_ in enumerate(ids)}
    concerned = or_(among(ALIAS.c.account, ids), among(ALIAS.c.alias, ids))
    aliases: dict[str, str] = dict(connection.execute(select(ALIAS.c.alias, ALIAS.c.account).where(concerned)).all())
    own = {id_: row for id_, row in place.items() if id_ not in aliases}
    return {**own, **{alias: place[account] for alias, account in aliases.items() if account in place}}


def _values(connection: Connection, seqs: Collection[int], scores: Collection[str]) -> dict[tuple[int, str], float]:
    """By account and score, where it is known."""
    query = select(SCORE.c.account_seq, SCORE.c.score, SCORE.c.value).where(
        among(SCORE.c.account_seq, seqs), among(SCORE.c.score, scores), SCORE.c.value.is_not(None)
    )
    return {(seq, score): value for seq, score, value in connection.execute(query)}


def parents_of_changed(saving: "Saving") -> frozenset[str]:
    """The parents of the accounts of which a score that is rolled up is another now; before the scores are saved."""
    parent = saving.judged.snapshot.attributes["parent"]
    looks = {score: look for score, look in saving.judged.scores.items() if score in saving.office.rolled_up}
    rows = [row for row in saving.rows.tolist() if parent[row] is not None] if looks else []
    if not rows:
        return frozenset()
    seqs = {row: int(saving.reading.seqs[row]) for row in rows}
    before = _values(saving.connection, list(seqs.values()), looks)
    now = {(seqs[row], score): look.value[row] for score, look in looks.items() for row in rows}
    changed = {seq for (seq, score), value in now.items() if before.get((seq, score), np.nan) != value == value}
    changed |= {seq for seq, score in before if np.isnan(now[seq, score])}
    return frozenset(str(parent[row]) for row in rows if seqs[row] in changed)


def call_parents(database: Database, parents: Collection[str], at: datetime) -> None:
    """They are due: children of theirs have changed in a look at that moment. Should this be lost, a sweep sees it."""
    if not parents:
        return
    with database.writing() as connection:
        mark_due(connection, Meant.by(connection, parents).seqs.values(), microseconds(at))
