"""A stretch of past days in; the scores that looks at their ends would have left, kept where no look left one, out."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cache
from itertools import groupby

from engine.clock import day_of, end_of_day, local_day
from engine.errors import PulsebookError
from engine.filling import Counts, FilledDays, Left
from engine.loops.book import Book
from engine.loops.looking import Order, Progress, from_children_up, shards_of, wanted_by, wanted_of, without_collector
from engine.pipeline import Judge
from engine.plan import Plan
from engine.store.database import portions
from engine.store.due import Due, due_count
from engine.store.past_days import first_day, most_days, past_days, zones_of
from engine.store.saving.filling import Stretch, give_codes, keep_days, kept_days

AT_ONCE = 16 * 256
"""Accounts whose days are in memory together."""


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
class _Group:
    """Accounts whose days end at the same moments. `ends`: by day, those that are over."""

    accounts: tuple[str, ...]
    ends: Mapping[int, datetime]
    today: int


def fill(book: Book, wish: Wish, progress: Progress = lambda _done, _all: None) -> Filled:
    """Judges all accounts day by day, by the version in use and all that is known now, and keeps each day's scores
    where no look has left one. Nothing else follows from it, but that the accounts whose next look compares with these
    days are due, and seed what turns true in it. Raises NotOver, and what `keep_days` raises."""
    judge, now = book.judge(), book.clock.now()
    _refuse(wish, judge.plan.company.day(now))
    begun = first_day(book.database)
    if begun is None or begun > wish.last:
        return Filled()
    give_codes(book.database, judge.plan.scores.values())
    days = range(max(wish.first, begun), wish.last + 1)
    done, count, total = 0, due_count(book.database, Due()) * len(days), Filled()

    def took(accounts: int) -> None:
        nonlocal done
        done += accounts
        progress(done, count)

    for part in from_children_up(book, judge.plan, Order(now, "fill")):
        for shard in shards_of(book, part):
            for group in _groups(book, judge.plan, shard, days):
                total += _fill(book, judge, group, wish.again, took)
    return total


def _refuse(wish: Wish, today: date) -> None:
    if day_of(wish.last) >= today:
        raise NotOver(
            f"{day_of(wish.last)} is not over yet. Only past days are filled in; `pulsebook run` looks at accounts now."
        )
    if wish.first > wish.last:
        raise NotOver(f"{day_of(wish.first)} comes after {day_of(wish.last)}. Say --from with an earlier day.")


def _groups(book: Book, plan: Plan, order: Order, days: range) -> Iterator[_Group]:
    """By the moments at which their days end: a snapshot is of one moment."""

    @cache
    def ends(zone: str) -> tuple[datetime, ...]:
        moments = (end_of_day(day, zone) for day in days)
        return tuple(moment for moment in moments if moment < order.at)

    together: dict[tuple[tuple[datetime, ...], int], list[str]] = {}
    for account, zone in zones_of(book.database, wanted_by(book, plan, order)).items():
        together.setdefault((ends(zone), local_day(order.at, zone)), []).append(account)
    for (moments, today), accounts in together.items():
        for some in portions(accounts if moments else (), AT_ONCE):
            yield _Group(tuple(some), dict(zip(days, moments, strict=False)), today)


def _fill(book: Book, judge: Judge, group: _Group, again: bool, took: Callable[[int], None]) -> Filled:
    """Day by day; some days are read, and kept, together."""
    plan, counts, due = judge.plan, Counts(), set[int]()
    wanted = wanted_of(book, plan, group.ends[min(group.ends)], accounts=group.accounts)
    # The scores of days before are read beside what came in, for they grow from day to day.
    wanted = replace(wanted, needs=replace(plan.needs, score_days={}))
    before = {score: plan.needs.score_days.get(score, 0) for score in plan.scores}
    compared = group.today - max(before.values())
    left = Left.nothing(plan.scores, len(group.accounts))
    most = most_days(plan.catalog)
    for _, some in groupby(group.ends, lambda day: day // most):
        days = list(some)
        reading, snapshots = past_days(book.database, wanted, [group.ends[day] for day in days])
        if reading.snapshot.accounts != group.accounts:
            raise Disappeared
        stretch = Stretch(reading.seqs, days[0], len(days), again, compared)
        filled = FilledDays(kept_days(book.database, stretch, before))
        for snapshot in snapshots:
            with without_collector():
                then = left.to(snapshot, filled.history())
                signals = judge.signals(then)
            left = Left.by(then, signals)
            filled.take(then, signals.scores)
            took(len(group.accounts))
        counts += filled.counts
        due |= keep_days(book.database, plan.version, stretch, filled, book.clock.now())
    return Filled(counts, len(due))
