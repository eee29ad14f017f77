"""A book in; looks and deliveries as they fall due, until told to stop."""

import os
from threading import Event

from engine.book import Book
from engine.delivering import deliver_due, post_of
from engine.loops import look_at_due

EVERY = 0.25
"""Seconds between two looks at what is due."""


def work(book: Book, stop: Event) -> None:
    """Looks at what is due and delivers what is due, again and again. Several may work on one database."""
    post = post_of(book.settings(), book.folder, book.database, book.clock, os.environ)
    while not stop.is_set():
        look_at_due(book)
        deliver_due(post, most=20)
        stop.wait(EVERY)
