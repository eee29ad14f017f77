"""What accounts went through in; stretches of equal length, those that ended with an outcome among them, out."""

from dataclasses import dataclass

import numpy as np

from engine.arithmetic.each_once import each_once
from engine.language.catalog import CHURNED
from engine.reports.absences import NEVER, Absences
from engine.reports.columns import Bits, Course, Dated
from engine.snapshot import Days


@dataclass(frozen=True, slots=True)
class Stretches:
    """Some days of an account each, the first and the last included, as day numbers."""

    rows: Days
    firsts: Days
    lasts: Days
    ended: Bits
    """Whether the outcome came on the day after its last."""

    def __len__(self) -> int:
        return len(self.rows)

    def only(self, which: Bits) -> "Stretches":
        return Stretches(self.rows[which], self.firsts[which], self.lasts[which], self.ended[which])

    def having(self, happened: Dated) -> Bits:
        """Those within whose days it happened to their account."""
        width = NEVER + 1
        keys = np.sort(happened.rows * width + happened.days)
        before = np.searchsorted(keys, self.rows * width + self.firsts)
        until = np.searchsorted(keys, self.rows * width + self.lasts, side="right")
        return np.asarray(until > before)


@dataclass(frozen=True, slots=True)
class _Cuts:
    """Where the time of accounts with us is cut: after a day, to go on with another."""

    rows: Days
    afters: Days
    nexts: Days
    """NEVER: the account has not come back."""
    ended: Bits

    def then(self, other: "_Cuts") -> "_Cuts":
        return _Cuts(*(np.concatenate([getattr(cuts, name) for cuts in (self, other)]) for name in self.__slots__))

    def ordered(self, by: Days) -> "_Cuts":
        """In ascending order of these numbers, equal ones as they lie."""
        order = np.argsort(by, kind="stable")
        return _Cuts(self.rows[order], self.afters[order], self.nexts[order], self.ended[order])


def stretches(course: Course, outcome: str, days: int) -> Stretches:
    """The time that accounts were with us, cut into stretches of so many days.

    It begins on the day after an account's first look, at which rules take what they find for known, and anew on the
    day on which it came back. It is cut backwards from the day before an outcome, and else from the last look; what
    remains at its beginning is left out, and so is a stretch without a look. A day that was filled in is none.
    """
    rows, columns = np.nonzero(course.looked & ~course.filled)
    looks = Dated(rows, columns + course.first, np.full(len(rows), None, dtype=np.object_))
    first, last = np.full(len(course), NEVER), np.full(len(course), NEVER)
    np.minimum.at(first, looks.rows, looks.days)
    last[looks.rows] = looks.days
    seen = each_once(looks.rows)
    nobody = np.zeros(len(seen), dtype=np.bool_)
    cuts = _cuts(course, outcome)
    cuts = cuts.ordered(cuts.afters).then(_Cuts(seen, last[seen], np.full(len(seen), NEVER), nobody))
    found = _pieces(cuts.ordered(cuts.rows), first + 1, days)
    return found.only(found.having(looks))


def _cuts(course: Course, outcome: str) -> _Cuts:
    """At each outcome of that name, and where accounts left."""
    absences = Absences.of(course.outcomes)
    left = np.full(len(absences.rows), outcome == CHURNED)
    away = _Cuts(absences.rows, absences.froms - 1, absences.untils, left)
    if outcome == CHURNED:
        return away
    there = course.outcomes.only(course.outcomes.names == outcome)
    return away.then(_Cuts(there.rows, there.days - 1, there.days, np.ones(len(there.rows), dtype=np.bool_)))


def _pieces(cuts: _Cuts, begins: Days, days: int) -> Stretches:
    """The whole stretches before each cut. `cuts`: by account and day; `begins`: the first day of each account."""
    is_first = np.diff(cuts.rows, prepend=-1) != 0
    starts = np.where(is_first, begins[cuts.rows], np.roll(cuts.nexts, 1))
    counts = np.maximum(0, (cuts.afters - starts + 1) // days)
    cut = np.repeat(np.arange(len(counts)), counts)
    back = np.arange(len(cut)) - np.repeat(np.cumsum(counts) - counts, counts)
    lasts = cuts.afters[cut] - back * days
    return Stretches(cuts.rows[cut], lasts - days + 1, lasts, cuts.ended[cut] & (back == 0))
