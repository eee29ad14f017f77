"""The rules with an effect on a score and one account's look in; what they add, soften and cap out (section 7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from tests.oracle.conditions import matched
from tests.oracle.files import Written
from tests.oracle.moments import duration
from tests.oracle.numbers import share

if TYPE_CHECKING:
    from tests.oracle.look import Judged
    from tests.oracle.scores import Part

FORMS = ("adjust", "soften", "cap")
NEUTRAL = 50.0


@dataclass(frozen=True)
class Effects:
    """`softens`: how far, per group and per measure; the strongest counts."""

    added: float = 0.0
    cap: float = 100.0
    of_groups: Mapping[str, float] = field(default_factory=dict)
    of_measures: Mapping[str, float] = field(default_factory=dict)

    def softened(self, part: Part) -> Part:
        """A measure with less than 50 points moves towards 50."""
        by = max(self.of_groups.get(part.group, 0.0), self.of_measures.get(part.name, 0.0))
        if part.points is None or part.points >= NEUTRAL:
            return part
        return replace(part, points=part.points + by * (NEUTRAL - part.points))


def effects_on(judged: Judged, score: str) -> Effects:
    """Of the rules that are active, fired or seeded alike."""
    found = Effects()
    for name, rule in judged.workspace.rules.items():
        if any(form in rule and rule[form]["score"] == score for form in FORMS) and judged.rule(name).state == "active":
            found = _with(judged, found, rule)
    return found


def _with(judged: Judged, found: Effects, rule: Written) -> Effects:
    if "adjust" in rule:
        return replace(found, added=found.added + _added(judged, rule))
    if "cap" in rule:
        return replace(found, cap=min(found.cap, rule["cap"]["at_most"]))
    soften = rule["soften"]
    by = float(share(soften["by"]))
    if "group" in soften:
        return replace(found, of_groups=_strongest(found.of_groups, [soften["group"]], by))
    return replace(found, of_measures=_strongest(found.of_measures, soften["measures"], by))


def _strongest(known: Mapping[str, float], names: list[str], by: float) -> Mapping[str, float]:
    return {**known, **{name: max(by, known.get(name, 0.0)) for name in names}}


def _added(judged: Judged, rule: Written) -> float:
    """With `fades`: less each day since the newest fact or event that it matched, else since it became active."""
    adjust = rule["adjust"]
    if "fades" not in adjust:
        return float(adjust["by"])
    ages = [(judged.seen.last_day(one.name) - one.day).days for one in matched(judged, rule["when"])]
    age = min(ages, default=(judged.today - judged.rule(rule["rule"]).since_day).days)
    return float(adjust["by"] * max(0.0, 1 - age / duration(adjust["fades"]).amount))
