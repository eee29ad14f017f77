"""A score's name in; the present of it for all accounts, and what they have of its measures, as columns, out.

Everything is read in bulk: a few questions, whatever the number of accounts.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy import Connection, and_, select

from engine.arithmetic.views import gained
from engine.clock import day_of, microseconds
from engine.reports.columns import Bits, Happened, MeasureColumn, Standing
from engine.snapshot import Days, Numbers, Texts
from engine.store.breakdowns import Sheet, unpack_sheets
from engine.store.database import Database, portions
from engine.store.matrices import Lanes, matrices, score_key
from engine.store.records import OUTCOME, Whose, ended
from engine.store.tables.accounts import BLOCK, AccountRow
from engine.store.tables.looks import BreakdownRow, ScoreRow

ACCOUNT = AccountRow.__table__  # type: ignore[attr-defined]
SCORE = ScoreRow.__table__  # type: ignore[attr-defined]
BREAKDOWN = BreakdownRow.__table__  # type: ignore[attr-defined]
NEVER = -1
AT_ONCE = 80 * BLOCK
"""Accounts whose day's scores are in memory at the same time."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What of whom. `over`: days over which points are gained or lost; 0: nobody asks."""

    score: str
    at: datetime
    currency: str
    """Of accounts that have none of their own."""
    attributes: Collection[str] = ()
    over: int = 0


def standing(database: Database, asked: Asked) -> Standing:
    """Every account, those that left and those that were never looked at included."""
    names = list(asked.attributes)
    columns = [ACCOUNT.c[name] for name in ("seq", "id", "name", "owner", "value", "currency")]
    columns += [SCORE.c[name] for name in ("model", "band", "value", "day")] + [_attribute(name) for name in names]
    of_score = and_(SCORE.c.account_seq == ACCOUNT.c.seq, SCORE.c.score == asked.score)
    query = select(*columns).outerjoin_from(ACCOUNT, SCORE, of_score).order_by(ACCOUNT.c.seq)
    with database.reading() as connection:
        rows = connection.execute(query).all()
        seq, id_, name, owner, revenue, currency, model, band, value, day, *attributes = _columns(rows, len(columns))
        seqs, days = np.array(seq, dtype=np.int64), _numbers(day, NEVER).astype(np.int64)
        return Standing(
            seqs=seqs,
            ids=_texts(id_),
            names=_texts(name),
            owners=_texts(owner),
            models=_texts(model),
            bands=_texts(band),
            values=(values := _numbers(value, np.nan)),
            gained=_gained(connection, asked, seqs, days, ~np.isnan(values)),
            revenue=_texts(revenue),
            currencies=_texts([own or asked.currency for own in currency]),
            left=_left(connection, seqs, id_, asked.at),
            attributes={name: _texts(column) for name, column in zip(names, attributes, strict=True)},
        )


def _attribute(name: str) -> Any:
    """A built-in text, or a declared attribute as it is kept."""
    return ACCOUNT.c[name] if name in ACCOUNT.c else ACCOUNT.c.attributes[name].as_string()


def _columns(rows: Collection[Any], width: int) -> list[Any]:
    return list(zip(*rows, strict=True)) if rows else [()] * width


def _texts(values: Collection[Any]) -> Texts:
    return np.array([*values, None], dtype=np.object_)[:-1]


def _numbers(values: Collection[Any], unknown: float) -> Numbers:
    return np.fromiter((unknown if value is None else value for value in values), np.float64, len(values))


def _left(connection: Connection, seqs: Days, ids: Collection[str], at: datetime) -> Bits:
    nothing = np.zeros(len(seqs), dtype=np.int64)
    return ended(connection, Whose.of(Lanes(seqs, nothing, nothing), ids, (), microseconds(at), None))


def _gained(connection: Connection, asked: Asked, seqs: Days, days: Days, known: Bits) -> Numbers:
    """Between each account's last look and so many days before it."""
    found = np.full(len(seqs), np.nan)
    if not asked.over:
        return found
    keys = {part: score_key(asked.score, part) for part in ("adjusted", "version")}
    for places in portions(np.flatnonzero(known).tolist(), AT_ONCE):
        lanes = Lanes(seqs[places], days[places], np.zeros(len(places), dtype=np.int64))
        series = matrices(connection, lanes, dict.fromkeys(keys.values(), asked.over + 1))
        found[places] = gained(series[keys["adjusted"]], series[keys["version"]])
    return found


def parts(database: Database, score: str, seqs: Days) -> dict[str, MeasureColumn]:
    """Per measure of a score what these accounts (ascending) have of it; one of which nothing is known is left out."""
    place = np.full(int(seqs.max(initial=-1)) + 1 + BLOCK, NEVER)
    place[seqs] = np.arange(len(seqs))
    found: dict[str, MeasureColumn] = {}
    query = select(BREAKDOWN.c.block, BREAKDOWN.c.parts).where(BREAKDOWN.c.score == score).order_by(BREAKDOWN.c.block)
    with database.asking() as connection:
        blobs = connection.execute(query).all()
    for block, blob in blobs:
        for sheet in unpack_sheets(blob):
            rows = place[np.minimum(block * BLOCK + sheet.lanes, len(place) - 1)]
            _lay(sheet, rows, found, len(seqs))
    return {name: column for name, column in found.items() if column.known.any()}


def _lay(sheet: Sheet, rows: Days, found: dict[str, MeasureColumn], accounts: int) -> None:
    """Copies a sheet's measures to their places. One that stands twice has the points of the entry that applies."""
    here = rows != NEVER
    rows = rows[here]
    for entry, name in enumerate(sheet.measures):
        column = found.setdefault(name, _nothing(accounts))
        column.values[rows] = sheet.values[here, entry]
        points = sheet.points[here, entry]
        column.points[rows] = np.where(np.isnan(points), column.points[rows], points)
        if entry in sheet.texts:
            column.texts[rows] = _texts(sheet.texts[entry])[here]


def _nothing(accounts: int) -> MeasureColumn:
    values, points = np.full(accounts, np.nan), np.full(accounts, np.nan)
    return MeasureColumn(values, points, np.full(accounts, None, dtype=np.object_))


def happened(database: Database, currency: str) -> list[Happened]:
    """Every outcome, oldest first; `currency` is of accounts that have none of their own."""
    columns = OUTCOME.c.outcome, OUTCOME.c.day, ACCOUNT.c.id, ACCOUNT.c.value, ACCOUNT.c.currency
    query = select(*columns).join(ACCOUNT, ACCOUNT.c.seq == OUTCOME.c.account_seq)
    with database.asking() as connection:
        rows = connection.execute(query.order_by(OUTCOME.c.at, OUTCOME.c.id)).all()
    return [Happened(id_, outcome, day_of(day), value, own or currency) for outcome, day, id_, value, own in rows]
