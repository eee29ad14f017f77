"""The models of a score in; what their bands and views call the values of accounts, out."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from engine.arithmetic import views
from engine.language.scores import Score
from engine.language.views import Ladder, Pile
from engine.reports.columns import Bits, Standing
from engine.snapshot import Texts


@dataclass(frozen=True, slots=True)
class Scale:
    """One score. Each account's value is read by the model that made it; bands are named alike in all models."""

    models: tuple[Score, ...]

    @property
    def title(self) -> str:
        return next((model.label for model in self.models if model.label), self.models[0].title)

    @property
    def bands(self) -> Mapping[str, str]:
        """Their names, lowest first, with what they are called where people read it."""
        return {band.band: band.title for band in self.models[0].bands}

    @property
    def edges(self) -> Ladder:
        """The bands of the first model with their lower edges."""
        return tuple((band.band, band.from_) for band in self.models[0].bands)

    def letters(self, standing: Standing) -> Texts:
        return self._names(standing, lambda model: model.views.letters)

    @property
    def has_stages(self) -> bool:
        """Whether some model names stages; letters, levels and the other views come by themselves."""
        return any(model.views.stages for model in self.models)

    def stages(self, standing: Standing) -> Texts:
        return self._names(standing, lambda model: model.views.stages)

    def piles(self, standing: Standing) -> Texts:
        """The pile of the band that each value lies in now; its last look may have known other bands."""
        return self._names(standing, _piles_by_edge)

    def bands_of(self, pile: Pile) -> tuple[str, ...]:
        """The titles of the bands that some model puts into a pile."""
        there = {
            band.band
            for model in self.models
            for band, its in zip(model.bands, model.piles, strict=True)
            if its == pile
        }
        return tuple(title for band, title in self.bands.items() if band in there)

    def _names(self, standing: Standing, ladder: Callable[[Score], Ladder]) -> Texts:
        found = np.full(len(standing), None, dtype=np.object_)
        for model, rows in self._by_model(standing):
            found[rows] = views.names(ladder(model), standing.values[rows])
        return found

    def _by_model(self, standing: Standing) -> Iterator[tuple[Score, Bits]]:
        """Each model with the accounts that it scored; whom none of them scored, a person did: by the first."""
        rest = np.ones(len(standing), dtype=np.bool_)
        for model in self.models[1:]:
            rows = np.asarray(standing.models == model.model_name, dtype=np.bool_)
            rest &= ~rows
            yield model, rows
        yield self.models[0], rest


def _piles_by_edge(model: Score) -> Ladder:
    return tuple((pile, band.from_) for pile, band in zip(model.piles, model.bands, strict=True))
