"""What one person says of one account in; the override, or the fact's end or withdrawal, out."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select, update

from engine.clock import day_number, end_of_day, microseconds
from engine.errors import PulsebookError
from engine.store.accounts import UNKNOWN, Meant, lock_blocks, locked, mark_due
from engine.store.changes import keep_changes
from engine.store.database import Database
from engine.store.doubts import doubt_runs
from engine.store.ingest.facts import FACT
from engine.store.tables.accounts import BLOCK
from engine.store.tables.records import OverrideRow
from engine.store.writing import append

OVERRIDE = OverrideRow.__table__  # type: ignore[attr-defined]


class NotFound(PulsebookError):
    """There is no such account or fact; the message says how to find one."""


class NotEnding(PulsebookError):
    """A fact that can't be ended then; the message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Override:
    """A person's value of a score of an account, from `at` to `until`: a moment, or a day of the account's."""

    account: str
    score: str
    value: float
    at: datetime
    until: datetime | date
    reason: str | None = None
    author: str | None = None


def override(database: Database, said: Override, company_zone: str) -> int:
    """Keeps it and marks the account as due; the block in which that is. Raises NotFound for an unknown account."""
    with database.writing() as connection:
        accounts = locked(connection, Meant.by(connection, [said.account]), company_zone)
        [seq] = accounts.seq.tolist()
        if seq == UNKNOWN:
            raise NotFound(f"There is no account {said.account!r}. See `pulsebook list accounts`.")
        row = {
            "account_seq": seq,
            "score": said.score,
            "value": said.value,
            "at": microseconds(said.at),
            "until": microseconds(_end(said.until, accounts.zone_of(0))),
            "reason": said.reason,
            "author": said.author,
        }
        append(connection, OVERRIDE, [row])
        mark_due(connection, [seq], microseconds(said.at))
        return int(seq) // BLOCK


def _end(until: datetime | date, zone: str) -> datetime:
    return until if isinstance(until, datetime) else end_of_day(day_number(until), zone)


def end_fact(database: Database, id_: int, at: datetime, by: str | None = None) -> int:
    """The fact holds until that moment; the block in which its account is due. Raises NotFound, and NotEnding where
    it has ended by then, begins later or comes back every year."""
    return _set(database, id_, "until", at, by)


def withdraw_fact(database: Database, id_: int, at: datetime, by: str | None = None) -> int:
    """From that moment on it is as if it had never been said; as `end_fact`."""
    return _set(database, id_, "withdrawn_at", at, by)


def _set(database: Database, id_: int, field: str, at: datetime, by: str | None) -> int:
    moment = microseconds(at)
    with database.writing() as connection:
        mine = select(FACT.c.account_seq).where(FACT.c.id == id_)
        seq = connection.execute(mine).scalar()
        if seq is None:
            raise NotFound(f"There is no fact {id_}. `pulsebook list facts --account ACCOUNT` shows their numbers.")
        lock_blocks(connection, [seq // BLOCK])
        fact: dict[str, Any] = connection.execute(select(FACT).where(FACT.c.id == id_)).one()._asdict()
        if fact["withdrawn_at"] is not None:
            raise NotFound(f"The fact {id_} has been withdrawn or replaced. Say it again to have it back.")
        if field == "until":
            _check_holds(fact, moment)
        change = {"kind": "fact", "entity": str(id_), "field": field, "old": fact[field], "new": moment}
        keep_changes(connection, [{**change, "at": moment, "by": by}])
        connection.execute(update(FACT).where(FACT.c.id == id_).values({field: moment}))
        if field == "withdrawn_at":
            doubt_runs(connection, {seq: fact["day"]}, moment, f"the fact {fact['name']} was withdrawn")
        mark_due(connection, [seq], moment)
        return int(seq) // BLOCK


def _check_holds(fact: dict[str, Any], moment: int) -> None:
    """An end is never moved to later, for the fact would come back to life."""
    id_, instead = fact["id"], f"`pulsebook fact withdraw {fact['id']}` says that it never was."
    if fact["yearly"]:
        raise NotEnding(f"The fact {id_} comes back every year, so it has no one end. {instead}")
    if moment < fact["at"]:
        raise NotEnding(f"The fact {id_} has not begun yet. {instead}")
    if fact["until"] is not None and fact["until"] <= moment:
        raise NotEnding(f"The fact {id_} has ended already. Say it again if it holds once more.")


def number_of(database: Database, import_id: int) -> int | None:
    """The number of the one fact that came in with an import; None: it waits for its account."""
    with database.reading() as connection:
        return connection.execute(select(FACT.c.id).where(FACT.c.import_id == import_id)).scalar()
