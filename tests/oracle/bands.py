"""The models of a score, a value, in; the names of bands, and the one that it lies in, out."""

from collections.abc import Sequence

from tests.oracle.files import Written


def names(models: Sequence[Written]) -> list[str]:
    """Lowest first; all models of a score have the same."""
    return [band["band"] for band in models[0]["bands"]]


def band_of(model: Written, value: float) -> str:
    """A band ends where the next begins; its lower edge belongs to it."""
    return str([band["band"] for band in model["bands"] if value >= band["from"]][-1])
