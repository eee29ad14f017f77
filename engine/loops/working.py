"""A book in; looks and deliveries as they fall due, until told to stop.

On SQLite one process looks by itself at what is due; on PostgreSQL any number of them wait for pokes.
"""

import logging
import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import wraps
from threading import Event
from typing import ParamSpec

from engine.language.settings import Settings
from engine.loops.book import Book
from engine.loops.delivering import AT_ONCE, Post, deliver_due, deliver_soon, post_of
from engine.loops.findings import due_tick, find_daily
from engine.loops.lots import look_at_due
from engine.loops.poking import send_due
from engine.store.database import DatabaseUnusable
from engine.store.lanes import FINDINGS, blocks_on, due_deliveries
from engine.store.saving.save import Saved
from engine.wording import counted

EVERY = 0.25
"""Seconds between two looks at what is due, where nobody pokes."""
Said = ParamSpec("Said")
_log = logging.getLogger(__name__)


def work(book: Book, stop: Event, say: Callable[[str], None]) -> None:
    """Looks at what is due and delivers what is due, again and again; `say` gets a line for each look."""
    if book.database.is_sqlite:
        _work_alone(Worker(book, say), stop)
    else:
        _work_among_others(Worker(book, say), stop)


@dataclass(slots=True)
class Worker:
    """What a worker does at a lane; it goes by the version that is in use at the time."""

    book: Book
    say: Callable[[str], None]
    _post: tuple[Settings, Post] | None = field(default=None, init=False)

    def look(self, lane: str | None = None) -> None:
        """Looks at what is due on a lane, or anywhere."""
        for saved in look_at_due(self.book, None if lane is None else blocks_on(lane)):
            if saved.looked:
                self.say(_told(saved, lane))
            elif saved.hold is not None:
                self.say(f"Held sweep {saved.hold.id}. {saved.hold.text}")

    def find(self) -> None:
        """Makes the findings of the day, when its sweep is through and if nobody has."""
        for finding in find_daily(self.book):
            self.say(f"Found: {finding.text}")

    def post(self) -> Post:
        settings = self.book.settings()
        kept = self._post
        if kept is None or kept[0] is not settings:
            book = self.book
            post = post_of(settings, book.folder, book.database, book.clock, os.environ)
            kept = self._post = (settings, replace(post, titles=book.judge().plan.titles))
        return kept[1]


def _told(saved: Saved, lane: str | None) -> str:
    where = f" on {lane}" if lane else ""
    found = {"firing": saved.fired, "playbook": saved.started, "task": saved.tasks, "message": saved.deliveries}
    told = ", ".join(counted(count, one) for one, count in found.items() if count) or "nothing new"
    return f"Looked at {counted(saved.looked, 'account')}{where}: {told}."


def _enduring(work: Callable[Said, None]) -> Callable[Said, None]:
    """A database that goes away for a while ends no worker: what is left undone is still due."""

    @wraps(work)
    def enduring(*said: Said.args, **named: Said.kwargs) -> None:
        try:
            work(*said, **named)
        except DatabaseUnusable as error:
            _log.warning("%s", error)

    return enduring


def _work_alone(worker: Worker, stop: Event) -> None:
    @_enduring
    def turn() -> None:
        worker.look()
        worker.find()
        deliver_due(worker.post(), most=AT_ONCE)

    while not stop.is_set():
        turn()
        stop.wait(EVERY)


def _work_among_others(worker: Worker, stop: Event) -> None:
    from engine.dispatch.pokes import DELIVERIES, LOOKS, Pokes
    from engine.dispatch.receiving import Hands, receive

    database, clock = worker.book.database, worker.book.clock
    with Pokes.open(database.libpq_url) as pokes:

        @_enduring
        def look(lane: str) -> None:
            worker.find() if lane == FINDINGS else worker.look(lane)
            pokes.send(DELIVERIES, due_deliveries(database, clock.now()))

        @_enduring
        def deliver(lane: str) -> None:
            deliver_soon(worker.post(), stop, on_lane=lane)

        @_enduring
        def search() -> None:
            send_due(pokes, database, clock.now())
            if due_tick(worker.book) is not None:
                pokes.send(LOOKS, [FINDINGS])

        receive(database.libpq_url, Hands(look, deliver, search), stop)
