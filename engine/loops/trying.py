"""A book in; what a look by the folder's files would do, tried on a copy of all that is stored, out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from engine.holds import Hold
from engine.judged import Finding
from engine.loops.book import Book
from engine.loops.findings import sweep
from engine.loops.looking import Order, Progress, release
from engine.store.copying import copied
from engine.store.decisions import moves_since, newest_decision
from engine.store.saving.save import Saved


@dataclass(frozen=True, slots=True)
class Tried:
    """What a look would do. `hold`: it would be held; the rest is what would follow in all once that is released."""

    at: datetime
    saved: Saved
    found: tuple[Finding, ...]
    hold: Hold | None
    moves: Mapping[str, Mapping[str, int]]
    """By rule: how many accounts would be `fired`, `seeded`, … by it."""


def try_out(book: Book, order_of: Callable[[Book], Order], progress: Progress) -> Tried:
    """Files that have mistakes change nothing: then it is a look by the version in use, as it is in earnest.

    `order_of`: the look that is wanted, once the files are in use on the copy. Raises NothingInUse, InTheFuture and
    NoCopy.
    """
    with copied(book.database) as copy:
        trial = book.on(copy)
        trial.put_in_use()
        order, newest = order_of(trial), newest_decision(copy)
        saved, found = sweep(trial, order, progress)
        hold = saved.hold
        if hold is not None:
            # What is rolled up is looked at in generations, of which only the last is held.
            released = release(trial, hold.id, order, progress)
            saved = replace(saved + released, looked=released.looked, late=released.late, hold=None)
        return Tried(order.at, saved, found, hold, moves_since(copy, newest))
