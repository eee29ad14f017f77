"""Chance and a workspace in; the workspace after an edit of its files out."""

import copy
from collections.abc import Callable, Sequence

from tests.year.draw import Draw
from tests.year.draw_conditions import Names
from tests.year.draw_playbooks import draw_playbook
from tests.year.draw_rules import draw_rule
from tests.year.draw_scores import BANDS, bands
from tests.year.files import Drawing


def edited(draw: Draw, drawing: Drawing) -> Drawing:
    after = copy.deepcopy(drawing)
    draw.one(EDITS)(draw, after)
    return after


def _weights(draw: Draw, drawing: Drawing) -> None:
    model = draw.one([model for model in drawing.scores if "measures" in model])
    draw.one(model["measures"])["weight"] = draw.one([0.5, 2.5, 4])


def _points(draw: Draw, drawing: Drawing) -> None:
    [model] = [model for model in drawing.scores if model["score"] == "advocacy"]
    model["start"] += draw.one([-5, 5, 10])


def _bands(draw: Draw, drawing: Drawing) -> None:
    model = draw.one(drawing.scores)
    model["bands"] = bands(draw, model["score"])


def _words(draw: Draw, drawing: Drawing) -> None:
    """Nothing of it can change an answer."""
    draw.one(drawing.scores)["goal"] = "Another goal"
    model = draw.one(drawing.scores)
    model["bands"] = [{**band, "label": band["band"].upper()} for band in model["bands"]]
    rule = draw.one([rule for rule in drawing.rules if "finding" not in rule])
    rule |= {"because": "So it is", "severity": "low", "label": "Something"}
    drawing.places[rule["rule"]] = "rules/moved.yaml"


def _window(draw: Draw, drawing: Drawing) -> None:
    name = draw.one([name for name in drawing.names.with_windows if name.startswith("logins")])
    definition = drawing.measures[name].definition
    definition["over"] = {"7d": "14d", "14d": "28d"}.get(definition["over"], "7d")


def _new_rule(draw: Draw, drawing: Drawing) -> None:
    name = f"new-{len(drawing.rules)}-{draw.randint(1, 99)}"
    rule = draw_rule(draw, name, drawing.names)
    if draw.chance(0.4):
        rule["play"] = draw.one(drawing.playbooks)["playbook"]
    drawing.rules.append(rule)


def _new_effect(draw: Draw, drawing: Drawing) -> None:
    name = f"effect-{len(drawing.rules)}-{draw.randint(1, 99)}"
    rule = draw_rule(draw, name, Names(drawing.measures, {}))
    drawing.rules.append(rule | {"adjust": {"score": draw.one(list(BANDS)), "by": draw.one([-15, 10])}})


def _rule(draw: Draw, drawing: Drawing) -> None:
    rule = draw.one([rule for rule in drawing.rules if rule["rule"].startswith("signal")])
    rule |= draw_rule(draw, rule["rule"], drawing.names.without("rules"))


def _across(draw: Draw, drawing: Drawing) -> None:
    """Another count, another attribute, or one more."""
    rule = draw.one([rule for rule in drawing.rules if "finding" in rule])
    if draw.chance(0.4):
        rule["when"]["at_least"] += draw.one([1, 2])
    elif draw.chance(0.5):
        rule["when"]["across"] = {"segment": "owner"}.get(rule["when"]["across"], "segment")
    else:
        drawing.rules.append({**copy.deepcopy(rule), "rule": f"{rule['rule']}-{len(drawing.rules)}"})


def _removed_rule(draw: Draw, drawing: Drawing) -> None:
    spoken_of = str([drawing.rules, drawing.scores, drawing.playbooks])
    free = [rule for rule in drawing.rules[1:-1] if spoken_of.count(f"'rule': '{rule['rule']}'") == 1]
    if free:
        drawing.rules.remove(draw.one(free))


def _playbook(draw: Draw, drawing: Drawing) -> None:
    index = draw.randrange(len(drawing.playbooks))
    drawing.playbooks[index] = draw_playbook(draw, drawing.playbooks[index]["playbook"], drawing.names)


def _redefined(draw: Draw, drawing: Drawing) -> None:
    metric = draw.one(list(drawing.catalog["metrics"].values()))
    metric["redefined"] = [*metric.get("redefined", ()), draw.one(["2025-01-20", "2025-03-03", "2025-04-07"])]


def _quiet(draw: Draw, drawing: Drawing) -> None:
    feeds = {**drawing.catalog["metrics"], **drawing.catalog["events"]}
    feed = draw.one(list(feeds.values()))
    feed["quiet_after"] = draw.one(["3d", "4d"])


Edit = Callable[[Draw, Drawing], None]
EDITS: Sequence[Edit] = (
    _weights,
    _points,
    _bands,
    _words,
    _window,
    _new_rule,
    _new_rule,
    _new_effect,
    _rule,
    _rule,
    _removed_rule,
    _playbook,
    _redefined,
    _across,
    _quiet,
)
