"""What is due in; workers that are told so, out.

What is due stands in the columns of accounts and deliveries, so a poke that was lost is sent again and one that
came twice finds nothing to do.
"""

import logging
from datetime import datetime
from typing import TYPE_CHECKING

from engine.errors import PulsebookError
from engine.loops.book import Book
from engine.store.database import Database
from engine.store.due import due_blocks
from engine.store.lanes import due_deliveries, look_lanes

if TYPE_CHECKING:
    from engine.dispatch.pokes import Pokes

_log = logging.getLogger(__name__)


def poke(book: Book) -> None:
    """After a commit: wakes workers for what is due by now. On SQLite there is nobody to wake.

    That it fails is no mistake of what was committed: workers search by themselves every few seconds.
    """
    if book.database.is_sqlite:
        return
    from engine.dispatch.pokes import Pokes

    try:
        with Pokes.open(book.database.libpq_url) as pokes:
            send_due(pokes, book.database, book.clock.now())
    except PulsebookError as error:
        _log.warning("%s", error)


def send_due(pokes: "Pokes", database: Database, now: datetime) -> None:
    """A poke for every lane on which something is due."""
    from engine.dispatch.pokes import DELIVERIES, LOOKS

    pokes.send(LOOKS, look_lanes(due_blocks(database, now)))
    pokes.send(DELIVERIES, due_deliveries(database, now))
