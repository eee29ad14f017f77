"""A stretch of past days in; the scores that looks at their ends would have left, kept where no look left one, out."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cache
from itertools import groupby

from engine.clock import day_number, day_of, end_of_day, local_day
from engine.errors import PulsebookError
from engine.filling import Counts, FilledDays, Left, looked_by
from engine.loops.book import Book
from engine.loops.looking import (
    Order,
    Progress,
    from_children_up,
    refuse_future,
    shards_of,
    wanted_by,
    without_collector,
)
from engine.loops.wanting import wanted_of
from engine.pipeline import Judge
from engine.plan import Plan
from engine.store.database import Database, portions
from engine.store.due import Due, due_count
from engine.store.past_days import first_day, first_looked, most_days, past_days, zones_of
from engine.store.saving.filling import Stretch, first_filled, give_codes, keep_days, kept_days
from engine.workspace.scored import only_scored

AT_ONCE = 16 * 256
"""Accounts whose days are in memory together."""
REMEMBERED = 365
"""Days before the first to be filled in from which on rules are judged, where looks had begun by then."""


class NotOver(PulsebookError):
    """A day that is not over yet, or a stretch that ends before it begins."""


class Disappeared(PulsebookError):
    """Accounts went while their days were filled in."""

    def __init__(self) -> None:
        super().__init__("Accounts were taken back meanwhile. Say it again: what is filled in already is left alone.")


@dataclass(frozen=True, slots=True)
class Wish:
    """Which days (numbers, both included) are to be filled in. `again`: also those that were filled in before."""

    first: int
    last: int
    again: bool = False


@dataclass(frozen=True, slots=True)
class Filled:
    """What came of it. `due`: how many accounts' next look compares with what was filled in."""

    counts: Counts = field(default_factory=Counts)
    due: int = 0

    def __add__(self, other: "Filled") -> "Filled":
        return Filled(self.counts + other.counts, self.due + other.due)


@dataclass(frozen=True, slots=True)
class _Job:
    """`judge`: of no more than scores rest on; `compares`: with so many days before it a look compares scores."""

    book: Book
    at: datetime
    judge: Judge
    compares: int
    again: bool
    took: Callable[[int], None]


@dataclass(frozen=True, slots=True)
class _Group:
    """Accounts whose days end at the same moments. `ends`: by day, those that are over; what is kept begins with
    `first`, what comes before it is only what rules have to remember."""

    accounts: tuple[str, ...]
    ends: Mapping[int, datetime]
    first: int
    today: int


def fill(
    book: Book, wish: Wish, progress: Progress = lambda _done, _all: None, *, at: datetime | None = None
) -> Filled:
    """Judges all accounts day by day, by the version in use and all that is known now, and keeps each day's scores
    where no look has left one. Nothing else follows from it, but that the accounts whose next look compares with these
    days are due, and seed what turns true in it. `at`: when it happens, so that the next look is of then or later; now
    by default. Raises NotOver, InTheFuture, and what `keep_days` raises."""
    plan, now = book.judge().plan, at or book.clock.now()
    refuse_future(book, now)
    _refuse(wish, plan.company.day(now))
    days = _days(book.database, wish)
    if not days:
        return Filled()
    give_codes(book.database, plan.scores.values())
    judge = Judge(Plan(only_scored(plan.workspace)))
    before = _days_before(book.database, judge.plan, days)
    done, count, total = 0, due_count(book.database, Due()) * (before + len(days)), Filled()

    def took(accounts: int) -> None:
        nonlocal done
        done += accounts
        progress(done, count)

    compares = max(plan.needs.score_days.values(), default=0)
    job = _Job(book, now, judge, compares, wish.again, took)
    for part in from_children_up(book, plan, Order(now, "fill")):
        for shard in shards_of(book, part):
            for group in _groups(book, plan, shard, days, before):
                total += _fill(job, group)
    return total


def _refuse(wish: Wish, today: date) -> None:
    if day_of(wish.last) >= today:
        raise NotOver(
            f"{day_of(wish.last)} is not over yet. Only past days are filled in; `pulsebook run` looks at accounts now."
        )
    if wish.first > wish.last:
        raise NotOver(f"{day_of(wish.first)} comes after {day_of(wish.last)}. Say --from with an earlier day.")


def _days(database: Database, wish: Wish) -> range:
    """Those of which anything can be known, or is to be unsaid."""
    with database.reading() as connection:
        begun = [first_day(connection), first_filled(connection) if wish.again else None]
    return range(max(wish.first, min((day for day in begun if day is not None), default=wish.last + 1)), wish.last + 1)


def _days_before(database: Database, plan: Plan, days: range) -> int:
    """On how many days before these there may have been looks that rules with an effect on a score remember."""
    if not plan.rules:
        return 0
    with database.reading() as connection:
        looked = first_looked(connection)
    return 0 if looked is None else min(REMEMBERED, max(0, days.start - day_number(plan.company.day(looked)) + 1))


def _groups(book: Book, plan: Plan, order: Order, days: range, before: int) -> Iterator[_Group]:
    """By the moments at which their days end: a snapshot is of one moment."""
    judged = range(days.start - before, days.stop)

    @cache
    def ends(zone: str) -> tuple[datetime, ...]:
        moments = (end_of_day(day, zone) for day in judged)
        return tuple(moment for moment in moments if moment < order.at)

    together: dict[tuple[tuple[datetime, ...], int], list[str]] = {}
    for account, zone in zones_of(book.database, wanted_by(book, plan, order)).items():
        together.setdefault((ends(zone), local_day(order.at, zone)), []).append(account)
    for (moments, today), accounts in together.items():
        for some in portions(accounts if moments else (), AT_ONCE):
            yield _Group(tuple(some), dict(zip(judged, moments, strict=False)), days.start, today)


def _fill(job: _Job, group: _Group) -> Filled:
    """Day by day; some days are read, and kept, together."""
    database, plan, counts, due = job.book.database, job.judge.plan, Counts(), set[int]()
    wanted = wanted_of(job.book, plan, group.ends[min(group.ends)], accounts=group.accounts)
    # The scores of days before are read beside what came in, for they grow from day to day.
    wanted = replace(wanted, needs=replace(plan.needs, score_days={}))
    before = {score: plan.needs.score_days.get(score, 0) for score in plan.scores}
    left, most = Left.nothing(plan.scores, len(group.accounts)), most_days(plan.catalog)
    for (is_kept, _), some in groupby(group.ends, lambda day: (day >= group.first, day // most)):
        days = list(some)
        reading, snapshots = past_days(database, wanted, [group.ends[day] for day in days])
        if reading.snapshot.accounts != group.accounts:
            raise Disappeared
        stretch = Stretch(reading.seqs, days[0], len(days), job.again and is_kept, group.today - job.compares)
        filled = FilledDays(kept_days(database, stretch, before))
        for snapshot in snapshots:
            with without_collector():
                then = left.to(snapshot, filled.history())
                signals = job.judge.signals(then)
            if is_kept:
                left = Left.by(then, signals)
                filled.take(then, signals.scores)
            else:
                left = Left.by(then, signals, seen=looked_by(reading.snapshot, then.at))
                filled.leave()
            job.took(len(then))
        if is_kept:
            counts += filled.counts
            due |= keep_days(database, plan.version, stretch, filled, job.at)
    return Filled(counts, len(due))
