"""Filters in; the scores of accounts, day by day, as `list scores --json` tells them, out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import Connection, select

from engine.arithmetic.views import name_of
from engine.clock import day_number, end_of_day, microseconds
from engine.snapshot import Numbers
from engine.store.among import among
from engine.store.breakdowns import Sheet, parts, unpack_sheets
from engine.store.database import Database
from engine.store.listing import Asked, Document, day_text, iso
from engine.store.matrices import Lanes, score_days
from engine.store.saving.scores import FILLED, KEPT
from engine.store.tables.accounts import BLOCK, AccountRow
from engine.store.tables.looks import BreakdownRow, ScoreRow, ScoreVersionRow

ACCOUNT = AccountRow.__table__  # type: ignore[attr-defined]
SCORE = ScoreRow.__table__  # type: ignore[attr-defined]
BREAKDOWN = BreakdownRow.__table__  # type: ignore[attr-defined]
SCORE_VERSION = ScoreVersionRow.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Present:
    """One account's present score, as its row says."""

    seq: int
    account: str
    zone: str
    row: Any


def scores(database: Database, asked: Asked, company_zone: str) -> list[Document]:
    """One entry per account, score and day: the day's last look. `measures` only for the last look."""
    with database.reading() as connection:
        present = _present(connection, asked, company_zone)
        if not present:
            return []
        versions = {row.code: row for row in connection.execute(select(SCORE_VERSION))}
        sheets = _sheets(connection, present)
        found = list(_days(connection, present, versions, sheets, asked))
    return sorted(found, key=lambda entry: (entry["at"], entry["account"], entry["score"]))


def _present(connection: Connection, asked: Asked, company_zone: str) -> list[Present]:
    query = select(SCORE, ACCOUNT.c.id, ACCOUNT.c.timezone).join(ACCOUNT, ACCOUNT.c.seq == SCORE.c.account_seq)
    if asked.account is not None:
        query = query.where(ACCOUNT.c.id == asked.account)
    rows = connection.execute(query.order_by(SCORE.c.account_seq, SCORE.c.score))
    return [Present(row.account_seq, row.id, row.timezone or company_zone, row) for row in rows]


def _sheets(connection: Connection, present: list[Present]) -> dict[tuple[str, int], list[Sheet]]:
    blocks = sorted({one.seq // BLOCK for one in present})
    query = select(BREAKDOWN).where(among(BREAKDOWN.c.block, blocks))
    return {(row.score, row.block): unpack_sheets(row.parts) for row in connection.execute(query)}


def _days(
    connection: Connection,
    present: list[Present],
    versions: Mapping[int, Any],
    sheets: dict[tuple[str, int], list[Sheet]],
    asked: Asked,
) -> Iterator[Document]:
    for score in sorted({one.row.score for one in present}):
        mine = [one for one in present if one.row.score == score]
        last = max(one.row.day for one in mine)
        seqs = np.array([one.seq for one in mine], dtype=np.int64)
        lanes = Lanes(seqs, np.full(len(seqs), last, dtype=np.int64), np.zeros(len(seqs), dtype=np.int64))
        series = score_days(connection, lanes, score, (*KEPT, FILLED))
        for place, one in enumerate(mine):
            yield from _of_account(one, place, last, series, versions, sheets, asked)


def _of_account(
    one: Present,
    place: int,
    last: int,
    series: dict[str, Numbers],
    versions: Mapping[int, Any],
    sheets: dict[tuple[str, int], list[Sheet]],
    asked: Asked,
) -> Iterator[Document]:
    """The days on which a model, or a person, scored the account, known or not, the last look last."""
    score, width = one.row.score, series["value"].shape[1]
    for column in np.flatnonzero(~np.isnan(series["coverage"][place]) | ~np.isnan(series["value"][place])):
        day = last - (width - 1 - int(column))
        if day >= one.row.day or not _is_asked(asked, day):
            continue
        numbers = {part: _known(series[part][place, column]) for part in KEPT}
        version, value = versions.get(int(numbers["version"] or 0)), numbers["value"]
        yield {
            "account": one.account,
            "score": score,
            "model": version.model if version else None,
            "at": iso(microseconds(end_of_day(day, one.zone))),
            "day": day_text(day),
            "base": numbers["base"],
            "adjusted": numbers["adjusted"],
            "value": value,
            "band": None if version is None or value is None else name_of(version.bands, value),
            "coverage": numbers["coverage"],
            "filled": bool(series[FILLED][place, column] == 1),
        }
    is_scored = one.row.coverage is not None or one.row.value is not None
    if is_scored and _is_asked(asked, one.row.day):
        yield _last_look(one, sheets)


def _last_look(one: Present, sheets: dict[tuple[str, int], list[Sheet]]) -> Document:
    row = one.row
    return {
        "account": one.account,
        "score": row.score,
        "model": row.model,
        "at": iso(row.at),
        "day": day_text(row.day),
        "base": row.base,
        "adjusted": row.adjusted,
        "value": row.value,
        "band": row.band,
        "coverage": row.coverage,
        "filled": False,
        "measures": parts(sheets.get((row.score, one.seq // BLOCK), []), one.seq % BLOCK),
    }


def _is_asked(asked: Asked, day: int) -> bool:
    after = asked.first is None or day >= day_number(asked.first)
    return after and (asked.last is None or day <= day_number(asked.last))


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
