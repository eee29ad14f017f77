"""An import that is taken back in; events, facts and outcomes as they are without it, out.

A look back at a time before still finds them: events and outcomes lie in tables of their own, facts are withdrawn.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from sqlalchemy import Select, Table, delete, insert, literal, select, update

from engine.snapshot import Series
from engine.store.accounts import looked_days
from engine.store.among import among
from engine.store.changes import keep_changes
from engine.store.chunks import NO_TIME
from engine.store.database import portions
from engine.store.held import forget
from engine.store.ingest.cells import Said, merge
from engine.store.ingest.facts import FACT, OUTCOME
from engine.store.ingest.series import EVENT, Lane, count_again, counted
from engine.store.strips import pack
from engine.store.tables.accounts import BLOCK
from engine.store.tables.imports import ChangeRow
from engine.store.tables.records import StripRow, UndoneEventRow, UndoneOutcomeRow
from engine.store.tables.series import SPAN
from engine.store.taking_back.whole import TakingBack
from engine.store.undone_events import strip_of_rows
from engine.store.writing import append, upsert

CHANGE = ChangeRow.__table__  # type: ignore[attr-defined]
STRIP = StripRow.__table__  # type: ignore[attr-defined]
UNDONE_EVENT = UndoneEventRow.__table__  # type: ignore[attr-defined]
UNDONE_OUTCOME = UndoneOutcomeRow.__table__  # type: ignore[attr-defined]
WITHDRAWN = "withdrawn_at"
Pair = tuple[int, int]
"""Account and day."""


def take_back_waiting(undo: TakingBack) -> None:
    """What waits for its account waits no more."""
    forget(undo.connection, undo.number)


def take_back_events(undo: TakingBack) -> None:
    rows = undo.connection.execute(select(EVENT.c.name, EVENT.c.account_seq, EVENT.c.day).where(_mine(undo, EVENT)))
    pairs: dict[str, set[Pair]] = {}
    for name, seq, day in rows:
        pairs.setdefault(name, set()).add((seq, day))
    _set_aside(undo, EVENT, UNDONE_EVENT)
    for name, touched in pairs.items():
        _write_strips(undo, name, touched)
        _count_again(undo, name, touched)
        undo.touched.update(seq for seq, _ in touched)
    undo.names.update(pairs)


def take_back_outcomes(undo: TakingBack) -> None:
    mine = select(OUTCOME.c.account_seq).where(_mine(undo, OUTCOME))
    undo.touched.update(undo.connection.execute(mine).scalars())
    _set_aside(undo, OUTCOME, UNDONE_OUTCOME)


def _mine(undo: TakingBack, table: Table) -> Any:
    return table.c.import_id == undo.number


def _set_aside(undo: TakingBack, table: Table, aside: Table) -> None:
    names = [column.name for column in aside.columns if column.name not in ("id", "undone_at")]
    rows = select(*(table.c[name] for name in names), literal(undo.at)).where(_mine(undo, table)).order_by(table.c.id)
    undo.connection.execute(insert(aside).from_select([*names, "undone_at"], rows))
    undo.connection.execute(delete(table).where(_mine(undo, table)))


def _write_strips(undo: TakingBack, name: str, pairs: Iterable[Pair]) -> None:
    """The events that are left, by columns once more."""
    for block, span in sorted({(seq // BLOCK, day // SPAN) for seq, day in pairs}):
        this = STRIP.c.name == name, STRIP.c.block == block, STRIP.c.span == span
        left = undo.connection.execute(_events(name, block, span)).all()
        if left:
            strip = strip_of_rows(left)
            blob = pack(strip.only(np.lexsort((strip.at, strip.lane))))
            upsert(undo.connection, STRIP, ["name", "block", "span"], [_strip_row(name, block, span, blob)])
        else:
            undo.connection.execute(delete(STRIP).where(*this))


def _strip_row(name: str, block: int, span: int, events: bytes) -> dict[str, Any]:
    return {"name": name, "block": block, "span": span, "events": events}


def _events(name: str, block: int, span: int) -> Select[Any]:
    of_block = EVENT.c.account_seq.between(block * BLOCK, block * BLOCK + BLOCK - 1)
    of_span = EVENT.c.day.between(span * SPAN, span * SPAN + SPAN - 1)
    return select(EVENT).where(EVENT.c.name == name, of_block, of_span).order_by(EVENT.c.id)


def _count_again(undo: TakingBack, name: str, pairs: Collection[Pair]) -> None:
    series = counted(undo.connection, [name], ())
    looked = looked_days(undo.connection, {seq for seq, _ in pairs}, undo.company_zone)
    for block in sorted({seq // BLOCK for seq, _ in pairs}):
        mine = {(seq, day) for seq, day in pairs if seq // BLOCK == block}
        days = [day for _, day in mine]
        lane = Lane(frozenset(seq for seq, _ in mine), (min(days), max(days)))
        for one in _kept(series, name):
            counts = {one: series[one]}
            for said in count_again(undo.connection, name, counts, lane, looked):
                merge(undo.connection, _with_nothing(said, series[one], mine, looked), undo.at, lambda: undo.number)


def _kept(series: Iterable[Series], name: str) -> list[Series]:
    return [one for one in series if one.name == name]


def _with_nothing(said: Said, series: int, pairs: Collection[Pair], looked: dict[int, int]) -> Said:
    """Days on which nothing counts any more have no number."""
    there = set(zip(said.seq.tolist(), said.day.tolist(), strict=True))
    empty = sorted(set(pairs) - there)
    count = len(empty)
    seq, day = (np.array([pair[place] for pair in empty], dtype=np.int64) for place in (0, 1))
    return Said(
        series=np.concatenate([said.series, np.full(count, series, dtype=np.int64)]),
        seq=np.concatenate([said.seq, seq]),
        day=np.concatenate([said.day, day]),
        time=np.concatenate([said.time, np.full(count, NO_TIME, dtype=np.int64)]),
        value=np.concatenate([said.value, np.full(count, np.nan)]),
        looked=np.concatenate([said.looked, np.array([looked[one] for one, _ in empty], dtype=np.int64)]),
        recounted=True,
    )


def take_back_facts(undo: TakingBack) -> None:
    """Facts are withdrawn; what they had replaced returns."""
    rows = undo.connection.execute(select(FACT).where(_mine(undo, FACT), FACT.c.withdrawn_at.is_(None))).all()
    if not rows:
        return
    returning = [row for some in portions(rows, 1_000) for row in _replaced(undo, some)]
    withdraw(undo, [row.id for row in rows])
    undo.touched.update(row.account_seq for row in rows)
    again = {"arrived_at": undo.at, "withdrawn_at": None}
    append(undo.connection, FACT, [{**_columns(row), **again} for row in returning])


def withdraw(undo: TakingBack, ids: Collection[int]) -> None:
    undo.connection.execute(update(FACT).where(among(FACT.c.id, ids)).values(withdrawn_at=undo.at))
    keep_changes(undo.connection, [undo.changed("fact", str(id_), WITHDRAWN, None, undo.at) for id_ in ids])


def _replaced(undo: TakingBack, rows: Sequence[Any]) -> Iterator[Any]:
    """What each fact had replaced; if that is taken back too, what that one had replaced, and so on."""
    before: dict[bytes, list[Any]] = {row.identity: [] for row in rows}
    for row in undo.connection.execute(select(FACT).where(FACT.c.identity.in_(before)).order_by(FACT.c.id.desc())):
        before[row.identity].append(row)
    ids = [str(row.id) for some in before.values() for row in some]
    by = select(CHANGE.c.entity, CHANGE.c.import_id).where(
        CHANGE.c.kind == "fact", CHANGE.c.field == WITHDRAWN, among(CHANGE.c.entity, ids)
    )
    replaced_by = {int(entity): import_id for entity, import_id in undo.connection.execute(by)}
    for row in rows:
        newer = row.import_id
        for older in (one for one in before[row.identity] if one.id < row.id):
            if newer is None or replaced_by.get(older.id) != newer:
                continue
            if older.import_id not in undo.undone:
                yield older
                break
            newer = older.import_id


def _columns(row: Any) -> dict[str, Any]:
    return {name: value for name, value in row._asdict().items() if name != "id"}
