"""Whom looks would tell of in; the hold of them, where these are far more than usual, out."""

from dataclasses import replace

from engine.clock import microseconds
from engine.holds import Hold, Tally, is_far_more, notice
from engine.plan import Plan
from engine.store.database import Database
from engine.store.due import Due
from engine.store.holds import (
    count_arrivals,
    crowd_of,
    crowd_of_hours,
    held_arrivals,
    keep_hold,
    lock_holds,
    oddities,
    put_off,
)
from engine.store.notices import save_notice
from engine.store.saving.save import Office
from engine.store.sweeps import ARRIVAL, Sweep

HOUR = 3_600_000_000


def held(database: Database, plan: Plan, sweep: Sweep, tally: Tally, due: Due, office: Office) -> Hold | None:
    """None: it is within the limits, and rests on nothing odd. `due`: what falls due again at the next sweep.

    The operator is told once of each hold, however often it is brought up to date.
    """
    guards = plan.settings.guards
    if not tally.count:
        return None
    with database.writing() as connection:
        odd = oddities(connection)
        if not odd and tally.count <= guards.hold_accounts:
            return None
        crowd = crowd_of(connection, sweep.day)
        if not odd and not is_far_more(tally.count, crowd.accounts, crowd.usual, guards):
            return None
        lock_holds(connection)
        text = notice(sweep.cause, tally, crowd.accounts, crowd.usual, plan.titles, odd)
        hold = keep_hold(connection, sweep, tally, crowd, text)
        save_notice(connection, f"hold/{hold.id}", hold.told, sweep.at, office, version=plan.version, cause=sweep.cause)
        put_off(connection, hold, due, plan.company.next_sweep(sweep.at))
        return hold


def held_of_the_hour(database: Database, plan: Plan, sweep: Sweep, tally: Tally, office: Office) -> Hold | None:
    """The accounts of the tally are counted with those that fired in this hour before. From the limits on they are
    held, and fall due again at the next sweep; all of them, while something odd stands."""
    guards, hour = plan.settings.guards, microseconds(sweep.at) // HOUR
    if not tally.count:
        return None
    with database.writing() as connection:
        count = count_arrivals(connection, hour, tally.count)
        odd = oddities(connection)
        if not odd and count <= guards.hold_accounts:
            return None
        crowd = crowd_of_hours(connection, hour)
        if not odd and not is_far_more(count, crowd.accounts, crowd.usual, guards):
            return None
        lock_holds(connection)
        arrivals, all_held = replace(sweep, cause=ARRIVAL), held_arrivals(connection) + tally
        text = notice(ARRIVAL, all_held, crowd.accounts, crowd.usual, plan.titles, odd)
        hold = keep_hold(connection, arrivals, all_held, crowd, text)
        save_notice(connection, f"hold/{hold.id}", hold.told, sweep.at, office, version=plan.version, cause=ARRIVAL)
        due = Due(sweep.at, accounts=tally.accounts)
        put_off(connection, hold, due, plan.company.next_sweep(sweep.at))
        return hold
