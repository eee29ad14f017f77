"""Score models with their conditions as trees in; which one scores an account, in which version and band, out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import product

import numpy as np

from engine.arithmetic import windows
from engine.clock import day_number
from engine.conditions.filters import Filter
from engine.conditions.tree import Columns, Tree, mask
from engine.language.scores import Score
from engine.language.views import Ladder
from engine.snapshot import Days, Numbers, Snapshot, Texts


@dataclass(frozen=True, slots=True)
class ModelTrees:
    """A score model with its conditions as trees, one entry per measure (or per points entry).

    `redefined`: the days on which metrics that it rests on were redefined; from each on it is another version. Those of
    a metric whose feed may be held stand under its name, for it may not have come to them yet; all others under "".
    """

    model: Score
    fingerprint: str
    when: Tree | None = None
    unless: tuple[Tree | None, ...] = ()
    entry_when: tuple[Tree | None, ...] = ()
    entry_where: tuple[Filter, ...] = ()
    redefined: Mapping[str, tuple[date, ...]] = field(default_factory=dict)

    @property
    def fingerprints(self) -> frozenset[str]:
        """All versions that there may be: of each feed none of its days has come, or one is the newest that has."""
        since = ([""] + [_since(feed, day) for day in days] for feed, days in self.redefined.items())
        return frozenset(self.fingerprint + "".join(texts) for texts in product(*since))

    @property
    def ladder(self) -> Ladder:
        """Its bands and where they begin, lowest first."""
        return tuple((band.band, band.from_) for band in self.model.bands)


@dataclass(frozen=True, slots=True)
class ScoreTrees:
    """The models of one score, in their order."""

    name: str
    models: tuple[ModelTrees, ...]

    @property
    def bands(self) -> tuple[str, ...]:
        """The names of the bands, lowest first; all models have the same."""
        return tuple(band.band for band in self.models[0].model.bands)


def models_of(trees: ScoreTrees, snapshot: Snapshot, columns: Columns) -> Days:
    """The place of the first model whose `when` is true; −1: none."""
    chosen = np.full(len(snapshot), -1, dtype=np.int64)
    for place, model in enumerate(trees.models):
        true = mask(model.when, columns) if model.when else np.ones(len(snapshot), dtype=np.bool_)
        chosen[(chosen < 0) & true & ~snapshot.ended] = place
    return chosen


def chosen_of(chosen: Days, texts: list[str]) -> Texts:
    named = np.array([*texts, None], dtype=np.object_)
    return named[chosen]


def fingerprints_of(trees: ScoreTrees, snapshot: Snapshot, chosen: Days) -> Texts:
    """The version of each account's score: its model, and the day from which on its metrics mean what they do."""
    found = chosen_of(chosen, [one.fingerprint for one in trees.models])
    for place, model in enumerate(trees.models):
        for feed, days in model.redefined.items():
            newest = windows.redefined(days, snapshot.last_day(feed))
            for day in days:
                found[(chosen == place) & (newest == day_number(day))] += _since(feed, day)
    return found


def _since(feed: str, day: date) -> str:
    """What the fingerprint of a version ends with, where a metric was redefined on a day that has come."""
    return f" {feed} from {day}" if feed else f" from {day}"


def bands_of(trees: ScoreTrees, chosen: Days, value: Numbers) -> Texts:
    names = np.array([*trees.bands, None], dtype=np.object_)
    places = np.full(len(value), -1, dtype=np.int64)
    for place, model in enumerate(trees.models):
        here = ~np.isnan(value) & ((chosen == place) | ((chosen < 0) & (place == 0)))
        edges = [band.from_ for band in model.model.bands]
        places[here] = np.searchsorted(edges, value[here], side="right") - 1
    return names[places]


def codes(snapshot: Snapshot, fingerprint: Texts) -> Days:
    """The score version of each account as its code; a version that was never in use has one of its own below 0."""
    known: dict[str | None, int] = {None: 0}
    known.update(snapshot.version_codes)
    new = sorted({text for text in fingerprint if text not in known})
    known.update({text: -1 - place for place, text in enumerate(new)})
    return np.fromiter((known[text] for text in fingerprint), np.int64, len(fingerprint))
