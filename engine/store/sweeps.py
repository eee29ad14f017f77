"""The cause of looks in; what is known of it before any of them is saved, and who finds that out, out."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, and_, case, select, update

from engine.clock import microseconds
from engine.holds import Tally
from engine.store.database import Database
from engine.store.tables.holds import SweepRow
from engine.store.writing import inserting

SWEEP = SweepRow.__table__  # type: ignore[attr-defined]
ARRIVAL = "arrival"
"""The cause of looks at what single arrivals, or the clock, have made due."""
RELEASE = "release "
"""How the causes of looks begin at what was held and is released; the number of the hold follows."""


@dataclass(frozen=True, slots=True)
class Sweep:
    """A look at everybody, or at all that an import concerns. `day`: the company's."""

    cause: str
    at: datetime
    day: int

    @property
    def subject(self) -> str:
        """What of one hold stands at a time: all sweeps are one, whoever made them."""
        return self.cause if self.cause == ARRIVAL or is_import(self.cause) else "sweep"


def is_import(cause: str | None) -> bool:
    return cause is not None and cause.startswith("import ")


class Verdict(StrEnum):
    PASSED = "passed"
    HELD = "held"
    JUDGING = "judging"
    """Somebody is about to find out."""


def verdict_of(database: Database, cause: str) -> Verdict | None:
    with database.asking() as connection:
        state = connection.execute(select(SWEEP.c.state).where(SWEEP.c.cause == cause)).scalar()
    return None if state is None else Verdict(state)


def keep_verdict(connection: Connection, sweep: Sweep, tally: Tally, verdict: Verdict) -> None:
    """One that has passed and is looked at again, where what fired fires no more, keeps how many fired."""
    said = {**_row(sweep), "state": str(verdict), "until": None, "looked": tally.looked, "fired": tally.count}
    keeping = inserting(connection, SWEEP).values(said)
    again = and_(SWEEP.c.state == str(Verdict.PASSED), keeping.excluded.state == str(Verdict.PASSED))
    more = and_(again, SWEEP.c.fired > keeping.excluded.fired)
    fired = case((more, SWEEP.c.fired), else_=keeping.excluded.fired)
    connection.execute(keeping.on_conflict_do_update(index_elements=["cause"], set_={**said, "fired": fired}))


def _row(sweep: Sweep) -> dict[str, Any]:
    return {"cause": sweep.cause, "at": microseconds(sweep.at), "day": sweep.day}


def take(database: Database, sweep: Sweep, now: datetime, until: datetime) -> bool:
    """Whether it was taken, to be judged: nobody had, or whoever had is dead, for the time is over."""
    said = {"state": str(Verdict.JUDGING), "until": microseconds(until), "looked": 0, "fired": 0}
    with database.writing() as connection:
        taking = inserting(connection, SWEEP).values({**_row(sweep), **said})
        is_over = and_(SWEEP.c.state == str(Verdict.JUDGING), SWEEP.c.until < microseconds(now))
        taken = taking.on_conflict_do_update(index_elements=["cause"], set_=said, where=is_over)
        return connection.execute(taken.returning(SWEEP.c.cause)).first() is not None


def keep_taken(database: Database, sweep: Sweep, until: datetime) -> None:
    """Whoever judges it lives."""
    mine = SWEEP.c.cause == sweep.cause, SWEEP.c.state == str(Verdict.JUDGING)
    with database.writing() as connection:
        connection.execute(update(SWEEP).where(*mine).values(until=microseconds(until)))
