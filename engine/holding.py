"""Whom a sweep would tell of in; the hold of it, where these are far more than usual, out."""

from datetime import datetime

from engine.holds import Hold, Tally, is_far_more, notice
from engine.plan import Plan
from engine.store.database import Database
from engine.store.holds import Sweep, crowd_of, keep_hold, lock_holds, put_off
from engine.store.notices import save_notice
from engine.store.saving import Office


def held(database: Database, plan: Plan, sweep: Sweep, tally: Tally, due_by: datetime, office: Office) -> Hold | None:
    """None: it is within the limits. `due_by`: what was due by then falls due again at the next sweep.

    The operator is told once of each hold, however often it is brought up to date.
    """
    guards = plan.settings.guards
    if tally.count <= guards.hold_accounts:
        return None
    with database.writing() as connection:
        lock_holds(connection)
        crowd = crowd_of(connection, sweep.day)
        if not is_far_more(tally.count, crowd.accounts, crowd.usual, guards):
            return None
        put_off(connection, due_by, plan.company.next_sweep(sweep.at))
        text = notice(sweep.cause, tally, crowd.accounts, crowd.usual, plan.titles)
        hold = keep_hold(connection, sweep, tally, crowd, text)
        save_notice(connection, f"hold/{hold.id}", text, sweep.at, office, version=plan.version, cause=sweep.cause)
        return hold
