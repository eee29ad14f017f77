"""`views` of a score in; the letters and stages that people may read in place of its number, out. Display only."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Literal, Self

from pydantic import model_validator

from engine.language.base import Entry, Mistake, Number, written

Ladder = tuple[tuple[str, float], ...]
"""Names of ranges with their lower edges, the lowest first and from 0. An edge belongs to the range that it begins."""
LETTERS: Ladder = (("D", 0.0), ("C", 40.0), ("B", 60.0), ("A", 80.0))
"""The letters of a score that names none."""

Pile = Literal["at-risk", "watch", "healthy"]
PILES: dict[Pile, str] = {"at-risk": "At risk", "watch": "May need more", "healthy": "Healthy"}
"""The three piles, the worst first, and what they are called where people read them."""


def wrong_edge(ladder: Sequence[tuple[str, float]], kind: str) -> tuple[int, str] | None:
    """The place of the first edge that can't be, with what is wrong and what to do. `kind`: band, letter, stage."""
    first = ladder[0][1]
    if first != 0:
        return 0, f"from 0 to {written(first)} is a gap between the {kind}s; begin the first at 0"
    for place, ((lower, low), (upper, high)) in enumerate(pairwise(ladder), start=1):
        if high <= low:
            wrong = f"{kind} {upper!r} from {written(high)} overlaps {lower!r} from {written(low)}"
            return place, f"{wrong}; let the edges rise from {kind} to {kind}"
        if high > 100:
            wrong = f"{kind} {upper!r} from {written(high)} can never be reached"
            return place, f"{wrong}; a score ends at 100, so begin it lower or delete it"
    return None


class Views(Entry):
    """Other names for ranges of the score. They change no number and no rule; rank and percentile need none."""

    letter: dict[str, Number] = {}
    """Letters, each with the score from which it is given, rising from 0. Default: D from 0, C from 40, B 60, A 80."""
    stage: dict[str, Number] = {}
    """Named stages, written alike: five of them for a score of three bands, say."""

    @property
    def letters(self) -> Ladder:
        return tuple(self.letter.items()) or LETTERS

    @property
    def stages(self) -> Ladder:
        return tuple(self.stage.items())

    @model_validator(mode="after")
    def _edges_rise(self) -> Self:
        for kind, ladder in (("letter", self.letters), ("stage", self.stages)):
            wrong = wrong_edge(ladder, kind) if ladder else None
            if wrong:
                raise Mistake(wrong[1], kind, ladder[wrong[0]][0])
        return self
