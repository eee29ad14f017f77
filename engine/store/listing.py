"""Filters in; what is stored, as the plain documents of `list --json`, oldest first, out."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, select

from engine.clock import day_number, day_of, moment
from engine.domain import DeliveryState, Teammate
from engine.people import manager_of, owner_of
from engine.store.among import among
from engine.store.database import Database
from engine.store.people import teammates
from engine.store.tables.accounts import AccountRow
from engine.store.tables.imports import ImportRow
from engine.store.tables.looks import DecisionRow, ScoreRow
from engine.store.tables.records import FactRow
from engine.store.tables.runs import DeliveryRow, RunRow, TaskRow

ACCOUNT = AccountRow.__table__  # type: ignore[attr-defined]
SCORE = ScoreRow.__table__  # type: ignore[attr-defined]
DECISION = DecisionRow.__table__  # type: ignore[attr-defined]
RUN = RunRow.__table__  # type: ignore[attr-defined]
DELIVERY = DeliveryRow.__table__  # type: ignore[attr-defined]
TASK = TaskRow.__table__  # type: ignore[attr-defined]
FACT = FactRow.__table__  # type: ignore[attr-defined]
IMPORT = ImportRow.__table__  # type: ignore[attr-defined]

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """Which part of a list is wanted; days are the accounts' own."""

    account: str | None = None
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True)
class Offices:
    """What it takes to say today who is meant by `owner` and `manager`."""

    fallback: str
    today: date


def iso(micros: int | None) -> str | None:
    return None if micros is None else moment(micros).isoformat()


def day_text(day: int | None) -> str | None:
    return None if day is None else day_of(day).isoformat()


def _filtered(query: Select[Any], asked: Asked, day: Any) -> Select[Any]:
    if asked.account is not None:
        query = query.where(ACCOUNT.c.id == asked.account)
    if asked.first is not None:
        query = query.where(day >= day_number(asked.first))
    if asked.last is not None:
        query = query.where(day <= day_number(asked.last))
    return query


def accounts(database: Database, asked: Asked, named: Collection[str]) -> list[Document]:
    """Every account with its present scores: those `named`, for rows of others stay when they leave the files."""
    with database.reading() as connection:
        query = select(ACCOUNT.c.seq, ACCOUNT.c.id, ACCOUNT.c.name, ACCOUNT.c.owner)
        if asked.account is not None:
            query = query.where(ACCOUNT.c.id == asked.account)
        rows = connection.execute(query.order_by(ACCOUNT.c.seq)).all()
        scores: dict[int, dict[str, Document]] = {}
        present = select(SCORE.c.account_seq, SCORE.c.score, SCORE.c.value, SCORE.c.band, SCORE.c.coverage)
        if len(rows) == 1:
            present = present.where(SCORE.c.account_seq == rows[0].seq)
        present = present.where(among(SCORE.c.score, sorted(named)))
        for row in connection.execute(present.order_by(SCORE.c.account_seq, SCORE.c.score)):
            said = {"value": row.value, "band": row.band, "coverage": row.coverage}
            scores.setdefault(row.account_seq, {})[row.score] = said
    return [{"id": row.id, "name": row.name, "owner": row.owner, "scores": scores.get(row.seq, {})} for row in rows]


def decisions(database: Database, asked: Asked) -> list[Document]:
    """Every change of state and firing."""
    query = select(DECISION, ACCOUNT.c.id.label("account")).join(ACCOUNT, ACCOUNT.c.seq == DECISION.c.account_seq)
    with database.reading() as connection:
        rows = connection.execute(_filtered(query, asked, DECISION.c.day).order_by(DECISION.c.at, DECISION.c.id))
        return [
            {
                "account": row.account,
                "rule": row.rule,
                "at": iso(row.at),
                "day": day_text(row.day),
                "state": row.move,
                "because": row.because,
                "playbook": row.playbook,
                "run": row.run_id,
                "reason": row.reason,
                "evidence": row.evidence,
                "cause": row.cause,
                "version": row.version,
            }
            for row in rows
        ]


def runs(database: Database, asked: Asked, company_zone: str) -> list[Document]:
    """Every run, those under way included."""
    query = select(RUN, ACCOUNT.c.id.label("account"), ACCOUNT.c.timezone).join(
        ACCOUNT, ACCOUNT.c.seq == RUN.c.account_seq
    )
    with database.reading() as connection:
        whole = _filtered(query, Asked(asked.account), RUN.c.started_day)
        rows = connection.execute(whole.order_by(RUN.c.started_at, RUN.c.id))
        found = [_run(row, row.timezone or company_zone) for row in rows]
    return [run for run in found if _is_between(run["started_day"], asked)]


def _is_between(day: str, asked: Asked) -> bool:
    """For what no column says: a run keeps the company's day of its start, the account's own is only known here."""
    first, last = (None if one is None else one.isoformat() for one in (asked.first, asked.last))
    return (first is None or day >= first) and (last is None or day <= last)


def _run(row: Any, zone: str) -> Document:
    return {
        "id": row.id,
        "account": row.account,
        "playbook": row.playbook,
        "rule": row.rule,
        "started_at": iso(row.started_at),
        "started_day": _own_day(row.started_at, zone),
        "ended_at": iso(row.ended_at),
        "ended_day": _own_day(row.ended_at, zone),
        "end": row.end,
        "end_reason": row.end_reason,
        "version": row.version,
    }


def _own_day(micros: int | None, zone: str) -> str | None:
    return None if micros is None else moment(micros).astimezone(ZoneInfo(zone)).date().isoformat()


def tasks(database: Database, asked: Asked, state: str | None = None) -> list[Document]:
    """Every task; `state`: only those in it."""
    query = select(TASK, ACCOUNT.c.id.label("account")).join(ACCOUNT, ACCOUNT.c.seq == TASK.c.account_seq)
    if state is not None:
        query = query.where(TASK.c.state == state)
    with database.reading() as connection:
        rows = connection.execute(_filtered(query, asked, TASK.c.day).order_by(TASK.c.created_at, TASK.c.id))
        return [
            {
                "id": row.id,
                "account": row.account,
                "run": row.run_id,
                "playbook": row.playbook,
                "step": row.step,
                "template": row.template,
                "title": row.title,
                "body": row.body,
                "assignee": row.assignee,
                "due": day_text(row.due),
                "state": row.state,
                "created_at": iso(row.created_at),
                "day": day_text(row.day),
                "done_at": iso(row.done_at),
                "snoozed_until": day_text(row.snoozed_until),
                "note": row.note,
            }
            for row in rows
        ]


def facts(database: Database, asked: Asked, company_zone: str) -> list[Document]:
    """Every fact, by when it began; those that were withdrawn or replaced included."""
    query = select(FACT, ACCOUNT.c.id.label("account"), ACCOUNT.c.timezone).join(
        ACCOUNT, ACCOUNT.c.seq == FACT.c.account_seq
    )
    with database.reading() as connection:
        rows = connection.execute(_filtered(query, asked, FACT.c.day).order_by(FACT.c.at, FACT.c.id))
        return [_fact(row, row.timezone or company_zone) for row in rows]


def _fact(row: Any, zone: str) -> Document:
    return {
        "id": row.id,
        "account": row.account,
        "fact": row.name,
        "at": iso(row.at),
        "day": day_text(row.day),
        "until": iso(row.until),
        "last_day": _own_day(row.until, zone),
        "repeats": "yearly" if row.yearly else None,
        "properties": row.properties,
        "source": row.source,
        "author": row.author,
        "reason": row.reason,
        "withdrawn_at": iso(row.withdrawn_at),
    }


def imports(database: Database, asked: Asked) -> list[Document]:
    """Every import that wrote anything; days are those of UTC. An import is of many accounts: all are listed."""
    with database.reading() as connection:
        rows = connection.execute(select(IMPORT).order_by(IMPORT.c.id)).all()
    found = [_import(row) for row in rows]
    return [one for one in found if _is_between(one["at"][: len("2026-03-01")], asked)]


def _import(row: Any) -> Document:
    outcomes = ("applied", "corrected", "unchanged", "held", "refused")
    return {
        "id": row.id,
        "kind": row.kind,
        "source": row.source,
        "at": iso(row.at),
        "history": row.history,
        **{name: row.counts.get(name, 0) for name in outcomes},
        "undone_at": iso(row.undone_at),
    }


def deliveries(database: Database, asked: Asked, offices: Offices) -> list[Document]:
    """Every message, notices included; of one that waits, `to` is looked up as of now."""
    query = select(DELIVERY, ACCOUNT.c.id.label("account"), ACCOUNT.c.owner).outerjoin(
        ACCOUNT, ACCOUNT.c.seq == DELIVERY.c.account_seq
    )
    with database.reading() as connection:
        people = teammates(connection)
        rows = connection.execute(
            _filtered(query, asked, DELIVERY.c.day).order_by(DELIVERY.c.decided_at, DELIVERY.c.id)
        )
        return [_delivery(row, people, offices) for row in rows]


def _delivery(row: Any, people: Mapping[str, Teammate], offices: Offices) -> Document:
    subject = f"Subject: {row.subject}\n\n" if row.subject is not None else ""
    return {
        "id": row.id,
        "account": row.account,
        "run": row.run_id,
        "playbook": row.playbook,
        "step": row.step,
        "channel": row.channel,
        "template": row.template,
        "to": _receiver(row, people, offices),
        "decided_at": iso(row.decided_at),
        "day": day_text(row.day),
        "state": row.state,
        "reason": row.reason,
        "text": subject + row.text,
        "attempts": row.attempts,
        "settled_at": iso(row.settled_at),
        "answers": row.answers,
        "bundle": row.bundle,
    }


def _receiver(row: Any, people: Mapping[str, Teammate], offices: Offices) -> str | None:
    """An email address or a channel: where it went, or where it would go now."""
    if row.state != DeliveryState.WAITING and row.address:
        return str(row.address)
    return receiver(row.to, row.owner, people, offices)


def receiver(to: str | None, owner: str | None, people: Mapping[str, Teammate], offices: Offices) -> str | None:
    """Who is meant by `owner`, `manager`, a teammate's email, a channel or a contact's address."""
    if to == "owner":
        return owner_of(owner, people, offices.today, offices.fallback)
    if to == "manager":
        return manager_of(owner, people, offices.today, offices.fallback)
    return owner_of(to, people, offices.today, offices.fallback) if to in people else to
