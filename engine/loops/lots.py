"""What is due in; looks at it, each after it is known that it may be saved, out."""

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from engine.holds import Hold, Tally
from engine.loops.book import Book
from engine.loops.looking import Guard, Order, due_of, hold_of, look, shards_of, sweep_of, wanted_by, without_collector
from engine.loops.thinning import judge_feeds_daily
from engine.pipeline import Judge
from engine.plan import Plan
from engine.store.due import NO_IMPORT, Due, Lot, due_count, due_lots
from engine.store.holds import oddities, passed
from engine.store.reading import read
from engine.store.saving.save import Saved
from engine.store.sweeps import ARRIVAL, Verdict, is_import, keep_taken, take, verdict_of

LEASE = timedelta(minutes=2)
"""So long a worker may take to judge a shard of a sweep, before others take it for dead."""


def look_at_due(book: Book, blocks: Collection[int] | None = None) -> Iterator[Saved]:
    """Look at everything that is due by now, or at what of some blocks is; what arrives meanwhile is looked at again.

    What has been due since before the day's sweep is the sweep; the rest is what imports brought, single arrivals, and
    what falls due by the clock.
    """
    while True:
        now = book.clock.now()
        lots = [lot for lot in due_lots(book.database, now) if blocks is None or lot.block in blocks]
        if not lots:
            return
        judge, looked = book.judge(), 0
        for order in _orders(book, judge, now, lots):
            saved = look(book, order, judge=judge) if isinstance(order, Order) else Saved(hold=order)
            yield saved
            if saved.is_stale:
                return
            looked += saved.looked
        if not looked:
            return


def _orders(book: Book, judge: Judge, now: datetime, lots: list[Lot]) -> Iterator[Order | Hold]:
    """Imports, the sweep and arrivals, each with how it is guarded; or the hold that was found in its place."""
    for cause in dict.fromkeys(lot.due_for for lot in lots if is_import(lot.due_for)):
        mine = {lot.block for lot in lots if lot.due_for == cause}
        order = Order(now, str(cause), blocks=mine, due=Due(now, what=cause), guard=Guard.ARRIVAL)
        if _is_small(book, judge.plan, order):
            yield order
        else:
            yield from _judged_before(book, judge, order)
    company, others = judge.plan.company, [lot for lot in lots if not is_import(lot.due_for)]
    sweep = company.last_sweep(now)
    if swept := {lot.block for lot in others if lot.first <= sweep}:
        judge_feeds_daily(book, now)
        cause = f"sweep {company.day(sweep)}"
        yield from _judged_before(book, judge, Order(now, cause, blocks=swept, due=Due(sweep, what=NO_IMPORT)))
    if arrived := {lot.block for lot in others if lot.last > sweep}:
        due = Due(now, after=sweep, what=NO_IMPORT)
        yield Order(now, ARRIVAL, blocks=arrived, due=due, guard=Guard.ARRIVAL)


def _is_small(book: Book, plan: Plan, order: Order) -> bool:
    """So few are due that no limit can be reached, nothing is odd about it, and nobody has judged it yet."""
    if due_count(book.database, due_of(order)) > plan.settings.guards.hold_accounts:
        return False
    with book.database.reading() as connection:
        if oddities(connection):
            return False
    return verdict_of(book.database, order.cause) is None


def _judged_before(book: Book, judge: Judge, order: Order) -> Iterator[Order | Hold]:
    """Alone, a worker judges the whole of it before it saves any. Among many, one of them judges the whole, and then
    each saves what lies on its lanes; until then nobody does."""
    verdict = verdict_of(book.database, order.cause)
    if verdict is None and book.database.is_sqlite:
        yield replace(order, guard=Guard.SWEEP)
    elif verdict is Verdict.PASSED:
        yield replace(order, guard=Guard.NONE)
    elif verdict is Verdict.HELD:
        # What comes late for what is held already is looked at like what arrives.
        yield replace(order, cause=ARRIVAL, guard=Guard.ARRIVAL)
    elif take(book.database, sweep_of(judge.plan, order), book.clock.now(), book.clock.now() + LEASE):
        hold = _judge_whole(book, judge, order)
        yield replace(order, guard=Guard.NONE) if hold is None else hold


def _judge_whole(book: Book, judge: Judge, order: Order) -> Hold | None:
    """The whole of a sweep or an import, on whatever lanes; nothing is saved but what is found."""
    whole, sweep, tally = replace(order, blocks=None), sweep_of(judge.plan, order), Tally()
    for part in shards_of(book, whole):
        with without_collector():
            tally += judge.tally(read(book.database, wanted_by(book, judge.plan, part)).snapshot)
        keep_taken(book.database, sweep, book.clock.now() + LEASE)
    hold = hold_of(book, judge.plan, order, tally)
    if hold is None:
        passed(book.database, sweep, tally, due_of(order))
    return hold
