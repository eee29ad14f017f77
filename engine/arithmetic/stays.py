"""A score's earlier stays and its new bands in; the stays after this look, and crossings, out.

A stay in a band goes on through unknowns, and through a change of the score's version if the band is the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from engine.conditions.tree import known
from engine.snapshot import Days, Numbers, Stays, Texts

Bits = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Seen:
    """What this look says of a score: band (None: unknown), version code, whether an override holds, today."""

    band: Texts
    version: Days
    overridden: Bits
    today: Days


def only(stays: Stays, kept: Bits) -> Stays:
    """The stays of some accounts; the others are nowhere."""
    none = nowhere(len(kept))
    columns = {one.name: np.where(kept, getattr(stays, one.name), getattr(none, one.name)) for one in fields(Stays)}
    return Stays(**columns)


def nowhere(accounts: int) -> Stays:
    """The stays of a score that nobody has looked at."""

    def nobody() -> Texts:
        return np.full(accounts, None, dtype=np.object_)

    def never() -> Numbers:
        return np.full(accounts, np.nan)

    none = np.zeros(accounts, dtype=np.int64)
    return Stays(
        band=nobody(),
        came_from=nobody(),
        since=never(),
        seen=none,
        version=none.copy(),
        overridden=none.astype(np.bool_),
        before_band=nobody(),
        before_came_from=nobody(),
        before_since=never(),
        elsewhere=nobody(),
    )


def go_on(before: Stays, seen: Seen, bands: Sequence[str]) -> Stays:
    """The stays after a look. `bands`: names from the lowest up.

    An override interrupts a stay, which is kept beside. When the override ends: in the band of that stay it goes on;
    a band lower than the override's is a crossing from there; a higher one begins from nowhere.
    """
    rank = {band: place for place, band in enumerate(bands)}
    known = _is_there(seen.band)
    same_version = before.version == seen.version
    ends = known & before.overridden & ~seen.overridden
    begins = known & seen.overridden & ~before.overridden
    stays_put = known & (seen.band == before.band)
    comes_back = ends & (seen.band == before.before_band)
    from_band = _is_there(before.band) & same_version
    higher = _ranks(seen.band, rank) > _ranks(before.band, rank)
    crosses = known & ~stays_put & ~comes_back & from_band & ~(ends & higher)
    new = known & ~stays_put & ~comes_back
    nobody = np.full(len(known), None, dtype=np.object_)
    came_from = _either(crosses, before.band, _either(new, nobody, before.came_from))
    since = np.where(new, seen.today.astype(np.float64), before.since)
    band = _either(known, seen.band, before.band)
    bits, elsewhere = _seen(before, seen, known, rank)
    return Stays(
        band=band,
        came_from=_either(comes_back, before.before_came_from, came_from),
        since=np.where(comes_back, before.before_since, since),
        seen=bits,
        version=np.where(known, seen.version, before.version),
        overridden=np.where(known, seen.overridden, before.overridden).astype(np.bool_),
        before_band=_either(begins, before.band, _either(ends, nobody, before.before_band)),
        before_came_from=_either(begins, before.came_from, _either(ends, nobody, before.before_came_from)),
        before_since=np.where(begins, before.since, np.where(ends, np.nan, before.before_since)),
        elsewhere=elsewhere,
    )


def _either(first: Bits, one: Texts, other: Texts) -> Texts:
    chosen = other.copy()
    chosen[first] = one[first]
    return chosen


def _seen(before: Stays, seen: Seen, known: Bits, rank: Mapping[str, int]) -> tuple[Days, Texts]:
    """A bit per band that was looked at under the version that holds now; and under others."""
    places = np.maximum(_ranks(seen.band, rank), 0)
    bits = np.where(known, np.left_shift(np.int64(1), places), 0)
    kept, elsewhere = before.seen.copy(), before.elsewhere.copy()
    for row in np.flatnonzero(known & (before.version != seen.version)):
        by_version = _bits(elsewhere[row])
        if before.version[row]:
            by_version[int(before.version[row])] = int(before.seen[row])
        kept[row] = by_version.pop(int(seen.version[row]), 0)
        elsewhere[row] = " ".join(f"{version}:{said}" for version, said in sorted(by_version.items())) or None
    return np.where(known, kept | bits, before.seen), elsewhere


def _bits(elsewhere: str | None) -> dict[int, int]:
    """By the code of the version."""
    pairs = (pair.split(":") for pair in (elsewhere or "").split())
    return {int(version): int(said) for version, said in pairs}


def _is_there(bands: Texts) -> Bits:
    return known(bands)


def _ranks(bands: Texts, rank: Mapping[str, int]) -> Days:
    return np.array([rank.get(band, -1) for band in bands.tolist()], dtype=np.int64)


def crossed(stays: Stays, known: Bits, how: str, band: str, bands: Sequence[str]) -> Numbers:
    """Answer: `enters`, `falls_to`, `rises_to` or `leaves` a band; unknown where the band is.

    With `here` the band of the stay and `there` the one before it, ranked upwards: here = band, and there is one, one
    above it or one below it; for `leaves` here ≠ band, in which it was before. A first band ever is no crossing. (As
    docs/language.md says under "Crossing into a band".)
    """
    rank = {name: place for place, name in enumerate(bands)}
    here, there = _ranks(stays.band, rank), _ranks(stays.came_from, rank)
    if how == "leaves":
        was_seen = (stays.seen >> rank[band]) & 1 == 1
        true = was_seen & (here != rank[band])
    else:
        moved = {"enters": there >= 0, "falls_to": there > here, "rises_to": (there >= 0) & (there < here)}
        true = (here == rank[band]) & moved[how]
    return np.where(known, true.astype(np.float64), np.nan)
