"""The scores of a look in; their present, their parts and their day's cells in the store, out."""

from collections.abc import Collection, Mapping
from itertools import chain, product
from typing import TYPE_CHECKING, Any

import numpy as np
from sqlalchemy import Connection, Select, select

from engine.arithmetic.each_once import each_once
from engine.clock import microseconds
from engine.judged import Judged
from engine.language.views import Ladder
from engine.snapshot import Days, Numbers, Rows, ScoreLook
from engine.store.among import among
from engine.store.breakdowns import Sheet, pack_sheets, sheet_of, unpack_sheets
from engine.store.chunks import empty, pack, unpack
from engine.store.kept import kept
from engine.store.matrices import score_key, series_ids
from engine.store.present import version_codes
from engine.store.tables.accounts import BLOCK
from engine.store.tables.looks import BreakdownRow, ScoreRow, ScoreVersionRow
from engine.store.tables.series import SPAN, ChunkRow, SeriesRow
from engine.store.writing import Columns, upsert, upsert_columns

if TYPE_CHECKING:
    from engine.store.saving.save import Saving

SCORE = ScoreRow.__table__  # type: ignore[attr-defined]
BREAKDOWN = BreakdownRow.__table__  # type: ignore[attr-defined]
CHUNK = ChunkRow.__table__  # type: ignore[attr-defined]
SERIES = SeriesRow.__table__  # type: ignore[attr-defined]
SCORE_VERSION = ScoreVersionRow.__table__  # type: ignore[attr-defined]
Row = dict[str, Any]
KEPT = ("value", "adjusted", "base", "coverage", "version")
"""What is kept of each score and day."""
FILLED = "filled"
"""1 where no look has left that, but a fill."""


def score_versions(judged: Judged) -> dict[str, Row]:
    """The fingerprints of what made the scores of a look; of each, the row that tells of it."""
    return {
        str(fingerprint): version_row(str(fingerprint), look.score, str(model), look.edges[fingerprint])
        for look in judged.scores.values()
        for fingerprint, model in {*zip(look.fingerprint, look.model, strict=True)}
        if fingerprint is not None
    }


def version_row(fingerprint: str, score: str, model: str, bands: Ladder) -> Row:
    """The row that tells of a score version."""
    return {"fingerprint": fingerprint, "score": score, "model": model, "bands": list(bands)}


def score_codes(connection: Connection, versions: Mapping[str, Row]) -> dict[str, int]:
    """The codes of score versions, by fingerprint; a new version gets one."""
    known = version_codes(connection, versions)
    new = [row for fingerprint, row in sorted(versions.items()) if fingerprint not in known]
    if new:
        upsert(connection, SCORE_VERSION, ["fingerprint"], new, [])
        known = version_codes(connection, versions)
    return known


def save_scores(saving: "Saving", block: int) -> None:
    """The present of each account and score, the parts, and the day's cell of each series that is kept."""
    looks = saving.judged.scores.values()
    if not len(saving.rows) or not looks:
        return
    codes = {
        look.score: np.fromiter((saving.codes.get(text, 0) for text in look.fingerprint[saving.rows]), np.int64)
        for look in looks
    }
    presents = [_present(saving, look, codes[look.score]) for look in looks]
    columns = {name: list(chain.from_iterable(one[name] for one in presents)) for name in presents[0]}
    upsert_columns(saving.connection, SCORE, ["account_seq", "score"], columns)
    _save_parts(saving, block)
    _save_cells(saving, codes, block)


def _listed(column: Numbers) -> list[float | None]:
    return [None if value != value else value for value in column.tolist()]


def _whole(column: Numbers) -> list[int | None]:
    return [None if value != value else int(value) for value in column.tolist()]


def _present(saving: "Saving", look: ScoreLook, codes: Days) -> Columns:
    rows, stays, snapshot = saving.rows, look.stays, saving.judged.snapshot
    known = [band is not None for band in look.band[rows]]
    stay_version = [
        int(code) if is_known else max(0, int(before))
        for code, before, is_known in zip(codes, stays.version[rows], known, strict=True)
    ]
    return {
        "account_seq": saving.reading.seqs[rows].tolist(),
        "score": [look.score] * len(rows),
        "model": look.model[rows].tolist(),
        "version": codes.tolist(),
        "base": _listed(look.base[rows]),
        "adjusted": _listed(look.adjusted[rows]),
        "value": _listed(look.value[rows]),
        "coverage": _listed(look.coverage[rows]),
        "band": look.band[rows].tolist(),
        "stay_band": stays.band[rows].tolist(),
        "stay_version": stay_version,
        "came_from": stays.came_from[rows].tolist(),
        "since": _whole(stays.since[rows]),
        "seen": stays.seen[rows].tolist(),
        "overridden": stays.overridden[rows].tolist(),
        "before_band": stays.before_band[rows].tolist(),
        "before_came_from": stays.before_came_from[rows].tolist(),
        "before_since": _whole(stays.before_since[rows]),
        "elsewhere": stays.elsewhere[rows].tolist(),
        "at": [microseconds(snapshot.at)] * len(rows),
        "day": snapshot.today[rows].tolist(),
    }


def _save_parts(saving: "Saving", block: int) -> None:
    # Who has left keeps the parts of the last look before it was known: reports set them against those who stayed.
    stayed = saving.rows[~saving.judged.snapshot.ended[saving.rows]]
    looked_at = {int(lane) for lane in saving.reading.seqs[stayed] % BLOCK}
    stored: dict[str, bytes] = dict(saving.connection.execute(*_parts_of(block=block)).all())
    rows = []
    for look in saving.judged.scores.values():
        blob = stored.get(look.score)
        sheets: list[Sheet] = [sheet.without(looked_at) for sheet in unpack_sheets(blob)] if blob else []
        for breakdown in look.breakdowns:
            mine, places, _ = np.intersect1d(breakdown.rows, saving.rows, assume_unique=True, return_indices=True)
            if len(mine):
                sheets.append(sheet_of(breakdown, places, saving.reading.seqs[mine] % BLOCK))
        rows.append({"score": look.score, "block": block, "parts": pack_sheets(sheets)})
    upsert(saving.connection, BREAKDOWN, ["score", "block"], rows)


@kept
def _parts_of(block: Any) -> Select[Any]:
    return select(BREAKDOWN.c.score, BREAKDOWN.c.parts).where(BREAKDOWN.c.block == block)


def _save_cells(saving: "Saving", codes: Mapping[str, Days], block: int) -> None:
    """The last look of a day stands, and is that day's score; an unknown one is known to be of that version."""
    rows = saving.rows
    if not saving.series:
        saving.series.update(day_series(saving.connection, saving.judged.scores))
    ids = saving.series
    day, lane = saving.judged.snapshot.today[rows], saving.reading.seqs[rows] % BLOCK
    spans = each_once(day // SPAN).tolist()
    stored = day_chunks(saving.connection, list(ids.values()), block, spans)
    written: list[dict[str, Any]] = []
    for span, look in product(spans, saving.judged.scores.values()):
        here = day // SPAN == span
        cells = lane[here], day[here] % SPAN
        columns = _cells(look, rows, codes[look.score])
        if (ids[score_key(look.score, FILLED)], span) in stored:
            columns[FILLED] = np.full(len(rows), np.nan)
        for part, column in columns.items():
            series = ids[score_key(look.score, part)]
            matrix = stored.get((series, span), empty())
            if (series, span) in stored and np.array_equal(matrix[cells], column[here], equal_nan=True):
                continue  # as most of it is that a second look on a day leaves
            matrix[cells] = column[here]
            written.append(day_chunk(series, block, span, matrix))
    upsert(saving.connection, CHUNK, ["series_id", "block", "span"], written)


def day_chunk(series: int, block: int, span: int, matrix: Numbers) -> Row:
    """A chunk of a score's series as its row."""
    return {"series_id": series, "block": block, "span": span, "values": pack(matrix), "times": None}


def _cells(look: ScoreLook, rows: Rows, codes: Days) -> dict[str, Numbers]:
    """What is kept of a score and day, by the name of its series."""
    version = np.where(codes > 0, codes.astype(np.float64), np.nan)
    columns = {"value": look.value, "adjusted": look.adjusted, "base": look.base, "coverage": look.coverage}
    return {**{part: column[rows] for part, column in columns.items()}, "version": version}


def day_chunks(connection: Connection, ids: list[int], block: int, spans: list[int]) -> dict[tuple[int, int], Numbers]:
    """What is stored of scores' series in a block, by series and span; to be written over."""
    stored = connection.execute(*_chunks_of(ids=ids, block=block, spans=spans))
    return {(series, span): unpack(values).copy() for series, span, values in stored}


@kept
def _chunks_of(ids: Any, block: Any, spans: Any) -> Select[Any]:
    return select(CHUNK.c.series_id, CHUNK.c.span, CHUNK.c["values"]).where(
        among(CHUNK.c.series_id, ids), CHUNK.c.block == block, among(CHUNK.c.span, spans)
    )


def day_series(connection: Connection, scores: Collection[str]) -> dict[str, int]:
    """The numbers of the scores' series, six each, by key; they are given when a score is first saved."""
    keys = [score_key(score, part) for score in sorted(scores) for part in (*KEPT, FILLED)]
    known = series_ids(connection, keys)
    new = [{"key": key, "event": None, "definition": None} for key in keys if key not in known]
    upsert(connection, SERIES, ["key"], new, [])
    return series_ids(connection, keys) if new else known
