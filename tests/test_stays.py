"""A stay in a band goes on or begins as the reference says; crossings follow from it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.arithmetic import stays
from engine.snapshot import Stays

BANDS = ("red", "yellow", "green", "blue")
HOW = ("enters", "falls_to", "rises_to", "leaves")


@dataclass(frozen=True)
class Look:
    """What one look says: the band (None: unknown), the score's version, whether an override holds."""

    band: str | None
    version: int = 1
    overridden: bool = False


def bands(*names: str | None, version: int = 1) -> list[Look]:
    return [Look(name, version) for name in names]


def override(*names: str | None) -> list[Look]:
    return [Look(name, 1, name is not None) for name in names]


def after(looks: Sequence[Look]) -> tuple[Stays, stays.Bits]:
    """One account after these looks, one a day from day 1 on."""
    return shard([looks])[-1]


def shard(histories: Sequence[Sequence[Look]]) -> list[tuple[Stays, stays.Bits]]:
    """Many accounts side by side, after each of as many looks: their stays, and where the band is known."""
    now = stays.nowhere(len(histories))
    found = []
    for day, looks in enumerate(zip(*histories, strict=True), start=1):
        band = np.array([*(look.band for look in looks), None], dtype=np.object_)[:-1]
        seen = stays.Seen(
            band,
            np.array([look.version for look in looks], dtype=np.int64),
            np.array([look.overridden for look in looks], dtype=np.bool_),
            np.full(len(looks), day, dtype=np.int64),
        )
        now = stays.go_on(now, seen, BANDS)
        found.append((now, np.array([look.band is not None for look in looks])))
    return found


def true_of(now: tuple[Stays, stays.Bits], row: int = 0) -> dict[str, list[str]] | None:
    """Per kind of crossing, the bands for which it is true; None: all are unknown."""
    answers = {how: [stays.crossed(*now, how, band, BANDS)[row] for band in BANDS] for how in HOW}
    if all(np.isnan(found).all() for found in answers.values()):
        return None
    assert not any(np.isnan(found).any() for found in answers.values())
    return {how: [band for band, one in zip(BANDS, found, strict=True) if one] for how, found in answers.items()}


def fallen(band: str, *left: str) -> dict[str, list[str]]:
    return {"enters": [band], "falls_to": [band], "rises_to": [], "leaves": list(left)}


def risen(band: str, *left: str) -> dict[str, list[str]]:
    return {"enters": [band], "falls_to": [], "rises_to": [band], "leaves": list(left)}


def still(*left: str) -> dict[str, list[str]]:
    return {"enters": [], "falls_to": [], "rises_to": [], "leaves": list(left)}


@pytest.mark.parametrize(
    ("looks", "expected"),
    [
        pytest.param(bands("red"), still(), id="the first known value comes from nowhere"),
        pytest.param(bands(None, "red"), still(), id="from unknown too"),
        pytest.param(bands("green", "red"), fallen("red", "green"), id="a fall"),
        pytest.param(bands("red", "yellow"), risen("yellow", "red"), id="a rise"),
        pytest.param(bands("green", "red", "red"), fallen("red", "green"), id="it stays true while it stays there"),
        pytest.param(bands("green", "red", None), None, id="unknown"),
        pytest.param(bands("green", "red", None, "red"), fallen("red", "green"), id="a stay goes on through unknowns"),
        pytest.param(bands("green", None, "red"), fallen("red", "green"), id="a crossing through unknowns"),
        pytest.param(
            bands("green", "yellow", "red"), fallen("red", "yellow", "green"), id="it leaves all that it was in"
        ),
        pytest.param(bands("red", "green", "red"), fallen("red", "green"), id="it is back, and has left only green"),
        pytest.param(
            [*bands("green", "red"), *bands("red", version=2)],
            fallen("red"),
            id="another version, same band: the stay goes on",
        ),
        pytest.param(
            [*bands("green"), *bands("red", version=2)], still(), id="another version, another band: from nowhere"
        ),
        pytest.param(
            [*bands("green"), *bands("red", "yellow", version=2)],
            risen("yellow", "red"),
            id="and from then on it crosses again",
        ),
        pytest.param(
            [*bands("green"), *bands(None, version=2), *bands("red", version=1)],
            fallen("red", "green"),
            id="a version that said nothing changes nothing",
        ),
        pytest.param(
            [*bands("green"), *bands("red", version=2), *bands("blue", version=3), *bands("red", version=1)],
            still("green"),
            id="a version that comes back knows what was seen under it",
        ),
    ],
)
def test_crossings_follow_from_stays(looks: list[Look], expected: Any) -> None:
    assert true_of(after(looks)) == expected


@pytest.mark.parametrize(
    ("looks", "expected", "since"),
    [
        pytest.param([*bands("red"), *override("green")], risen("green", "red"), 2, id="an override crosses"),
        pytest.param([*bands(None), *override("green")], still(), 2, id="an override of an unknown score does not"),
        pytest.param(
            [*bands("green", "red"), *override("green"), *bands("red")],
            fallen("red", "green"),
            2,
            id="back in the band from before: that stay goes on",
        ),
        pytest.param(
            [*bands("red"), *override("green"), *bands("red")],
            still("green"),
            1,
            id="and it came from nowhere if it did then",
        ),
        pytest.param(
            [*bands("red"), *override("green"), *bands("yellow")],
            fallen("yellow", "red", "green"),
            3,
            id="a band lower than the override's is a crossing",
        ),
        pytest.param(
            [*bands("red"), *override("yellow"), *bands("green")],
            still("red", "yellow"),
            3,
            id="a higher one begins from nowhere",
        ),
        pytest.param(
            [*bands("red"), *override("yellow"), *bands("yellow")],
            risen("yellow", "red"),
            2,
            id="the override's own band: its stay goes on",
        ),
        pytest.param(
            [*bands("red"), *override("blue", "green"), *bands("red")],
            still("green", "blue"),
            1,
            id="two overrides, one after the other",
        ),
        pytest.param(
            [*bands("red"), *override("green"), *bands(None, "red")],
            still("green"),
            1,
            id="it ends into the unknown first",
        ),
        pytest.param(
            [*bands("red"), *override("green"), *bands("yellow", version=2)],
            still(),
            3,
            id="it ends with another version: from nowhere",
        ),
    ],
)
def test_an_override_interrupts_a_stay(looks: list[Look], expected: Any, since: int) -> None:
    now, known = after(looks)

    assert true_of((now, known)) == expected
    assert now.since[0] == since


@dataclass
class Plain:
    """One account's stays, looked at one after the other: the reference in plain Python."""

    stay: tuple[str, str | None, int] | None = None
    """Band, where it came from, since when."""
    before: tuple[str, str | None, int] | None = None
    overridden: bool = False
    version: int | None = None
    seen: dict[int, set[str]] = field(default_factory=dict)
    """By version; one may come back."""

    def look(self, day: int, look: Look) -> dict[str, list[str]] | None:
        if look.band is None:
            return None
        ends = self.overridden and not look.overridden
        if look.overridden and not self.overridden:
            self.before = self.stay
        self.stay = self._next(day, look, ends)
        if ends:
            self.before = None
        self.seen.setdefault(look.version, set()).add(look.band)
        self.overridden, self.version = look.overridden, look.version
        left = [band for band in BANDS if band in self.seen[look.version] - {look.band}]
        source = self.stay[1]
        if source is None:
            return still(*left)
        return (fallen if _rank(source) > _rank(look.band) else risen)(look.band, *left)

    def _next(self, day: int, look: Look, ends: bool) -> tuple[str, str | None, int]:
        assert look.band is not None
        if ends and self.before is not None and self.before[0] == look.band:
            return self.before
        if self.stay is not None and self.stay[0] == look.band:
            return self.stay
        if self.stay is None or self.version != look.version:
            return (look.band, None, day)
        if ends and _rank(look.band) > _rank(self.stay[0]):
            return (look.band, None, day)
        return (look.band, self.stay[0], day)


def _rank(band: str) -> int:
    return BANDS.index(band)


LOOK = st.one_of(
    st.builds(Look, st.sampled_from((*BANDS, None)), st.sampled_from((1, 1, 1, 2))),
    st.builds(Look, st.sampled_from(BANDS), st.just(1), st.just(True)),
)


@settings(max_examples=300, derandomize=True, database=None, deadline=None)
@given(st.lists(st.lists(LOOK, min_size=8, max_size=8), min_size=1, max_size=4))
def test_stays_are_what_a_plain_reading_says_account_by_account(histories: list[list[Look]]) -> None:
    plain = [Plain() for _ in histories]

    for day, now in enumerate(shard(histories), start=1):
        for row, history in enumerate(histories):
            assert true_of(now, row) == plain[row].look(day, history[day - 1])
            stay = plain[row].stay
            found = now[0].band[row], now[0].came_from[row], now[0].since[row]
            assert stay is None or found == stay
