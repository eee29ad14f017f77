"""Snapshots of days on which nobody looked in; the scores that looks would have left, and what of them is kept, out.

What one day leaves to the next (stays, episodes, the day's scores) is handed on in memory. Of what rules conclude only
the effects on scores come of it: nothing is told, played or stored.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from engine.arithmetic.models import codes
from engine.arithmetic.stays import nowhere, only
from engine.clock import microseconds
from engine.domain import Episode
from engine.pipeline import Signals
from engine.snapshot import Days, Numbers, ScoreHistory, ScoreLook, Snapshot, Stays

Bits = NDArray[np.bool_]
NEVER = -1
NUMBERS = ("value", "adjusted", "base")
"""What is kept of a score that is known, as a look names it, beside its coverage and its version."""


@dataclass(frozen=True, slots=True)
class Left:
    """What the looks at N accounts leave to the next, as a snapshot holds it."""

    stays: Mapping[str, Stays]
    episodes: Mapping[str, Mapping[int, Episode]]
    rule_since: Mapping[tuple[str, str], datetime]
    first_look: Days
    last_look: Days

    @classmethod
    def nothing(cls, scores: Mapping[str, object], accounts: int) -> "Left":
        never = np.full(accounts, NEVER, dtype=np.int64)
        return cls({score: nowhere(accounts) for score in scores}, {}, {}, never, never)

    @classmethod
    def by(cls, snapshot: Snapshot, signals: Signals, *, seen: Bits | None = None) -> "Left":
        """By a look, and those before it. Of accounts whose first day is still to come nothing is left, nor of those
        that are not among the `seen`."""
        at, begun = microseconds(snapshot.at), ~np.isnan(snapshot.first_day)
        begun = begun if seen is None else begun & seen
        first = {(name, standing.rule.fingerprint): snapshot.at for name, standing in signals.standings.items()}
        return cls(
            stays={score: only(look.stays, begun) for score, look in signals.scores.items()},
            episodes={
                name: {row: episode for row, episode in standing.now.items() if begun[row]}
                for name, standing in signals.standings.items()
            },
            rule_since={**first, **snapshot.rule_since},
            first_look=np.where(begun, np.where(snapshot.first_look == NEVER, at, snapshot.first_look), NEVER),
            last_look=np.where(begun, at, NEVER),
        )

    def to(self, snapshot: Snapshot, history: Mapping[str, ScoreHistory]) -> Snapshot:
        """The next day's snapshot with it, in the place of what is stored."""
        return replace(
            snapshot,
            stays=self.stays,
            episodes=self.episodes,
            rule_since=self.rule_since,
            first_look=self.first_look,
            last_look=self.last_look,
            history=history,
            seed_next=np.zeros(len(snapshot), dtype=np.bool_),
            runs={},
        )


def looked_by(stored: Snapshot, at: datetime) -> Bits:
    """The accounts that some look had seen by then."""
    return np.asarray((stored.first_look != NEVER) & (stored.first_look <= microseconds(at)))


@dataclass(frozen=True, slots=True)
class KeptDays:
    """What is kept of one score of N accounts: of some days before (perhaps none), and of B days to be filled in."""

    adjusted: Numbers
    version: Numbers
    open: Bits
    """N × B: no look has left a score there. What a fill has left is not to be seen any more."""

    @property
    def before(self) -> int:
        """How many days lie before those that are filled in."""
        return int(self.adjusted.shape[1] - self.open.shape[1])


@dataclass(frozen=True, slots=True)
class Counts:
    """Days of accounts: on which a score is filled in; which have scores, and keep them; of which none is known. Days
    before an account's first one, and those after it had left, are none of these."""

    filled: int = 0
    left: int = 0
    unknown: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(self.filled + other.filled, self.left + other.left, self.unknown + other.unknown)


class FilledDays:
    """B days in a row of N accounts, day by day. `cells`: by score and part (N × B) what is filled in; NaN: nothing.

    Of a score that is not known there is its coverage.
    """

    def __init__(self, kept: Mapping[str, KeptDays]) -> None:
        self._kept = {
            score: replace(one, adjusted=one.adjusted.copy(), version=one.version.copy()) for score, one in kept.items()
        }
        self._place = 0
        self.cells = {
            score: {part: np.full(one.open.shape, np.nan) for part in (*NUMBERS, "coverage", "version")}
            for score, one in kept.items()
        }
        self.counts = Counts()

    def history(self) -> dict[str, ScoreHistory]:
        """The days that the next day is compared with; it comes last itself."""
        return {
            score: ScoreHistory(*(days[:, self._place :][:, : one.before + 1] for days in (one.adjusted, one.version)))
            for score, one in self._kept.items()
            if one.before
        }

    def take(self, snapshot: Snapshot, looks: Mapping[str, ScoreLook]) -> None:
        """The scores of the next day. Accounts have some from their first day on, until they leave."""
        alive = ~snapshot.ended & ~np.isnan(snapshot.first_day)
        filled, stands = np.zeros_like(alive), np.zeros_like(alive)
        for score, look in looks.items():
            is_open = alive & self._kept[score].open[:, self._place]
            self._fill(score, look, is_open, codes(snapshot, look.fingerprint))
            filled |= is_open & ~np.isnan(look.value)
            stands |= alive & ~is_open
        left = stands & ~filled
        self.counts += Counts(int(filled.sum()), int(left.sum()), int((alive & ~filled & ~left).sum()))
        self._place += 1

    def leave(self) -> None:
        """The next day stays as it is."""
        self._place += 1

    def _fill(self, score: str, look: ScoreLook, is_open: Bits, version: Days) -> None:
        kept, cells, fills = self._kept[score], self.cells[score], is_open & ~np.isnan(look.value)
        cells["coverage"][is_open, self._place] = look.coverage[is_open]
        for part in NUMBERS:
            cells[part][fills, self._place] = getattr(look, part)[fills]
        cells["version"][fills, self._place] = np.where(version > 0, version, np.nan)[fills]
        kept.adjusted[fills, kept.before + self._place] = look.adjusted[fills]
        kept.version[fills, kept.before + self._place] = version[fills]
