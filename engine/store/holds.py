"""Sweeps in; how many usually fire, which of them is held, and what became of it, out."""

from dataclasses import asdict, dataclass
from datetime import datetime
from statistics import median
from typing import Any

from sqlalchemy import Connection, case, func, insert, select, text, update

from engine.clock import microseconds, moment
from engine.errors import PulsebookError
from engine.holds import Example, Hold, HoldState, Tally
from engine.store.database import Database
from engine.store.tables.accounts import AccountRow
from engine.store.tables.holds import HoldRow, SweepRow
from engine.store.writing import upsert

ACCOUNT = AccountRow.__table__  # type: ignore[attr-defined]
HOLD = HoldRow.__table__  # type: ignore[attr-defined]
SWEEP = SweepRow.__table__  # type: ignore[attr-defined]
REMEMBERED = 28
"""Days with a sweep, the median of which is usual."""
HOLD_LOCK = 7_305_129
"""Taken on PostgreSQL while a hold is made, so that two at once make one."""


class NoSuchHold(PulsebookError):
    """There is no such hold, or it stands no more; the message says how to find one."""


@dataclass(frozen=True, slots=True)
class Sweep:
    """A look at everybody, or at all that a cause concerns. `day`: the company's."""

    cause: str
    at: datetime
    day: int


@dataclass(frozen=True, slots=True)
class Crowd:
    """How many accounts there are in all, and how many of them usually fire."""

    accounts: int
    usual: float


def crowd_of(connection: Connection, day: int) -> Crowd:
    """`day`: the company's, of the sweep that is judged. Of each day before it the largest sweep counts."""
    fired = func.max(SWEEP.c.fired)
    days = select(SWEEP.c.day, fired).where(SWEEP.c.day < day).group_by(SWEEP.c.day)
    rows = connection.execute(days.order_by(SWEEP.c.day.desc()).limit(REMEMBERED)).all()
    accounts = connection.execute(select(func.count()).select_from(ACCOUNT)).scalar_one()
    return Crowd(accounts, float(median(count for _, count in rows)) if rows else 0.0)


def lock_holds(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": HOLD_LOCK})


def keep_hold(connection: Connection, sweep: Sweep, tally: Tally, crowd: Crowd, text: str) -> Hold:
    """Holds a sweep; where one of its subject is held already, that one is brought up to date."""
    row = {
        "subject": subject(sweep.cause),
        "cause": sweep.cause,
        "at": microseconds(sweep.at),
        "day": sweep.day,
        "fired": tally.count,
        "accounts": crowd.accounts,
        "usual": crowd.usual,
        "rules": dict(tally.rules),
        "examples": [asdict(example) for example in tally.examples],
        "text": text,
    }
    standing = HOLD.c.state == HoldState.HELD, HOLD.c.subject == row["subject"]
    kept = connection.execute(update(HOLD).where(*standing).values(row).returning(HOLD)).first()
    if kept is None:
        kept = connection.execute(insert(HOLD).values(**row, state=str(HoldState.HELD)).returning(HOLD)).one()
    return _hold(kept)


def subject(cause: str) -> str:
    """What of one hold stands at a time: all sweeps are one, whoever made them."""
    return cause if cause.startswith("import ") else "sweep"


def put_off(connection: Connection, since: datetime, until: datetime) -> None:
    """What was due by a moment falls due at a later one, or at what arrived after that moment."""
    at = microseconds(since)
    due = case((ACCOUNT.c.newest > at, ACCOUNT.c.newest), else_=microseconds(until))
    connection.execute(update(ACCOUNT).where(ACCOUNT.c.look_at <= at).values(look_at=due))


def passed(database: Database, sweep: Sweep, tally: Tally) -> None:
    """A sweep was saved: it counts towards what is usual, and what was held before it is so no more."""
    said = {"looked": tally.looked, "fired": tally.count}
    row: dict[str, Any] = {"cause": sweep.cause, "at": microseconds(sweep.at), "day": sweep.day, **said}
    held = HOLD.c.state == HoldState.HELD, HOLD.c.at <= row["at"]
    with database.writing() as connection:
        upsert(connection, SWEEP, ["cause"], [row])
        connection.execute(update(HOLD).where(*held).values(state=str(HoldState.PASSED), ended_at=row["at"]))


def holds(database: Database) -> list[Hold]:
    """All of them, oldest first."""
    with database.asking() as connection:
        return [_hold(row) for row in connection.execute(select(HOLD).order_by(HOLD.c.id))]


def hold_of(database: Database, id_: int) -> Hold:
    """Raises NoSuchHold."""
    with database.asking() as connection:
        row = connection.execute(select(HOLD).where(HOLD.c.id == id_)).first()
    if row is None:
        raise NoSuchHold(f"There is no held sweep {id_}. `pulsebook sweep list` shows them all.")
    return _hold(row)


def end_hold(database: Database, id_: int, state: HoldState, at: datetime) -> Hold:
    """Raises NoSuchHold where it is held no more."""
    before = hold_of(database, id_)
    with database.writing() as connection:
        ended = update(HOLD).where(HOLD.c.id == id_, HOLD.c.state == HoldState.HELD)
        ended = ended.values(state=str(state), ended_at=microseconds(at)).returning(HOLD)
        row = connection.execute(ended).first()
    if row is None:
        raise NoSuchHold(
            f"The sweep {id_} is held no more: it is {before.state}. `pulsebook sweep list` shows them all."
        )
    return _hold(row)


def _hold(row: Any) -> Hold:
    return Hold(
        id=row.id,
        cause=row.cause,
        at=moment(row.at),
        day=row.day,
        state=HoldState(row.state),
        count=row.fired,
        accounts=row.accounts,
        usual=row.usual,
        rules=row.rules,
        examples=tuple(Example(**said) for said in row.examples),
        text=row.text,
        ended_at=None if row.ended_at is None else moment(row.ended_at),
    )
