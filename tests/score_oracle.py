"""A score model as it stands in a file and what one account is in; its numbers, in plain Python, out.

Written from the reference of the language alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from tests.told import AT, Account

Written = Mapping[str, Any]
Values = Mapping[str, str | float | None]


@dataclass(frozen=True)
class Context:
    """What active rules do: points added, (group or measures, share) softened, caps; and a person's override."""

    adjusts: Sequence[float] = ()
    softens: Sequence[tuple[str | tuple[str, ...], float]] = ()
    caps: Sequence[float] = ()
    override: float | None = None


@dataclass(frozen=True)
class Said:
    """None is unknown. `contributions`: one per entry, None where it was not counted."""

    base: float | None
    adjusted: float | None
    value: float | None
    coverage: float
    band: str | None
    contributions: list[float | None] = field(default_factory=list)


def score(model: Written, values: Values, context: Context) -> Said:
    """Steps 1 to 4, coverage, and the chain."""
    entries: list[Written] = list(model["measures"])
    groups = {name: float(weight) for name, weight in model.get("groups", {"": "1"}).items()}
    applying = _applying(entries, values)
    points = {place: found for place in applying if (found := _points(entries[place], values)) is not None}
    share_of_all = _shares(entries, groups, applying)
    coverage = sum(share_of_all[place] for place in points)
    counted = dict(points)
    if model["missing"] != "spread":
        counted |= {place: {"neutral": 50.0, "worst": 0.0}[model["missing"]] for place in applying - points.keys()}
    shares = _shares(entries, groups, counted.keys())
    soft = {place: _softened(entries[place], value, context) for place, value in counted.items()}
    unknown = not points or round(coverage, 4) < round(_share(model["min_coverage"]), 4)
    base = None if unknown else sum(counted[place] * shares[place] for place in counted)
    softened = None if unknown else sum(soft[place] * shares[place] for place in counted)
    adjusted = None if softened is None else min([100, max(0, softened + sum(context.adjusts)), *context.caps])
    value = adjusted if context.override is None else context.override
    return Said(
        base,
        adjusted,
        value,
        coverage,
        _band(model, value),
        [soft[place] * shares[place] if place in counted else None for place in range(len(entries))],
    )


def _share(written: str) -> float:
    return float(written.removesuffix("%")) / 100


def _applying(entries: list[Written], values: Values) -> set[int]:
    """The places of the entries that apply; of those on one measure the first."""
    found: dict[str, int] = {}
    for place, entry in enumerate(entries):
        unless = entry.get("unless")
        asked = None if unless is None else values.get(unless["measure"])
        excepted = unless is not None and isinstance(asked, float) and asked < float(unless["below"])
        if not excepted and entry["measure"] not in found:
            found[entry["measure"]] = place
    return set(found.values())


def _points(entry: Written, values: Values) -> float | None:
    value = values.get(entry["measure"])
    if value is None:
        return None
    if "points" in entry:
        level = next(level for level in sorted(entry["points"]) if _holds(entry["points"][level], value))
        return (int(level) - 1) * 25.0
    curve = [(float(x), float(y)) for x, y in entry["curve"]]
    number = float(value)
    if number <= curve[0][0]:
        return curve[0][1]
    for (left, low), (right, high) in pairwise(curve):
        if number <= right:
            return round(low + (high - low) * (number - left) / (right - left), 4)
    return curve[-1][1]


def _holds(test: Any, value: str | float) -> bool:
    if test == "else" or isinstance(test, list):
        return test == "else" or value in test
    sign, limit = test.split()
    number = float(value)
    return {"<": number < float(limit), "<=": number <= float(limit), ">": number > float(limit)}.get(
        sign, number >= float(limit)
    )


def _shares(entries: list[Written], groups: Mapping[str, float], places: Any) -> dict[int, float]:
    """(group weight / of the groups that are there) × (weight / of the group's entries that are there)."""
    there = {name for place in places for name in [entries[place].get("group", "")]}
    all_groups = sum(groups[name] for name in there)
    found: dict[int, float] = {}
    for place in places:
        group = entries[place].get("group", "")
        mates = [float(entries[other]["weight"]) for other in places if entries[other].get("group", "") == group]
        found[place] = groups[group] / all_groups * float(entries[place]["weight"]) / sum(mates)
    return found


def _softened(entry: Written, points: float, context: Context) -> float:
    shares = [by for what, by in context.softens if what == entry.get("group") or _names(what, entry["measure"])]
    strongest = max(shares, default=0.0)
    return points + strongest * (50 - points) if points < 50 else points


def _names(softened: str | tuple[str, ...], measure: str) -> bool:
    return isinstance(softened, tuple) and measure in softened


def _band(model: Written, value: float | None) -> str | None:
    if value is None:
        return None
    reached: list[str] = [band["band"] for band in model["bands"] if round(value, 4) >= float(band["from"])]
    return reached[-1]


def points_model(model: Written, account: Account) -> float:
    """start + Σ entries, within 0 and 100; entries of events in UTC."""
    total = float(model["start"])
    for entry in model["points"]:
        days = int(str(entry.get("fades") or entry.get("over")).removesuffix("d"))
        amount = 0.0
        for event in account.occurred:
            age = (AT.date() - event.at.date()).days
            device = entry.get("where", {}).get("device")
            if event.name == entry["event"] and 0 <= age < days and device in (None, event.properties.get("device")):
                amount += float(entry["add"]) * (1 - age / days if "fades" in entry else 1)
        limit = float(entry.get("cap", "inf"))
        total += max(-limit, min(limit, amount))
    return min(100.0, max(0.0, total))
