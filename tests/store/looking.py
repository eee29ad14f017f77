"""Readings of what is stored, and what a look would save of them; a test says only what it speaks about."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any

import numpy as np

from engine.arithmetic.stays import nowhere
from engine.clock import day_number, microseconds
from engine.domain import Action, Decision, Episode, Move, PlannedTask, Run, State
from engine.judged import Judged
from engine.snapshot import Breakdown, EventRows, Needs, ScoreLook, Series, Snapshot
from engine.store.database import Database
from engine.store.reading import Reading, Wanted, read
from engine.store.saving.save import Office, Saved, save
from tests.store.records import CATALOG, NOW, ZONE

USERS = Series("metric", "users")
NPS = Series("metric", "nps")
LOGINS = Series("count", "login")
AMOUNT = Series("sum", "order", "amount")
VERSION = "v1"
FALLBACK = "lead@us.example"


def at(said: str) -> datetime:
    """A moment in UTC."""
    return datetime.fromisoformat(said).replace(tzinfo=UTC)


def wanted(
    when: datetime = NOW,
    *,
    series: Mapping[Series, int] | None = None,
    rows: Mapping[str, EventRows] | None = None,
    score_days: Mapping[str, int] | None = None,
    cooldowns: Collection[str] = (),
    **more: Any,
) -> Wanted:
    needs = Needs(series=series or {}, rows=rows or {}, score_days=score_days or {}, cooldowns=frozenset(cooldowns))
    return Wanted(needs, CATALOG, ("health",), ZONE, when, **more)


def reading(database: Database, when: datetime = NOW, **more: Any) -> Reading:
    return read(database, wanted(when, **more))


def snapshot(database: Database, when: datetime = NOW, **more: Any) -> Snapshot:
    return reading(database, when, **more).snapshot


def judged(read_before: Reading, **concluded: Any) -> Judged:
    """A look that concludes nothing but what is said, and falls due tomorrow."""
    said = read_before.snapshot
    tomorrow = np.full(len(said), microseconds(said.at) + 86_400_000_000)
    return Judged(**{"snapshot": said, "version": VERSION, "cause": "test", "look_at": tomorrow, **concluded})


def keep(database: Database, read_before: Reading, now: datetime | None = None, **concluded: Any) -> Saved:
    """Saves such a look."""
    today = day_number(read_before.snapshot.at.date())
    office = Office(FALLBACK, today, now or read_before.snapshot.at)
    return save(database, judged(read_before, **concluded), read_before, office)


def look(database: Database, when: datetime = NOW, **concluded: Any) -> Saved:
    """Reads and saves at once."""
    return keep(database, reading(database, when), **concluded)


def run(account: str = "acme", *, when: datetime = NOW, **more: Any) -> Run:
    said = {
        "id": f"{account}/rescue/1",
        "account": account,
        "playbook": "rescue",
        "version": VERSION,
        "rule": "fell",
        "started_at": when,
        "started_day": day_number(when.date()),
        "firing": {"because": "it fell"},
    }
    return Run(**{**said, **more})


def task(account: str = "acme", *, step: str = "call", when: datetime = NOW, **more: Any) -> PlannedTask:
    said = {
        "key": f"{account}/rescue/1/{step}/1",
        "account": account,
        "run": f"{account}/rescue/1",
        "playbook": "rescue",
        "step": step,
        "template": "risk-call",
        "title": "Call them",
        "body": "Ask how they are.",
        "assign": "owner",
        "due": None,
        "cancel_with_run": False,
        "at": when,
        "day": day_number(when.date()),
    }
    return PlannedTask(**{**said, **more})


def action(account: str = "acme", *, step: str = "tell", when: datetime = NOW, **more: Any) -> Action:
    said = {
        "key": f"{account}/rescue/1/{step}/1",
        "account": account,
        "run": f"{account}/rescue/1",
        "playbook": "rescue",
        "step": step,
        "channel": "slack",
        "template": "at-risk",
        "to": "owner",
        "text": "Acme is at risk",
        "at": when,
        "day": day_number(when.date()),
    }
    return Action(**{**said, **more})


def decision(account: str = "acme", move: Move = Move.FIRES, *, when: datetime = NOW, **more: Any) -> Decision:
    said = {
        "account": account,
        "rule": "fell",
        "move": move,
        "at": when,
        "day": day_number(when.date()),
        "evidence": {"score.health": 31.5},
        "because": "it fell",
        "fingerprint": "f1",
    }
    return Decision(**{**said, **more})


def episode(account: str = "acme", state: State = State.ACTIVE, *, when: datetime = NOW, **more: Any) -> Episode:
    return Episode(account, "fell", state, "f1", when, day_number(when.date()), **more)


def score(*numbers: float, version: str = "f1") -> ScoreLook:
    """A look at `health`: the same number for base, adjusted and value of each account, and for its one measure."""
    column, count = np.array(numbers), len(numbers)
    texts = np.array([None if number != number else "red" for number in numbers], dtype=np.object_)
    model = np.array(["paying"] * count, dtype=np.object_)
    one = column.reshape(-1, 1)
    text = np.array([f"plan {number}" for number in range(count)], dtype=np.object_)
    breakdown = Breakdown(
        score="health",
        model="paying",
        measures=("logins", "plan"),
        weights=(3.0, 1.0),
        rows=np.arange(count),
        values=(column, text),
        points=np.hstack([one, one + 0.1234]),
        share=np.full((count, 2), 0.5),
        contribution=np.hstack([one / 2, one / 3]),
        age=np.full((count, 2), np.nan),
    )
    named = np.array([version] * count, dtype=np.object_)
    coverage = np.where(np.isnan(column), 0.25, 1.0)
    stays = nowhere(count)
    edges = {version: (("red", 0.0), ("green", 50.0))}
    return ScoreLook("health", edges, model, named, column, column, column, coverage, texts, stays, (breakdown,))
