"""What earlier looks left in; stays, episodes, runs under way and versions, as a snapshot holds them, out."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import numpy as np
from sqlalchemy import Connection, Select, exists, func, or_, select

from engine.arithmetic.stays import nowhere
from engine.clock import day_of, moment
from engine.domain import DeliveryState, End, Episode, Run, RunTask, State
from engine.snapshot import Numbers, Stays
from engine.store.among import among
from engine.store.database import fetched
from engine.store.kept import kept
from engine.store.matrices import Lanes, those
from engine.store.tables.looks import EpisodeRow, RuleVersionRow, ScoreRow, ScoreVersionRow
from engine.store.tables.runs import DeliveryRow, RunRow, TaskRow

SCORE = ScoreRow.__table__  # type: ignore[attr-defined]
EPISODE = EpisodeRow.__table__  # type: ignore[attr-defined]
RULE_VERSION = RuleVersionRow.__table__  # type: ignore[attr-defined]
SCORE_VERSION = ScoreVersionRow.__table__  # type: ignore[attr-defined]
RUN = RunRow.__table__  # type: ignore[attr-defined]
DELIVERY = DeliveryRow.__table__  # type: ignore[attr-defined]
TASK = TaskRow.__table__  # type: ignore[attr-defined]

STAY = (
    SCORE.c.stay_band,
    SCORE.c.came_from,
    SCORE.c.since,
    SCORE.c.seen,
    SCORE.c.stay_version,
    SCORE.c.overridden,
    SCORE.c.before_band,
    SCORE.c.before_came_from,
    SCORE.c.before_since,
    SCORE.c.elsewhere,
)
"""The columns of a score's present in the order of the fields of `Stays`."""
STANDING = (
    "rule",
    "state",
    "fingerprint",
    "since",
    "since_day",
    "fired_at",
    "fired_day",
    "told_at",
    "told_day",
)
STATES = {str(state): state for state in State}


def rows_by_seq(lanes: Lanes) -> dict[int, int]:
    return {int(seq): row for row, seq in enumerate(lanes.seqs)}


def stays(connection: Connection, lanes: Lanes, scores: Collection[str]) -> dict[str, Stays]:
    """Per score where each account stands."""
    found = {score: nowhere(len(lanes)) for score in scores}
    rows = rows_by_seq(lanes)
    stored: dict[str, list[Any]] = {score: [] for score in scores}
    for score, seq, *stay in fetched(connection.execute(*_stays(**lanes.whom))):
        if score in stored and seq in rows:
            stored[score].append((rows[seq], *stay))
    for score, of_score in stored.items():
        if not of_score:
            continue
        place, *columns = zip(*of_score, strict=True)
        here = np.array(place)
        for name, column in zip(Stays.__dataclass_fields__, columns, strict=False):
            # What is nothing in a column of numbers becomes NaN.
            getattr(found[score], name)[here] = column
    return found


@kept
def _stays(**whom: Any) -> Select[Any]:
    return select(SCORE.c.score, SCORE.c.account_seq, *STAY).where(those(SCORE.c.account_seq, **whom))


def version_codes(connection: Connection, fingerprints: Collection[str]) -> dict[str, int]:
    return dict(connection.execute(*_codes(fingerprints=fingerprints)).all())


@kept
def _codes(fingerprints: Any) -> Select[Any]:
    mine = among(SCORE_VERSION.c.fingerprint, fingerprints)
    return select(SCORE_VERSION.c.fingerprint, SCORE_VERSION.c.code).where(mine)


def rule_since(connection: Connection) -> dict[tuple[str, str], datetime]:
    """Per rule and its newest fingerprint: the first look by it."""
    return {(rule, fingerprint): moment(since) for rule, fingerprint, since in connection.execute(*_rule_since())}


@kept
def _rule_since() -> Select[Any]:
    return select(RULE_VERSION.c.rule, RULE_VERSION.c.fingerprint, RULE_VERSION.c.since)


def episodes(connection: Connection, lanes: Lanes, accounts: Collection[str]) -> dict[str, dict[int, Episode]]:
    """Per rule, row of the account to its episode; of rules that are gone, too: their episodes end."""
    found: dict[str, dict[int, Episode]] = {}
    rows, ids = rows_by_seq(lanes), list(accounts)
    for seq, *standing in fetched(connection.execute(*_episodes(**lanes.whom))):
        if seq in rows:
            episode = episode_of(ids[rows[seq]], standing)
            found.setdefault(episode.rule, {})[rows[seq]] = episode
    return found


@kept
def _episodes(**whom: Any) -> Select[Any]:
    return select(EPISODE.c.account_seq, *standing_of(EPISODE)).where(those(EPISODE.c.account_seq, **whom))


def standing_of(table: Any) -> tuple[Any, ...]:
    """The columns of a table of episodes that `episode_of` reads."""
    return tuple(table.c[name] for name in STANDING)


def episode_of(account: str, standing: Sequence[Any]) -> Episode:
    """An episode of an account, or of a group of them, by the values of `STANDING`."""
    rule, state, fingerprint, since, since_day, fired_at, fired_day, told_at, told_day = standing
    return Episode(
        account=account,
        rule=rule,
        state=STATES[state],
        fingerprint=fingerprint,
        since=_moment(since),
        since_day=since_day,
        fired_at=None if fired_at is None else _moment(fired_at),
        fired_day=fired_day,
        told_at=None if told_at is None else _moment(told_at),
        told_day=told_day,
    )


@lru_cache(1_000)
def _moment(micros: int) -> datetime:
    """Most moments here are those of a few looks at very many accounts."""
    return moment(micros)


def _day(number: int | None) -> date | None:
    return None if number is None else day_of(number)


def runs(connection: Connection, lanes: Lanes, accounts: Collection[str]) -> dict[int, tuple[Run, ...]]:
    """Row of the account to its runs under way, oldest first."""
    rows, ids = rows_by_seq(lanes), list(accounts)
    stored = [row for row in connection.execute(*_under_way(**lanes.whom)) if row.account_seq in rows]
    tasks = tasks_of(connection, [row.id for row in stored])
    found: dict[int, list[Run]] = {}
    for row in stored:
        place = rows[row.account_seq]
        found.setdefault(place, []).append(run_of(row, ids[place], tasks.get(row.id, {})))
    return {place: tuple(some) for place, some in found.items()}


@kept
def _under_way(**whom: Any) -> Select[Any]:
    mine = select(RUN).where(RUN.c.ended_at.is_(None), those(RUN.c.account_seq, **whom))
    return mine.order_by(RUN.c.started_at, RUN.c.id)


def run_of(row: Any, account: str, tasks: Mapping[str, RunTask]) -> Run:
    """A row of `run` as the value that it is."""
    return Run(
        id=row.id,
        account=account,
        playbook=row.playbook,
        version=row.version,
        rule=row.rule,
        started_at=moment(row.started_at),
        started_day=row.started_day,
        firing=row.firing,
        position=row.position,
        waiting_since=None if row.waiting_since is None else _moment(row.waiting_since),
        tasks=tasks,
        ended_at=None if row.ended_at is None else moment(row.ended_at),
        end=None if row.end is None else End(row.end),
        end_reason=row.end_reason,
    )


def tasks_of(connection: Connection, runs: Collection[str]) -> dict[str, dict[str, RunTask]]:
    found: dict[str, dict[str, RunTask]] = {}
    for row in connection.execute(*_tasks_of(runs=runs)) if runs else ():
        task = RunTask(row.step, row.state, _day(row.due), row.assignee, row.cancel_with_run)
        found.setdefault(row.run_id, {})[row.step] = task
    return found


@kept
def _tasks_of(runs: Any) -> Select[Any]:
    return select(TASK).where(among(TASK.c.run_id, runs))


def last_starts(connection: Connection, lanes: Lanes, playbooks: Collection[str]) -> dict[tuple[int, str], int]:
    """(row, playbook) to the company's day of its last start; one that was taken back is none, unless a customer has
    its mail, or may have it."""
    if not playbooks:
        return {}
    rows, started = rows_by_seq(lanes), connection.execute(*_last_starts(playbooks=playbooks, **lanes.whom))
    return {(rows[seq], playbook): int(day) for seq, playbook, day in started if seq in rows}


@kept
def _last_starts(playbooks: Any, **whom: Any) -> Select[Any]:
    run = (RUN.c.account_seq, RUN.c.playbook)
    out = among(DELIVERY.c.state, (str(DeliveryState.SENT), str(DeliveryState.UNKNOWN)))
    of_run = DELIVERY.c.account_seq == RUN.c.account_seq, DELIVERY.c.run_id == RUN.c.id
    mailed = exists().where(*of_run, DELIVERY.c.channel == "email", out)
    counts = or_(RUN.c.end.is_(None), RUN.c.end != str(End.SOURCE_CORRECTED), mailed)
    started = among(RUN.c.playbook, playbooks), those(RUN.c.account_seq, **whom), counts
    return select(*run, func.max(RUN.c.started_day)).where(*started).group_by(*run)


def micros_column(values: Collection[int | None]) -> Any:
    """Moments as numbers, −1 for none."""
    return np.fromiter((-1 if value is None else value for value in values), np.int64, len(values))


def numbers_column(values: Collection[Any]) -> Numbers:
    return np.fromiter((np.nan if value is None else float(value) for value in values), np.float64, len(values))
