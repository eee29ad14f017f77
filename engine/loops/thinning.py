"""A plan and a moment in; which feeds are thin, judged before a sweep looks at its accounts, and kept, out."""

from datetime import datetime

from sqlalchemy import Connection

from engine.arithmetic.thin import REACH, ThinFeed, thin_feed
from engine.clock import day_number
from engine.loops.book import Book
from engine.plan import Plan
from engine.store.database import Database
from engine.store.feeds import complete_since
from engine.store.thin_feeds import accounts_by_day, save_feeds
from engine.store.ticks import is_taken, take

TICK = "feeds"


def judge_feeds(database: Database, plan: Plan, at: datetime, tick: str | None = None) -> None:
    """Says of each feed whose days can be thin whether yesterday was. `tick`: only for whoever takes it."""
    if not plan.catalog.thin_shares() or (tick is not None and is_taken(database, tick)):
        return
    with database.reading() as connection:
        judged = _judged(connection, plan, at)
    with database.writing() as connection:
        if tick is None or take(connection, tick, at):
            save_feeds(connection, at, judged)


def judge_feeds_daily(book: Book, at: datetime) -> None:
    """The same before the sweep of a day, once for all workers; whoever comes second waits for the first."""
    plan = book.judge().plan
    company = plan.company
    judge_feeds(book.database, plan, at, f"{TICK}/{company.day(company.last_sweep(at))}")


def _judged(connection: Connection, plan: Plan, at: datetime) -> dict[str, ThinFeed | None]:
    shares = plan.catalog.thin_shares()
    yesterday = day_number(plan.company.day(at)) - 1
    judged: dict[str, ThinFeed | None] = {}
    for name, begins in complete_since(connection, plan.catalog, shares).items():
        counts = accounts_by_day(connection, plan.catalog, name, yesterday, REACH)
        judged[name] = thin_feed(counts, yesterday, begins, shares[name])
    return judged
