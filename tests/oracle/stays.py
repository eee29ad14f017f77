"""A stay in a band and the next known value in; the stay as it is then out (section 6)."""

from dataclasses import dataclass, field, replace
from datetime import date

from tests.oracle.scores import Scored


@dataclass(frozen=True)
class Stay:
    """In `band` since it came from another (None: from nowhere)."""

    band: str | None = None
    came_from: str | None = None


@dataclass(frozen=True)
class Standing:
    """What is kept of a score from look to look. `before`: the stay that an override interrupts."""

    stay: Stay = Stay()
    version: str = ""
    by_hand: bool = False
    before: Stay = Stay()
    seen: frozenset[tuple[str, str]] = frozenset()
    """In which bands it was, each with the score version."""
    days: dict[date, tuple[float, str]] = field(default_factory=dict)
    """The day's scores: the adjusted one of the day's last look, with the score version."""


def moved(standing: Standing, scored: Scored, by_hand: bool, order: list[str]) -> Standing:
    """By the value of a look; an unknown one moves nothing. `order`: the names of the bands, lowest first."""
    if scored.band is None:
        return standing
    before = standing.stay if by_hand and not standing.by_hand else standing.before
    return replace(
        standing,
        stay=_stay(standing, scored, by_hand, order),
        version=scored.version,
        by_hand=by_hand,
        before=before,
        seen=standing.seen | {(scored.band, scored.version)},
    )


def _stay(standing: Standing, scored: Scored, by_hand: bool, order: list[str]) -> Stay:
    was, band = standing.stay, str(scored.band)
    if standing.by_hand and not by_hand and band == standing.before.band:
        return standing.before
    if was.band is None:
        return Stay(band)
    if band == was.band:
        return was
    if scored.version != standing.version:
        return Stay(band)
    if standing.by_hand and not by_hand and order.index(band) > order.index(was.band):
        return Stay(band)
    return Stay(band, was.band)


def on_day(standing: Standing, scored: Scored, day: date) -> Standing:
    """The last look of a day stands, also one that left it unknown."""
    before = without_day(standing, day)
    if scored.adjusted is None:
        return before
    return replace(before, days={**before.days, day: (scored.adjusted, scored.version)})


def without_day(standing: Standing, day: date) -> Standing:
    """After a look at who has left, which leaves no score."""
    return replace(standing, days={one: score for one, score in standing.days.items() if one != day})
