"""A book and a moment in; what there is to tell of feeds, kept and told to the operator, out.

Findings are made beside the looks at accounts: by each `run`, and by workers once a day when its sweep is through.
"""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Connection

from engine.book import Book
from engine.clock import day_number, day_of
from engine.domain import Finding, FindingKind
from engine.loops import Order, office
from engine.plan import Plan
from engine.store.due import due_blocks
from engine.store.feeds import quiet_feeds
from engine.store.findings import end_findings, open_finding, open_keys
from engine.store.saving import is_in_use
from engine.store.ticks import is_taken, move_on, take

NEWEST = "findings"
"""The tick that keeps the moment as of which findings were made last."""


def find(book: Book, order: Order, tick: str | None = None) -> tuple[Finding, ...]:
    """What a sweep finds out, after its accounts were looked at: what is new is kept and told, what is over ends.

    Nothing where that was done as of a later moment, or the version is no longer in use. `tick`: only for whoever
    takes it.
    """
    plan = book.judge().plan
    with book.database.reading() as connection:
        quiet = _quiet(connection, plan, order)
    with book.database.writing() as connection:
        if not is_in_use(connection, plan.version) or not move_on(connection, NEWEST, order.at):
            return ()
        if tick is not None and not take(connection, tick, order.at):
            return ()
        return _kept(connection, book, order, FindingKind.QUIET, quiet)


def due_tick(book: Book) -> str | None:
    """The tick of the day's findings, if its sweep is through and nobody has taken it."""
    now, company = book.clock.now(), book.judge().plan.company
    sweep = company.last_sweep(now)
    tick = f"{NEWEST}/{company.day(sweep)}"
    return None if is_taken(book.database, tick) or due_blocks(book.database, sweep) else tick


def find_daily(book: Book) -> tuple[Finding, ...]:
    """The findings of a day, once for all workers."""
    tick = due_tick(book)
    return () if tick is None else find(book, Order(book.clock.now(), tick), tick)


def _kept(
    connection: Connection, book: Book, order: Order, kind: FindingKind, found: Sequence[Finding]
) -> tuple[Finding, ...]:
    """Those of a kind that are new; those that are no longer found have ended."""
    plan = book.judge().plan
    told = office(book, plan, order)
    over = open_keys(connection, kind, order.at) - {one.key for one in found}
    end_findings(connection, over, order.at, told.company_day)
    return tuple(one for one in found if open_finding(connection, one, told, version=plan.version, cause=order.cause))


def _quiet(connection: Connection, plan: Plan, order: Order) -> tuple[Finding, ...]:
    """The feeds that are quiet; a feed that comes back and goes quiet again is another finding."""
    company = plan.company
    today = day_number(company.day(order.at))
    return tuple(
        Finding(
            key=f"{FindingKind.QUIET}/{name}/{day_of(last)}",
            kind=FindingKind.QUIET,
            name=name,
            text=_quiet_text(plan, name, today - last, day_of(last)),
            at=order.at,
            day=today,
        )
        for name, last in sorted(quiet_feeds(connection, plan.catalog, company.zone, order.at).items())
    )


def _quiet_text(plan: Plan, name: str, days: int, last: date) -> str:
    title = plan.titles.of("metric" if name in plan.catalog.metrics else "event", name)
    return (
        f"No record of {title} has come for {days} days, the last on {last.day} {last:%b %Y}. "
        "What rests on it stays as of that day until it is back."
    )
