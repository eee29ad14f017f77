"""What is stored in; the snapshot of some accounts at a moment, and where their counters stood, out."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy import Connection, select

from engine.clock import day_number, microseconds
from engine.language.catalog import Catalog, Event, Metric
from engine.snapshot import ALL_DAYS, Days, Needs, Numbers, ScoreHistory, Series, Snapshot
from engine.store import present, records
from engine.store.among import among
from engine.store.attributes import attribute_times, attributes, texts
from engine.store.database import Database
from engine.store.due import Due, is_due
from engine.store.event_tables import event_tables
from engine.store.family import children, people, personal_values
from engine.store.feeds import Feeds
from engine.store.matrices import Lanes, matrices, score_key
from engine.store.people import ContactTuple, teammates
from engine.store.recorded import recorded
from engine.store.records import Whose
from engine.store.recounting import average_today_again, count_again
from engine.store.tables.accounts import BLOCK, AccountRow
from engine.store.undoing import accounts_then, before

ACCOUNT = AccountRow.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be read. `accounts`: ids; `blocks`: whole blocks; `due`: of these only what is due so.

    `known_at`: what came in since is undone, as a look at that moment knew it. What looks themselves left (stays,
    episodes, runs, scores) is as it is now.
    """

    needs: Needs
    catalog: Catalog
    scores: Collection[str]
    company_zone: str
    at: datetime
    accounts: Collection[str] | None = None
    blocks: Collection[int] | None = None
    due: Due | None = None
    known_at: datetime | None = None
    people_at: datetime | None = None
    """Attributes and roles, which have no history of their own, are as they were known by then; None: by `known_at`."""
    without: Collection[str] = ()
    """Ids that are left out."""
    only_measured: bool = False
    """Only what measures read; of people, and of what looks left, nothing."""
    attributes: Collection[str] | None = None
    """Of attributes only these; None: all."""
    held: Mapping[str, int] | None = None
    """As a reading at the same moment has it; None: it is looked up."""

    @property
    def known(self) -> int | None:
        return None if self.known_at is None else microseconds(self.known_at)

    @property
    def people_known(self) -> int | None:
        return self.known if self.people_at is None else microseconds(self.people_at)


@dataclass(frozen=True, slots=True)
class Reading:
    """A snapshot, with the accounts' numbers and their counters as they stood before anything else was read."""

    snapshot: Snapshot
    seqs: Days
    looked: Days
    changed: Days
    held: Mapping[str, int]
    """The last day that is seen of each feed that is held."""
    contacts: Sequence[ContactTuple] | None = None
    """Every contact of these accounts; None: nothing that was read rests on any."""

    def __len__(self) -> int:
        return len(self.seqs)


def read(database: Database, wanted: Wanted) -> Reading:
    """The snapshot of the wanted accounts at a moment: every stored record whose time is not after it."""
    with database.reading() as connection:
        rows = accounts_wanted(connection, wanted)
        if wanted.people_known is not None:
            rows = accounts_then(connection, rows, wanted.people_known)
        return _read(connection, wanted, rows)


def accounts_wanted(connection: Connection, wanted: Wanted) -> list[Any]:
    """The account rows, by number; their counters come with them, before all else."""
    query = select(ACCOUNT).where(*is_due(wanted.due or Due()))
    found: list[Any] = []
    if wanted.accounts is not None:
        found += connection.execute(query.where(among(ACCOUNT.c.id, wanted.accounts))).all()
    elif wanted.blocks is not None:
        blocks = sorted(wanted.blocks)
        for first, last in _ranges(blocks):
            between = ACCOUNT.c.seq.between(first * BLOCK, last * BLOCK + BLOCK - 1)
            found += connection.execute(query.where(between)).all()
    else:
        found += connection.execute(query).all()
    left_out = set(wanted.without)
    return sorted((row for row in found if row.id not in left_out), key=lambda row: int(row.seq))


def _ranges(blocks: list[int]) -> list[tuple[int, int]]:
    """Consecutive blocks as (first, last)."""
    found: list[tuple[int, int]] = []
    for block in blocks:
        if found and found[-1][1] == block - 1:
            found[-1] = (found[-1][0], block)
        else:
            found.append((block, block))
    return found


def _read(connection: Connection, wanted: Wanted, rows: list[Any]) -> Reading:
    looked = np.fromiter((row.looked for row in rows), np.int64, len(rows))
    changed = np.fromiter((row.changed for row in rows), np.int64, len(rows))
    zones = [row.timezone or wanted.company_zone for row in rows]
    today, time = records.today_of(wanted.at, zones)
    lanes = Lanes(np.array([row.seq for row in rows], dtype=np.int64), today, time)
    spans = recorded(connection)
    held = wanted.held
    if held is None:
        held = Feeds(connection, wanted.catalog, wanted.company_zone, wanted.at, spans, wanted.known).held()
    whose = Whose.of(lanes, [row.id for row in rows], zones, microseconds(wanted.at), wanted.known, held)
    whose = replace(whose, people_known=wanted.people_known)
    series, history = _series(connection, whose, wanted, spans)
    snapshot = Snapshot(
        at=wanted.at,
        accounts=whose.ids,
        today=today,
        zones=texts(zones),
        attributes=attributes(rows, wanted.catalog, zones, wanted.attributes),
        attribute_times=attribute_times(rows, wanted.catalog, wanted.attributes),
        first_day=_first_days(rows, today),
        series=series,
        history=history,
        covered_from=_covered_from(connection, wanted, today, spans),
        events=event_tables(connection, whose, wanted.needs.rows, wanted.catalog),
        facts=records.fact_tables(connection, whose, wanted.catalog),
        first_look=present.micros_column([row.first_look for row in rows]),
        last_look=present.micros_column([row.last_look for row in rows]),
        seed_next=np.fromiter((row.seed_next for row in rows), np.bool_, len(rows)),
        lags={name: np.maximum(0, today - day) for name, day in held.items()},
        **(_nothing(len(rows)) if wanted.only_measured else _people_and_left(connection, whose, wanted)),
    )
    return Reading(snapshot, lanes.seqs, looked, changed, held, whose.contacts_read)


def _people_and_left(connection: Connection, whose: Whose, wanted: Wanted) -> dict[str, Any]:
    """Of a snapshot: the people, and what looks left."""
    lanes = whose.lanes
    return {
        "ended": records.ended(connection, whose),
        "teammates": teammates(connection, wanted.known),
        "stays": present.stays(connection, lanes, wanted.scores),
        "overrides": records.overrides(connection, whose, wanted.scores),
        "version_codes": present.version_codes(connection, wanted.needs.versions),
        "episodes": present.episodes(connection, lanes, whose.ids),
        "rule_since": present.rule_since(connection),
        "runs": present.runs(connection, lanes, whose.ids),
        "last_start": present.last_starts(connection, lanes, wanted.needs.cooldowns),
        **_family(connection, whose, wanted),
    }


def _family(connection: Connection, whose: Whose, wanted: Wanted) -> dict[str, Any]:
    """Contacts and children, where their scores are rolled up."""
    needs, found = wanted.needs, dict[str, Any]()
    if needs.people:
        found["people"] = people(connection, whose)
    if needs.personal:
        found["personal"] = personal_values(connection, whose, needs.personal)
    if needs.children:
        found["children"] = children(connection, whose, needs.children, wanted.catalog, wanted.company_zone)
    return found


def _nothing(accounts: int) -> dict[str, Any]:
    mappings = ("teammates", "stays", "overrides", "version_codes", "episodes", "rule_since")
    return {
        **{name: {} for name in (*mappings, "runs", "last_start")},
        "ended": np.zeros(accounts, dtype=np.bool_),
    }


def _first_days(rows: list[Any], today: Days) -> Numbers:
    """`since`, else the day of the oldest record that is not after today."""
    first = present.numbers_column([row.since if row.since is not None else row.first_record for row in rows])
    with np.errstate(invalid="ignore"):
        return np.where(first <= today, first, np.nan)


def _series(
    connection: Connection, whose: Whose, wanted: Wanted, spans: Mapping[str, Any]
) -> tuple[dict[Series, Numbers], dict[str, ScoreHistory]]:
    """What came in, and what looks left of scores; read together."""
    needed, scores = wanted.needs.series, {} if wanted.only_measured else wanted.needs.score_days
    timed = {series.key for series in needed if series.kind == "metric"}
    days = {series.key: days for series, days in needed.items()}
    asked = {score: days for score, days in scores.items() if days and score in wanted.scores}
    days |= {score_key(score, part): days + 1 for score, days in asked.items() for part in ("adjusted", "version")}
    until = {series.key: whose.held[series.name] for series in needed if series.name in whose.held}
    found = matrices(connection, whose.lanes, days, timed=timed, known_at=wanted.known, until=until)
    by_series = {series: found[series.key] for series in needed}
    later = {name for name, row in spans.items() if row.last_at > whose.at}
    count_again(connection, whose, by_series, wanted.catalog, later)
    average_today_again(connection, whose, by_series, wanted.catalog)
    series = {
        series: _trimmed(by_series[series]) if days == ALL_DAYS else by_series[series]
        for series, days in needed.items()
    }
    history = {
        score: ScoreHistory(found[score_key(score, "adjusted")], found[score_key(score, "version")]) for score in asked
    }
    return series, history


def _trimmed(matrix: Numbers) -> Numbers:
    """Without the days before the oldest that has a value; today stays."""
    said = np.flatnonzero(~np.isnan(matrix).all(axis=0))
    return matrix[:, int(said[0]) if len(said) else -1 :]


def _covered_from(connection: Connection, wanted: Wanted, today: Days, spans: Mapping[str, Any]) -> dict[str, int]:
    """From which day records of each name are complete: what the catalog says, else the oldest record by now."""
    catalog, latest = wanted.catalog, int(today.max(initial=0))
    declared: dict[str, Metric | Event] = {**catalog.metrics, **catalog.events}
    oldest: dict[str, int | None] = {name: row.first_day for name, row in spans.items()}
    if wanted.known is not None:
        # Of what was taken back there may be no record any more.
        earlier = before(connection, "recorded", {*oldest, *declared}, wanted.known)
        oldest |= {name: fields["first_day"] for name, fields in earlier.items()}
    begun = {name: day for name, day in oldest.items() if day is not None and day <= latest}
    said = {name: day_number(entry.from_) for name, entry in declared.items() if entry.from_ is not None}
    return {name: day for name, day in {**begun, **said}.items() if name in declared}
