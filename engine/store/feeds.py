"""Records and a moment in; the feeds that are held by then, each with the last day that is seen of it, out."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import numpy as np
from sqlalchemy import Connection, select

from engine.arithmetic.thin import ThinFeed
from engine.clock import day_number, local_day, microseconds
from engine.domain import NewestRecord
from engine.language.catalog import Catalog
from engine.snapshot import ALL_DAYS, EventRows, Series
from engine.store.accounts import all_blocks
from engine.store.database import portions
from engine.store.event_tables import event_tables
from engine.store.lanes import SHARD
from engine.store.matrices import Lanes, matrices
from engine.store.recorded import recorded
from engine.store.records import Whose, today_of
from engine.store.recounting import average_today_again
from engine.store.tables.accounts import BLOCK, AccountRow
from engine.store.thin_feeds import accounts_by_day, accounts_on, thin_feeds

ACCOUNT = AccountRow.__table__  # type: ignore[attr-defined]

A_DAY_APART = 1
"""Accounts' todays lie so far around the company's."""


def seen_until(quiet: Mapping[str, NewestRecord], thin: Mapping[str, ThinFeed]) -> dict[str, int]:
    """The last day that is seen of each feed that is quiet, thin or both."""
    days = {name: newest.day for name, newest in quiet.items()}
    return {**days, **{name: min(one.last_day, days.get(name, one.last_day)) for name, one in thin.items()}}


def complete_since(connection: Connection, catalog: Catalog, names: Collection[str]) -> dict[str, int]:
    """Per metric and event the day from which on its records are complete; one without records is not there."""
    begun = {name: int(row.first_day) for name, row in recorded(connection, names).items()}
    declared = {name: (catalog.metrics.get(name) or catalog.events[name]).from_ for name in begun}
    return {name: day_number(said) if (said := declared[name]) else first for name, first in begun.items()}


@dataclass(frozen=True)
class Feeds:
    """The records of all accounts as a look at a moment sees them.

    `spans`: what `recorded` has; `known_at`: by what had arrived by then (microseconds; None: now).
    """

    connection: Connection
    catalog: Catalog
    company_zone: str
    at: datetime
    spans: Mapping[str, Any]
    known_at: int | None = None

    def quiet(self) -> dict[str, NewestRecord]:
        """Per metric and event of which no account has had a record for its `quiet_after`, by the account's own days:
        the newest. A feed that never brought one is not quiet."""
        found: dict[str, NewestRecord] = {}
        for name, days in self.catalog.quiet_days().items():
            span = self.spans.get(name)
            if span is None:
                continue
            is_all_seen = self.known_at is None and span.last_at <= microseconds(self.at)
            newest = self._newest(name, days, span.last_day if is_all_seen else None)
            if newest is not None and newest.age >= days:
                found[name] = newest
        return found

    def held(self) -> dict[str, int]:
        """Per metric and event that is quiet, or thin as the last sweep said: the last day that is seen of it."""
        return seen_until(self.quiet(), thin_feeds(self.connection, self.catalog.thin_shares(), self.at))

    def _newest(self, name: str, after: int, last_day: int | None) -> NewestRecord | None:
        """The newest; where one is less than `after` days old, any that is. `last_day`: of the newest, where all that
        is stored is seen."""
        today = local_day(self.at, self.company_zone)
        if last_day is None:
            return self._one_by_one(name, after, today)
        if today - last_day < after - A_DAY_APART or {*self._todays.values()} == {today}:
            return NewestRecord(last_day, today - last_day)
        age = self._least_age(name, after, last_day)
        return self._one_by_one(name, after, today) if age is None else NewestRecord(last_day, age)

    @cached_property
    def _todays(self) -> dict[str | None, int]:
        """What day it is, by time zone; None is that of the company."""
        zones = [*self.connection.execute(select(ACCOUNT.c.timezone).distinct()).scalars(), None]
        days, _ = today_of(self.at, [zone or self.company_zone for zone in zones])
        return dict(zip(zones, days.tolist(), strict=True))

    def _least_age(self, name: str, after: int, last_day: int) -> int | None:
        """Days since the newest record, by the account's own; any that is less than `after`, where one is. None: no
        chunk tells."""
        todays, every = self._todays, list[int]()
        for day in range(last_day, last_day - 2 * A_DAY_APART - 1, -1):
            seqs = accounts_on(self.connection, self.catalog, name, day)
            for some in portions(seqs):
                zones = select(ACCOUNT.c.timezone).distinct().where(ACCOUNT.c.seq.in_(some))
                every += [todays[zone] - day for zone in self.connection.execute(zones).scalars()]
                if min(every) < after:
                    return min(every)
        return min(every, default=None)

    def _one_by_one(self, name: str, after: int, today: int) -> NewestRecord | None:
        """By days that are over for everybody, else out of the records themselves."""
        if (seen := self._on_whole_days(name, after)) is not None:
            return NewestRecord(seen, today - seen)
        for days in (after + 2 * A_DAY_APART, ALL_DAYS):
            found: list[NewestRecord] = []
            for whose in self._shards():
                found += self._newest_in(whose, name, days)
                if found and found[-1].age < after:
                    return found[-1]
            if found:
                return NewestRecord(max(one.day for one in found), min(one.age for one in found))
        return None

    def _on_whole_days(self, name: str, after: int) -> int | None:
        """A day less than `after` days ago, and over, for all accounts, that has a record: its chunks alone tell."""
        todays = self._todays.values()
        first, last = max(todays) - after + 1, min(todays) - 1
        if self.known_at is not None or last < first:
            return None
        counts = accounts_by_day(self.connection, self.catalog, name, last, last - first + 1)
        return first + int(np.flatnonzero(counts)[-1]) if counts.any() else None

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

    def _newest_in(self, whose: Whose, name: str, days: int) -> Iterator[NewestRecord]:
        """The newest of some accounts, if they have one."""
        today = whose.lanes.today
        if name in self.catalog.events:
            table = event_tables(self.connection, whose, {name: EventRows(days)}, self.catalog)[name]
            row, age = table.row, today[table.row] - table.day
        else:
            series = Series("metric", name)
            found = matrices(
                self.connection, whose.lanes, {series.key: days}, timed={series.key}, known_at=self.known_at
            )
            matrix = found[series.key]
            average_today_again(self.connection, whose, {series: matrix}, self.catalog)
            row, column = np.nonzero(~np.isnan(matrix))
            age = matrix.shape[1] - 1 - column
        if len(row):
            yield NewestRecord(int((today[row] - age).max()), int(age.min()))
