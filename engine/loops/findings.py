"""A book and a moment in; what there is to tell of feeds and of groups of accounts, kept and told, out.

Findings are made beside the looks at accounts: by each `run`, and by workers once a day when its sweep is through.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from sqlalchemy import Connection

from engine import look_alikes
from engine.across import Grouped, Sweep, count_across, judge_groups
from engine.feed_findings import HeldFeed, quiet_findings, thin_findings
from engine.judged import Counted, Finding
from engine.loops.book import Book
from engine.loops.looking import Order, Progress, look, office
from engine.loops.thinning import judge_feeds
from engine.pipeline import Judge
from engine.plan import Plan
from engine.store.database import portions
from engine.store.due import block_numbers, due_blocks
from engine.store.feeds import Feeds, seen_until
from engine.store.findings import end_findings, open_finding, open_keys, remind
from engine.store.groups import end_others, groups_before, save_groups
from engine.store.ingest.look_alikes import standing_look_alikes
from engine.store.lanes import SHARD
from engine.store.reading import Wanted, read
from engine.store.recorded import recorded
from engine.store.saving.save import Office, Saved, is_in_use
from engine.store.thin_feeds import thin_feeds
from engine.store.ticks import is_taken, move_on, take

NEWEST = "findings"
"""The tick that keeps the moment as of which findings were made last."""


def find(
    book: Book,
    order: Order,
    tick: str | None = None,
    counted: Counted | None = None,
    *,
    judge: Judge | None = None,
) -> tuple[Finding, ...]:
    """What a sweep finds out, after its accounts were looked at: what is new is kept and told, what is over ends.

    Nothing where that was done as of a later moment, or the version is no longer in use. `tick`: only for whoever
    takes it. `counted`: what rules across accounts count as of that moment, where it is known already. `judge`: of the
    version in use, where it is at hand.
    """
    judge = judge or book.judge()
    plan = judge.plan
    if counted is None:
        counted = _counted(book, plan, order)
    with book.database.reading() as connection:
        quiet = Feeds(connection, plan.catalog, plan.company.zone, order.at, recorded(connection)).quiet()
        thin = thin_feeds(connection, plan.catalog.thin_shares(), order.at)
    feeds = (*quiet_findings(plan, order.at, quiet), *thin_findings(plan, order.at, thin))
    sweep = Sweep(order.at, plan.company, seen_until(quiet, thin))
    with book.database.writing() as connection:
        if not is_in_use(connection, plan.version) or not move_on(connection, NEWEST, order.at):
            return ()
        if tick is not None and not take(connection, tick, order.at):
            return ()
        grouped = _grouped(connection, judge, counted, sweep)
        return _kept(connection, office(book, plan, order), plan.version, order, feeds, grouped)


def sweep(book: Book, order: Order, progress: Progress = lambda _done, _all: None) -> tuple[Saved, tuple[Finding, ...]]:
    """The main job once: feeds are judged, all accounts looked at, and what there is to find is found."""
    judge = book.judge()
    judge_feeds(book.database, judge.plan, order.at)
    saved = look(book, replace(order, across=True), progress, judge=judge)
    return saved, () if saved.is_stale else find(book, order, counted=saved.counted, judge=judge)


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
    connection: Connection,
    desk: Office,
    version: str,
    order: Order,
    feeds: Sequence[HeldFeed],
    grouped: Sequence[Grouped],
) -> tuple[Finding, ...]:
    """Keeps what is new, and says what is: of feeds each that was whole, of groups each that fired or reminds, of
    imports each that brought ids which look like others."""
    alike = [
        look_alikes.finding(number, found, order.at, desk.company_day)
        for number, found in standing_look_alikes(connection, order.at).items()
    ]
    opened = partial(open_finding, connection, office=desk, version=version, cause=order.cause)
    going_on = {one.finding.key for one in feeds} | {one.key for one in alike}
    going_on = going_on.union(*(one.going_on for one in grouped))
    end_findings(connection, open_keys(connection, order.at) - going_on, order.at, desk.company_day)
    new = [one.finding for one in feeds if one.is_told and opened(one.finding)]
    new += [one for one in alike if opened(one)]
    for finding in (finding for one in grouped for finding in one.findings):
        if not opened(finding):
            remind(connection, finding, desk, version=version, cause=order.cause)
        new.append(finding)
    return tuple(new)


def _counted(book: Book, plan: Plan, order: Order) -> Counted:
    """What each rule across accounts counts, over all accounts, shard by shard."""
    counted = Counted()
    if not plan.across:
        return counted
    for blocks in portions(block_numbers(book.database), SHARD):
        wanted = Wanted(
            needs=plan.across_needs,
            catalog=plan.catalog,
            scores=(),
            company_zone=plan.company.zone,
            at=order.at,
            blocks=blocks,
            only_measured=True,
            attributes=plan.across_attributes,
        )
        counted += count_across(plan, read(book.database, wanted).snapshot)
    return counted


def _grouped(connection: Connection, judge: Judge, counted: Counted, sweep: Sweep) -> tuple[Grouped, ...]:
    """Each rule across accounts judged for its groups, whose episodes are saved."""
    plan, before, found = judge.plan, groups_before(connection), []
    end_others(connection, plan.across)
    for name, rule in plan.across.items():
        episodes, since = before.episodes.get(name, {}), before.rule_since.get((name, rule.fingerprint))
        grouped = judge_groups(plan, rule, judge.across[name], counted.of(name), episodes, since, sweep)
        save_groups(connection, grouped.episodes, {(name, rule.fingerprint): sweep.at} if since is None else {})
        found.append(grouped)
    return tuple(found)
