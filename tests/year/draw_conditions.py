"""Chance and the names that may be spoken of in; conditions out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tests.year.catalog import CATALOG, CITIES, PLANS, SEGMENTS, TOPICS
from tests.year.draw import Draw
from tests.year.draw_measures import Drawn, where

Condition = dict[str, Any]


@dataclass(frozen=True)
class Names:
    """What a condition may speak of. `bands`: per score the names of its bands, lowest first."""

    measures: Mapping[str, Drawn]
    bands: Mapping[str, Sequence[str]]
    rules: Sequence[str] = ()
    tasks: Sequence[str] = ()

    @property
    def numbers(self) -> list[str]:
        return [name for name, one in self.measures.items() if not one.is_text]

    @property
    def with_windows(self) -> list[str]:
        return [name for name, one in self.measures.items() if one.counts_days]

    def without(self, *kinds: str) -> "Names":
        bare: dict[str, Any] = {"scores": {"bands": {}}, "rules": {"rules": ()}, "tasks": {"tasks": ()}}
        return replace(self, **{key: value for kind in kinds for key, value in bare[kind].items()})


def _bounds(draw: Draw, low: float, high: float) -> Condition:
    middle = draw.number(low + (high - low) * 0.1, low + (high - low) * 0.7)
    if draw.chance(0.15):
        return {"at_least": middle, "below": round(middle + (high - low) * 0.3, 2)}
    return {draw.one(["below", "at_most", "at_least", "above"]): middle}


def _measure(draw: Draw, names: Names) -> Condition:
    name = draw.one(names.numbers)
    return {"measure": name, **_bounds(draw, names.measures[name].low, names.measures[name].high)}


def _against_usual(draw: Draw, names: Names) -> Condition:
    share = f"{draw.one([10, 20, 30, 50])}%"
    return {"measure": draw.one(names.with_windows), draw.one(["falls", "rises"]): share, "against": "usual"}


def _fact(draw: Draw, names: Names) -> Condition:
    name = draw.one(list(CATALOG["facts"]))
    forms: Mapping[str, Condition] = {
        "office_move": {"city": draw.some(CITIES, 1, 2)},
        "leadership_change": draw.one([{"role": {"not": "CEO"}}, {"signed_at": {"at_least": "2025-03-01"}}]),
        "complaint": draw.one([{"topic": draw.one(TOPICS)}, {"urgent": draw.chance(0.5)}]),
        "champion_lost": {"now": {"not": "ada@a001.example"}},
    }
    wheres: Condition = {"where": forms[name]} if name in forms and draw.chance(0.4) else {}
    if draw.chance(0.5):
        return {"fact": name, "within": draw.one(["30d", "90d", "48h"]), **wheres}
    return {"fact": name, "active": draw.chance(0.8), **wheres}


def _event(draw: Draw, names: Names) -> Condition:
    event = draw.one(["login", "ticket", "newsletter", "payment"])
    if draw.chance(0.4):
        return {"event": event, "none_in": draw.one(["7d", "14d", "30d", "72h"]), **where(draw, event, 0.3)}
    count = draw.randint(1, 4) if event == "login" else draw.randint(1, 2)
    return {"event": event, "at_least": count, "in": draw.one(["3d", "7d", "28d", "36h"]), **where(draw, event, 0.4)}


def _account(draw: Draw, names: Names) -> Condition:
    forms: list[Condition] = [
        {"segment": draw.one(SEGMENTS)},
        {"segment": draw.some(SEGMENTS, 2, 2), "plan": {"not": draw.one(PLANS)}},
        {"plan": {"not": draw.some(PLANS, 1, 2)}},
        {"seats": {"at_least": draw.randint(5, 40)}},
        {"seats": {"known": draw.chance(0.7)}},
        {"vip": draw.chance(0.5)},
        {"since": {"below": "2024-10-01"}},
        {"last_call": {draw.one(["below", "at_most", "at_least"]): "2025-03-01"}},
        {"plan": draw.one(PLANS), "seats": {"above": 3, "at_most": 50}},
    ]
    return {"account": draw.one(forms)}


def _date(draw: Draw, names: Names) -> Condition:
    name = draw.one(["renewal_date", "payment_date", "since", "last_call"])
    form: Condition = draw.one(
        [
            {"in_next": f"{draw.one([14, 30, 60])}d"},
            {"in_last": f"{draw.one([30, 90])}d"},
            {"passed": draw.chance(0.7)},
            {"known": draw.chance(0.3)},
        ]
    )
    return {"date": name, **form}


def _known(draw: Draw, names: Names) -> Condition:
    if names.bands and draw.chance(0.5):
        return {"score": draw.one(list(names.bands)), "known": draw.chance(0.5)}
    return {"measure": draw.one(list(names.measures)), "known": draw.chance(0.4)}


def _rule(draw: Draw, names: Names) -> Condition:
    form: Condition = draw.one([{"active": draw.chance(0.8)}, {"in_last": draw.one(["14d", "90d"])}])
    return {"rule": draw.one(names.rules), **form}


def _score(draw: Draw, names: Names) -> Condition:
    return {"score": draw.one(list(names.bands)), **_bounds(draw, 0, 100)}


def _band(draw: Draw, names: Names) -> Condition:
    name = draw.one(list(names.bands))
    bands = list(names.bands[name])
    return {"score": name, "band": draw.one([draw.one(bands), draw.some(bands, 1, 2)])}


def _crossing(draw: Draw, names: Names) -> Condition:
    name = draw.one(list(names.bands))
    bands = names.bands[name]
    form = draw.one(["enters", "falls_to", "rises_to", "leaves"])
    inside = {"falls_to": bands[:-1], "rises_to": bands[1:]}.get(form, bands)
    return {"score": name, form: draw.one(inside)}


def _trend(draw: Draw, names: Names) -> Condition:
    points = {"min_points": draw.randint(2, 5)} if draw.chance(0.5) else {}
    return {
        "score": draw.one(list(names.bands)),
        draw.one(["drops", "rises"]): draw.one([3, 8, 15, "10%", "20%"]),
        "over": draw.one(["7d", "14d", "28d"]),
        **points,
    }


def _declining(draw: Draw, names: Names) -> Condition:
    points = {"min_points": draw.randint(2, 6)} if draw.chance(0.5) else {}
    return {
        "score": draw.one(list(names.bands)),
        "declining": draw.one([2, 5, 10]),
        "over": draw.one(["14d", "28d", "60d"]),
        **points,
    }


def _task(draw: Draw, names: Names) -> Condition:
    return {"task": draw.one(names.tasks), "state": draw.one(["open", "overdue", "done", "done", "cancelled"])}


Form = Callable[[Draw, Names], Condition]
PLAIN: Sequence[Form] = (_measure, _measure, _against_usual, _fact, _event, _event, _account, _date, _known)
OF_SCORES: Sequence[Form] = (_score, _band, _crossing, _crossing, _trend, _trend, _declining)


def draw_condition(draw: Draw, names: Names, deep: int = 2) -> Condition:
    """One test, or some of them under `all`, `any`, `not` or `at_least … of`."""
    if deep and draw.chance(0.35):
        return _group(draw, names, deep)
    forms: list[Form] = [*PLAIN]
    forms += [*OF_SCORES, *OF_SCORES] if names.bands else []
    forms += [_rule] if names.rules else []
    forms += [_task] * 6 if names.tasks else []
    return draw.one(forms)(draw, names)


def _group(draw: Draw, names: Names, deep: int) -> Condition:
    form = draw.one(["all", "any", "not", "of"])
    if form == "not":
        return {"not": draw_condition(draw, names, deep - 1)}
    parts = [draw_condition(draw, names, deep - 1) for _ in range(draw.randint(2, 3))]
    return {"at_least": draw.randint(1, len(parts)), "of": parts} if form == "of" else {form: parts}
