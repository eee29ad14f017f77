"""An order in; looks taken and saved, or held, out."""

import gc
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum, auto

from engine.across import count_across
from engine.arithmetic.windows import joined
from engine.asides import Asides
from engine.clock import day_number
from engine.domain import Contact
from engine.errors import PulsebookError
from engine.family import above_children
from engine.holds import Hold, HoldState, Tally
from engine.judged import Counted, Judged
from engine.loops.book import Book
from engine.loops.doubting import looked_into
from engine.loops.holding import held, held_of_the_hour
from engine.loops.wanting import wanted_of
from engine.pipeline import Judge
from engine.plan import Plan
from engine.snapshot import Snapshot
from engine.store.bundling import let_go
from engine.store.database import Database
from engine.store.due import Due, block_numbers
from engine.store.family import parent_by_account
from engine.store.holds import end_hold, let_pass, passed, refuse_earlier, refuse_unread
from engine.store.lanes import SHARD, SHARD_ACCOUNTS
from engine.store.people import contacts_of, listed_of
from engine.store.reading import Reading, Wanted, read
from engine.store.saving.save import Office, Saved, save
from engine.store.spool import Spool
from engine.store.sweeps import ARRIVAL, RELEASE, Sweep, is_import

LONG_AGO = timedelta(hours=24)
"""What a look further back decides goes to the outbox, unless it is told to send."""

Progress = Callable[[int, int], None]
"""(steps done, steps in all)."""


class InTheFuture(PulsebookError):
    """A look at what has not happened yet."""


class Guard(Enum):
    """What becomes of a look of which far more would fire than usual."""

    SWEEP = auto()
    """It is held; if it is not, it counts towards what is usual."""
    RELEASED = auto()
    """It is saved, and counts like any other."""
    ARRIVAL = auto()
    """The accounts that fire are counted by the hour; from the limits on these are held, and the others saved."""
    NONE = auto()
    """It is a part of something that was judged before."""


@dataclass(frozen=True, slots=True)
class Order:
    """Which look is wanted. `accounts`: only these; `due`: of each block only what is due so."""

    at: datetime
    cause: str
    accounts: Collection[str] | None = None
    blocks: Collection[int] | None = None
    due: Due | None = None
    without: Collection[str] = ()
    """Ids that are left out."""
    send: bool = False
    guard: Guard = Guard.SWEEP
    across: bool = False
    """Of everybody: what rules across accounts count is worth knowing, too."""


@dataclass(frozen=True, slots=True)
class _Shard:
    """Accounts that were judged, and what saving that takes."""

    judged: Judged
    reading: Reading
    counted: Counted


def look(
    book: Book, order: Order, progress: Progress = lambda _done, _all: None, *, judge: Judge | None = None
) -> Saved:
    """One look at the accounts of an order: all shards are judged, then each is saved block by block.

    Where far more would fire than usual nothing is saved but a hold. Where scores of children are rolled up, parents
    are judged after their children were saved. `judge`: of the version in use, where it is at hand. Raises InTheFuture.
    """
    judge = judge or book.judge()
    refuse_future(book, order.at)
    total, tally = Saved(), Tally()
    for part in from_children_up(book, judge.plan, order):
        saved, told = _look(book, judge, part, progress)
        total, tally = total + saved, tally + told
        if total.is_stale or total.hold is not None:
            return total
    if order.guard in (Guard.SWEEP, Guard.RELEASED) and total.looked:
        passed(book.database, sweep_of(judge.plan, order), tally, due_of(order))
    if total.gathered and (order.blocks is None or book.database.is_sqlite):
        # Nobody else saves a part of it.
        let_go(book.database, order.cause, book.clock.now())
    return total


def from_children_up(book: Book, plan: Plan, order: Order) -> Iterator[Order]:
    """Of everybody, parents come after their children, for they rest on what these looks leave."""
    if not plan.rolled_up or order.accounts is not None or order.blocks is not None:
        yield order
        return
    with book.database.asking() as connection:
        generations = above_children(parent_by_account(connection))
    # A generation that is held is the last: what all accounts together come to is counted apart.
    order = replace(order, across=False)
    yield replace(order, without=[parent for parents in generations for parent in parents])
    for parents in generations:
        yield replace(order, accounts=parents)


def _look(book: Book, judge: Judge, order: Order, progress: Progress) -> tuple[Saved, Tally]:
    shards = list(shards_of(book, order))
    steps = _Steps(progress, 2 * len(shards))
    with Spool() as spool:
        tally, hold, counted = Tally(), None, Counted()
        for part in shards:
            with without_collector():
                shard = _judge(book, judge, part)
            if shard is not None:
                tally += shard.judged.tally
                counted += shard.counted
                spool.put(0, shard)
            steps.took()
        if order.guard is Guard.SWEEP and (hold := hold_of(book, judge.plan, order, tally)):
            return Saved(hold=hold), tally
        desk = office(book, judge.plan, order)
        if order.guard is Guard.ARRIVAL:
            hold = held_of_the_hour(book.database, judge.plan, sweep_of(judge.plan, order), tally, desk)
        saved = _save(book.database, replace(desk, held=frozenset(tally.accounts if hold else ())), spool.of(0), steps)
    return replace(saved, hold=hold, counted=counted if order.across else None), tally


def hold_of(book: Book, plan: Plan, order: Order, tally: Tally) -> Hold | None:
    """The hold of a sweep or an import; None where so many may fire."""
    return held(book.database, plan, sweep_of(plan, order), tally, due_of(order), office(book, plan, order))


def due_of(order: Order) -> Due:
    """What an order looks at falls due by, where it is held."""
    return order.due or Due(order.at)


def sweep_of(plan: Plan, order: Order) -> Sweep:
    return Sweep(order.cause, order.at, day_number(plan.company.day(order.at)))


def release(book: Book, hold: int, order: Order, progress: Progress = lambda _done, _all: None) -> Saved:
    """A held sweep is judged anew, at the moment of the order, and saved however many fire; that is its cause.

    Raises NoSuchHold where it is held no more, OddSince where it says not all that is odd by now, InTheFuture and
    BeforeHold.
    """
    refuse_future(book, order.at)
    refuse_earlier(book.database, hold, order.at)
    refuse_unread(book.database, hold)
    ended = end_hold(book.database, hold, HoldState.RELEASED, order.at)
    let_pass(book.database, ended)
    order = replace(order, cause=f"{RELEASE}{hold}")
    if ended.cause == ARRIVAL or is_import(ended.cause):
        return look(book, replace(order, due=Due(what=ended.mark), guard=Guard.NONE), progress)
    return look(book, replace(order, guard=Guard.RELEASED), progress)


def refuse_future(book: Book, at: datetime) -> None:
    """Raises InTheFuture."""
    if at > book.clock.now():
        raise InTheFuture(f"{at.isoformat()} has not come yet. Look at a moment that has passed, or now.")


@dataclass(slots=True)
class _Steps:
    """How far a look is: each shard is judged, and then saved."""

    progress: Progress
    count: int
    done: int = 0

    def took(self) -> None:
        self.done += 1
        self.progress(self.done, self.count)


def _save(database: Database, desk: Office, shards: Iterator[_Shard], steps: _Steps) -> Saved:
    total = Saved()
    for shard in shards:
        with without_collector():
            total += save(database, shard.judged, shard.reading, desk)
        if total.is_stale:
            break
        steps.took()
    return total


def shards_of(book: Book, order: Order) -> Iterator[Order]:
    """The same order in parts that fit into memory."""
    if order.accounts is not None:
        accounts = sorted(order.accounts)
        for start in range(0, len(accounts), SHARD_ACCOUNTS):
            yield replace(order, accounts=accounts[start : start + SHARD_ACCOUNTS])
        return
    blocks = sorted(order.blocks) if order.blocks is not None else block_numbers(book.database)
    for start in range(0, len(blocks), SHARD):
        yield replace(order, blocks=blocks[start : start + SHARD])


@contextmanager
def without_collector() -> Iterator[None]:
    """A look makes very many objects and next to no cycles: to search for these again and again takes a fifth of it."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _judge(book: Book, judge: Judge, order: Order) -> _Shard | None:
    """Reads and judges; what only judging needed is forgotten. None: there is nobody."""
    plan = judge.plan
    wanted = wanted_by(book, plan, order)
    reading = read(book.database, wanted)
    if not len(reading):
        return None

    def deeper(accounts: Sequence[str]) -> Snapshot:
        these = replace(wanted, accounts=accounts, blocks=None, due=None, without=(), held=reading.held)
        return read(book.database, replace(these, needs=plan.deep_needs, only_measured=True)).snapshot

    def contacts(accounts: Sequence[str]) -> Mapping[str, Sequence[Contact]]:
        ids = {int(numbers[account]): account for account in accounts}
        return contacts_of(book.database, ids) if reading.contacts is None else listed_of(reading.contacts, ids)

    numbers = dict(zip(reading.snapshot.accounts, reading.seqs, strict=True))
    asides = Asides(deeper, contacts)
    doubted = looked_into(book.database, judge, wanted, reading)
    judged = judge.look(reading.snapshot, order.cause, asides, doubted).only_saved()
    counted = count_across(plan, reading.snapshot) if order.across else Counted()
    return _Shard(judged, replace(reading, snapshot=judged.snapshot, contacts=None), counted)


def stays_in_the_outbox(order: Order, now: datetime) -> bool:
    """Whether what the look decides goes to the outbox, whatever the credentials."""
    return now - order.at > LONG_AGO and not order.send


def wanted_by(book: Book, plan: Plan, order: Order) -> Wanted:
    """What a look by an order has to read."""
    wanted = wanted_of(book, plan, order.at, accounts=order.accounts, blocks=order.blocks)
    needs = joined(wanted.needs, plan.across_needs) if order.across else wanted.needs
    return replace(wanted, needs=needs, due=order.due, without=order.without)


def office(book: Book, plan: Plan, order: Order) -> Office:
    """What a save has to know of the company."""
    now = book.clock.now()
    return Office(
        fallback=plan.settings.people.fallback,
        company_day=day_number(plan.company.day(order.at)),
        now=now,
        outbox_only=stays_in_the_outbox(order, now),
        rolled_up=plan.rolled_up,
    )
