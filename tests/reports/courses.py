"""Days of accounts as a test tells of them in; the course that reports are made of, out."""

from collections.abc import Iterable, Mapping
from datetime import date

import numpy as np

from engine.clock import day_number
from engine.reports.columns import Course, Dated
from tests.reports.making import numbers

FIRST = day_number(date(2026, 3, 1))
"""The day 0 of a test."""
Told = tuple[int, int, str]
"""An account by its place, a day counted from FIRST, and what happened."""


def make_course(
    *days: Iterable[float | None],
    unlooked: Iterable[tuple[int, int]] = (),
    filled: Iterable[tuple[int, int]] = (),
    outcomes: Iterable[Told] = (),
    firings: Iterable[Told] = (),
    versions: Mapping[tuple[int, int], int] | None = None,
) -> Course:
    """A row of values per account; each day was looked at but those in `unlooked` (account, day), and those that were
    `filled` in. The version is 1."""
    values = np.array([numbers(*row) for row in days])
    looked, afterwards = np.ones(values.shape, dtype=np.bool_), np.zeros(values.shape, dtype=np.bool_)
    for place in unlooked:
        looked[place] = False
    for place in filled:
        afterwards[place] = True
    codes = np.ones(values.shape)
    for place, code in (versions or {}).items():
        codes[place] = code
    return Course(FIRST, values, codes, looked, afterwards, dated(outcomes), dated(firings))


def dated(told: Iterable[Told]) -> Dated:
    rows = list(told)
    names = np.array([*(name for _, _, name in rows), None], dtype=np.object_)[:-1]
    return Dated(
        np.array([row for row, _, _ in rows], dtype=np.int64),
        np.array([FIRST + day for _, day, _ in rows], dtype=np.int64),
        names,
    )
