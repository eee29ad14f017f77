"""Chance and a workspace in; the workspace after an edit of its files out."""

import copy
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from tests.year.catalog import COMPANY_ZONES
from tests.year.draw import Draw
from tests.year.draw_conditions import Names, draw_condition
from tests.year.draw_measures import FORMS
from tests.year.draw_playbooks import draw_playbook
from tests.year.draw_rules import draw_rule
from tests.year.draw_scores import BANDS, bands, missing, points
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


def _measure(draw: Draw, drawing: Drawing) -> None:
    """A measure on which no other rests is worked out from other records; its name and its kind stay."""
    rested_on = str([one.definition for one in drawing.measures.values()])
    free = [name for name in drawing.measures if name.startswith("m") and f"'{name}'" not in rested_on]
    name = draw.one(free)
    was = drawing.measures[name]
    kinds = was.is_text, was.counts_days, was.is_of_contacts
    drawn = (FORMS[name.partition("_")[2]](draw) for _ in range(10))
    new = next((one for one in drawn if (one.is_text, one.counts_days, one.is_of_contacts) == kinds), was)
    drawing.measures[name] = replace(new, low=was.low, high=was.high)


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
        rule = draw.one(free)
        drawing.rules.remove(rule)
        drawing.taken_out.append(rule)


def _back(draw: Draw, drawing: Drawing) -> None:
    """A rule that was taken out comes back as it was, if what it speaks of is there; else one goes."""
    there = {rule["rule"] for rule in drawing.rules}
    may = [rule for rule in drawing.taken_out if _rules_named(rule) <= there | {rule["rule"]}]
    if not may:
        return _removed_rule(draw, drawing)
    rule = draw.one(may)
    drawing.taken_out.remove(rule)
    drawing.rules.insert(draw.randint(1, len(drawing.rules) - 1), rule)
    return None


def _rules_named(said: Any) -> set[str]:
    if isinstance(said, list):
        return set().union(*map(_rules_named, said))
    if not isinstance(said, dict):
        return set()
    named = {said["rule"]} if isinstance(said.get("rule"), str) else set()
    return named.union(*map(_rules_named, said.values()))


def _whom(draw: Draw, drawing: Drawing) -> None:
    """A model scores others, or is tried before or after another; its number stays what it was."""
    chosen = [model for model in drawing.scores if "when" in model]
    if not chosen:
        return _words(draw, drawing)
    model = draw.one(chosen)
    if draw.chance(0.3):
        model["order"] = draw.one([5, 15, 60])
    else:
        other = draw_condition(draw, Names(drawing.measures, {}), 1)
        model["when"] = draw.one([{"account": {"plan": "monthly"}}, other])
    return None


def _entries(draw: Draw, drawing: Drawing) -> None:
    """A measure has other points, or counts no longer; what is missing is taken otherwise."""
    model = draw.one([model for model in drawing.scores if "measures" in model])
    entry = draw.one([entry for entry in model["measures"] if "measure" in entry])
    if draw.chance(0.4):
        model |= missing(draw)
    elif draw.chance(0.3) and "groups" not in model and len(model["measures"]) > 3:
        softened = str(drawing.rules)
        model["measures"] = [one for one in model["measures"] if one is not entry or entry["measure"] in softened]
    else:
        entry.pop("curve", None)
        entry.pop("points", None)
        entry |= points(draw, drawing.measures[entry["measure"]])


def _effect(draw: Draw, drawing: Drawing) -> None:
    """Another effect of the same rule, which is no other rule for it."""
    rule = draw.one([rule for rule in drawing.rules if {"adjust", "soften", "cap"} & rule.keys()] or drawing.rules[:1])
    if "adjust" in rule:
        rule["adjust"] = {**rule["adjust"], "by": draw.one([-20, -7.5, 12])}
    elif "cap" in rule:
        rule["cap"] = {**rule["cap"], "at_most": draw.one([35, 62.5])}
    elif "soften" in rule:
        rule["soften"] = {**rule["soften"], "by": draw.one(["20%", "80%"])}


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


def _zone(draw: Draw, drawing: Drawing) -> None:
    """The company moves, and with it all accounts that have no zone of their own."""
    [drawing.zone] = [zone for zone in COMPANY_ZONES if zone != drawing.zone]


Edit = Callable[[Draw, Drawing], None]
EDITS: Sequence[Edit] = (
    _weights,
    _points,
    _bands,
    _words,
    _window,
    _measure,
    _measure,
    _new_rule,
    _new_rule,
    _new_effect,
    _rule,
    _rule,
    _removed_rule,
    _back,
    _back,
    _whom,
    _whom,
    _entries,
    _entries,
    _effect,
    _playbook,
    _redefined,
    _across,
    _quiet,
    _zone,
)
