"""Chance and measures in; the models of three scores out: of points, of measures, and of the other two."""

from collections.abc import Mapping
from typing import Any

from tests.year.catalog import LEVEL_OF_CONTACTS
from tests.year.draw import Draw
from tests.year.draw_conditions import Names, draw_condition
from tests.year.draw_measures import Drawn, where

Model = dict[str, Any]
BANDS = {"advocacy": ["quiet", "warm"], "health": ["red", "yellow", "green"], "growth": ["low", "mid", "high"]}
MEASURES_OF_A_MODEL = 6


def bands(draw: Draw, score: str) -> list[dict[str, Any]]:
    names = BANDS[score]
    edges = [0, *sorted(draw.sample(range(30, 80), len(names) - 1))]
    return [{"band": name, "from": edge, "label": name.title()} for name, edge in zip(names, edges, strict=True)]


def draw_scores(draw: Draw, measures: Mapping[str, Drawn], rules: list[str]) -> list[Model]:
    """`rules`: those that rest on no score; an `unless` may speak of them."""
    names = Names(measures, {}, rules)
    models = [_advocacy(draw, names), _health(draw, names), _growth(draw, names)]
    if draw.chance(0.7):
        models.append(_health(draw, names) | {"model": "trial", "order": 10, "when": {"account": {"plan": "trial"}}})
        models[1] |= {"model": "paying"}
    if draw.chance(0.4):
        other = draw_condition(draw, names.without("rules"), 1)
        models.append(_growth(draw, names) | {"model": "special", "order": 20, "when": other})
        models[2] |= {"model": "plain"}
    for model in models:
        if model["score"] == "health" and model.get("model") != "trial":
            model["primary"] = True
    return models


def _advocacy(draw: Draw, names: Names) -> Model:
    points: list[dict[str, Any]] = [
        {"event": "newsletter", "add": draw.randint(5, 15), "fades": draw.one(["30d", "90d"]), "cap": 25},
        {"event": "ticket", **where(draw, "ticket"), "add": -draw.randint(5, 20), "over": draw.one(["14d", "60d"])},
        {"event": "login", **where(draw, "login"), "add": draw.number(0.5, 3), "fades": "28d"},
        {"event": "ticket", "add": -12, "fades": "40d", "cap": draw.one([18, 30])},
        {"when": draw_condition(draw, names, 1), "add": draw.randint(-20, 30)},
    ]
    return {
        "score": "advocacy",
        "goal": "Who would speak well of us",
        "start": draw.randint(10, 50),
        "points": draw.some(points, 3, 5),
        "bands": bands(draw, "advocacy"),
    }


def _health(draw: Draw, names: Names) -> Model:
    groups = draw.one([None, {"product": 60, "relationship": 40}, {"product": 2, "relationship": 1, "money": 1.5}])
    chosen = draw.some(list(names.measures), max(4, len(groups or ())), MEASURES_OF_A_MODEL)
    entries = [_entry(draw, name, names) for name in chosen]
    entries += [_entry(draw, chosen[0], names)] if draw.chance(0.4) else []
    if len(entries) > len(chosen):
        entries[0]["unless"] = draw_condition(draw, names, 1)
    for number, entry in enumerate(entries):
        if groups:
            entry["group"] = list(groups)[number % len(groups)]
    return {
        "score": "health",
        "goal": "See early whom we may lose",
        **({"groups": groups} if groups else {}),
        "measures": entries,
        **missing(draw),
        "bands": bands(draw, "health"),
    }


def _growth(draw: Draw, names: Names) -> Model:
    others = [{"score": "health", "weight": draw.randint(1, 3)}, {"score": "advocacy"}]
    family = [name for name, one in names.measures.items() if one.definition.get("of") == "children"]
    own = [name for name in names.numbers if name not in family]
    return {
        "score": "growth",
        "goal": "Who may need more of us",
        "measures": draw.some(others, 1, 2)
        + [_entry(draw, name, names) for name in [*family, *draw.some(own, 1, 3 - len(family))]],
        **missing(draw),
        "bands": bands(draw, "growth"),
        "views": {"letter": {"C": 0, "B": 40, "A": 75}},
    }


def draw_score_of_contacts(draw: Draw, measures: Mapping[str, Drawn]) -> Model:
    """Of what rests on records of contacts."""
    names = Names({name: one for name, one in measures.items() if one.is_of_contacts}, {})
    return {
        "score": LEVEL_OF_CONTACTS,
        "level": "contact",
        "goal": "Who of them works with us",
        "measures": [_entry(draw, name, names) for name in draw.some(list(names.measures), 3, 4)],
        **missing(draw),
        "bands": [{"band": "absent", "from": 0}, {"band": "there", "from": 50}],
    }


def missing(draw: Draw) -> dict[str, Any]:
    what = draw.one([{}, {"missing": "spread"}, {"missing": "neutral"}, {"missing": "worst"}])
    return {**what, **draw.one([{}, {"min_coverage": draw.one(["30%", "50%", "75%"])}])}


def _entry(draw: Draw, name: str, names: Names) -> dict[str, Any]:
    entry = {"measure": name, **points(draw, names.measures[name])}
    if draw.chance(0.7):
        entry["weight"] = draw.one([1, 2, 3, 1.5])
    if draw.chance(0.15):
        entry["unless"] = draw_condition(draw, names, 1)
    return entry


def points(draw: Draw, drawn: Drawn) -> dict[str, Any]:
    if drawn.is_text:
        return {"points": {1: ["trial", "shop"], 3: ["monthly"], 5: "else"}}
    xs = sorted({draw.number(drawn.low, drawn.high) for _ in range(draw.randint(2, 4))})
    rising = draw.chance(0.8)
    if draw.chance(0.55) and len(xs) > 1:
        ys = sorted((draw.randint(0, 100) for _ in xs), reverse=not rising)
        return {"curve": [[x, y] for x, y in zip(xs, ys, strict=True)]}
    sign, ordered = ("<", xs) if rising else (">=", xs[::-1])
    levels = draw.some([1, 2, 3, 4], 1, len(ordered))
    tests = {
        level: f"{sign}{draw.one(['', '='])} {x}".replace("==", "=") for level, x in zip(levels, ordered, strict=False)
    }
    return {"points": {**tests, 5: "else"}}
