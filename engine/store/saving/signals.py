"""Moves, decisions and runs of a look in; their rows out."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from engine.clock import day_number, microseconds
from engine.domain import DECIDED, Decision, Episode, Run
from engine.store.tables.looks import DecisionRow, EpisodeRow, RuleVersionRow
from engine.store.tables.runs import RunRow
from engine.store.writing import append, inserting, upsert

if TYPE_CHECKING:
    from engine.store.saving.save import Saving

EPISODE = EpisodeRow.__table__  # type: ignore[attr-defined]
DECISION = DecisionRow.__table__  # type: ignore[attr-defined]
RULE_VERSION = RuleVersionRow.__table__  # type: ignore[attr-defined]
RUN = RunRow.__table__  # type: ignore[attr-defined]


def micros(at: datetime | None) -> int | None:
    return None if at is None else microseconds(at)


def number(day: date | None) -> int | None:
    return None if day is None else day_number(day)


def save_rule_versions(connection: Connection, rule_since: Mapping[tuple[str, str], datetime]) -> None:
    """A version that is not the newest of its rule is new from this look on, be it for the first time or again."""
    if not rule_since:
        return
    rows = [
        {"rule": rule, "fingerprint": fingerprint, "since": microseconds(since)}
        for (rule, fingerprint), since in rule_since.items()
    ]
    insert_new = inserting(connection, RULE_VERSION)
    said = insert_new.excluded
    is_new = RULE_VERSION.c.fingerprint != said.fingerprint
    replaced = {"fingerprint": said.fingerprint, "since": said.since}
    connection.execute(insert_new.on_conflict_do_update(index_elements=["rule"], set_=replaced, where=is_new), rows)


def save_episodes(saving: "Saving", episodes: Iterable[Episode]) -> None:
    rows = [{"account_seq": saving.seq_of[episode.account], **standing(episode)} for episode in episodes]
    upsert(saving.connection, EPISODE, ["account_seq", "rule"], rows)


def standing(episode: Episode) -> dict[str, Any]:
    """An episode as its row, without whose it is."""
    return {
        "rule": episode.rule,
        "state": str(episode.state),
        "fingerprint": episode.fingerprint,
        "since": microseconds(episode.since),
        "since_day": episode.since_day,
        "fired_at": micros(episode.fired_at),
        "fired_day": episode.fired_day,
        "told_at": micros(episode.told_at),
        "told_day": episode.told_day,
    }


def save_decisions(saving: "Saving", decisions: Iterable[Decision]) -> None:
    rows = [
        {
            "account_seq": saving.seq_of[decision.account],
            "rule": decision.rule,
            "move": DECIDED[decision.move],
            "at": microseconds(decision.at),
            "day": decision.day,
            "evidence": dict(decision.evidence),
            "because": decision.because,
            "playbook": decision.playbook,
            "run_id": decision.run,
            "reason": decision.reason,
            "fingerprint": decision.fingerprint,
            "version": saving.judged.version,
            "cause": saving.judged.cause,
        }
        for decision in decisions
    ]
    append(saving.connection, DECISION, rows)


def save_runs(saving: "Saving", runs: Iterable[Run]) -> None:
    rows = [_run(saving, run) for run in runs]
    changing = ["position", "waiting_since", "ended_at", "end", "end_reason"]
    upsert(saving.connection, RUN, ["id"], rows, changing)


def _run(saving: "Saving", run: Run) -> dict[str, Any]:
    return {
        "id": run.id,
        "account_seq": saving.seq_of[run.account],
        "playbook": run.playbook,
        "version": run.version,
        "rule": run.rule,
        "started_at": microseconds(run.started_at),
        "started_day": run.started_day,
        "position": run.position,
        "waiting_since": micros(run.waiting_since),
        "firing": dict(run.firing),
        "ended_at": micros(run.ended_at),
        "end": run.end,
        "end_reason": run.end_reason,
        "cause": saving.judged.cause,
    }
