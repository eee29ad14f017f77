"""Sweeps in; how many usually fire, which of them is held, and what became of it, out."""

from collections import Counter
from dataclasses import asdict, dataclass
from datetime import datetime
from statistics import median
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, case, false, func, insert, null, select, text, update

from engine.clock import microseconds, moment
from engine.errors import PulsebookError
from engine.holds import Example, Hold, HoldState, Tally
from engine.store.database import Database
from engine.store.due import Due, is_due
from engine.store.kept import kept
from engine.store.sweeps import ARRIVAL, SWEEP, Sweep, Verdict, is_import, keep_verdict
from engine.store.tables.accounts import AccountRow
from engine.store.tables.holds import ArrivalHourRow, HoldRow
from engine.store.tables.imports import ImportRow

ACCOUNT = AccountRow.__table__  # type: ignore[attr-defined]
HOLD = HoldRow.__table__  # type: ignore[attr-defined]
IMPORT = ImportRow.__table__  # type: ignore[attr-defined]
HOUR = ArrivalHourRow.__table__  # type: ignore[attr-defined]
COUNTING = text(
    "insert into arrival_hour (hour, fired) values (:hour, :fired) "
    "on conflict (hour) do update set fired = arrival_hour.fired + excluded.fired returning fired"
)
REMEMBERED = 28
"""Days with a sweep, the median of which is usual."""
HOLD_LOCK = 7_305_129
"""Taken on PostgreSQL while a hold is made, so that two at once make one."""


class NoSuchHold(PulsebookError):
    """There is no such hold, or it stands no more; the message says how to find one."""


class BeforeHold(PulsebookError):
    """A release of a hold at a moment before it; the message says what to do."""


class OddSince(PulsebookError):
    """Something is odd that a hold says nothing of, so nobody has read it; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Crowd:
    """How many accounts there are in all, and how many of them usually fire."""

    accounts: int
    usual: float


def crowd_of(connection: Connection, day: int) -> Crowd:
    """`day`: the company's, of the sweep that is judged. Of each day before it the largest sweep or import counts."""
    days = select(SWEEP.c.day, func.max(SWEEP.c.fired)).where(SWEEP.c.day < day, SWEEP.c.state == str(Verdict.PASSED))
    newest = days.group_by(SWEEP.c.day).order_by(SWEEP.c.day.desc()).limit(REMEMBERED)
    return _crowd(connection, [count for _, count in connection.execute(newest)])


def crowd_of_hours(connection: Connection, hour: int) -> Crowd:
    """Of the hours of 28 days before that one those in which anybody fired count."""
    hours = connection.execute(*_fired_in(first=hour - REMEMBERED * 24, last=hour - 1))
    return _crowd(connection, list(hours.scalars()))


@kept
def _fired_in(first: Any, last: Any) -> Select[Any]:
    return select(HOUR.c.fired).where(HOUR.c.hour.between(first, last))


def _crowd(connection: Connection, counts: list[int]) -> Crowd:
    accounts = connection.execute(*_account_count()).scalar_one()
    return Crowd(accounts, float(median(counts)) if counts else 0.0)


@kept
def _account_count() -> Select[Any]:
    return select(func.count()).select_from(ACCOUNT)


def oddities(connection: Connection) -> tuple[str, ...]:
    """What is odd about values that came, that nobody has let pass and that were not taken back."""
    return tuple(line for odd in connection.execute(*_odd()).scalars() for line in odd.splitlines())


@kept
def _odd() -> Select[Any]:
    return select(IMPORT.c.odd).where(IMPORT.c.odd != "", IMPORT.c.undone_at.is_(None)).order_by(IMPORT.c.id)


def refuse_unread(database: Database, id_: int) -> None:
    """Raises OddSince where a hold that stands tells not all that is odd by now, and NoSuchHold."""
    hold = hold_of(database, id_)
    with database.reading() as connection:
        since = [line for line in oddities(connection) if line not in hold.text]
    if since and hold.state is HoldState.HELD:
        raise OddSince(
            f"Since the sweep {id_} was held, something else is odd: {'; '.join(since)}. `pulsebook run` brings the "
            "hold up to date; or take the data back with `pulsebook import undo ID`."
        )


def let_pass(database: Database, hold: Hold) -> None:
    """What a hold said is odd is so no more: somebody has read it, and released what it held."""
    with database.writing() as connection:
        stand = connection.execute(select(IMPORT.c.id, IMPORT.c.odd).where(IMPORT.c.odd != "")).all()
        read = [id_ for id_, odd in stand if all(line in hold.text for line in odd.splitlines())]
        connection.execute(update(IMPORT).where(IMPORT.c.id.in_(read)).values(odd=""))


def count_arrivals(connection: Connection, hour: int, count: int) -> int:
    """Adds to the accounts that fired in an hour by what arrived; how many these are."""
    return int(connection.execute(COUNTING, {"hour": hour, "fired": count}).scalar_one())


def lock_holds(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": HOLD_LOCK})


def keep_hold(connection: Connection, sweep: Sweep, tally: Tally, crowd: Crowd, text: str) -> Hold:
    """Holds a sweep; where one of its subject is held already, that one is brought up to date."""
    if sweep.subject != ARRIVAL:
        keep_verdict(connection, sweep, tally, Verdict.HELD)
    row = {
        "subject": sweep.subject,
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
    kept = connection.execute(update(HOLD).where(*_stands(sweep.subject)).values(row).returning(HOLD)).first()
    if kept is None:
        kept = connection.execute(insert(HOLD).values(**row, state=str(HoldState.HELD)).returning(HOLD)).one()
    return _hold(kept)


def _stands(subject: str) -> tuple[ColumnElement[bool], ...]:
    return HOLD.c.state == str(HoldState.HELD), HOLD.c.subject == subject


def held_arrivals(connection: Connection) -> Tally:
    """What single arrivals would have fired that are held."""
    row = connection.execute(select(HOLD).where(*_stands(ARRIVAL))).first()
    if row is None:
        return Tally()
    hold = _hold(row)
    return Tally(rules=Counter(hold.rules), examples=hold.examples, unnamed=hold.count)


def put_off(connection: Connection, hold: Hold, due: Due, until: datetime) -> None:
    """What is due so falls due at a later moment, or as a single arrival at what came after it was due."""
    came = ACCOUNT.c.newest > microseconds(due.by) if due.by is not None else false()
    values = {
        "look_at": case((came, ACCOUNT.c.newest), else_=microseconds(until)),
        "due_for": case((came, null()), else_=hold.mark),
    }
    connection.execute(update(ACCOUNT).where(*is_due(due)).values(values))


def passed(database: Database, sweep: Sweep, tally: Tally, due: Due) -> None:
    """It is saved: it counts towards what is usual. What was held by the moment up to which it saw what was due is so
    no more: a sweep saw all of that, an import its own."""
    ends = [HOLD.c.state == str(HoldState.HELD), HOLD.c.at <= microseconds(due.by or sweep.at)]
    if is_import(sweep.cause):
        ends.append(HOLD.c.subject == sweep.subject)
    with database.writing() as connection:
        keep_verdict(connection, sweep, tally, Verdict.PASSED)
        ended = {"state": str(HoldState.PASSED), "ended_at": microseconds(sweep.at)}
        connection.execute(update(HOLD).where(*ends).values(**ended))


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


def refuse_earlier(database: Database, id_: int, at: datetime) -> None:
    """Raises BeforeHold, for a release then would judge nothing of what was held; NoSuchHold."""
    held = hold_of(database, id_)
    if at < held.at:
        raise BeforeHold(f"The sweep {id_} was held at {held.at.isoformat()}. Release it as of then, or later.")


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
