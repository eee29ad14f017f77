"""Days on which nobody looked get the scores that looks would have left, and nothing else follows from it."""

from functools import cache

import pytest

from engine.store.database import Database
from tests.past import CONTEXT, PLAIN, ZONES, Company, Told, company, filled, known, lived, looked_day_by_day, told

FILES = {"plain": PLAIN, "context": CONTEXT}


@cache
def zoned() -> Company:
    return company(6, 40, ZONES)


@cache
def looked_at(files: str) -> Told:
    of = zoned()
    return lived(of, told(looked_day_by_day(FILES[files], of, range(of.days))))


@pytest.mark.parametrize("files", FILES)
def test_a_filled_day_is_what_a_look_at_its_end_would_have_left(database: Database, files: str) -> None:
    book = known(database, FILES[files], zoned())

    done = filled(book, zoned())

    assert told(database) == looked_at(files)
    assert done.counts.filled == len({(name, day) for _, _, name, day in looked_at(files)})
