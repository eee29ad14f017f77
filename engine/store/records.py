"""Rows of facts, outcomes, overrides and contacts in; the tables of a snapshot out."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import CompoundSelect, Connection, Select, select, union_all

from engine.clock import microseconds, moment
from engine.domain import Fact
from engine.language.catalog import CHURNED, Catalog
from engine.snapshot import Days, FactTable, Numbers
from engine.store.ingest.days import local_days, starts_of_days
from engine.store.kept import kept
from engine.store.matrices import Lanes, those
from engine.store.people import ContactTuple, contact_rows
from engine.store.tables.records import FactRow, OutcomeRow, OverrideRow, UndoneOutcomeRow
from engine.store.undoing import arrived, before, not_withdrawn
from engine.store.values import typed

FACT = FactRow.__table__  # type: ignore[attr-defined]
OUTCOME = OutcomeRow.__table__  # type: ignore[attr-defined]
UNDONE = UndoneOutcomeRow.__table__  # type: ignore[attr-defined]
OVERRIDE = OverrideRow.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose records are wanted, and up to when: of these accounts, up to `at`, known by `known_at` (None: by now).

    `held`: metrics and events of which nothing after that day is seen.
    """

    lanes: Lanes
    ids: tuple[str, ...]
    zones: tuple[str, ...]
    at: int
    known_at: int | None
    row_of: dict[int, int]
    """Number of an account to its row."""
    held: Mapping[str, int] = field(default_factory=dict)
    people_known: int | None = None
    """By when their roles are known; None: by now."""
    _contacts: list[Sequence[ContactTuple]] = field(default_factory=list)
    _by_number: dict[int, tuple[str, str | None]] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        lanes: Lanes,
        ids: Collection[str],
        zones: Collection[str],
        at: int,
        known_at: int | None,
        held: Mapping[str, int] | None = None,
    ) -> "Whose":
        rows = {int(seq): row for row, seq in enumerate(lanes.seqs)}
        return cls(lanes, tuple(ids), tuple(zones), at, known_at, rows, held or {})

    def seeing(self, name: str) -> "Whose":
        """The same, up to the last day that is seen of a metric or event."""
        return replace(self, lanes=self.lanes.until(self.held[name])) if name in self.held else self

    def contacts(self, connection: Connection) -> Sequence[ContactTuple]:
        """Their contacts, listed or not; read once, for several ask."""
        if not self._contacts:
            ids = dict(zip(self.row_of, self.ids, strict=True))
            self._contacts.append(contact_rows(connection, self.lanes.whom, ids, self.people_known))
        return self._contacts[0]

    @property
    def contacts_read(self) -> Sequence[ContactTuple] | None:
        """Their contacts, if anybody has asked."""
        return self._contacts[0] if self._contacts else None

    def by_number(self, connection: Connection) -> Mapping[int, tuple[str, str | None]]:
        """Email and role of their contacts, listed or not."""
        if not self._by_number:
            self._by_number.update((id_, (email, role)) for id_, email, role, *_ in self.contacts(connection))
        return self._by_number


def fact_tables(connection: Connection, whose: Whose, catalog: Catalog) -> dict[str, FactTable]:
    """Facts that were asserted by `at` and are not withdrawn, per name."""
    rows = connection.execute(*_facts(at=whose.at, known_at=whose.known_at, **whose.lanes.whom)).all()
    stored = [row for row in rows if row.account_seq in whose.row_of and row.name in catalog.facts]
    ends = _ends(connection, stored, whose.known_at)
    found: dict[str, list[tuple[int, Fact]]] = {}
    for row in stored:
        place = whose.row_of[row.account_seq]
        found.setdefault(row.name, []).append((place, _fact(row, whose.ids[place], ends[row.id], catalog)))
    return {
        name: FactTable(np.array([row for row, _ in facts], dtype=np.intp), tuple(fact for _, fact in facts))
        for name, facts in found.items()
    }


@kept
def _facts(at: Any, known_at: Any, **whom: Any) -> Select[Any]:
    by_then = not_withdrawn(FACT, known_at), arrived(FACT, known_at)
    mine = select(FACT).where(those(FACT.c.account_seq, **whom), FACT.c.at <= at, *by_then)
    return mine.order_by(FACT.c.account_seq, FACT.c.at, FACT.c.id)


def _ends(connection: Connection, rows: list[Any], known_at: int | None) -> dict[int, int | None]:
    """Until when each fact holds, as far as was known by then."""
    ends = {row.id: row.until for row in rows}
    if known_at is not None:
        earlier = before(connection, "fact", [str(id_) for id_ in ends], known_at)
        ends |= {int(id_): fields["until"] for id_, fields in earlier.items() if "until" in fields}
    return ends


def _fact(row: Any, account: str, until: int | None, catalog: Catalog) -> Fact:
    types = catalog.facts[row.name].properties
    said = {name: typed(value, types[name].type) for name, value in row.properties.items() if name in types}
    return Fact(
        id=row.id,
        account=account,
        name=row.name,
        at=moment(row.at),
        day=row.day,
        until=None if until is None else moment(until),
        properties={name: value for name, value in said.items() if value is not None},
        source=row.source,
        author=row.author,
        reason=row.reason,
        yearly=row.yearly,
    )


def ended(connection: Connection, whose: Whose) -> NDArray[np.bool_]:
    """Whose newest outcome by `at` is `churned`."""
    rows = connection.execute(*_outcomes(at=whose.at, known_at=whose.known_at, **whose.lanes.whom))
    newest: dict[int, str] = {row.account_seq: row.outcome for row in rows}
    gone = np.zeros(len(whose.lanes), dtype=np.bool_)
    gone[[whose.row_of[seq] for seq, outcome in newest.items() if outcome == CHURNED and seq in whose.row_of]] = True
    return gone


@kept
def _outcomes(at: Any, known_at: Any, **whom: Any) -> CompoundSelect[Any]:
    def of(table: Any) -> Select[Any]:
        columns = (table.c[name] for name in ("account_seq", "outcome", "at", "id"))
        mine = those(table.c.account_seq, **whom), table.c.at <= at, arrived(table, known_at)
        return select(*columns).where(*mine)

    undone = [] if known_at is None else [of(UNDONE).where(UNDONE.c.undone_at > known_at)]
    return union_all(of(OUTCOME), *undone).order_by("at", "id")


def overrides(connection: Connection, whose: Whose, scores: Collection[str]) -> dict[str, Numbers]:
    """Per score, the newest override that holds at `at`."""
    found = {score: np.full(len(whose.lanes), np.nan) for score in scores}
    said_by = whose.at if whose.known_at is None else min(whose.at, whose.known_at)
    for row in connection.execute(*_overrides(said_by=said_by, at=whose.at, **whose.lanes.whom)):
        if row.account_seq in whose.row_of and row.score in found:
            found[row.score][whose.row_of[row.account_seq]] = row.value
    return found


@kept
def _overrides(said_by: Any, at: Any, **whom: Any) -> Select[Any]:
    held = those(OVERRIDE.c.account_seq, **whom), OVERRIDE.c.at <= said_by, OVERRIDE.c.until >= at
    return select(OVERRIDE).where(*held).order_by(OVERRIDE.c.at, OVERRIDE.c.id)


def today_of(at: datetime, zones: Collection[str]) -> tuple[Days, Days]:
    """(today, milliseconds since the start of it) of each account's zone at a moment."""
    micros = microseconds(at)
    found = {zone: _today_in(zone, micros) for zone in set(zones)}
    days = np.fromiter((found[zone][0] for zone in zones), np.int64, len(zones))
    return days, np.fromiter((found[zone][1] for zone in zones), np.int64, len(zones))


@lru_cache(1_000)
def _today_in(zone: str, at: int) -> tuple[int, int]:
    """All readings of a look are of one moment."""
    micros = np.array([at])
    day = int(local_days(micros, zone)[0])
    return day, int((at - starts_of_days(np.array([day]), zone)[0]) // 1000)
