"""Chance, measures and scores in; rules out, those that rest on no score first."""

from typing import Any

from tests.year.draw import Draw
from tests.year.draw_conditions import Names, draw_condition
from tests.year.draw_measures import RATES, where
from tests.year.draw_scores import BANDS

Rule = dict[str, Any]
FINDINGS = ["{{ count }} in {{ group }} from {{ accounts | join(', ') }}", "{{ rule.name }}: {{ group }}"]
SEVERITIES = ["low", "medium", "high"]


def draw_context(draw: Draw, names: Names) -> list[Rule]:
    """Rules that rest on no score; most have an effect on one. The first can be spoken of by all others."""
    rules: list[Rule] = []
    for number in range(draw.randint(5, 7)):
        known = Names(names.measures, {}, [rule["rule"] for rule in rules])
        rules.append(draw_rule(draw, f"context-{number}", known, deep=1))
        if number:
            rules[-1] |= _effect(draw, draw.one(list(BANDS)))
    return rules


def draw_signals(draw: Draw, names: Names, playbooks: list[str]) -> list[Rule]:
    """Rules on scores: some with an effect on a score that comes later, some that start a playbook."""
    on_advocacy = Names(names.measures, {"advocacy": BANDS["advocacy"]}, names.rules)
    on_health = Names(names.measures, {name: BANDS[name] for name in ("advocacy", "health")}, names.rules)
    rules = [draw_rule(draw, "early-0", on_advocacy) | _effect(draw, draw.one(["health", "growth"]))]
    rules += [draw_rule(draw, "middle-0", on_health) | _effect(draw, "growth")]
    for number in range(draw.randint(7, 9)):
        known = [*names.rules, *(rule["rule"] for rule in rules)]
        rules.append(draw_rule(draw, f"signal-{number}", Names(names.measures, BANDS, known)))
        if number < len(playbooks) + 3:
            rules[-1]["play"] = playbooks[number % len(playbooks)]
    return rules


def draw_across(draw: Draw, accounts: int) -> list[Rule]:
    """Rules that count across accounts, about so many that they come true now and then."""
    return [across(draw, f"across-{number}", accounts) for number in range(draw.randint(1, 3))]


def across(draw: Draw, name: str, accounts: int) -> Rule:
    event, days = draw.one(["ticket", "payment", "newsletter"]), draw.one([2, 3, 7, 14])
    attribute, values = draw.one([("segment", 4), ("plan", 4), ("owner", 8)])
    expected = accounts / values * days * RATES[event] * 0.6
    when = {
        "event": event,
        "at_least": max(1, round(expected * draw.uniform(0.5, 1.8))),
        "in": draw.one([f"{days}d", f"{days * 24}h"]),
        "across": attribute,
        **where(draw, event, 0.3),
    }
    rule = {"rule": name, "when": when, "finding": draw.one(FINDINGS)}
    optional: Rule = {"for": draw.one(["1d", "4d", "36h"]), "every": "7d", "severity": "high", "backfill": True}
    return {**rule, **{key: value for key, value in optional.items() if draw.chance(0.25)}}


def draw_rule(draw: Draw, name: str, names: Names, deep: int = 1) -> Rule:
    rule: Rule = {"rule": name, "when": draw_condition(draw, names, deep)}
    if draw.chance(0.3):
        rule["for"] = draw.one(["1d", "2d", "5d", "12h", "36h"])
    if draw.chance(0.3):
        rule["clear_at"] = draw_condition(draw, names, 0)
    if draw.chance(0.3):
        rule["every"] = draw.one(["7d", "14d", "30d", "60h"])
    if draw.chance(0.3):
        rule["severity"] = draw.one(SEVERITIES)
    if draw.chance(0.2):
        rule["backfill"] = True
    return rule


def _effect(draw: Draw, score: str) -> Rule:
    forms: list[Rule] = [
        {"adjust": {"score": score, "by": draw.one([-20, -10, -5, 5, 12])}},
        {"adjust": {"score": score, "by": draw.one([-25, -10, 15]), "fades": draw.one(["30d", "90d"])}},
        {"cap": {"score": score, "at_most": draw.randint(40, 85)}},
    ]
    return draw.one(forms)
