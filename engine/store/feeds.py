"""Records and a moment in; the feeds that are held by then, each with the last day that is seen of it, out."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from sqlalchemy import Connection, select

from engine.arithmetic.thin import ThinFeed
from engine.clock import day_number, local_day, microseconds
from engine.language.catalog import Catalog
from engine.snapshot import ALL_DAYS, EventRows, Series
from engine.store.accounts import NEVER, all_blocks
from engine.store.among import among
from engine.store.event_tables import event_tables
from engine.store.lanes import SHARD
from engine.store.matrices import Lanes, matrices
from engine.store.recorded import recorded
from engine.store.records import Whose, today_of
from engine.store.recounting import average_today_again
from engine.store.tables.accounts import BLOCK, AccountRow
from engine.store.tables.series import RecordedRow
from engine.store.thin_feeds import accounts_by_day, thin_feeds

ACCOUNT = AccountRow.__table__  # type: ignore[attr-defined]
RECORDED = RecordedRow.__table__  # type: ignore[attr-defined]

A_DAY_APART = 1
"""Accounts' todays lie so far around the company's."""


def quiet_feeds(
    connection: Connection, catalog: Catalog, company_zone: str, at: datetime, known_at: int | None = None
) -> dict[str, int]:
    """Per metric and event of which no account has had a record for its `quiet_after`: the day of the newest.

    A feed that never brought one is not quiet. `known_at`: by what had arrived by then.
    """
    after = catalog.quiet_days()
    if not after:
        return {}
    records = _Records(connection, catalog, company_zone, at, known_at)
    today = local_day(at, company_zone)
    quiet: dict[str, int] = {}
    for row in recorded(connection, after).values():
        is_all_seen = known_at is None and row.last_at <= microseconds(at)
        newest = row.last_day if is_all_seen else records.newest(row.name, today - after[row.name])
        if newest is not None and today - newest >= after[row.name]:
            quiet[row.name] = newest
    return quiet


def held_feeds(
    connection: Connection, catalog: Catalog, company_zone: str, at: datetime, known_at: int | None = None
) -> dict[str, int]:
    """Per metric and event that is quiet, or thin as the last sweep said: the last day that is seen of it."""
    quiet = quiet_feeds(connection, catalog, company_zone, at, known_at)
    return seen_until(quiet, thin_feeds(connection, catalog.thin_shares(), at))


def seen_until(quiet: Mapping[str, int], thin: Mapping[str, ThinFeed]) -> dict[str, int]:
    """The last day that is seen of each feed that is quiet, thin or both."""
    days = {name: one.last_day for name, one in thin.items()}
    return {**quiet, **{name: min(day, quiet.get(name, day)) for name, day in days.items()}}


def complete_since(connection: Connection, catalog: Catalog, names: Collection[str]) -> dict[str, int]:
    """Per metric and event the day from which on its records are complete; one without records is not there."""
    stored = select(RECORDED.c.name, RECORDED.c.first_day).where(among(RECORDED.c.name, names))
    begun: dict[str, int] = dict(connection.execute(stored).all())
    declared = {name: (catalog.metrics.get(name) or catalog.events[name]).from_ for name in begun}
    return {name: day_number(said) if (said := declared[name]) else first for name, first in begun.items()}


@dataclass(frozen=True, slots=True)
class _Records:
    """The records of all accounts as a look at the past sees them."""

    connection: Connection
    catalog: Catalog
    company_zone: str
    at: datetime
    known_at: int | None

    def newest(self, name: str, quiet_until: int) -> int | None:
        """The day of the newest record; where one is later than `quiet_until`, any that is."""
        if (seen := self._on_whole_days(name, quiet_until)) is not None:
            return seen
        recent = local_day(self.at, self.company_zone) - quiet_until + A_DAY_APART
        newest = NEVER
        for days in (recent, ALL_DAYS):
            for whose in self._shards():
                newest = max(newest, self._newest_in(whose, name, days))
                if newest > quiet_until:
                    return newest
            if newest > NEVER:
                return newest
        return None

    def _on_whole_days(self, name: str, quiet_until: int) -> int | None:
        """A day after `quiet_until` that is over for all accounts and has a record: its chunks alone tell."""
        last = local_day(self.at, self.company_zone) - A_DAY_APART - 1
        if self.known_at is not None or last <= quiet_until:
            return None
        counts = accounts_by_day(self.connection, self.catalog, name, last, last - quiet_until)
        return quiet_until + 1 + int(np.flatnonzero(counts)[-1]) if counts.any() else None

    def _shards(self) -> Iterator[Whose]:
        blocks = all_blocks(self.connection)
        for start in range(0, len(blocks), SHARD):
            first, last = blocks[start], blocks[start : start + SHARD][-1]
            between = ACCOUNT.c.seq.between(first * BLOCK, last * BLOCK + BLOCK - 1)
            rows = self.connection.execute(
                select(ACCOUNT.c.seq, ACCOUNT.c.timezone).where(between).order_by(ACCOUNT.c.seq)
            ).all()
            zones = [zone or self.company_zone for _, zone in rows]
            lanes = Lanes(np.array([seq for seq, _ in rows], dtype=np.int64), *today_of(self.at, zones))
            yield Whose.of(lanes, [str(seq) for seq, _ in rows], zones, microseconds(self.at), self.known_at)

    def _newest_in(self, whose: Whose, name: str, days: int) -> int:
        if name in self.catalog.events:
            table = event_tables(self.connection, whose, {name: EventRows(days)}, self.catalog)[name]
            return int(table.day.max(initial=NEVER))
        series = Series("metric", name)
        found = matrices(self.connection, whose.lanes, {series.key: days}, timed={series.key}, known_at=self.known_at)
        matrix = found[series.key]
        average_today_again(self.connection, whose, {series: matrix}, self.catalog)
        row, column = np.nonzero(~np.isnan(matrix))
        return int((whose.lanes.today[row] - (matrix.shape[1] - 1 - column)).max(initial=NEVER))
