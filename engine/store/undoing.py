"""A moment in; accounts, people, facts and cells as they were known by then, whatever arrived since, out.

A look by the clock knows all that has arrived. A look back at one that took place knows what that one knew: `change`
and `correction` keep what was there before.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Connection, or_, select, true

from engine.clock import day_number
from engine.snapshot import Numbers
from engine.store.among import among
from engine.store.chunks import Cells, Times, unpack_cells
from engine.store.tables.imports import ChangeRow, CorrectionRow

CHANGE = ChangeRow.__table__  # type: ignore[attr-defined]
CORRECTION = CorrectionRow.__table__  # type: ignore[attr-defined]
DAYS = ("since", "away_from", "away_until")
LISTS = ("pools",)
Before = Mapping[str, Mapping[str, Any]]
"""Entity to field to the value that it had."""


def before(connection: Connection, kind: str, entities: Collection[str] | None, known_at: int) -> Before:
    """What changed after a moment, of some entities or of all: per field the value from before the first change."""
    found: dict[str, dict[str, Any]] = {}
    query = select(CHANGE.c.entity, CHANGE.c.field, CHANGE.c.old).where(CHANGE.c.kind == kind, CHANGE.c.at > known_at)
    if entities is not None:
        query = query.where(among(CHANGE.c.entity, entities))
    for entity, field, old in connection.execute(query.order_by(CHANGE.c.id)):
        found.setdefault(entity, {}).setdefault(field, old)
    return found


def undone(row: Mapping[str, Any], fields: Mapping[str, Any]) -> Any:
    """A row with the values that it had; fields that are no columns of it are declared attributes."""
    columns = dict(row)
    declared = dict(columns.get("attributes") or {})
    for field, old in fields.items():
        if field in columns:
            columns[field] = stored_as(field, old)
        else:
            declared[field] = old
    if "attributes" in columns:
        columns["attributes"] = declared
    return SimpleNamespace(**columns)


def stored_as(field: str, shown: Any) -> Any:
    """A value as the table has it, of one as a file would say it."""
    if field in DAYS and shown is not None:
        return day_number(date.fromisoformat(shown))
    if field in LISTS:
        return shown.split(";") if shown else []
    return shown


def accounts_then(connection: Connection, rows: list[Any], known_at: int) -> list[Any]:
    """Of account rows those that had been looked at by then, with the attributes that they had."""
    there = [row for row in rows if row.first_look is not None and row.first_look <= known_at]
    fields = before(connection, "account", [row.id for row in there], known_at)
    return [undone(row._asdict(), fields.get(row.id, {})) for row in there]


def arrived(table: Any, known_at: int | None) -> Any:
    """The condition that a row of that table had arrived by then."""
    return true() if known_at is None else table.c.arrived_at <= known_at


def not_withdrawn(table: Any, known_at: int | None) -> Any:
    """The condition that a fact had not been withdrawn by then."""
    at = table.c.withdrawn_at
    return at.is_(None) if known_at is None else or_(at.is_(None), at > known_at)


@dataclass(frozen=True, slots=True)
class Corrections:
    """Per series, block and span the cells that were filled in or replaced after a moment, the newest first."""

    by_chunk: Mapping[tuple[int, int, int], list[Cells]]

    @classmethod
    def since(
        cls, connection: Connection, series: Collection[int], blocks: Collection[int], known_at: int | None
    ) -> "Corrections":
        found: dict[tuple[int, int, int], list[Cells]] = defaultdict(list)
        if known_at is None:
            return cls(found)
        query = select(CORRECTION).where(
            among(CORRECTION.c.block, blocks), CORRECTION.c.at > known_at, CORRECTION.c.cells.is_not(None)
        )
        for row in connection.execute(query.order_by(CORRECTION.c.id.desc())):
            if row.series_id in series:
                found[row.series_id, row.block, row.span].append(unpack_cells(row.cells))
        return cls(found)

    def of(self, series: int, block: int, span: int) -> list[Cells]:
        return self.by_chunk.get((series, block, span), [])


def undo_cells(values: Numbers, times: Times | None, corrections: Collection[Cells]) -> None:
    """Puts the old values back into a chunk, and the old times where they are wanted."""
    for cells in corrections:
        values[cells["row"], cells["column"]] = cells["old"]
        if times is not None:
            times[cells["row"], cells["column"]] = cells["old_time"]
