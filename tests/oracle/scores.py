"""The models of a score and one account's look in; base, adjusted, value, band and coverage out (section 5)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING

from tests.oracle import bands, versions
from tests.oracle.conditions import answer
from tests.oracle.effects import Effects, effects_on
from tests.oracle.files import Written
from tests.oracle.moments import duration
from tests.oracle.numbers import clamp, exact, rounded, share
from tests.oracle.points import points_of

if TYPE_CHECKING:
    from tests.oracle.look import Judged

NEUTRAL = 50.0
Counted = tuple[float | None, float | None, float]
"""The base, the softened base, the coverage."""


@dataclass(frozen=True)
class Part:
    """A measure that applies. `points`: softened; None where it has no value."""

    name: str
    group: str
    weight: float
    value: float | str | None
    points: float | None


@dataclass(frozen=True)
class Scored:
    """A score at a look; unknown is None. `version`: of the model, with all that can change its number."""

    model: str
    version: str
    base: float | None
    adjusted: float | None
    value: float | None
    band: str | None
    coverage: float


def score(judged: Judged, name: str) -> Scored:
    """The first model whose `when` is true scores the account."""
    models = judged.workspace.scores[name]
    model = next(model for model in models if "when" not in model or answer(judged, model["when"]) is True)
    effects = effects_on(judged, name)
    by_hand = override_of(judged, name)
    base, before, coverage = _of_points(judged, model) if "points" in model else _of_measures(judged, model, effects)
    adjusted = None if before is None else rounded(min(clamp(before + effects.added), effects.cap))
    value = adjusted if by_hand is None else by_hand
    return Scored(
        model=model.get("model", name),
        version=versions.of_model(judged.seen, model),
        base=base,
        adjusted=adjusted,
        value=value,
        band=None if value is None else bands.band_of(model, value),
        coverage=rounded(coverage),
    )


def override_of(judged: Judged, name: str) -> float | None:
    """The newest that holds now; of two of one moment the one that was said later."""
    holding = [one for one in judged.account.overrides if one.score == name and one.at <= judged.at <= one.until]
    return sorted(holding, key=lambda one: one.at)[-1].value if holding else None


def _of_points(judged: Judged, model: Written) -> Counted:
    """start + Σ entries, before effects; nothing is softened, and nothing is not covered."""
    total = clamp(model["start"] + sum(_entry(judged, entry) for entry in model["points"]))
    return rounded(total), total, 1.0


def _entry(judged: Judged, entry: Written) -> float:
    """What an entry adds or takes; `cap` is the most that it does."""
    if "when" in entry:
        return entry["add"] if answer(judged, entry["when"]) is True else 0.0
    over = duration(entry.get("over") or entry["fades"])
    events = judged.seen.events(entry["event"], judged.seen.window(entry["event"], over), entry.get("where"))
    last = judged.seen.last_day(entry["event"])
    left = [1 - (last - event.day).days / over.amount if "fades" in entry else 1 for event in events]
    total = float(entry["add"] * sum(left))
    return max(-entry["cap"], min(entry["cap"], total)) if "cap" in entry else total


def _of_measures(judged: Judged, model: Written, effects: Effects) -> Counted:
    applying = tuple(_applying(judged, model))
    groups = model.get("groups") or {"": 1}
    shares = tuple((part.group, part.weight, part.points is not None) for part in applying)
    coverage = _coverage(shares, tuple(groups.items()))
    if coverage == 0 or coverage < share(model.get("min_coverage", "50%")):
        return None, None, float(coverage)
    counted = [_counted(part, model.get("missing", "spread")) for part in applying]
    counted = [part for part in counted if part.points is not None]
    base = _average(counted, groups)
    softened = [effects.softened(part) for part in counted]
    return rounded(base), _average(softened, groups), float(coverage)


def _applying(judged: Judged, model: Written) -> Iterable[Part]:
    """Of entries for the same measure the first that applies counts."""
    taken = set()
    for entry in model["measures"]:
        name = entry.get("measure") or entry["score"]
        key = ("measure" in entry, name)
        if key in taken or ("unless" in entry and answer(judged, entry["unless"]) is True):
            continue
        taken.add(key)
        value = judged.measure(name) if "measure" in entry else judged.score(name).value
        points = None if value is None else points_of(entry, value)
        yield Part(name, entry.get("group", ""), entry.get("weight", 1), value, points)


@lru_cache
def _coverage(applying: tuple[tuple[str, float, bool], ...], groups: tuple[tuple[str, float], ...]) -> Fraction:
    """Σ share of the known / Σ share of those that apply; `applying`: of each its group, its weight, whether known."""
    weights = defaultdict[str, float](float)
    for group, weight, _ in applying:
        weights[group] += weight
    of_group = {group: weight for group, weight in groups if group in weights}
    of_all = exact(sum(of_group.values()))
    shares = (
        exact(of_group[group]) / of_all * exact(weight) / exact(weights[group])
        for group, weight, known in applying
        if known
    )
    return sum(shares, Fraction(0))


def _counted(part: Part, missing: str) -> Part:
    """`missing` says what a measure without a value is: left out, 50 points, or 0 points."""
    if part.points is not None or missing == "spread":
        return part
    return Part(part.name, part.group, part.weight, None, NEUTRAL if missing == "neutral" else 0.0)


def _average(parts: Iterable[Part], groups: Mapping[str, float]) -> float:
    """Σ group weight · (Σ weight · points / Σ weight) / Σ group weight, of the groups that have one."""
    by_group: dict[str, list[Part]] = {}
    for part in parts:
        by_group.setdefault(part.group, []).append(part)
    of_groups = {
        group: sum(part.weight * (part.points or 0) for part in some) / sum(part.weight for part in some)
        for group, some in by_group.items()
    }
    return sum(groups[group] * points for group, points in of_groups.items()) / sum(groups[group] for group in by_group)
