"""What is due in; looks taken and saved, out."""

import gc
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from engine.asides import Asides
from engine.book import Book
from engine.clock import day_number
from engine.domain import Contact
from engine.errors import PulsebookError
from engine.family import above_children
from engine.pipeline import Judge
from engine.plan import Plan
from engine.snapshot import Snapshot
from engine.store.due import block_numbers, due_blocks, versions_under_way
from engine.store.family import parent_by_account
from engine.store.lanes import SHARD, SHARD_ACCOUNTS
from engine.store.people import contacts_of
from engine.store.reading import Wanted, read
from engine.store.saving import Office, Saved, save
from engine.thinning import judge_feeds_daily

LONG_AGO = timedelta(hours=24)
"""What a look further back decides goes to the outbox, unless it is told to send."""

Progress = Callable[[int, int], None]
"""(blocks done, blocks in all)."""


class InTheFuture(PulsebookError):
    """A look at what has not happened yet."""


@dataclass(frozen=True, slots=True)
class Order:
    """Which look is wanted. `accounts`: only these; `due_by`: of each block only what is due by then."""

    at: datetime
    cause: str
    accounts: Collection[str] | None = None
    blocks: Collection[int] | None = None
    due_by: datetime | None = None
    without: Collection[str] = ()
    """Ids that are left out."""
    send: bool = False


def look(
    book: Book, order: Order, progress: Progress = lambda _done, _all: None, *, judge: Judge | None = None
) -> Saved:
    """One look at the accounts of an order, shard by shard, each saved block by block.

    `judge`: of the version in use, where it is at hand.
    """
    judge = judge or book.judge()
    if order.at > book.clock.now():
        raise InTheFuture(f"{order.at.isoformat()} has not come yet. Look at a moment that has passed, or now.")
    total = Saved()
    shards = [shard for part in _from_children_up(book, judge.plan, order) for shard in _shards(book, part)]
    for done, shard in enumerate(shards, start=1):
        with _without_collector():
            total += _look_at_shard(book, judge, shard)
        if total.is_stale:
            return total
        progress(done, len(shards))
    return total


def _from_children_up(book: Book, plan: Plan, order: Order) -> Iterator[Order]:
    """Of everybody, parents come after their children, for they rest on what these looks leave."""
    if not plan.rolled_up or order.accounts is not None or order.blocks is not None:
        yield order
        return
    generations = above_children(parent_by_account(book.database))
    yield replace(order, without=[parent for parents in generations for parent in parents])
    for parents in generations:
        yield replace(order, accounts=parents)


def _shards(book: Book, order: Order) -> Iterator[Order]:
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
def _without_collector() -> Iterator[None]:
    """A look makes very many objects and next to no cycles: to search for these again and again takes a fifth of it."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _look_at_shard(book: Book, judge: Judge, order: Order) -> Saved:
    plan = judge.plan
    wanted = wanted_of(book, plan, order.at, accounts=order.accounts, blocks=order.blocks)
    wanted = replace(wanted, due_by=order.due_by, without=order.without)
    reading = read(book.database, wanted)
    if not len(reading):
        return Saved()

    def deeper(accounts: Sequence[str]) -> Snapshot:
        these = replace(wanted, accounts=accounts, blocks=None, due_by=None, without=())
        return read(book.database, replace(these, needs=plan.deep_needs, only_measured=True)).snapshot

    def contacts(accounts: Sequence[str]) -> Mapping[str, Sequence[Contact]]:
        return contacts_of(book.database, {int(numbers[account]): account for account in accounts})

    numbers = dict(zip(reading.snapshot.accounts, reading.seqs, strict=True))
    asides = Asides(deeper, contacts)
    judged = judge.look(reading.snapshot, order.cause, asides)
    return save(book.database, judged, reading, office(book, plan, order))


def wanted_of(
    book: Book,
    plan: Plan,
    at: datetime,
    *,
    accounts: Collection[str] | None = None,
    blocks: Collection[int] | None = None,
) -> Wanted:
    """What a look by a plan has to read: of some accounts, or of whole blocks."""
    return Wanted(
        needs=book.needs(plan, versions_under_way(book.database)),
        catalog=plan.catalog,
        scores=tuple(plan.scores),
        company_zone=plan.settings.company.timezone,
        at=at,
        accounts=accounts,
        blocks=None if accounts is not None else blocks,
    )


def office(book: Book, plan: Plan, order: Order) -> Office:
    """What a save has to know of the company."""
    now = book.clock.now()
    return Office(
        fallback=plan.settings.people.fallback,
        company_day=day_number(plan.company.day(order.at)),
        now=now,
        outbox_only=now - order.at > LONG_AGO and not order.send,
        rolled_up=plan.rolled_up,
    )


def look_at_due(book: Book, blocks: Collection[int] | None = None) -> Iterator[Saved]:
    """Look at everything that is due by now, or at what of some blocks is; what arrives meanwhile is looked at again.

    What has been due since before the day's sweep is the sweep; the rest is arrivals, and what falls due by the clock.
    """
    while True:
        now = book.clock.now()
        due = due_blocks(book.database, now)
        mine = {block: since for block, since in due.items() if blocks is None or block in blocks}
        if not mine:
            return
        judge = book.judge()
        company = judge.plan.company
        sweep = company.last_sweep(now)
        if swept := [block for block, since in mine.items() if since <= sweep]:
            judge_feeds_daily(book, now)
            order = Order(now, f"sweep {company.day(sweep)}", blocks=swept, due_by=sweep)
        else:
            order = Order(now, "arrival", blocks=list(mine), due_by=now)
        saved = look(book, order, judge=judge)
        yield saved
        if saved.is_stale or not saved.looked:
            return
